"""Arrays on their way in and out: checks of the arguments, and the type of the results.

The functions of this package compute on a *working* array: real, with the classes on the last
axis, and at least float64, so that the rounding errors of narrower types do not count. ``finish``
returns the result in the type of the argument.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from softmax_theory._numbers import index_or_none

FloatArray = NDArray[np.floating[Any]]
FloatResult = FloatArray | np.floating[Any]


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
    if np.count_nonzero(wrong):
        index = tuple(np.argwhere(wrong)[0])
        raise ValueError(message.format(value=values[index], place=place(index), index=index))


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
