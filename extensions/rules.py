"""The directive `rules`: the rules by which equations are proved, as a list."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from mathcheck.proving.rules import TABLE, Rule, rules


class Rules(SphinxDirective):
    """A list of rules: each with its equation, its side condition and why it is true."""

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        self.env.note_dependency(str(TABLE))
        return [nodes.definition_list("", *map(item, rules()), classes=["meanings"])]


def item(rule: Rule) -> nodes.definition_list_item:
    """Return what a rule says."""
    parts = [
        nodes.math_block(
            "", rule.equation, nowrap=False, number=None, label=None, classes=["rule"]
        ),
        nodes.paragraph("", f"Condition: {rule.condition}. {rule.justification}"),
    ]
    term = nodes.term("", rule.name.replace("-", " ").capitalize())
    return nodes.definition_list_item("", term, nodes.definition("", *parts))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("rules", Rules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
