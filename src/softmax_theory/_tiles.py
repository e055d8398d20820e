"""Tiles of logits: cut from an array, with memory to compute in, and written into a result.

The classes of a tile are on its first axis. A tile fits into the cache of a core, and no more than
three are held beside the result. They are computed in binary64 at least. A row of narrow logits
that is longer than one tile, as of a large vocabulary, may take the memory of all three.
"""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from softmax_theory._arrays import FloatArray

# A tile has so many numbers of binary64, which are 768 KiB. Narrow logits that are not copied take
# one tile of the three, which may then be larger.
ELEMENTS = 3 << 15
NARROW_ELEMENTS = 1 << 17
# Numbers in a buffer of NumPy.
BUFFER = 1024
# The memory that a thread keeps from call to call.
KEPT = threading.local()
# With fewer classes than this a tile is laid out with the samples next to one another.
FEW = 64
# So few classes are brought into another order one by one.
CLASS_BY_CLASS = 8
# A difference of so few is written fastest where they are in the result.
STRIDED = 12


class Tile(NamedTuple):
    """Logits, one row for each class and one column for each sample, and memory to compute in.

    `place` are the samples in the arrays that the tile was cut from. `spare` is `None` where the
    logits are narrower than the working type, whose rounding errors then do not count.
    """

    place: tuple[slice, slice, slice]
    z: FloatArray
    values: FloatArray
    spare: FloatArray | None

    def blocks(self) -> list[slice]:
        """Return the classes in parts that fit the memory; nearly always there is one."""
        size, classes = len(self.values), len(self.z)
        if classes <= size:
            return [slice(0, classes)]
        return [slice(start, start + size) for start in range(0, classes, size)]

    def only(self, chosen: NDArray[np.bool_]) -> "Tile":
        """Return some of the samples, in the same memory."""
        logits = self.z.T[chosen].T
        count = logits.shape[1]
        spare = None if self.spare is None else self.spare[:, :count]
        return Tile(self.place, logits, self.values[:, :count], spare)

    def part(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the part of an array with three axes that belongs here, the classes first."""
        view = array[self.place].swapaxes(0, 1)
        return view[:, :, 0] if array.shape[2] == 1 else view

    def samples(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the part of an array with two axes, without that of the classes."""
        return array[self.place[0], self.place[2]]


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore what happens to single numbers, and pass through the rows of a tile where they are.

    NumPy copies an operand with one number for each row into a buffer if several rows fit there,
    which takes longer than the operation itself.
    """
    with np.errstate(all="ignore"):
        # Restored with the treatment of errors.
        np.setbufsize(BUFFER)
        yield


def split(array: NDArray[Any], axis: int) -> NDArray[Any]:
    """Return a contiguous array with three axes: before the classes, the classes, after them."""
    before, after = math.prod(array.shape[:axis]), math.prod(array.shape[axis + 1 :])
    return array.reshape(before, array.shape[axis], after)


@contextmanager
def lent(dtype: np.dtype[Any]) -> Iterator[FloatArray]:
    """Lend memory for three tiles. The thread keeps it: what is new is slow to touch at first."""
    kept: list[FloatArray] = KEPT.__dict__.setdefault(dtype.char, [])
    memory = kept.pop() if kept else np.empty(3 * ELEMENTS, dtype)
    try:
        yield memory
    finally:
        kept.append(memory)


def tiles(z: FloatArray) -> Iterator[Tile]:
    """Yield the tiles of logits with three axes, as of `split`."""
    if not z.size:
        return
    with lent(np.result_type(z.dtype, np.float64)) as memory:
        yield from tiles_in(memory, z)


def tiles_in(memory: FloatArray, z: FloatArray) -> Iterator[Tile]:
    """Yield the tiles; each uses the same memory."""
    before, classes, after = z.shape
    few = after > 1 or classes < FEW
    narrow = z.dtype != memory.dtype
    alone = narrow and not few
    room = NARROW_ELEMENTS if alone else ELEMENTS
    # A long row may have all memory.
    size = min(classes, len(memory) if alone else ELEMENTS)
    beside = min(after, max(1, room // size))
    deep = min(before, max(1, room // (size * beside)))

    def shaped(flat: FloatArray) -> FloatArray:
        count = deep * beside
        used = flat[: size * count]
        return used.reshape(size, count) if few else used.reshape(count, size).T

    values = shaped(memory)
    spare = None if narrow else shaped(memory[ELEMENTS:])
    copied = shaped(memory[2 * ELEMENTS :]) if few and size == classes else None
    for first in range(0, before, deep):
        for start in range(0, after, beside):
            place = (slice(first, first + deep), slice(None), slice(start, start + beside))
            part = z[place].swapaxes(0, 1)
            count = part.shape[1] * part.shape[2]
            if copied is None:
                logits = part.reshape(classes, count)
            else:
                # Samples that are not next to one another are brought together.
                logits = copied[:, :count]
                np.copyto(logits.reshape(part.shape), part)
            here = None if spare is None else spare[:, :count]
            yield Tile(place, logits, values[:, :count], here)


@lru_cache(maxsize=4)
def numbers(count: int) -> NDArray[np.intp]:
    """Return the numbers of so many samples."""
    found = np.arange(count)
    found.flags.writeable = False
    return found


def largest(tile: Tile) -> FloatArray:
    """Return the largest logit of each sample, in the working type."""
    return np.asarray(tile.z.max(axis=0), tile.values.dtype)


def picked(array: FloatArray, classes: NDArray[Any]) -> FloatArray:
    """Return the number of one class of each sample, from an array with a row for each class."""
    if array.flags.c_contiguous:
        # One index is looked up in half the time of two.
        places = classes.astype(np.intp) * len(classes) + numbers(len(classes))
        return np.asarray(array.reshape(-1).take(places))
    return np.asarray(array[classes, numbers(len(classes))])


def spare_for(tile: Tile, values: FloatArray) -> FloatArray | None:
    """Return as much of the spare memory as the values take."""
    return None if tile.spare is None else tile.spare[: len(values)]


def write_quotient(
    values: FloatArray, total: FloatArray, result: FloatArray, samples: int = 1
) -> None:
    """Write values / total / samples into a part of the result; the values may be overwritten."""
    if result.dtype != values.dtype:
        # The working type has digits to spare for another rounding error.
        scale = 1 / total if samples == 1 else 1 / (total * samples)
        if same_layout(values, result):
            np.multiply(values.T, scale[:, np.newaxis], out=result.T, casting="same_kind")
        else:
            values *= scale
            write_values(values, result)
    elif same_layout(values, result):
        np.divide(values, total, out=result)
        if samples > 1:
            result /= samples
    else:
        values /= total
        if samples > 1:
            values /= samples
        write_values(values, result)


def write_difference(
    tile: Tile, block: slice, m: FloatArray, logarithm: FloatArray, result: FloatArray
) -> None:
    """Write (z - m) - logarithm into a part of the result, over the values of the tile."""
    z = tile.z[block]
    gaps = np.subtract(z, m, out=tile.values[: len(z)])
    if len(z) <= STRIDED and result.ndim == 2:
        np.subtract(gaps, logarithm, out=result, casting="same_kind")
    else:
        gaps -= logarithm
        write_values(gaps, result)


def write_values(values: FloatArray, result: FloatArray) -> None:
    """Write values into a part of the result, which may be laid out in the other order."""
    shaped = values.reshape(result.shape)
    if len(values) <= CLASS_BY_CLASS:
        for to, row in zip(result, shaped, strict=True):
            np.copyto(to, row, casting="same_kind")
    else:
        np.copyto(result, shaped, casting="same_kind")


def same_layout(values: FloatArray, result: FloatArray) -> bool:
    """Return whether a result is written fastest directly: its classes are side by side too."""
    return (
        result.ndim == 2
        and values.strides[0] == values.itemsize
        and result.strides[0] == result.itemsize
    )


def write_one(part: FloatArray, classes: NDArray[Any], values: FloatArray) -> None:
    """Write a number for one class of each sample into a part of the result."""
    if part.ndim == 2 and part.flags.f_contiguous:
        part.T.reshape(-1)[numbers(len(classes)) * len(part) + classes.astype(np.intp)] = values
    else:
        places = np.indices(part.shape[1:], sparse=True)
        part[classes.reshape(part.shape[1:]), *places] = values.reshape(part.shape[1:])
