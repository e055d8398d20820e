"""Classes on several axes: they are taken as one, the last."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import FloatArray, as_floats, check_entries, class_axis
from softmax_theory._tiles import split

Axes = int | tuple[int, ...] | None


def several_axes(z: ArrayLike, axis: Axes) -> tuple[FloatArray, tuple[int, ...]]:
    """Return the logits, and the axes of the classes, counted from the front.

    Raises
    ------
    ValueError
        If one is not an axis of z, if there is none, or if one is named twice.
    """
    array = as_floats(z, "z")
    if axis is None:
        axis = tuple(range(array.ndim))
    if not isinstance(axis, tuple) or array.ndim == 0:
        return array, (class_axis(array, -1 if isinstance(axis, tuple) else axis, "z"),)
    axes = tuple(class_axis(array, one, "z") for one in axis)
    if not axes or len(set(axes)) < len(axes):
        raise ValueError(f"axis: got {axis!r}; expected at least one axis, and none twice")
    return array, axes


def classes_at_end(array: NDArray[Any], axes: tuple[int, ...]) -> NDArray[Any]:
    """Return the array with these axes at the end, in their order; it is a view."""
    return np.moveaxis(array, axes, range(-len(axes), 0))


def three_axes(array: FloatArray, axes: tuple[int, ...]) -> FloatArray:
    """Return the array as `split` does, with the classes on the middle one of three axes."""
    if len(axes) == 1:
        return split(np.ascontiguousarray(array), axes[0])
    rows = np.ascontiguousarray(classes_at_end(array, axes))
    return rows.reshape(-1, math.prod(rows.shape[-len(axes) :]), 1)


def weighted(z: FloatArray, b: ArrayLike) -> FloatArray:
    """Return z + log(b) in the working type, -inf for a weight of zero."""
    weights = as_floats(b, "b")
    try:
        weights = np.broadcast_to(weights, z.shape)
    except ValueError:
        raise ValueError(
            f"b: got shape {weights.shape}; expected {z.shape}, the shape of z, or one that "
            "can be broadcast to it"
        ) from None
    check_entries(weights < 0, weights, "b: got {value}{place}; expected no negative weight")
    wide = np.result_type(z.dtype, np.float64)
    with np.errstate(all="ignore"):
        shifted = z.astype(wide) + np.log(weights.astype(wide))
    return np.where((weights == 0) & ~np.isnan(z), -np.inf, shifted)
