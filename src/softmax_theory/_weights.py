"""Class weights, label smoothing and ignored labels: what they make of a target.

All three are taken out of the way before a loss is computed, so that the sums know nothing of
them: what is left is a target of the two usual kinds, and a factor for each sample.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import (
    FloatArray,
    are_labels,
    as_array,
    as_floats,
    classes_last,
    index_or_none,
    labels_to_rows,
    targets,
    working,
)


class Weighted(NamedTuple):
    """A target, the factors of the losses of the samples, and what their mean divides by.

    Without class weights and ignored labels `factors` is None, which stands for ones. A sample with
    the factor zero is left out, whatever its logits are.
    """

    target: NDArray[Any]
    factors: FloatArray | None
    divisor: float


def weighted(
    t: ArrayLike,
    z: FloatArray,
    axis: int,
    weight: ArrayLike | None,
    label_smoothing: float,
    ignore_index: int | None,
) -> Weighted:
    """Return the target that the three arguments, named as in PyTorch, make of another."""
    amount = smoothing(label_smoothing)
    given, counted = without_ignored(as_array(t, "t"), z, ignore_index)
    target = targets(given, z, axis)
    labels = target.shape != z.shape
    weights = None if weight is None else class_weights(weight, z.shape[axis])
    factors: FloatArray | None = None if counted is None else counted.astype(np.float64)
    if weights is not None and labels:
        of_labels = weights[target]
        factors = of_labels if factors is None else of_labels * factors
    divisor = z.size // z.shape[axis] if factors is None else float(factors.sum())
    if amount > 0 or (weights is not None and not labels):
        target, totals = soft(target, z, axis, weights, amount)
        if totals is not None:
            factors = totals if counted is None else totals * counted
    return Weighted(target, factors, divisor)


@np.errstate(all="ignore")
def soft(
    target: NDArray[Any], z: FloatArray, axis: int, weights: FloatArray | None, amount: float
) -> tuple[FloatArray, FloatArray | None]:
    """Return smoothed probabilities times the weights, as probabilities and what they summed to."""
    classes = z.shape[axis]
    if target.shape == z.shape:
        rows = classes_last(working(target), axis)
    else:
        rows = labels_to_rows(target, classes).astype(np.float64)
    rows = (1 - amount) * rows + amount / classes if amount > 0 else rows
    if weights is None:
        return np.moveaxis(rows, -1, axis), None
    rows = rows * weights
    totals = rows.sum(axis=-1, keepdims=True)
    # A total of zero leaves nan, and a factor that takes the sample out.
    return np.moveaxis(rows / totals, -1, axis), totals[..., 0]


@np.errstate(all="ignore")
def times(numbers: FloatArray, factors: FloatArray | None) -> FloatArray:
    """Return the products, which are zero where a factor is, even of a nan or an infinity."""
    return numbers if factors is None else np.where(factors == 0, 0, numbers * factors)


@np.errstate(all="ignore")
def write_times(
    result: FloatArray, differences: FloatArray, factors: FloatArray, divisor: float
) -> None:
    """Write the derivatives times the factors, divided by a number."""
    result[...] = times(differences, factors) / divisor


def smoothing(value: float) -> float:
    """Return the amount of label smoothing once it is known to be a number from 0 to 1."""
    try:
        amount = float(value)
    except (TypeError, ValueError):
        amount = np.nan
    if not 0 <= amount <= 1 or isinstance(value, str):
        raise ValueError(f"label_smoothing: got {value!r}; expected a number from 0 to 1")
    return amount


def class_weights(weight: ArrayLike, classes: int) -> FloatArray:
    """Return the weights in the type to compute in, once there is one for each class."""
    weights = as_floats(weight, "weight")
    if weights.shape != (classes,):
        raise ValueError(
            f"weight: got shape {weights.shape}; expected {(classes,)}, one for each class"
        )
    wrong = ~((weights >= 0) & (weights < np.inf))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ValueError(
            f"weight: that of class {first} is {weights[first]}; "
            "expected finite numbers that are not negative"
        )
    return working(weights)


def without_ignored(
    t: NDArray[Any], z: FloatArray, ignore_index: int | None
) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Return labels of which those to ignore are class 0, and which ones count; None is all."""
    if ignore_index is None:
        return t, None
    ignored = index_or_none(ignore_index)
    if ignored is None:
        raise ValueError(f"ignore_index: got {ignore_index!r}; expected an integer or None")
    if not are_labels(t) or t.shape == z.shape:
        raise ValueError(
            f"ignore_index: got {ignored} with t of shape {t.shape} and type {t.dtype}; "
            "expected integer labels"
        )
    counted = t != ignored
    return np.where(counted, t, 0).astype(t.dtype), counted
