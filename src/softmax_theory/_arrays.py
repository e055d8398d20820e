"""Arrays on their way in and out: checks of the arguments, type and reduction of the results.

The functions of this package compute on a *working* array: real, with the classes on the last
axis, and at least float64, so that the rounding errors of narrower types do not count. ``finish``
returns the result in the type of the argument.
"""

import math
import operator
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

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
    raise ValueError(
        f"{name}: got type {array.dtype}; expected a boolean, integer or real floating type"
    )


def working(array: FloatArray) -> FloatArray:
    """Return ``array`` in the type to compute in: its own, but at least float64."""
    return array.astype(np.result_type(array.dtype, np.float64), copy=False)


@np.errstate(all="ignore")
def finish(result: FloatResult, dtype: DTypeLike) -> FloatArray:
    """Return ``result`` as ``dtype``; an array without axes becomes a NumPy scalar."""
    finished: FloatArray = np.asarray(result, dtype=dtype)[()]
    return finished


def index_or_none(value: Any) -> int | None:
    """Return an integer as such, and None of what is none; a boolean is none."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def class_axis(z: NDArray[Any], axis: int, name: str) -> int:
    """Return the class axis of ``z``, counted from the front, once it is known to be usable."""
    if z.ndim == 0:
        raise ValueError(f"{name}: got a scalar; expected at least one axis, that of the classes")
    expected = f"expected an integer from {-z.ndim} to {z.ndim - 1}"
    position = index_or_none(axis)
    if position is None:
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


def same_shape(name: str, array: NDArray[Any], other_name: str, other: NDArray[Any]) -> None:
    """Raise unless both arrays have one shape."""
    if array.shape != other.shape:
        raise ValueError(
            f"{name}: got shape {array.shape}; expected {other.shape}, the shape of {other_name}"
        )


def place(index: Sequence[int]) -> str:
    """Return the words that say where an entry is."""
    return f" at index {tuple(map(int, index))}" if len(index) else ""


def check_entries(wrong: NDArray[np.bool_], values: NDArray[Any], message: str) -> None:
    """Raise if an entry is wrong; a message may have {value}, {index} and {place} of the first."""
    if wrong.any():
        index = tuple(np.argwhere(wrong)[0])
        raise ValueError(message.format(value=values[index], place=place(index), index=index))


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


def logits(z: ArrayLike, axis: int = -1) -> tuple[FloatArray, int]:
    """Return the logits, contiguous and in their own type, and the axis of the classes."""
    array = as_floats(z, "z")
    return np.ascontiguousarray(array), class_axis(array, axis, "z")


@np.errstate(all="ignore")
def check_distributions(rows: FloatArray) -> None:
    """Raise unless the softmax function of each row of logits is a distribution."""
    largest = np.asarray(rows.max(axis=-1))
    check_entries(
        ~np.isfinite(largest),
        largest,
        "z: the largest logit{place} is {value}; expected a finite one, "
        "without which there is no softmax function",
    )


def as_integer(value: int, name: str) -> int:
    """Return an integer that is at least 1, or name what was given."""
    number = index_or_none(value)
    if number is None or number < 1:
        raise ValueError(f"{name}: got {value!r}; expected an integer that is at least 1")
    return number


def as_number(value: float, name: str, most: float, expected: str) -> float:
    """Return a number from 0 to the most that it may be, or name what was given."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number <= most or isinstance(value, str):
        raise ValueError(f"{name}: got {value!r}; expected {expected}")
    return number


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
        return np.expand_dims(np.ascontiguousarray(array, np.intp).reshape(samples), axis)
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


def result_for(
    shape: tuple[int, ...], dtype: np.dtype[Any], z: FloatArray, out: FloatArray | None
) -> FloatArray:
    """Return memory for a result: `out` itself where it can be written to as it is.

    Raises
    ------
    ValueError
        If `out` is not an array of this shape and type that can be written to.
    """
    if out is None:
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray):
        raise ValueError(f"out: got {type(out).__name__}; expected a numpy.ndarray")
    if out.shape != shape or out.dtype != dtype:
        raise ValueError(
            f"out: got shape {out.shape} and type {out.dtype}; expected {shape} and {dtype}"
        )
    if not out.flags.writeable:
        raise ValueError("out: got a read-only array; expected one that can be written to")
    # A tile is read before its part of the result is written, so that z itself may be `out`.
    same = out.shape == z.shape and out.ctypes.data == z.ctypes.data
    if out.flags.c_contiguous and (same or not np.may_share_memory(out, z)):
        return out
    return np.empty(shape, dtype)


def delivered(result: FloatArray, out: FloatArray | None) -> FloatArray:
    """Return the result in `out`, if there is one; an array without axes becomes a scalar."""
    if out is None:
        return result[()]
    if result is not out:
        out[...] = result
    return out
