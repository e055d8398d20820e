"""Functions of one number: how they are applied, to numbers and, entry by entry, to vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mathcheck.arithmetic import LARGEST, Dual, Undefined, context, each, shape
from mathcheck.expressions import Node
from mathcheck.latex import Refusal
from mathcheck.operations.record import Record

EVERYWHERE = "every number"


@dataclass(frozen=True)
class Function:
    """A function of one number, which can be called with a number, and as the value of a record."""

    name: str
    number: Callable[[Any], Any]
    slope: Callable[[Any], Any] | str
    defined: Callable[[Any], bool]
    domain: str

    def __call__(self, x: Any) -> Any:
        """Return the value at a number, with its derivative if the number has one."""
        if isinstance(x, Dual):
            if not callable(self.slope):
                raise Refusal(f"the derivative of {self.name} is not known here")
            return Dual(x.tag, self(x.value), self.slope(x.value) * x.slope)
        method = getattr(x, "apply", None)
        if method is not None:
            return method(self.name)
        if not isinstance(x, context.mpc) and abs(x) > LARGEST:
            if self.name == "exp" and x < 0:
                return context.zero
            raise Undefined(f"{self.name} of a number beyond 1e30")
        if not self.defined(x):
            raise Undefined(f"{self.name} of {context.nstr(x, 4)}; it is defined for {self.domain}")
        return self.number(x)

    def entrywise(self, operands: Sequence[Any], node: Node) -> Any:
        """Return the value at a number, or at each entry of a vector."""
        [value] = operands
        if isinstance(value, np.ndarray) and value.ndim != 1:
            raise Refusal(
                f"{self.name} of {shape(value)}; it is read for numbers and vectors", node.start
            )
        return each(self, value)


def function(
    name: str,
    number: Callable[[Any], Any],
    slope: Callable[[Any], Any] | str,
    defined: Callable[[Any], bool] = lambda x: True,
    domain: str = EVERYWHERE,
) -> Function:
    """Return a function of one number."""
    return Function(name, number, slope, defined, domain)


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


def positive(x: Any) -> bool:
    """Return whether a number is real and above zero."""
    return not isinstance(x, context.mpc) and bool(x > 0)
