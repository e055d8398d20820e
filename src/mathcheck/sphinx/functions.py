"""The functions that equations name: links to them, and in their entries links back."""

import importlib
import re
from collections.abc import Iterable
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.environment import BuildEnvironment
from sphinx.ext.viewcode import viewcode_anchor
from sphinx.transforms.post_transforms import SphinxPostTransform

from mathcheck.modules import module_namespace
from mathcheck.sphinx.state import Page, state

NAME = re.compile(r"[A-Za-z_]\w*")


def link(domain: str, kind: str, target: str, text: str, docname: str) -> addnodes.pending_xref:
    """Return a reference that Sphinx resolves, or warns of."""
    return addnodes.pending_xref(
        "",
        nodes.literal("", text) if domain == "py" else nodes.inline("", text),
        refdomain=domain,
        reftype=kind,
        reftarget=target,
        refdoc=docname,
        refwarn=True,
        refexplicit=False,
    )


def functions_in(expression: str, module: str) -> tuple[str, ...]:
    """Return the public functions of a module that an expression names, each once."""
    public, _ = module_namespace(module)
    return tuple(dict.fromkeys(name for name in NAME.findall(expression) if name in public))


def links(expression: str, module: str, env: BuildEnvironment) -> list[nodes.Node]:
    """Return links to the functions of an expression and, if it has a page, to their source."""
    # Kept by sphinx.ext.viewcode, which makes these pages.
    pages = getattr(env, "_viewcode_modules", {})
    line: list[nodes.Node] = []
    for name in functions_in(expression, module):
        line.append(nodes.Text(", " if line else ""))
        line.append(link("py", "obj", f"{module}.{name}", name, env.docname))
        home = getattr(getattr(importlib.import_module(module), name), "__module__", "")
        if pages.get(home) and name in pages[home][1]:
            place = f"_modules/{home.replace('.', '/')}"
            line.append(viewcode_anchor(reftarget=place, refid=name, refdoc=env.docname))
    return line


def labels_of(pages: Iterable[Page]) -> dict[str, list[str]]:
    """Return the labels of the equations that name each function."""
    labels: dict[str, list[str]] = {}
    for page in pages:
        for label, named in page.functions:
            for name in named:
                labels.setdefault(name, []).append(label)
    return labels


class ListEquations(SphinxPostTransform):
    """Add to a function's entry the equations that it implements."""

    default_priority = 5  # before the references are resolved

    def run(self, **kwargs: Any) -> None:
        """Add one line to each function that an equation names."""
        known = state(self.env)
        # The verdicts are in the order in which the book is read.
        read = [docname for docname in known.verdicts if docname in known.pages]
        labels = labels_of(known.pages[docname] for docname in read)
        prefix = f"{self.config.mathcheck_module}."
        for description in self.document.findall(addnodes.desc):
            ids = [i for part in description.findall(addnodes.desc_signature) for i in part["ids"]]
            name = ids[0].removeprefix(prefix) if ids and ids[0].startswith(prefix) else ""
            if name in labels:
                description[-1].append(self.line(labels[name]))  # type: ignore[attr-defined]

    def line(self, labels: list[str]) -> nodes.paragraph:
        """Return the line that names equations."""
        noun = "equation" if len(labels) == 1 else "equations"
        line = nodes.paragraph("", f"Implements {noun} ", classes=["implements"])
        for number, label in enumerate(labels):
            if number:
                line += nodes.Text(", ")
            line += link("math", "eq", label, label, self.env.docname)
        return line
