r"""What breaks an equation, as nodes of a page: the change, and the numbers against it.

The characters that are changed are red, those that are left out are grey, by `\textcolor`; a style
sheet can say it otherwise.
"""

import re
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from mathcheck.answers import Answers
from mathcheck.documents import Equation
from mathcheck.latex import tokens
from mathcheck.slips import Slip
from mathcheck.sphinx.directives import Breakable
from mathcheck.sphinx.functions import link
from mathcheck.sphinx.state import state
from mathcheck.wording import capital, ordinal
from mathcheck.worked import unbroken

logger = logging.getLogger(__name__)
ENVIRONMENT = re.compile(
    r"\\begin\{(?:align|alignat|eqnarray|equation|flalign|gather|multline)\*?\}"
)
# After these a group is one argument, and a bare command is none.
TAKES_ARGUMENT = re.compile(r"([_^]|\\(?:d?frac|sqrt|hat|bar|tilde|vec|mathbf|mathrm))\s*$")


def displayed(latex: str, docname: str) -> nodes.math_block:
    """Return a formula on lines of its own, without a number."""
    latex = latex.strip()
    block = nodes.math_block(latex, latex, number=None, label=None, docname=docname)
    block["no-wrap"] = block["nowrap"] = bool(ENVIRONMENT.match(latex))
    return block


def slip_nodes(equation: Equation, slip: Slip, group: str) -> list[nodes.Node]:
    """Return a change as a fold: what is changed, and inside what becomes of the equation."""
    reason = [nodes.Text(capital(f"{slip.cause}."))] if slip.cause else []
    where = f" at {unbroken(slip.point)}" if slip.point else ""
    found = f"does not hold: {slip.finding}" if "=" in slip.finding else slip.finding
    finding = nodes.inline("", capital(f"{found}{where}."), classes=["finding"])
    return [
        raw(f'<details class="slip" name="{group}"><summary>'),
        *label(equation.text, slip),
        raw("</summary>"),
        displayed(highlighted(equation.text, slip), ""),
        nodes.paragraph("", "", finding, nodes.Text(" "), *reason),
        raw("</details>"),
    ]


def raw(text: str) -> nodes.raw:
    """Return HTML as it stands."""
    return nodes.raw("", text, format="html")


def label(text: str, slip: Slip) -> list[nodes.Node]:
    """Return in words what is changed."""
    old, new = text[slip.start : slip.end].strip(), slip.new.strip()
    if slip.kind == "swapped fraction":
        number = which(r"\frac", text, slip.start)
        return [nodes.Text(f"Turn the {number}fraction over")]
    if slip.kind == "transposed":
        return [nodes.Text("Transpose a matrix" if new else "Leave the transposition out")]
    if not old:
        return [nodes.Text("Put "), formula(new), nodes.Text(" before "), formula(slip.operand)]
    number = which(old, text, slip.start)
    the = f"the {number}" if number else ""
    if slip.kind.startswith("dropped") or not new:
        lost = old.strip("+- ") or old
        if whole(lost):
            return [nodes.Text(f"Leave out {the}"), formula(lost)]
        return [nodes.Text(f"Leave out a {slip.kind.split()[-1]}")]
    shown = new[1:-1] if new.startswith("{") and whole(new[1:-1]) else new
    return [nodes.Text(f"Read {the}"), formula(old), nodes.Text(" as "), formula(shown)]


def which(part: str, text: str, start: int) -> str:
    """Return which of several alike parts is meant, with a space behind it; nothing for one."""
    found = tokens(text)
    ends = {token.end for token in found}
    places = [
        token.start
        for token in found
        if text.startswith(part, token.start) and token.start + len(part) in ends
    ]
    before = [place for place in places if place < start]
    return f"{ordinal(len(before))} " if len(places) > 1 else ""


def formula(latex: str) -> nodes.math:
    """Return a formula in a line."""
    return nodes.math(latex, latex)


def highlighted(text: str, slip: Slip) -> str:
    """Return a changed equation, in which what is new or what was left out has a colour."""
    before, old, after = text[: slip.start], text[slip.start : slip.end], text[slip.end :]
    dropped = slip.kind.startswith("dropped")
    shown, colour = (old, "gray") if dropped or not slip.new.strip() else (slip.new, "red")
    script = re.match(r"\s*[_^]", shown)
    if not whole(shown) or not shown.strip():
        return before + slip.new + after
    if script:
        return f"{before}{script[0]}{{{coloured(shown[script.end() :], colour)}}}{after}"
    spaced = {
        "relation": r"\mathrel",
        "operator": "" if re.match(r"\s*[_^]", after) else r"\mathop",
        "sign": r"\mathbin" if old and slip.new else "",
    }
    kind = spaced.get(slip.kind)
    marked = f"{kind}{{{coloured(shown, colour)}}}" if kind else coloured(shown, colour)
    if TAKES_ARGUMENT.search(before):
        marked = f"{{{marked}}}"
    return before + marked + after


def coloured(latex: str, colour: str) -> str:
    """Return LaTeX in a colour."""
    return rf"\textcolor{{{colour}}}{{{latex.strip()}}}"


def whole(latex: str) -> bool:
    """Return whether a part of a formula can be set by itself."""
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", latex):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    pairs = latex.count(r"\left") - latex.count(r"\leftarrow") == latex.count(r"\right")
    return depth == 0 and pairs and "&" not in latex and r"\\" not in latex


class ShowBreakable(SphinxPostTransform):
    """Fill in the equations that a reader can break."""

    default_priority = 4  # before the references are resolved

    def run(self, **kwargs: Any) -> None:
        """Replace each place by the equation, its numbers and its changes."""
        for place in list(self.document.findall(Breakable)):
            found = self.equation(place["label"])
            if found is None or not found[1].slips:
                message = "breakable: no equation %s that a change of it breaks"
                logger.warning(message, place["label"], location=place, type="mathcheck")
                place.parent.remove(place)
                continue
            place.replace_self(self.shown(*found, place["changes"]))

    def equation(self, label: str) -> tuple[Equation, Answers] | None:
        """Return an equation of the book with what it answers."""
        known = state(self.env)
        for docname, page in known.verdicts.items():
            for place, (equation, _) in page.items():
                if equation.label == label and place in known.answers.get(docname, {}):
                    return equation, known.answers[docname][place]
        return None

    def shown(self, equation: Equation, answers: Answers, most: int) -> nodes.container:
        """Return the equation with its numbers and changes."""
        number = link("math", "eq", equation.label, equation.label, self.env.docname)
        box = nodes.container("", displayed(equation.text, self.env.docname), classes=["breakable"])
        group = f"slips-{equation.label}"
        for slip in answers.slips[:most]:
            box.extend(slip_nodes(equation, slip, group))
        if answers.samples:
            first = answers.samples[0]
            numbers = nodes.inline("", first.text, classes=["sample"])
            box += nodes.paragraph("", "As equation ", number, nodes.Text(" has it: "), numbers)
        return box
