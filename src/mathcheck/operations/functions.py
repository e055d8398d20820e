r"""Functions of one number: how they are applied to rationals, balls, derivatives, and vectors.

The functions of mpmath are computed with `GUARD` bits more than are kept, and trusted to be right
to half of these; the radius grows by a bound of the derivative in the ball.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from mpmath import libmp

from mathcheck.expressions import Node
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import each, shape
from mathcheck.numbers.balls import NEVER, Ball, Rational, ball, plus, shown
from mathcheck.numbers.complexes import Complex
from mathcheck.numbers.duals import Dual
from mathcheck.numbers.precision import Beyond, Undecided, Undefined, working
from mathcheck.operations.record import Record

EVERYWHERE = "every number"
GUARD = 30
# Of a monotone function in a ball as wide as this, in bits, the ends are computed.
WIDE = 16.0
# So many values of each function are remembered.
REMEMBERED = 1024
Raw = Callable[..., Any]


def everywhere(x: Any) -> bool:
    """Return that a function is defined."""
    return True


@dataclass(frozen=True)
class Function:
    """A function of one number, which can be called with a number, and as the value of a record.

    `number` is its value at a rational number or a ball, `slope` its derivative, which may be the
    reason why there is none; `known` are its rational values at rational numbers.
    """

    name: str
    number: Callable[[Any], Any]
    slope: Callable[[Any], Any] | str
    defined: Callable[[Any], bool] = everywhere
    domain: str = EVERYWHERE
    known: Mapping[int, int] = field(default_factory=dict)
    of_complex: Callable[[Complex], Any] | None = None
    # Numbers of this size are too large to compute with.
    limit: int | None = None

    def __call__(self, x: Any) -> Any:
        """Return the value at a number, with its derivative if the number has one."""
        if isinstance(x, Dual):
            if not callable(self.slope):
                raise Undefined(f"{self.name} is differentiated; its derivative is not known here")
            return Dual(x.tag, self(x.value), self.slope(x.value) * x.slope)
        if isinstance(x, Complex):
            if self.of_complex is None:
                raise Undefined(f"{self.name} of a complex number")
            return self.of_complex(x)
        is_ball = type(x) is Ball
        if not is_ball and not isinstance(x, Rational):
            return x.apply(self.name)
        if self.limit is not None and abs(x) >= self.limit:
            raise Beyond(f"{self.name} of {shown(x)}, which is beyond {self.limit}")
        if not self.defined(x):
            raise Undefined(f"{self.name} of {shown(x)}; it is defined for {self.domain}")
        if not is_ball and x.denominator == 1 and x in self.known:
            return self.known[x]
        return self.number(x)

    def entrywise(self, operands: Sequence[Any], node: Node) -> Any:
        """Return the value at a number, or at each entry of a vector."""
        [value] = operands
        if isinstance(value, np.ndarray) and value.ndim != 1:
            raise Refusal(
                f"{self.name} of {shape(value)}; it is read for numbers and vectors", node.start
            )
        return each(self, value)


def enclosed(
    raw: Raw, steep: Callable[[Ball], float], *, twice: bool = False, monotone: bool = False
) -> Callable[[Any], Ball]:
    """Return a function of balls, from one of mpmath and a bound of its derivative in a ball.

    `steep` has the binary logarithm of the bound. What is computed `twice` is so with as many bits
    again, and the difference counts as an error: where mpmath's own bounds are not documented.
    What is `monotone` lies between its values at the ends of a wide ball.
    """
    # The sides of an equation have many values in common.
    remembered = lru_cache(REMEMBERED)(raw)

    def value(x: Any) -> Ball:
        x = ball(x)
        bits = working.bits
        middle = libmp.mpf_pos(remembered(x.middle, bits + GUARD, "n"), bits, "n")
        error = Ball(middle).size - bits
        if twice:
            again = remembered(x.middle, 2 * bits, "n")
            error = plus(error, Ball(libmp.mpf_sub(again, middle, bits, "n")).size)
        if x.radius == NEVER:
            return Ball(middle, error)
        if monotone and x.radius > min(x.size, 0.0) - WIDE:
            return between(value, x)
        rate = steep(x)
        return Ball(middle, plus(error, rate + x.radius), rate + x.terms)

    return value


def between(value: Callable[[Any], Ball], x: Ball) -> Ball:
    """Return the ball of a monotone function from its values at the ends."""
    try:
        one, other = (value(end) for end in ends(x))
    except libmp.ComplexResult:
        raise Undecided("whether a function is defined") from None
    middle, half = (one + other) / 2, (one - other) / 2
    return Ball(middle.middle, plus(middle.radius, half.high), x.terms)


def ends(x: Ball) -> tuple[Ball, Ball]:
    """Return numbers without an error a little outside of a ball, below and above."""
    error = libmp.mpf_shift(libmp.fone, math.ceil(x.radius))
    bits = max(working.bits, x.middle[3]) + 64
    return (
        Ball(libmp.mpf_sub(x.middle, error, bits, "f")),
        Ball(libmp.mpf_add(x.middle, error, bits, "c")),
    )


def record(
    of: Function,
    *spellings: str,
    said: str = "",
    exact: str = "atom",
    mutation: str = "-",
    form: str = "function",
) -> Record:
    """Return the record of a function of one number."""
    return Record(
        name=of.name,
        spellings=spellings,
        said=said or of.name,
        value=of.entrywise,
        slope=of.slope,
        domain=of.domain,
        exact=exact,
        mutation=mutation,
        form=form,
    )
