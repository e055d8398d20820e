"""What is wrong with an equation, in words, with a counterexample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mathcheck import samples
from mathcheck.checking.causes import likely_cause
from mathcheck.checking.compare import compare_all
from mathcheck.checking.display import describe, shown
from mathcheck.checking.equation import Reading
from mathcheck.checking.sampling import fitting_sizes, sampled_keys, shared
from mathcheck.checking.tally import Failure, Tally
from mathcheck.expressions import SetOf
from mathcheck.latex import Refusal
from mathcheck.numbers.precision import Undefined
from mathcheck.values import Scope

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
SIGNS = {
    "!=": r"\neq",
    "<=": r"\leq",
    ">=": r"\geq",
    "~": r"\approx",
    "propto": r"\propto",
    "in": r"\in",
    "notin": r"\notin",
}


def smallest_failure(reading: Reading, number: int, relation: int) -> Failure | None:
    """Return the simplest counterexample: the smallest sizes, the roundest numbers."""
    table = reading.place.table
    source = samples.generator(reading.text, reading.place.seed + 1)
    keys = sampled_keys(reading.prepared, (), reading.place)
    sampled = {key for key in keys if table.type(key).sampled}
    for given in fitting_sizes(reading, keys)[:3]:
        for values in samples.round_values(sampled, given, table, source):
            tally = Tally()
            scope = Scope(shared(reading.place), {**given, **values})
            try:
                compare_all([reading.prepared[number]], scope, tally)
            except (Refusal, Undefined):
                continue
            if (0, relation) in tally.failures:
                return tally.failures[0, relation]
    return None


def failure_message(
    reading: Reading,
    number: int,
    relation: int,
    failure: Failure,
    seen: Sequence[Mapping[str, Any]],
) -> str:
    """Return the message for a relation that does not hold."""
    text, prepared, place = reading.text, reading.prepared, reading.place
    ready = prepared[number]
    chain = ready.chain
    sign = chain.signs[relation]
    printed = SIGNS.get(sign, sign)
    left, right = chain.sides[relation], chain.sides[relation + 1]
    same = [k for k, s in enumerate(chain.signs) if s == sign]
    which = f"the {ORDINALS[same.index(relation) % 8]} {printed}" if len(same) > 1 else printed
    if len(prepared) > 1:
        which += f" of the {ORDINALS[number % 8]} equation"
    spelled = [" ".join(text[n.start : n.end].split()) for n in (left, right)]
    width = max(len(s) for s in spelled)
    lines = [f"{which} does not hold"]
    if isinstance(right, SetOf) or failure.right is None:
        lines.append(f"    {spelled[0]}  =  {shown(failure.left)}, not in {spelled[1]}")
    elif sign == "propto":
        lines.append(f"    the ratio is {shown(failure.left)} and {shown(failure.right)}")
    else:
        for name, value in zip(spelled, (failure.left, failure.right), strict=True):
            lines.append(f"    {name:{width}}  =  {shown(value)}")
    scope = Scope(shared(place), failure.values)
    lines.append(f"    at {describe(failure.values, scope, failure.assignment)}")
    cause = likely_cause(ready, relation, seen, place)
    if cause:
        lines.append(f"    {cause}")
    return "\n".join(lines)
