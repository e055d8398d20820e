"""The simplest counterexample to a relation that does not hold."""

from __future__ import annotations

from mathcheck import samples
from mathcheck.checking.compare import compare_all
from mathcheck.checking.equation import Reading
from mathcheck.checking.sampling import unknowns
from mathcheck.checking.tally import Failure, Tally
from mathcheck.latex import Refusal
from mathcheck.numbers.precision import Undefined

# Steps of evaluation for the search.
SMALL_EFFORT = 20_000


def smallest_failure(reading: Reading, number: int, relation: int) -> Failure | None:
    """Return the simplest counterexample: the smallest sizes, the roundest numbers."""
    table = reading.place.table
    source = samples.generator(reading.text, reading.place.seed + 1)
    unknown = unknowns(reading)
    left = SMALL_EFFORT
    for given in unknown.sizes[:3]:
        for values in samples.round_values(unknown.sampled, given, table, source):
            tally = Tally()
            scope = reading.place.scope({**given, **values}, left)
            try:
                compare_all([reading.prepared[number]], scope, tally)
            except (Refusal, Undefined, ArithmeticError):
                continue
            finally:
                left = max(0, scope.shared.steps)
            if (0, relation) in tally.failures:
                return tally.failures[0, relation]
    return None
