"""Fold solutions with the browser's own `<details>`: by keyboard, and without a script."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.nodes import solution_node, solution_title


def visit_solution(translator: HTML5Translator, node: solution_node) -> None:
    """Open the fold; its summary is the title, as plain text."""
    titles = list(node.findall(solution_title))
    summary = titles[0].astext() if titles else "Solution"
    for title in titles:
        title.parent.remove(title)
    translator.body.append(translator.starttag(node, "details", CLASS="solution admonition"))
    translator.body.append(f"<summary>{translator.encode(summary)}</summary>\n")


def depart_solution(translator: HTML5Translator, node: nodes.Element) -> None:
    """Close the fold."""
    translator.body.append("</details>\n")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Replace how solutions are written."""
    app.setup_extension("sphinx_exercise")
    app.add_node(solution_node, override=True, html=(visit_solution, depart_solution))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
