"""The Sphinx extension: symbol tables, and equations that name the code that implements them.

`symbols` prints a symbol table. `math` takes `:python:`, an expression over the public names of
the module in the setting `mathcheck_module`; it is printed under the equation with links to the
functions, and the functions' own entries list the equations.
"""

import importlib
import re
from collections.abc import Sequence
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.directives.patches import MathDirective
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from mathcheck.symbols import parse_symbols

logger = logging.getLogger(__name__)
NAME = re.compile(r"[A-Za-z_]\w*")
HEADINGS = ("Symbol", "Type", "In Python", "Meaning")


def public_names(module: str) -> set[str]:
    """Return the public names of a module."""
    return set(importlib.import_module(module).__all__) if module else set()


def equations(env: BuildEnvironment) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Return, for each page, the labels of its equations with the functions that they name."""
    if not hasattr(env, "mathcheck_equations"):
        env.mathcheck_equations = {}  # type: ignore[attr-defined]
    return env.mathcheck_equations  # type: ignore[attr-defined, no-any-return]


def link(domain: str, kind: str, target: str, text: str, docname: str) -> addnodes.pending_xref:
    """Return a reference that Sphinx resolves, or warns of."""
    return addnodes.pending_xref(
        "",
        nodes.literal("", text),
        refdomain=domain,
        reftype=kind,
        reftarget=target,
        refdoc=docname,
        refwarn=True,
        refexplicit=False,
    )


class Symbols(SphinxDirective):
    """A symbol table."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the table that the reader sees."""
        try:
            symbols = parse_symbols(list(self.content))
        except ValueError as error:
            raise self.error(f"symbols, {error}") from error
        table, group = nodes.table(classes=["symbols"]), nodes.tgroup(cols=len(HEADINGS))
        table += group
        group.extend(nodes.colspec(colwidth=1) for _ in HEADINGS)
        head, body = nodes.thead(), nodes.tbody()
        group.extend([head, body])
        head += self.row([[nodes.Text(heading)] for heading in HEADINGS])
        for symbol in symbols:
            meaning, messages = self.parse_inline(symbol.meaning, lineno=self.lineno)
            body += self.row(
                [
                    [nodes.math(symbol.latex, symbol.latex)],
                    [nodes.literal("", symbol.type)],
                    [nodes.literal("", symbol.python) if symbol.python else nodes.Text("-")],
                    [*meaning, *messages],
                ]
            )
        return [table]

    def row(self, cells: Sequence[Sequence[nodes.Node]]) -> nodes.row:
        """Return a table row."""
        row = nodes.row()
        for cell in cells:
            row += nodes.entry("", nodes.paragraph("", "", *cell))
        return row


class Equation(MathDirective):
    """A displayed equation, with the expression that implements it."""

    option_spec: ClassVar[dict[str, Any]] = {
        **MathDirective.option_spec,
        "python": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Return the equation, and the code under it."""
        result = super().run()
        expression = self.options.get("python")
        if not expression:
            return result
        public = public_names(self.config.mathcheck_module)
        named = tuple(dict.fromkeys(n for n in NAME.findall(expression) if n in public))
        if not named:
            raise self.error(
                f":python: {expression!r} names no function; expected a public name of "
                f"{self.config.mathcheck_module}"
            )
        label = self.options.get("label", self.options.get("name"))
        if not label:
            raise self.error(f":python: {expression!r} has no :label: beside it")
        equations(self.env).setdefault(self.env.docname, []).append((label, named))
        return [*result, self.code(expression, public)]

    def code(self, expression: str, public: set[str]) -> nodes.container:
        """Return the line that shows the expression, with a link at each function."""
        line = nodes.paragraph("", "In code: ")
        for part in re.split(r"([A-Za-z_]\w*)", expression):
            if part in public:
                target = f"{self.config.mathcheck_module}.{part}"
                line += link("py", "obj", target, part, self.env.docname)
            elif part:
                line += nodes.literal("", part)
        return nodes.container("", line, classes=["equation-code"])


class ListEquations(SphinxPostTransform):
    """Add to a function's entry the equations that it implements."""

    default_priority = 5  # before the references are resolved

    def run(self, **kwargs: Any) -> None:
        """Add one line to each function that an equation names."""
        module = self.config.mathcheck_module
        labels: dict[str, list[str]] = {}
        for _, page in sorted(equations(self.env).items()):
            for label, named in page:
                for name in named:
                    labels.setdefault(f"{module}.{name}", []).append(label)
        for description in self.document.findall(addnodes.desc):
            ids = [i for part in description.findall(addnodes.desc_signature) for i in part["ids"]]
            found = labels.get(ids[0], []) if ids else []
            if not found:
                continue
            line = nodes.paragraph("", "Implements equation ", classes=["implements"])
            for position, label in enumerate(found):
                if position:
                    line += nodes.Text(", ")
                line += link("math", "eq", label, label, self.env.docname)
            description[-1].append(line)  # type: ignore[attr-defined]


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the equations of a page that is read anew."""
    equations(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Take over what a parallel reader found."""
    equations(env).update({n: e for n, e in equations(other).items() if n in docnames})


def pages_of_functions(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages that list equations, to be written anew when the equations changed."""
    listed = repr(sorted(equations(env).items()))
    if getattr(env, "mathcheck_listed", None) == listed:
        return []
    env.mathcheck_listed = listed  # type: ignore[attr-defined]
    prefix = f"{app.config.mathcheck_module}."
    objects = env.domains.python_domain.objects.items()
    return sorted({entry.docname for name, entry in objects if name.startswith(prefix)})


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives."""
    app.add_config_value("mathcheck_module", "", "env", [str])
    app.add_directive("symbols", Symbols)
    app.add_directive("math", Equation, override=True)
    app.add_post_transform(ListEquations)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", pages_of_functions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
