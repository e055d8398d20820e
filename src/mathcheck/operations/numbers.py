"""Operations on a few numbers: factorials, binomial coefficients, roots, logarithms to a base."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mathcheck.expressions import Node
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import Arrays, shape
from mathcheck.numbers.balls import divide
from mathcheck.operations.elementary import log
from mathcheck.operations.powers import binomial, double_factorial, factorial, power
from mathcheck.operations.record import REFUSED, Record, family
from mathcheck.operations.special import gamma


def of_numbers(name: str, value: Callable[..., Any]) -> Callable[[Sequence[Any], Node], Any]:
    """Return the value of an operation that takes no arrays."""

    def checked(operands: Sequence[Any], node: Node) -> Any:
        for operand in operands:
            if isinstance(operand, Arrays):
                raise Refusal(f"{name} of {shape(operand)}", node.start)
        return value(*operands)

    return checked


def beta(a: Any, b: Any) -> Any:
    """Return the beta function."""
    return divide(gamma(a) * gamma(b), gamma(a + b))


def of(name: str, spellings: tuple[str, ...], value: Callable[..., Any], **own: Any) -> Record:
    """Return the record of an operation on numbers."""
    checked = of_numbers(own.get("said", name), value)
    return family(arity=2, exact="atom")(name, spellings, checked, **own)


RECORDS = (
    of(
        "log_base",
        (r"\log_",),
        lambda x, base: divide(log(x), log(base)),
        said="logarithm to a base",
        domain="positive numbers, and a base that is not 1",
        form="script",
    ),
    of(
        "root",
        (r"\sqrt[]",),
        lambda x, degree: power(x, divide(1, degree)),
        said="root",
        domain="positive numbers",
        form="command",
    ),
    of(
        "factorial",
        ("!",),
        factorial,
        arity=1,
        slope=REFUSED,
        domain="whole numbers from 0 to 10000",
        exact="decision",
        form="postfix",
    ),
    of(
        "double_factorial",
        ("!!",),
        double_factorial,
        said="double factorial",
        arity=1,
        slope=REFUSED,
        domain="whole numbers from -1 to 10000",
        exact="decision",
        form="postfix",
    ),
    of(
        "binomial",
        (r"\binom", r"\dbinom", r"\tbinom"),
        binomial,
        said="binomial coefficient",
        slope=REFUSED,
        domain="numbers to 10000",
        form="command",
    ),
    of(
        "beta",
        ("B", r"\mathrm{B}", r"\operatorname{B}", r"\operatorname{Beta}"),
        beta,
        said="beta function",
        domain="positive numbers",
    ),
)
