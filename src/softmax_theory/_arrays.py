"""Arrays on their way in and out: checks of the arguments, type and reduction of the results.

The functions of this package compute on a *working* array: real, with the classes on the last
axis, and at least float32, so that sums over many float16 terms keep their digits. ``finish``
returns the result in the type of the argument.
"""

import math
import operator
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

type_of_real = "a boolean, integer or real floating type"

FloatArray = NDArray[np.floating[Any]]
FloatResult = FloatArray | np.floating[Any]
Reduction = Literal["mean", "sum", "none"]


def as_array(value: ArrayLike, name: str) -> NDArray[Any]:
    """Return ``value`` as an array, or say that it is none."""
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{name}: got a masked array; expected one without a mask")
    try:
        return np.asarray(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: cannot be read as an array ({error})") from error


def as_floats(value: ArrayLike, name: str) -> FloatArray:
    """Return ``value`` as a floating array; integers and booleans become float64."""
    array = as_array(value, name)
    if array.dtype.kind == "f":
        return array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    raise ValueError(f"{name}: got type {array.dtype}; expected {type_of_real}")


def working(array: FloatArray) -> FloatArray:
    """Return ``array`` in the type to compute in: its own, but at least float32."""
    return array.astype(np.result_type(array.dtype, np.float32), copy=False)


@np.errstate(all="ignore")
def finish(result: FloatResult, dtype: DTypeLike) -> FloatArray:
    """Return ``result`` as ``dtype``; an array without axes becomes a NumPy scalar."""
    finished: FloatArray = np.asarray(result, dtype=dtype)[()]
    return finished


def class_axis(z: NDArray[Any], axis: int, name: str) -> int:
    """Return the class axis of ``z``, counted from the front, once it is known to be usable."""
    if z.ndim == 0:
        raise ValueError(f"{name}: got a scalar; expected at least one axis, that of the classes")
    expected = f"expected an integer from {-z.ndim} to {z.ndim - 1}"
    try:
        position = operator.index(axis)
    except TypeError:
        position = None
    if position is None or isinstance(axis, bool):
        raise ValueError(f"axis: got {axis!r}; {expected}")
    if not -z.ndim <= position < z.ndim:
        raise ValueError(f"axis: {position} is out of range for shape {z.shape}; {expected}")
    if z.shape[position] == 0:
        raise ValueError(
            f"{name}: got shape {z.shape}, without a class on axis {position}; "
            "expected at least one class"
        )
    return position % z.ndim


def classes_last(array: FloatArray, axis: int) -> FloatArray:
    """Return the working array with the classes on the last axis, next to one another.

    NumPy sums pairwise only over entries that are next to one another in memory.
    """
    return np.ascontiguousarray(np.moveaxis(working(array), axis, -1))


def classes_back(rows: FloatArray, axis: int) -> FloatArray:
    """Return ``rows`` with the classes on ``axis`` again."""
    return np.ascontiguousarray(np.moveaxis(rows, -1, axis))


def same_shape(name: str, array: NDArray[Any], other_name: str, other: NDArray[Any]) -> None:
    """Raise unless both arrays have one shape."""
    if array.shape != other.shape:
        raise ValueError(
            f"{name}: got shape {array.shape}; expected {other.shape}, the shape of {other_name}"
        )


def index_of_first(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the index of the first true entry of ``mask``."""
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(mask)), mask.shape))


def place(index: tuple[int, ...]) -> str:
    """Return the words that say where an entry is."""
    return f" at index {index}" if index else ""


def check_reduction(reduction: str) -> None:
    """Raise unless ``reduction`` is one of the three that there are."""
    if not (isinstance(reduction, str) and reduction in ("mean", "sum", "none")):
        raise ValueError(f'reduction: got {reduction!r}; expected "mean", "sum" or "none"')


@np.errstate(all="ignore")
def reduce_losses(losses: FloatArray, reduction: Reduction) -> FloatResult:
    """Return the mean or the sum of the losses, or the losses themselves."""
    if reduction == "none":
        return losses
    total: np.floating[Any] = losses.sum()
    if reduction == "sum":
        return total
    if np.isinf(total):  # the sum may have overflowed where the mean does not
        return np.asarray((losses / losses.size).sum())
    return np.asarray(total / total.dtype.type(losses.size))


@np.errstate(all="ignore")
def reduce_gradient(gradient: FloatArray, samples: int, reduction: Reduction) -> FloatArray:
    """Return the gradient of the reduced loss from the gradients of the single losses."""
    return gradient / gradient.dtype.type(samples) if reduction == "mean" else gradient


def labels_to_rows(labels: NDArray[Any], n_classes: int) -> NDArray[np.bool_]:
    """Return one-hot rows, or name the first label that is out of range."""
    outside = (labels < 0) | (labels >= n_classes)
    if outside.any():
        index = index_of_first(outside)
        raise ValueError(
            f"t: label {labels[index]}{place(index)} is out of range; "
            f"expected integers from 0 to {n_classes - 1} ({n_classes} classes)"
        )
    one_hot: NDArray[np.bool_] = labels[..., np.newaxis] == np.arange(n_classes)
    return one_hot


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
def check_simplex(rows: FloatArray, name: str, tolerance: float) -> None:
    """Raise unless each row, along the last axis, is a probability distribution or has a nan."""
    negative = rows < 0
    if negative.any():
        *sample, entry = index_of_first(negative)
        value = rows[(*sample, entry)]
        raise ValueError(
            f"{name}: the probability of class {entry}{place(tuple(sample))} is {value}; "
            "expected no negative one"
        )
    sums = rows.sum(axis=-1)
    wrong = np.abs(sums - 1) > tolerance
    if wrong.any():
        index = index_of_first(wrong)
        raise ValueError(
            f"{name}: the probabilities{place(index)} sum to {sums[index]}; "
            f"expected 1 to within {tolerance:.2g}"
        )


def distributions(p: ArrayLike, axis: int, name: str) -> tuple[FloatArray, np.dtype[Any]]:
    """Return rows on the simplex, with the classes last, and the type in which they came."""
    array = as_floats(p, name)
    rows = classes_last(array, class_axis(array, axis, name))
    check_simplex(rows, name, simplex_tolerance(array.dtype))
    return rows, array.dtype


def logits(z: ArrayLike, axis: int = -1) -> tuple[FloatArray, int, np.dtype[Any]]:
    """Return the logits with the classes last, the axis they came on and the type they had."""
    array = as_floats(z, "z")
    position = class_axis(array, axis, "z")
    return classes_last(array, position), position, array.dtype


def targets(t: ArrayLike, z: FloatArray, axis: int) -> FloatArray:
    """Return one row of probabilities per row of ``z`` (which has its classes last)."""
    array = as_array(t, "t")
    *samples, n_classes = z.shape
    shape = (*samples[:axis], n_classes, *samples[axis:])
    if array.shape == shape:
        return distributions(array, axis, "t")[0].astype(z.dtype, copy=False)
    if array.shape == tuple(samples) and are_labels(array):
        return labels_to_rows(array, n_classes).astype(z.dtype)
    raise ValueError(
        f"t: got shape {array.shape} and type {array.dtype}; expected integer labels of shape "
        f"{tuple(samples)} or probabilities of shape {shape}"
    )
