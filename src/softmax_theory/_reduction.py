"""The mean or the sum of losses, or the losses themselves."""

from typing import Any, Literal

import numpy as np

from softmax_theory._arrays import FloatArray, FloatResult

Reduction = Literal["mean", "sum", "none"]


def check_reduction(reduction: str) -> None:
    """Raise unless ``reduction`` is one of the three that there are."""
    if not (isinstance(reduction, str) and reduction in ("mean", "sum", "none")):
        raise ValueError(f'reduction: got {reduction!r}; expected "mean", "sum" or "none"')


@np.errstate(all="ignore")
def reduce_losses(
    losses: FloatArray, reduction: Reduction, divisor: float | None = None
) -> FloatResult:
    """Return the mean or the sum of the losses, or the losses themselves.

    The mean divides by their number, unless there is another divisor.
    """
    if reduction == "none":
        return losses
    total: np.floating[Any] = losses.sum()
    if reduction == "sum":
        return total
    count = total.dtype.type(losses.size if divisor is None else divisor)
    if np.isinf(total):  # the sum may have overflowed where the mean does not
        return np.asarray((losses / count).sum())
    return np.asarray(total / count)
