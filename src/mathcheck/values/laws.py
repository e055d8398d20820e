"""Whether the terms of a series follow one law, so that those that are tried tell of the others.

A bracket, a maximum or a floor of the index can do at any place what it does nowhere else, and so
can the exponential of a square, or a fraction whose denominator nearly vanishes. A series with one
of these is refused, because no number of terms says anything of what comes later.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from itertools import pairwise

from mathcheck.definitions import Definitions, names_in
from mathcheck.expressions import Component, Constant, Node, Number, Operation, Symbol, walk
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import flat
from mathcheck.values.estimates import size
from mathcheck.values.scope import CRASHES, Scope, value

# Operations that are alike at all values of an index.
LAWFUL = frozenset(
    {
        *("sum", "negative", "times", "dot", "quotient", "power", "root", "sqrt"),
        *("exp", "expm1", "log", "log1p", "log_base", "sinh", "cosh", "tanh"),
        *("sin", "cos", "arctan", "erf", "erfc"),
        *("factorial", "double_factorial", "binomial", "gamma", "beta", "digamma"),
    }
)
# Of these the last operand has to be a linear function of the index.
EXPONENTIALS = frozenset({"power", "exp", "expm1", "sinh", "cosh"})
# Steps at which a denominator must not be smaller than at the one before.
PLACES = (100, 200, 400, 800, 3200)

Height = Callable[[Node, int], float]


def check_law(node: Node, key: str, definitions: Definitions, height: Height) -> None:
    """Refuse an expression that may do far behind what it doesn't do at its first terms.

    Parameters
    ----------
    node : Node
        A term, or a part of it.
    key : str
        The index.
    definitions : Definitions
        What the names in it stand for.
    height : callable
        The logarithm of the size of a part, so many steps from the start.

    Raises
    ------
    Refusal
        With the part that has no law.
    """
    if key not in names_in(node):
        return
    if isinstance(node, Component) and isinstance(node.base, Symbol):
        check_entries(node, node.base.key, key, definitions, height)
        return
    if isinstance(node, Symbol | Number | Constant):
        return
    if not isinstance(node, Operation) or node.name not in LAWFUL:
        raise lawless(node)
    if node.name in EXPONENTIALS and not is_linear(node.operands[-1], key):
        raise lawless(node)
    for operand in node.operands:
        check_law(operand, key, definitions, height)
    if node.name == "quotient":
        check_divisor(node.operands[1], key, height)
    elif node.name == "power":
        check_divisor(node.operands[0], key, height)


def check_entries(
    node: Component, array: str, key: str, definitions: Definitions, height: Height
) -> None:
    """Refuse entries of an array whose indices, or whose definition, have no law."""
    for index in node.indices:
        check_law(index, key, definitions, height)
    for definition in definitions.found.get(array, ()):
        for name in definition.indices:
            # Without a scope of its own no denominator in it is known to grow.
            check_law(definition.body, name, definitions, lambda part, step: -step)


def is_linear(node: Node, key: str) -> bool:
    """Return whether an expression is a linear function of an index, or does not depend on it."""
    if key not in names_in(node) or isinstance(node, Symbol):
        return True
    if not isinstance(node, Operation):
        return False
    dependent = [operand for operand in node.operands if key in names_in(operand)]
    if node.name in ("times", "quotient"):
        over = node.name == "quotient" and key in names_in(node.operands[1])
        return len(dependent) == 1 and not over and is_linear(dependent[0], key)
    return node.name in ("sum", "negative") and all(is_linear(part, key) for part in dependent)


def check_divisor(node: Node, key: str, height: Height) -> None:
    """Refuse what may come near zero at a far term, where it stands in a denominator."""
    if key not in names_in(node) or isinstance(node, Symbol):
        return
    assert isinstance(node, Operation)
    if node.name in ("times", "negative"):
        for factor in node.operands:
            check_divisor(factor, key, height)
    elif node.name in ("power", "quotient"):
        check_divisor(node.operands[0], key, height)
    elif node.name not in EXPONENTIALS:
        heights = [height(node, step) for step in PLACES]
        if any(later < earlier for earlier, later in pairwise(heights)):
            raise lawless(node)


def lawless(node: Node) -> Refusal:
    """Return the refusal of a series whose far terms are not known."""
    return Refusal(
        "what stands here may do at a far term of the sum without end what it does not do at its "
        "first ones; mark it as not checked",
        node.start,
    )


def scales(body: Node, variable: str, scope: Scope) -> Iterator[tuple[Node, float]]:
    """Yield the parts of an expression that do not depend on a variable, and their sizes.

    The parts of the definitions that it reaches belong to it. A size is a logarithm, and there is
    one for each entry; a part without a value of its own, as one with a bound index, has none.
    """
    definitions = scope.shared.definitions
    reached = definitions.reach(body)
    bodies = [body, *(d.body for key in reached for d in definitions.found.get(key, ()))]
    known = {*scope.values, *definitions.found} - {variable}
    for part in (part for one in bodies for part in walk(one)):
        names: set[str] = set().union(*map(definitions.dependencies, names_in(part)))
        if isinstance(part, Number | Operation | Symbol) and names <= known:
            with contextlib.suppress(*CRASHES):
                for number in flat(value(part, scope)):
                    yield part, size(number)
