"""In what the two sides of a relation differ, if it is the same at all samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mathcheck.arithmetic import Undefined, bare, context
from mathcheck.checking.compare import POINTS
from mathcheck.checking.decide import ROUGH, TOLERANCE
from mathcheck.checking.display import shown
from mathcheck.checking.equation import Context
from mathcheck.checking.prepare import Prepared
from mathcheck.checking.sampling import assignments, shared
from mathcheck.evaluate import Scope, evaluate, flat, holds
from mathcheck.latex import Refusal


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
                if bare(a) != 0:
                    ratios.append(bare(b) / bare(a))
    if ratios and steady(ratios) and (len(ratios) > 1 or simple(ratios[0])):
        if abs(ratios[0] + 1) < TOLERANCE:
            return "the two sides differ by the sign alone"
        if ratios[0] == 0 or abs(ratios[0] - 1) < TOLERANCE:
            return ""
        return f"the right side is the left times {shown(ratios[0])}"
    if len(differences) > 1 and steady(differences):
        return f"the right side is the left plus {shown(differences[0])}"
    return ""


def simple(value: Any) -> bool:
    """Return whether a number is a fraction of small whole numbers."""
    return any(abs(value * k - context.nint(value * k)) < ROUGH for k in range(1, 13))


def steady(numbers: Sequence[Any]) -> bool:
    """Return whether all numbers are equal."""
    return all(abs(n - numbers[0]) <= TOLERANCE * max(1, abs(numbers[0])) for n in numbers)
