"""The directives and roles of the extension."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.directives.patches import MathDirective
from sphinx.util.docutils import SphinxDirective, SphinxRole

from mathcheck.sphinx.functions import functions_in, link
from mathcheck.symbols import parse_symbols
from mathcheck.wording import TOTALS, WORDS

HEADINGS = ("Symbol", "Type", "In Python", "Meaning")


class EquationList(nodes.General, nodes.Element):
    """The list of all equations, filled in when the page is written."""


class Count(nodes.Inline, nodes.Element):
    """A number of equations, filled in when the page is written."""


class Breakable(nodes.General, nodes.Element):
    """An equation of the book with changes that break it, filled in when the page is written."""


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
        head += row([[nodes.Text(heading)] for heading in HEADINGS])
        for symbol in symbols:
            meaning, messages = self.parse_inline(symbol.meaning, lineno=self.lineno)
            body += row(
                [
                    [nodes.math(symbol.latex, symbol.latex)],
                    [nodes.literal("", symbol.type)],
                    [nodes.literal("", symbol.python) if symbol.python else nodes.Text("-")],
                    [*meaning, *messages],
                ]
            )
        return [table]


def row(cells: Sequence[Sequence[nodes.Node]]) -> nodes.row:
    """Return a row of a table."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))


class Equation(MathDirective):
    """A displayed equation, with the expression that implements it."""

    option_spec: ClassVar[dict[str, Any]] = {
        **MathDirective.option_spec,
        "defines": directives.unchanged_required,
        "no-code": directives.unchanged_required,
        "python": directives.unchanged_required,
        "where": directives.unchanged_required,
        "unchecked": directives.unchanged_required,
        "sharp": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Return the equation, and the code under it."""
        result = super().run()
        expression = self.options.get("python")
        if expression:
            label = self.options.get("label", self.options.get("name"))
            named = self.named(expression, label)
            result[-1]["functions"] = (label, named)  # type: ignore[index]
            code = self.code(expression, named)
            result.append(nodes.container("", code, classes=["equation-code"]))
        return result

    def named(self, expression: str, label: str | None) -> tuple[str, ...]:
        """Return the functions that an expression names."""
        named = functions_in(expression, self.config.mathcheck_module)
        if not label:
            raise self.error(f":python: {expression!r} has no :label: beside it")
        return named

    def code(self, expression: str, named: Sequence[str]) -> nodes.paragraph:
        """Return the line that shows an expression, with a link at each function."""
        line = nodes.paragraph("", "In code: ")
        for part in re.split(r"([A-Za-z_]\w*)", expression):
            if part in named:
                target = f"{self.config.mathcheck_module}.{part}"
                line += link("py", "obj", target, part, self.env.docname)
            elif part:
                line += nodes.literal("", part)
        return line


class ListOfEquations(SphinxDirective):
    """The place of the list of all equations."""

    def run(self) -> list[nodes.Node]:
        """Return the place."""
        return [EquationList()]


class BreakableEquation(SphinxDirective):
    """The place of an equation that a reader can break, named by its label."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"changes": directives.positive_int}

    def run(self) -> list[nodes.Node]:
        """Return the place."""
        most = self.options.get("changes", 3)
        place = Breakable(label=self.arguments[0], changes=most)
        self.set_source_info(place)
        return [place]


class Formula(SphinxRole):
    """Inline mathematics, of which the name of the role says how it is meant."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the mathematics, its backslashes as they were written."""
        latex = self.rawtext.split("`")[1] if "`" in self.rawtext else self.text
        return [nodes.math(self.rawtext, latex)], []


class CountOfEquations(SphinxRole):
    """The place of a number of equations, by their status or a total."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the place."""
        known = (*WORDS, *TOTALS)
        if self.text in known:
            return [Count(text=self.text)], []
        message = f"count: got {self.text!r}; expected one of {', '.join(known)}"
        return [], [self.inliner.reporter.error(message, line=self.lineno)]
