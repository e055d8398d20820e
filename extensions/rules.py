"""The directive `rules`: the rules by which equations are proved, as a list."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from mathcheck.proving.rules import TABLE, Rule, rule_label, rules
from mathcheck.symbols import parse_symbols


class Rules(SphinxDirective):
    """A list of rules: each with its equation, its side condition and why it is true."""

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        self.env.note_dependency(str(TABLE))
        for rule in rules():
            label = rule_label(rule.name)
            self.env.domains.standard_domain.note_hyperlink_target(label, self.env.docname, label)
        return [nodes.definition_list("", *map(item, rules()), classes=["meanings"])]


def item(rule: Rule) -> nodes.definition_list_item:
    """Return what a rule says."""
    parts = [
        nodes.math_block("", rule.equation, nowrap=False, number=None, label=None),
        named(rule),
        nodes.paragraph("", f"Condition: {rule.condition}. {rule.justification}"),
    ]
    term = nodes.term("", rule.name.replace("-", " ").capitalize(), ids=[rule_label(rule.name)])
    return nodes.definition_list_item("", term, nodes.definition("", *parts))


def named(rule: Rule) -> nodes.paragraph:
    """Return what the symbols of a rule stand for."""
    paragraph = nodes.paragraph("", "With ")
    for number, symbol in enumerate(parse_symbols(rule.symbols.splitlines())):
        before = "; " if number else ""
        paragraph += [
            nodes.Text(before),
            nodes.math("", symbol.latex),
            nodes.Text(f", {symbol.meaning}"),
        ]
    paragraph += nodes.Text(".")
    return paragraph


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("rules", Rules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
