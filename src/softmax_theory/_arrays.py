"""Arrays on their way in and out: checks of the arguments, type and reduction of the results.

The functions of this package compute on a *working* array: real, with the classes on the last
axis, and at least float64, so that the rounding errors of narrower types do not count. ``finish``
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


@np.errstate(all="ignore")
def reduce_gradient(gradient: FloatArray, samples: int, reduction: Reduction) -> FloatArray:
    """Return the gradient of the reduced loss from the gradients of the single losses."""
    return gradient / gradient.dtype.type(samples) if reduction == "mean" else gradient


def check_labels(labels: NDArray[Any], n_classes: int) -> None:
    """Raise if a label is out of range, and name the first."""
    if not labels.size or (labels.min() >= 0 and labels.max() < n_classes):
        return
    index = index_of_first((labels < 0) | (labels >= n_classes))
    raise ValueError(
        f"t: label {labels[index]}{place(index)} is out of range; "
        f"expected integers from 0 to {n_classes - 1} ({n_classes} classes)"
    )


def labels_to_rows(labels: NDArray[Any], n_classes: int) -> NDArray[np.bool_]:
    """Return one-hot rows, or name the first label that is out of range."""
    check_labels(labels, n_classes)
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


def logits(z: ArrayLike, axis: int = -1) -> tuple[FloatArray, int]:
    """Return the logits, contiguous and in their own type, and the axis of the classes."""
    array = as_floats(z, "z")
    return np.ascontiguousarray(array), class_axis(array, axis, "z")


@np.errstate(all="ignore")
def check_distributions(rows: FloatArray) -> None:
    """Raise unless the softmax function of each row of logits is a distribution."""
    largest = rows.max(axis=-1)
    wrong = ~(np.abs(largest) < np.inf)
    if wrong.any():
        index = index_of_first(wrong)
        raise ValueError(
            f"z: the largest logit{place(index)} is {largest[index]}; expected a finite one, "
            "without which there is no softmax function"
        )


def as_integer(value: int, name: str) -> int:
    """Return an integer that is at least 1, or name what was given."""
    number = index_or_none(value)
    if number is None or number < 1:
        raise ValueError(f"{name}: got {value!r}; expected an integer that is at least 1")
    return number


def targets(t: ArrayLike, z: FloatArray, axis: int) -> NDArray[Any]:
    """Return integer labels of the shape of the samples, or probabilities of the shape of z."""
    array = as_array(t, "t")
    samples = (*z.shape[:axis], *z.shape[axis + 1 :])
    if array.shape == z.shape:
        probabilities = as_floats(array, "t")
        rows = classes_last(probabilities, axis)
        check_simplex(rows, "t", simplex_tolerance(probabilities.dtype))
        return np.ascontiguousarray(probabilities)
    if array.shape == samples and are_labels(array):
        labels = array.astype(np.intp) if array.dtype.kind == "f" else array
        check_labels(labels, z.shape[axis])
        return np.asarray(labels, order="C")
    raise ValueError(
        f"t: got shape {array.shape} and type {array.dtype}; expected integer labels of shape "
        f"{samples} or probabilities of shape {z.shape}"
    )


def target_rows(t: ArrayLike, z: FloatArray, axis: int) -> FloatArray:
    """Return the targets as probabilities in the type of z, with the classes on the last axis."""
    target = targets(t, z, axis)
    if target.shape == z.shape:
        return classes_last(target, axis).astype(z.dtype, copy=False)
    return labels_to_rows(target, z.shape[axis]).astype(z.dtype)


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
