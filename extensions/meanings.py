"""The directive `meanings`: what each construct of the checker's language means, as a list."""

from itertools import groupby

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from mathcheck.meanings import TABLE, Meaning, meanings

GRADES = {
    "exact": "exact",
    "digits": "to 30 digits",
    "sampled": "not refuted",
    "": "exact or to 30 digits, as its parts are",
}
VERDICTS = {"failed": "Fails", "refused": "Is refused", "error": "Fails or is refused"}


class Meanings(SphinxDirective):
    """A list of constructs for each group of them."""

    def run(self) -> list[nodes.Node]:
        """Return a section for each group, and the symbols of the examples."""
        self.env.note_dependency(str(TABLE))
        table = meanings()
        result: list[nodes.Node] = [
            nodes.paragraph("", "The examples use these symbols."),
            nodes.literal_block(table.symbols, table.symbols, language="text"),
        ]
        for group, lines in groupby(table.lines, key=lambda line: line.group):
            section = nodes.section("", nodes.title("", group), ids=[nodes.make_id(group)])
            section += nodes.definition_list("", *map(item, lines), classes=["meanings"])
            result.append(section)
        return result


def item(line: Meaning) -> nodes.definition_list_item:
    """Return what a line says."""
    parts = [
        nodes.paragraph("", f"{sentence(line.meaning)} {sentence(verdict(line.decided))}"),
        example(f"Holds, {GRADES[line.grade]}", line.holds, after=line.given),
        example(VERDICTS[line.verdict], line.fails),
    ]
    construct = nodes.literal("", line.construct) if is_code(line) else nodes.Text(line.construct)
    return nodes.definition_list_item(
        "", nodes.term("", "", construct), nodes.definition("", *parts)
    )


def is_code(line: Meaning) -> bool:
    """Return whether a construct is written as it is read, and not described."""
    return " " not in line.construct or not {*line.construct}.isdisjoint("\\:[(")


def verdict(decided: str) -> str:
    """Return how a construct is decided, with a verb."""
    return f"it is {decided}" if decided.startswith("refused") else f"decided {decided}"


def sentence(words: str) -> str:
    """Return words as a sentence."""
    return f"{words[0].upper()}{words[1:]}."


def example(words: str, text: str, *, after: str = "") -> nodes.paragraph:
    """Return an example, behind words and the definition that it comes after."""
    given = [nodes.Text(", after "), *lines_of(after)] if after else []
    return nodes.paragraph("", words, *given, nodes.Text(": "), *lines_of(text))


def lines_of(text: str) -> list[nodes.Node]:
    """Return the options of an equation and its rows, each as code, behind each other."""
    parts = [[nodes.Text(" "), nodes.literal("", line)] for line in text.splitlines()]
    return [node for part in parts for node in part][1:]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("meanings", Meanings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
