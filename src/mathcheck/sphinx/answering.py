"""The files from which a page loads what its equations answer, when a mark is opened.

Each is a script, which a page that is read from a disk may load too, and JSON it may not.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from mathcheck.answers import Answers, Letter
from mathcheck.documents import Equation
from mathcheck.proving.rules import rule_label
from mathcheck.report import Result
from mathcheck.sphinx.breaking import displayed, formula, raw, slip_nodes
from mathcheck.sphinx.state import anchor, state


def has_more(answers: Answers) -> bool:
    """Return whether an equation has more to answer than its mark says."""
    return bool(len(answers.samples) > 1 or answers.slips or answers.letters)


def write_answers(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write what the equations of a page answer, when the page is written."""
    if app.builder.format != "html":
        return
    known = state(app.env)
    verdicts = known.verdicts.get(docname, {})
    content = {
        anchor(place): {
            "samples": [sample.text for sample in answers.samples],
            "html": fragment(app, docname, *verdicts[place], answers, anchor(place)),
        }
        for place, answers in known.answers.get(docname, {}).items()
        if has_more(answers)
    }
    if not content:
        return
    target = Path(app.outdir, "_static", "equations", f"{docname}.js")
    target.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    page = json.dumps(docname)
    target.write_text(f"(window.equationAnswers ??= {{}})[{page}] = {data};\n", encoding="utf-8")


def fragment(
    app: Sphinx, docname: str, equation: Equation, result: Result, answers: Answers, key: str
) -> str:
    """Return the proof, the changes and the letters of an equation as HTML."""
    box = nodes.container("", *proof_nodes(app, docname, result))
    if answers.slips:
        box += nodes.paragraph("", "Break it:")
        for slip in answers.slips:
            box.extend(slip_nodes(equation, slip, f"slips-{key}"))
    if answers.letters:
        box += nodes.paragraph("", "What the letters are:")
        box += raw('<dl class="letters">')
        for letter in answers.letters:
            box.extend(letter_nodes(letter))
        box += raw("</dl>")
    html: str = app.builder.render_partial(box)["fragment"]  # type: ignore[attr-defined]
    return html


def proof_nodes(app: Sphinx, docname: str, result: Result) -> list[nodes.Node]:
    """Return a proof, folded: the normal form of both sides of each relation, and its rules."""
    if not result.proof:
        return []
    # In lines of their own, because small letters have letters below them that are smaller still.
    steps = [
        nodes.container(
            "", nodes.paragraph("", f"{which}:"), displayed(latex, ""), classes=["step"]
        )
        for which, latex in result.proof
    ]
    said = "Both sides come to the same sum."
    if any("c(" in latex for _, latex in result.proof):
        said += " There c(·) is the class of a one-hot vector."
    return [
        raw('<details class="proof"><summary>The proof</summary>'),
        nodes.paragraph("", said),
        *steps,
        *rule_nodes(app, docname, result.rules),
        raw("</details>"),
    ]


def rule_nodes(app: Sphinx, docname: str, rules: tuple[str, ...]) -> list[nodes.Node]:
    """Return the names of rules, with links if a page of the book lists them."""
    if not rules:
        return []
    targets = app.env.domains.standard_domain.anonlabels
    paragraph = nodes.paragraph("", "Besides arithmetic it takes these rules: ")
    for number, rule in enumerate(rules):
        name: nodes.Node = nodes.Text(rule.replace("-", " "))
        if rule_label(rule) in targets:
            page, node_id = targets[rule_label(rule)]
            uri = f"{app.builder.get_relative_uri(docname, page)}#{node_id}"
            name = nodes.reference("", "", name, refuri=uri, internal=True)
        paragraph += [nodes.Text(", " if number else ""), name]
    paragraph += nodes.Text(".")
    return [paragraph]


def letter_nodes(letter: Letter) -> list[nodes.Node]:
    """Return an entry of the list of letters: what it looks like, and what it is."""
    forms: list[nodes.Node] = []
    for form in letter.forms:
        forms += [nodes.Text(", ")] if forms else []
        forms.append(formula(form))
    code = f"; {letter.python} in Python" if letter.python else ""
    return [
        raw("<dt>"),
        *forms,
        raw("</dt><dd>"),
        *meaning_nodes(letter.meaning),
        nodes.Text(" ("),
        nodes.literal("", letter.type),
        nodes.Text(f"{code})"),
        raw("</dd>"),
    ]


def meaning_nodes(meaning: str) -> list[nodes.Node]:
    """Return a meaning of a symbol table, of whose markup only dollars are read."""
    parts = re.split(r"\$([^$]+)\$", meaning)
    return [
        formula(part) if number % 2 else nodes.Text(part.replace("`", ""))
        for number, part in enumerate(parts)
    ]
