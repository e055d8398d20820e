"""Markup that a browser and a screen reader understand by themselves."""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.images import get_image_size
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.nodes import solution_node

LONG_NAME = re.compile(r'(?<=<span class="pre">)[\w.]{16,}')


def visit_solution(translator: HTML5Translator, node: solution_node) -> None:
    """Open a fold, by keyboard and without a script; its summary is the title, as plain text."""
    title = node[0]
    node.remove(title)
    translator.body.append(translator.starttag(node, "details", CLASS="solution admonition"))
    translator.body.append(f"<summary>{translator.encode(title.astext())}</summary>\n")


def depart_solution(translator: HTML5Translator, node: nodes.Element) -> None:
    """Close the fold."""
    translator.body.append("</details>\n")


def visit_citation(translator: HTML5Translator, node: nodes.citation) -> None:
    """Open an entry of the bibliography as an item of its list.

    docutils gives it the role doc-biblioentry, which ARIA 1.1 of publications has deprecated.
    """
    start = len(translator.body)
    HTML5Translator.visit_citation(translator, node)
    translator.body[start:] = [
        part.replace('role="doc-biblioentry"', 'role="listitem"')
        for part in translator.body[start:]
    ]


def depart_citation(translator: HTML5Translator, node: nodes.citation) -> None:
    """Close the entry."""
    HTML5Translator.depart_citation(translator, node)


def visit_image(translator: HTML5Translator, node: nodes.image) -> None:
    """Write an image with its size, so that its place is free before it is loaded.

    Below the first heading of second level it isn't loaded before the reader comes near.
    """
    size = get_image_size(translator.builder.srcdir / node["uri"])
    if translator.section_level > 1:
        node["loading"] = "lazy"
    HTML5Translator.visit_image(translator, node)
    if size:
        attributes = 'width="{}" height="{}"'.format(*size)
        translator.body[-1] = translator.body[-1].replace("<img", f"<img {attributes}", 1)


def shorten_citations(app: Sphinx, doctree: nodes.document) -> None:
    """Show a reference of a docstring as [1].

    numpydoc makes its label unique and hides that again, but not inside MyST's eval-rst.
    """
    for reference in doctree.findall(addnodes.pending_xref):
        label = re.fullmatch(r"\[R[0-9a-f]+-(\w+)\]", reference.astext())
        if label:
            reference.replace(reference[0], nodes.inline("", f"[{label[1]}]"))


def make_ids_unique(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Leave an id to the first element that has it, where a link to it leads in any case.

    sphinx-exercise gives all contents the same two ids, and each block of eval-rst counts anew.
    """
    seen: set[str] = set()
    for node in doctree.findall(nodes.Element):
        node["ids"] = [name for name in node["ids"] if name not in seen]
        seen.update(node["ids"])


def break_names(
    app: Sphinx, page: str, template: str, context: dict[str, object], doctree: object
) -> None:
    """Let a long name in code be broken behind its dots and underscores, as on a narrow screen."""
    if "body" in context:
        context["body"] = LONG_NAME.sub(
            lambda name: re.sub(r"(?<=[._])(?=[a-z])", "<wbr>", name[0]), str(context["body"])
        )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Replace how solutions, citations and images are written, and connect the steps."""
    app.setup_extension("sphinx_exercise")
    app.add_node(solution_node, override=True, html=(visit_solution, depart_solution))
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    app.add_node(nodes.image, override=True, html=(visit_image, HTML5Translator.depart_image))
    app.connect("doctree-read", shorten_citations)
    app.connect("doctree-resolved", make_ids_unique)
    app.connect("html-page-context", break_names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
