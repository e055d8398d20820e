"""The code that claims to implement an equation, compared with it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from mathcheck.checking.display import describe
from mathcheck.checking.equation import Reading, split_options
from mathcheck.checking.prepare import Prepared, order_of
from mathcheck.checking.sampling import assignments, unknowns
from mathcheck.checking.tally import Tally
from mathcheck.expressions import Node, Relation
from mathcheck.indices import free_indices
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import Row, each, shape
from mathcheck.numbers.balls import NEVER, Ball, Rational, ball
from mathcheck.numbers.duals import bare
from mathcheck.numbers.precision import Undefined
from mathcheck.python import Code, PythonError, compile_expression, python_value
from mathcheck.symbols import Table
from mathcheck.values import Scope, evaluate, flat, holds

PYTHON_TOLERANCE = 1e-11
# Code is compared where binary64 neither overflows nor underflows.
PYTHON_SMALLEST, PYTHON_LARGEST = 2.0**-24, 32.0
# So many times as large, and as small, as the numbers that are written in the code, samples may be.
BEYOND = 16
UNDERFLOW = float(np.finfo(np.float64).tiny)


def code_of(reading: Reading) -> Code | None:
    """Return the code of an equation; of two symbols with one Python name it means its own."""
    options = reading.options
    if not options.python:
        return None
    narrower = {n.partition(" : ")[0].strip() for n in split_options(options.where) if " : " in n}
    own = unknowns(reading).keys
    return compile_expression(
        options.python, reading.place, lambda key: (key in narrower, key in own)
    )


def compare_python(
    ready: Prepared, code: Code, scope: Scope, tally: Tally, reading: Reading, *, ordinary: bool
) -> str:
    """Compare the left side with the code; return what is wrong.

    Where the sample isn't ordinary code need not have a value, and may break ties in its own way.
    """
    table, left = reading.place.table, ready.chain.sides[0]
    # Whole numbers as these are binary64 has exactly.
    span = spanned(scope.values, [key for key in code.names if table.type(key).continuous])
    smallest, largest = compared_range(code)
    in_range = span[0] >= smallest and span[1] <= largest
    if not in_range or not (ordinary or comparable(scope.values, code.names, table)):
        return ""
    free = free_order(left, table)
    order = code.indices or free
    if not set(order) <= set(free):
        return wrong_indices(code, order, free)
    try:
        computed = python_value(code, scope)
    except PythonError as error:
        return str(error) if ordinary else ""
    if not (ordinary or np.all(np.isfinite(np.asarray(computed, dtype=np.float64)))):
        return ""
    if problem := different_entry(ready, code, order, computed, scope, tally):
        return problem
    known = tally.python_range or span
    tally.python_range = (min(span[0], known[0]), max(span[1], known[1]))
    return ""


def different_entry(
    ready: Prepared,
    code: Code,
    order: Sequence[str],
    computed: Any,
    scope: Scope,
    tally: Tally,
) -> str:
    """Return in which entry the left side differs from what code computed, or nothing."""
    table, left = scope.shared.table, ready.chain.sides[0]
    conditions = ready.conditions[0] if ready.conditions else ()
    for assignment in assignments(ready, scope):
        inner = scope.child(assignment)
        try:
            if not all(holds(c, inner) for c in conditions):
                continue
            value = evaluate(left, inner)
        except Undefined:
            continue
        index = {key: assignment[key] - table.type(key).first for key in order}
        if problem := difference(value, computed, index) and difference(
            value, computed, index, terms_on_the_way(ready.chain, inner)
        ):
            at = describe(scope.values, scope, assignment)
            return f":python: {code.text} {problem}\n    at {at}"
        tally.comparisons += 1
    return ""


def free_order(side: Node, table: Table) -> tuple[str, ...]:
    """Return the free indices of a side in their order, which is that of the axes of its code."""
    free = free_indices(side, table)
    return tuple(key for key in order_of(side) if key in free)


def wrong_indices(code: Code, order: Sequence[str], free: Sequence[str]) -> str:
    """Return what is wrong with the indices of code."""
    return (
        f":python: {code.text} is indexed by {', '.join(order)}; expected free indices of "
        f"the left side, which has {', '.join(free) or 'none'}"
    )


def comparable(values: Mapping[str, Any], names: Iterable[str], table: Table) -> bool:
    """Return whether binary64 has the numbers that code takes, and no row has equal ones."""
    arrays = [
        np.asarray(values[key], dtype=object)
        for key in names
        if key in values and table.type(key).continuous
    ]
    exact = all(float(number) == number for array in arrays for number in array.ravel())
    rows = (row for array in arrays if array.ndim for row in array.reshape(-1, array.shape[-1]))
    return exact and all(len(set(row)) == len(row) for row in rows)


def difference(value: Any, computed: Any, index: Mapping[str, int], terms: float = 0.0) -> str:
    """Return in what the entry of computed numbers differs from a value, or from its terms."""
    indices = ", ".join(index)
    try:
        part = np.asarray(computed, dtype=np.float64)[tuple(index.values())]
    except (IndexError, TypeError, ValueError) as error:
        return f"can't be indexed by {indices}: {error}"
    expected = value.entries.shape if isinstance(value, Row) else np.shape(value)
    if np.shape(part) != expected:
        each = f" for each {indices}" if indices else ""
        return f"has the shape {np.shape(computed)}; the left side is {shape(value)}{each}"
    exact = np.array([float(bare(x)) for x in flat(value)])
    scale = max(float(np.max(np.abs(exact), initial=0.0)), largest_term(value), terms)
    differences = np.abs(np.ravel(part) - exact)
    if np.max(differences, initial=0.0) <= max(PYTHON_TOLERANCE * scale, UNDERFLOW):
        return ""
    worst = int(np.argmax(differences))
    return (
        "differs from the left side\n"
        f"    the equation: {exact[worst]:.6g}\n"
        f"    the code:     {np.ravel(part)[worst]:.6g}"
    )


def largest_term(value: Any) -> float:
    """Return the largest number that was added on the way to one of the entries of a value."""
    numbers = map(bare, flat(value))
    terms = [ball(x).terms for x in numbers if isinstance(x, Ball | Rational)]
    return float(2.0 ** min(1000.0, max(terms, default=NEVER)))


def terms_on_the_way(chain: Relation, scope: Scope) -> float:
    """Return the largest number that is added on the way to one of the sides that are equal.

    Rational numbers don't know from which terms they are, so balls stand in their places.
    """
    kinds = scope.shared.table.type
    moved = {k: each(ball, v) for k, v in scope.values.items() if kinds(k).continuous}
    equal = itertools.takewhile(
        lambda pair: pair[1] == "=", zip(chain.sides[1:], chain.signs, strict=True)
    )
    largest = 0.0
    for side in (chain.sides[0], *(side for side, _ in equal)):
        with contextlib.suppress(Refusal, Undefined):
            largest = max(largest, largest_term(evaluate(side, scope.afresh(moved))))
    return largest


def compared_range(code: Code) -> tuple[float, float]:
    """Return the smallest and largest size of the numbers at which code is compared.

    What it says of a number that is written in it shows on both sides of that number.
    """
    smallest, largest = (end(code.numbers, default=1.0) for end in (min, max))
    return min(PYTHON_SMALLEST, smallest / BEYOND), max(PYTHON_LARGEST, largest * BEYOND)


def spanned(values: Mapping[str, Any], names: Iterable[str]) -> tuple[float, float]:
    """Return the smallest and the largest size of the numbers, zeros left out, that code takes."""
    sizes = [
        abs(float(number))
        for key in names
        if key in values and not isinstance(values[key], frozenset)
        for number in np.ravel(values[key])
    ]
    return min(filter(None, sizes), default=1.0), max(sizes, default=1.0)
