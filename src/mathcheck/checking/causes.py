"""In what the two sides of a relation differ, if it is the same at all samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mathcheck.checking.compare import POINTS
from mathcheck.checking.display import shown
from mathcheck.checking.equation import Context
from mathcheck.checking.prepare import Prepared
from mathcheck.checking.sampling import assignments, shared
from mathcheck.latex import Refusal
from mathcheck.numbers.balls import divide
from mathcheck.numbers.duals import bare
from mathcheck.numbers.precision import Undefined
from mathcheck.values import Scope, decide, evaluate, flat, holds
from mathcheck.values.decide import ESTIMATED_DIGITS


def likely_cause(
    ready: Prepared, relation: int, seen: Sequence[Mapping[str, Any]], place: Context
) -> str:
    """Return in what the two sides differ, if it is the same at all samples."""
    if ready.chain.signs[relation] != "=":
        return ""
    ratios, differences = [], []
    for values in seen[:POINTS]:
        scope = Scope(shared(place), values)
        for assignment in assignments(ready, scope)[:4]:
            inner = scope.child(assignment)
            if not all(holds(c, inner) for c in ready.conditions[relation]):
                continue
            try:
                pair = [
                    flat(evaluate(s, inner)) for s in ready.chain.sides[relation : relation + 2]
                ]
            except (Refusal, Undefined):
                return ""
            for a, b in zip(*pair, strict=False):
                differences.append(bare(b) - bare(a))
                if decide(a, 0, "=") is False:
                    ratios.append(divide(bare(b), bare(a)))
    return in_words(ratios, differences)


def in_words(ratios: Sequence[Any], differences: Sequence[Any]) -> str:
    """Return what is the same of all samples, the ratio or the difference of the sides."""
    if ratios and steady(ratios) and (len(ratios) > 1 or simple(ratios[0])):
        if equal(ratios[0], -1):
            return "the two sides differ by the sign alone"
        if equal(ratios[0], 0) or equal(ratios[0], 1):
            return ""
        return f"the right side is the left times {shown(ratios[0])}"
    if len(differences) > 1 and steady(differences):
        return f"the right side is the left plus {shown(differences[0])}"
    return ""


def simple(value: Any) -> bool:
    """Return whether a number is a fraction of small whole numbers."""
    return any(equal(value * k, round(float(value) * k)) for k in range(1, 13))


def steady(numbers: Sequence[Any]) -> bool:
    """Return whether all numbers are equal."""
    return all(equal(n, numbers[0]) for n in numbers)


def equal(a: Any, b: Any) -> bool:
    """Return whether two numbers are equal to as many digits as an estimate has."""
    return decide(a, b, "=", ESTIMATED_DIGITS) is True
