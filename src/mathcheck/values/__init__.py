"""The value of an expression at a sample, with a bound of its error.

`evaluate`, `holds` and `belongs` compute with as many digits as their decisions take; a
`decide`d relation between two numbers may need more.
"""

from __future__ import annotations

from typing import Any

from mathcheck import expressions as tree
from mathcheck.expressions import Node
from mathcheck.numbers.arrays import flat
from mathcheck.numbers.precision import Undecided, Undefined
from mathcheck.values import (
    calls,
    conditions,
    derivatives,
    integrals,
    leaves,
    limits,
    matrices,
    probability,
    scope,
    sums,
)
from mathcheck.values.decide import Open, decide, settled
from mathcheck.values.scope import Scope, Shared, TooMuch, index_range, lookup

scope.EVALUATORS.update(
    {
        tree.Number: lambda node, at: node.value if node.value.denominator > 1 else int(node.value),
        tree.Constant: leaves.of_constant,
        tree.Symbol: lambda node, at: lookup(node.key, at, node.start),
        tree.FunctionName: leaves.of_function_name,
        tree.Component: leaves.of_component,
        tree.Call: calls.of_call,
        tree.Probability: probability.of_probability,
        tree.Moment: probability.of_moment,
        tree.Operation: leaves.of_operation,
        tree.Big: sums.of_big,
        tree.Cases: sums.of_cases,
        tree.Matrix: matrices.of_matrix,
        tree.Pattern: matrices.of_matrix,
        tree.Listed: matrices.of_listed,
        tree.Indicator: lambda node, at: int(conditions.holds(node.condition, at)),
        tree.Derivative: derivatives.of_derivative,
        tree.Limit: limits.of_limit,
        tree.Integral: integrals.of_integral,
        tree.Evaluated: derivatives.of_evaluated,
    }
)


def evaluate(node: Node, at: Scope) -> Any:
    """Return the value of an expression, with as many digits as its decisions take."""
    return settled(lambda inner: scope.value(node, inner), at)


def holds(node: Node, at: Scope) -> bool:
    """Return whether a condition holds."""
    return settled(lambda inner: conditions.holds(node, inner), at)


def belongs(element: Any, of: Node, at: Scope) -> bool:
    """Return whether a value is an element of a set."""
    return settled(lambda inner: conditions.belongs(element, of, inner), at)


__all__ = [
    "Open",
    "Scope",
    "Shared",
    "TooMuch",
    "Undecided",
    "Undefined",
    "belongs",
    "decide",
    "evaluate",
    "flat",
    "holds",
    "index_range",
    "lookup",
    "settled",
]
