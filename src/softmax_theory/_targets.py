"""Targets: integer labels or rows of probabilities, and rows of probabilities by themselves."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import (
    FloatArray,
    as_array,
    as_floats,
    check_entries,
    class_axis,
    classes_last,
    logits,
    place,
)


def check_labels(labels: NDArray[Any], n_classes: int) -> None:
    """Raise if a label is out of range, and name the first."""
    check_entries(
        (labels < 0) | (labels >= n_classes),
        labels,
        "t: label {value}{place} is out of range; "
        f"expected integers from 0 to {n_classes - 1} ({n_classes} classes)",
    )


def are_labels(t: NDArray[Any]) -> bool:
    """Tell whether ``t`` has the type of labels; an empty list has none and may be labels."""
    return t.dtype.kind in "iu" or t.size == 0


def simplex_tolerance(dtype: np.dtype[Any]) -> float:
    """Return how far from one a row of this type may sum.

    The square root of its machine epsilon, and 1e-6 where that is less, so that probabilities
    that were computed in float32 are still accepted after a conversion to float64.
    """
    return max(1e-6, math.sqrt(np.finfo(dtype).eps))


@np.errstate(all="ignore")
def check_simplex(rows: FloatArray, name: str, dtype: np.dtype[Any]) -> None:
    """Raise unless each row, along the last axis, is a probability distribution or has a nan."""
    negative = rows < 0
    if negative.any():
        *sample, entry = np.argwhere(negative)[0]
        raise ValueError(
            f"{name}: the probability of class {entry}{place(sample)} is "
            f"{rows[(*sample, entry)]}; expected no negative one"
        )
    sums, tolerance = rows.sum(axis=-1), simplex_tolerance(dtype)
    check_entries(
        np.abs(sums - 1) > tolerance,
        sums,
        f"{name}: the probabilities{{place}} sum to {{value}}; "
        f"expected 1 to within {tolerance:.2g}",
    )


def distributions(p: ArrayLike, axis: int, name: str) -> tuple[FloatArray, np.dtype[Any]]:
    """Return rows on the simplex, with the classes last, and the type in which they came."""
    array = as_floats(p, name)
    rows = classes_last(array, class_axis(array, axis, name))
    check_simplex(rows, name, array.dtype)
    return rows, array.dtype


def targets(t: ArrayLike, z: FloatArray, axis: int) -> NDArray[Any]:
    """Return probabilities of the shape of z, or labels, which are integers: one on the axis."""
    array = as_array(t, "t")
    samples = (*z.shape[:axis], *z.shape[axis + 1 :])
    if array.shape == z.shape:
        probabilities = as_floats(array, "t")
        check_simplex(classes_last(probabilities, axis), "t", probabilities.dtype)
        return np.ascontiguousarray(probabilities)
    if array.shape == samples and are_labels(array):
        check_labels(array, z.shape[axis])
        one_label = (*samples[:axis], 1, *samples[axis:])
        return np.ascontiguousarray(array, np.intp).reshape(one_label)
    raise ValueError(
        f"t: got shape {array.shape} and type {array.dtype}; expected integer labels of shape "
        f"{samples} or probabilities of shape {z.shape}"
    )


def as_rows(target: NDArray[Any], axis: int, classes: int) -> NDArray[Any]:
    """Return a target as of `targets` as rows of probabilities; those of labels are booleans."""
    rows = np.moveaxis(target, axis, -1)
    return rows if rows.dtype.kind == "f" else rows == np.arange(classes)


def target_rows(t: ArrayLike, z: FloatArray, axis: int) -> FloatArray:
    """Return the targets as probabilities in the type of z, with the classes on the last axis."""
    return np.ascontiguousarray(as_rows(targets(t, z, axis), axis, z.shape[axis]), z.dtype)


def rows_and_targets(
    z: ArrayLike, t: ArrayLike, axis: int
) -> tuple[FloatArray, FloatArray, np.dtype[Any]]:
    """Return logits and probabilities as rows in the type to compute in, and the type of z."""
    array, position = logits(z, axis)
    rows = classes_last(array, position)
    return rows, target_rows(t, array, position).astype(rows.dtype, copy=False), array.dtype
