"""The page of all equations: each with its verdict, its place, its functions and its LaTeX."""

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from mathcheck.documents import Equation
from mathcheck.report import Result
from mathcheck.sphinx.breaking import displayed, raw
from mathcheck.sphinx.directives import EquationList
from mathcheck.sphinx.functions import link, links
from mathcheck.sphinx.marks import conditions, is_listed
from mathcheck.sphinx.state import Place, Verdict, anchor, state
from mathcheck.wording import capital, counted, kind, parts, some, summary

# The type of a reference to an equation without a label.
PLACE = "mathcheck-place"


class ShowList(SphinxPostTransform):
    """Fill in the list of equations."""

    default_priority = 4  # before the references are resolved

    def run(self, **kwargs: Any) -> None:
        """Replace the place of the list by a section for each chapter."""
        for place in list(self.document.findall(EquationList)):
            place.replace_self([self.summary(), *self.chapters()])

    def listed(self) -> dict[str, list[tuple[Place, Verdict]]]:
        """Return the equations that are listed, by their pages in reading order."""
        pages = {
            docname: [(place, pair) for place, pair in page.items() if is_listed(pair)]
            for docname, page in state(self.env).verdicts.items()
        }
        return {
            docname: page for docname, page in pages.items() if page and docname in self.env.titles
        }

    def summary(self) -> nodes.paragraph:
        """Return the counts of the whole book."""
        verdicts = {name: page.values() for name, page in state(self.env).verdicts.items()}
        return nodes.paragraph("", counted(verdicts))

    def chapters(self) -> Iterator[nodes.section]:
        """Yield a section for each chapter, its equations folded: hundreds are slow to draw."""
        for docname, page in self.listed().items():
            title = self.env.titles[docname].astext()
            chapter = link("std", "doc", f"/{docname}", title, self.env.docname)
            section = nodes.section("", nodes.title("", "", chapter), ids=[section_id(docname)])
            verdicts = [verdict for _, verdict in page]
            head = f"{some(len(page), 'equation')}: {parts({docname: verdicts})}"
            section += raw(f'<details class="equation-entries"><summary>{head}</summary>')
            for place, (equation, result) in page:
                section += self.entry(docname, place, equation, result)
            section += raw("</details>")
            yield section

    def entry(
        self, docname: str, place: Place, equation: Equation, result: Result
    ) -> nodes.container:
        """Return an equation with all that is said of it."""
        latex = equation.text.strip()
        formula = displayed(latex, docname)
        words = nodes.paragraph(
            "", "", self.link(docname, place, equation), nodes.Text(" "), verdict(result)
        )
        entry = nodes.container("", formula, words, classes=["equation-entry"])
        if equation.options.python:
            entry += self.code(equation.options.python)
        elif equation.no_code:
            entry += nodes.paragraph("", f"No code: {equation.no_code}")
        # Coloured, the text of this page would be a quarter larger.
        entry += nodes.literal_block(latex, latex, language="text")
        return entry

    def code(self, expression: str) -> nodes.paragraph:
        """Return the line that shows an expression, with links to the functions it names."""
        functions = links(expression, self.config.mathcheck_module, self.env)
        using = [nodes.Text(" with "), *functions] if functions else []
        return nodes.paragraph("", "In code: ", nodes.literal("", expression), *using)

    def link(self, docname: str, place: Place, equation: Equation) -> nodes.Node:
        """Return a link to the place of an equation."""
        if equation.label:
            return link("math", "eq", equation.label, equation.label, self.env.docname)
        name = "not numbered" if equation.display else "in the text"
        if equation.file != f"{docname}.md":
            name = f"{name}, from {posixpath.basename(equation.file)}"
        return link("", PLACE, f"{docname}#{anchor(place)}", name, self.env.docname)


def verdict(result: Result) -> nodes.inline:
    """Return a verdict in words, and the conditions of a proof as formulas."""
    words = capital(summary(replace(result, where=())))
    comma = nodes.Text(", " if result.where else "")
    return nodes.inline("", words, comma, *conditions(result), classes=["verdict", kind(result)])


def section_id(docname: str) -> str:
    """Return the id of the section of a chapter."""
    return f"equations-of-{nodes.make_id(docname)}"


def resolve(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, words: nodes.TextElement
) -> nodes.reference | None:
    """Return a reference to an equation without a label."""
    if node["reftype"] != PLACE:
        return None
    docname, _, place = node["reftarget"].partition("#")
    page = app.builder.get_relative_uri(node["refdoc"], docname)
    return nodes.reference("", "", words, refuri=f"{page}#{place}", internal=True)
