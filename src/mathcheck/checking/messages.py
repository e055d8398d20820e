"""What is wrong with an equation, in words."""

from __future__ import annotations

from collections.abc import Callable

from mathcheck.checking.display import describe, shown, shown_both
from mathcheck.checking.equation import Reading
from mathcheck.checking.tally import Failure, Gap, Unsettled
from mathcheck.expressions import SetOf
from mathcheck.report import Problem
from mathcheck.wording import ordinal

SIGNS = {
    "!=": r"\neq",
    "<=": r"\leq",
    ">=": r"\geq",
    "~": r"\approx",
    "propto": r"\propto",
    "in": r"\in",
    "notin": r"\notin",
}
# The words for a problem that is said in one sentence, with its data in order.
SENTENCES = {
    "bound twice": "the {0} binds {1}, which is bound already",
    "bound in vain": "the {0} binds {1}, which does not occur in it",
    "bound to nothing": "the {0} binds {1}, which does not occur in it",
    "bound and free": "the {0} binds {1}, which is free elsewhere; use another letter",
    "free on the right": "the index {0} is free on the right side alone; bind it, or say for "
    "which {0} the equation holds",
    "idle condition": "the condition is on {0}, which does not occur in the equation",
    "vacuous": "vacuous: no sample meets the conditions",
    "no values": "vacuous: at every sample both sides have no value; say where the equation holds",
    "no ratio": "vacuous: at no sample two entries of the sides have a ratio other than zero",
    "row never met": "this row of cases was met at no sample; leave it out, or narrow a symbol so "
    "that it is met",
    "never holds": "this holds for no values of what it relates",
    "differs exactly": "the sides differ, by exact arithmetic",
    "contradiction": "it was proved, and it fails at a sample: one of the two is wrong, which is a "
    "defect of the checker and not of the book; please report the equation with its table",
    "loose": "the bound is not sharp: the sides come no nearer than {0}",
    "refused": "{0}",
    "undefined": "undefined: {0}",
    "python": "{0}",
}


def printed(problem: Problem, reading: Reading | None) -> str:
    """Return the words for a problem; one of a relation needs the equation."""
    if reading is not None and problem.kind in WRITERS:
        return WRITERS[problem.kind](problem, reading)
    sentence = SENTENCES[problem.kind].format(*problem.data)
    repair = problem.data[2] if problem.kind.startswith("bound") else ""
    return f"{sentence}; read as {repair} for {problem.data[1]}" if repair else sentence


def which_relation(reading: Reading, number: int, relation: int) -> str:
    """Return which relation of an equation is meant: the second =."""
    chain = reading.prepared[number].chain
    sign = chain.signs[relation]
    same = [k for k, s in enumerate(chain.signs) if s == sign]
    sign_printed = SIGNS.get(sign, sign)
    which = f"the {ordinal(same.index(relation))} {sign_printed}" if len(same) > 1 else sign_printed
    if len(reading.prepared) > 1:
        which += f" of the {ordinal(number)} equation"
    return which


def spelled(reading: Reading, number: int, side: int) -> str:
    """Return a side as it is printed."""
    node = reading.prepared[number].chain.sides[side]
    return " ".join(reading.text[node.start : node.end].split())


def gap_message(problem: Problem, reading: Reading) -> str:
    """Return the message for a side without a value where its neighbour has one."""
    number, relation, gap = problem.data
    assert isinstance(gap, Gap)
    scope = reading.place.scope(gap.values)
    return (
        f"undefined: {gap.reason}, in {spelled(reading, number, gap.side)}, at "
        f"{describe(gap.values, scope, gap.assignment)}; the other side of "
        f"{which_relation(reading, number, relation)} has a value there"
    )


def open_message(problem: Problem, reading: Reading) -> str:
    """Return the message for a question that is left open at a sample."""
    [unsettled] = problem.data
    assert isinstance(unsettled, Unsettled)
    where = describe(unsettled.values, reading.place.scope(unsettled.values), {})
    return f"at {where}, {unsettled.question.message}"


# What stands behind a claim is often meant as its condition with one of these signs.
CONDITIONS = ("<", "<=", ">", ">=", "!=")


def failure_message(problem: Problem, reading: Reading) -> str:
    """Return the message for a relation that does not hold, and its likely cause."""
    number, relation, failure, causes = problem.data
    assert isinstance(failure, Failure)
    chain = reading.prepared[number].chain
    right = chain.sides[relation + 1]
    sides = [spelled(reading, number, at) for at in (failure.first, relation + 1)]
    width = max(map(len, sides))
    lines = [f"{which_relation(reading, number, relation)} does not hold"]
    if isinstance(right, SetOf) or failure.right is None:
        lines.append(f"    {sides[0]}  =  {shown(failure.left)}, not in {sides[1]}")
    elif chain.signs[relation] == "propto":
        lines.append(f"    the ratio is {shown(failure.left)} and {shown(failure.right)}")
    else:
        values = shown_both(failure.left, failure.right)
        for name, value in zip(sides, values, strict=True):
            lines.append(f"    {name:{width}}  =  {value}")
    scope = reading.place.scope(failure.values)
    lines.append(f"    at {describe(failure.values, scope, failure.assignment)}")
    if number and chain.signs[relation] in CONDITIONS:
        lines.append(
            r"    if it is a condition of what stands before it, write \text{if} before it"
        )
    return "\n".join((*lines, *(f"    {cause}" for cause in causes)))


WRITERS: dict[str, Callable[[Problem, Reading], str]] = {
    "fails": failure_message,
    "gap": gap_message,
    "open": open_message,
}
