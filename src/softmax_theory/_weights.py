"""Class weights, label smoothing and ignored labels: what they make of a target.

All three are taken out of the way before a loss is computed, so that the sums know nothing of
them: what is left is a target of the two usual kinds, and a factor for each sample.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import (
    FloatArray,
    as_array,
    as_floats,
    check_entries,
    classes_last,
    working,
)
from softmax_theory._numbers import as_number, index_or_none
from softmax_theory._targets import are_labels, as_rows, targets


class Weighted(NamedTuple):
    """A target as of `targets`, the factors of the losses, and what their mean divides by.

    Without class weights and ignored labels `factors` is None, which stands for ones. A sample with
    the factor zero is left out, whatever its logits are. The axis of the classes stays.
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
    amount = as_number(label_smoothing, "label_smoothing", 1, "a number from 0 to 1")
    given, counted = without_ignored(as_array(t, "t"), z, ignore_index)
    plain, classes = targets(given, z, axis), z.shape[axis]
    target = smoothed(plain, axis, classes, amount) if amount > 0 else plain
    factors = None if counted is None else np.expand_dims(counted, axis).astype(np.float64)
    divisor = z.size // classes if factors is None else float(factors.sum())
    counting = Weighted(target, factors, divisor)
    if weight is None:
        return counting
    return with_class_weights(counting, plain, class_weights(weight, classes), axis)


def with_class_weights(
    given: Weighted, plain: NDArray[Any], weights: FloatArray, axis: int
) -> Weighted:
    """Return the same with weights of the classes; the target was `plain` before the smoothing."""
    counted = 1.0 if given.factors is None else given.factors
    divisor = given.divisor
    if plain.dtype.kind != "f":
        of_labels = weights[plain] * counted
        divisor = float(of_labels.sum())
        if given.target is plain:
            return Weighted(plain, of_labels, divisor)
    with np.errstate(all="ignore"):
        rows = classes_last(given.target, axis) * weights
        totals = rows.sum(axis=-1, keepdims=True)
        # A total of zero leaves nan, and a factor that takes the sample out.
        parts = rows / totals, totals
    target, totals = (np.moveaxis(part, -1, axis) for part in parts)
    return Weighted(target, totals * counted, divisor)


def smoothed(target: NDArray[Any], axis: int, classes: int, amount: float) -> FloatArray:
    """Return probabilities of which a part is spread over all classes."""
    rows = working(as_rows(target, axis, classes))
    return np.moveaxis((1 - amount) * rows + amount / classes, -1, axis)


@np.errstate(all="ignore")
def times(numbers: FloatArray, factors: FloatArray) -> FloatArray:
    """Return the products, which are zero where a factor is, even of a nan or an infinity."""
    return np.where(factors == 0, 0, numbers * factors)


def class_weights(weight: ArrayLike, classes: int) -> FloatArray:
    """Return the weights in the type to compute in, once there is one for each class."""
    weights = as_floats(weight, "weight")
    if weights.shape != (classes,):
        raise ValueError(
            f"weight: got shape {weights.shape}; expected {(classes,)}, one for each class"
        )
    check_entries(
        ~((weights >= 0) & (weights < np.inf)),
        weights,
        "weight: that of class {index[0]} is {value}; "
        "expected finite numbers that are not negative",
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
