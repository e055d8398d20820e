"""The marks at the equations of a page, and the counts in its text."""

import html
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from mathcheck.answers import Answers
from mathcheck.documents import Equation
from mathcheck.report import Result
from mathcheck.sphinx.answering import has_more
from mathcheck.sphinx.directives import Count
from mathcheck.sphinx.functions import links
from mathcheck.sphinx.state import Place, Verdict, anchor, is_formula, state
from mathcheck.wording import counts, explained, kind, summary, word


class Mark(nodes.General, nodes.Element):
    """The mark at an equation, filled in when the page is written."""


def place_marks(document: nodes.document) -> None:
    """Put a place for a mark after each displayed equation, beside its code."""
    for block in list(document.findall(nodes.math_block)):
        if "place" not in block:
            continue
        mark = Mark(place=block["place"])
        after = block.next_node(descend=False, siblings=True)
        if isinstance(after, nodes.container) and "equation-code" in after["classes"]:
            after.append(mark)
        else:
            place = block.parent.index(block) + 1
            block.parent.insert(place, nodes.container("", mark, classes=["equation-code"]))


class ShowVerdicts(SphinxPostTransform):
    """Fill in the marks and the counts, and give claims without a label a place to link to."""

    default_priority = 4  # before the references are resolved

    def run(self, **kwargs: Any) -> None:
        """Replace the places by what was found."""
        verdicts = state(self.env).verdicts
        found = verdicts.get(self.env.docname, {})
        answers = state(self.env).answers.get(self.env.docname, {})
        for formula in filter(is_formula, self.document.findall(nodes.Element)):
            place = formula.get("place")
            if place in found and is_listed(found[place]) and not found[place][0].label:
                formula["ids"].append(anchor(place))
        for mark in list(self.document.findall(Mark)):
            verdict = found.get(mark["place"])
            if verdict:
                answer = answers.get(mark["place"], Answers())
                mark.replace_self(self.marked(*verdict, answer, mark["place"]))
            elif len(mark.parent) == 1:
                mark.parent.parent.remove(mark.parent)
            else:
                mark.parent.remove(mark)
        for number in list(self.document.findall(Count)):
            pages = {name: page.values() for name, page in verdicts.items()}
            number.replace_self(nodes.Text(str(counts(pages)[number["text"]] or "none")))

    def marked(
        self, equation: Equation, result: Result, answers: Answers, place: Place
    ) -> list[nodes.Node]:
        """Return the mark of a verdict, which opens to say more."""
        source = f"{state(self.env).folder}/{equation.file}".removeprefix("./")
        command = nodes.literal("", f"python -m mathcheck {source}")
        # What must not be zero is a formula, which neither a title nor plain words can hold.
        plain = replace(result, where=())
        content: list[nodes.Node] = [nodes.paragraph("", explained(plain))]
        if result.where:
            content.append(nodes.paragraph("", "It holds ", *conditions(result), nodes.Text(".")))
        if answers.samples:
            numbers = nodes.inline("", answers.samples[0].text, classes=["sample"])
            content.append(nodes.paragraph("", "In numbers: ", numbers))
        functions = links(equation.options.python, self.config.mathcheck_module, self.env)
        if functions:
            content.append(nodes.paragraph("", "Functions: ", *functions))
        content.append(nodes.paragraph("", "To repeat it: ", command))
        latex = equation.text.strip()
        content.append(nodes.paragraph("", "In LaTeX:"))
        content.append(nodes.literal_block(latex, latex, language="latex"))
        limited = ", under a condition" if result.where else ""
        title, head = html.escape(summary(plain) + limited), html.escape(word(result))
        more = f' data-answers="{self.env.docname}#{anchor(place)}"' if has_more(answers) else ""
        opening = (
            f'<details class="mathcheck {kind(result)}"{more}>'
            f'<summary title="{title}">{head}</summary>'
        )
        return [
            nodes.raw("", opening, format="html"),
            *content,
            nodes.raw("", "</details>", format="html"),
        ]


def conditions(result: Result) -> Iterator[nodes.Node]:
    """Yield what must not be zero where a proof holds, as formulas."""
    for number, condition in enumerate(result.where):
        yield nodes.Text(" and " if number else "where ")
        yield nodes.math(condition, condition)


def is_listed(verdict: Verdict) -> bool:
    """Return whether the page of all equations lists an equation: it is displayed or claimed."""
    equation, result = verdict
    return equation.display or result.status != "read"
