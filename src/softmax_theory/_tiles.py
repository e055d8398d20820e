"""Tiles: as many samples of an array of logits as fit into the cache, and memory to compute in.

A tile has a row for each class and a column for each sample. It is computed in float64 at least.
A row of logits that is longer than a tile, as of a large vocabulary, is a tile of several blocks.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softmax_theory._arrays import FloatArray
from softmax_theory._sums import cut_sum, exponentials, shift_for

# 98,304 float64, 768 KiB, a tile.
ELEMENTS = 3 << 15
# With fewer classes than this the samples of a tile are next to one another in memory.
FEW = 64
# Numbers in a buffer of NumPy.
BUFFER = 1024


@dataclass(eq=False)
class Tile:
    """The logits z of some samples, and memory for their exponentials and for cutting these.

    `place` is where the samples are in an array with three axes, that of the classes in the middle.
    `spare` is None for logits narrower than the working type, whose sums need no cut.
    """

    place: tuple[slice, slice, slice]
    z: FloatArray
    memory: FloatArray
    spare: FloatArray | None
    held: slice | None = None

    def blocks(self) -> list[slice]:
        """Return the classes in parts that fit the memory; nearly always there is one."""
        size, classes = len(self.memory), len(self.z)
        return [slice(start, min(start + size, classes)) for start in range(0, classes, size)]

    @cached_property
    def largest(self) -> FloatArray:
        """Return the largest logit of each sample, in the working type."""
        return np.asarray(self.z.max(axis=0), self.memory.dtype)

    @cached_property
    def shift(self) -> FloatArray | None:
        """Return what is subtracted from the logits of each sample, or None."""
        return shift_for(self.z, self.largest)

    def exponentials(self, block: slice) -> FloatArray:
        """Return the exponentials of a block; those of the last one are still there."""
        values = self.memory[: block.stop - block.start]
        if block != self.held:
            exponentials(self.z[block], self.shift, out=values)
            self.held = block
        return values

    def places(self, block: slice, classes: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return where in the memory of a block one class of each sample is, if it is there."""
        # Looked up with one index it takes half the time of two.
        down, across = (stride // self.memory.itemsize for stride in self.memory.strides)
        places = (classes - block.start) * down + np.arange(len(classes)) * across
        # A tile of several blocks has one sample.
        there = block.start <= classes[0] < block.stop
        return np.asarray(places if there else places[:0])

    def add_up(self, terms: FloatArray) -> FloatArray:
        """Return the sum over the classes."""
        if self.spare is None or len(terms) == 1:
            return np.asarray(terms.sum(axis=0))
        high, low = cut_sum(terms, self.spare[: len(terms)])
        return high + low

    def gaps(self, block: slice) -> FloatArray:
        """Return the logits of a block less the largest ones, where the exponentials were."""
        self.held = None
        values = self.memory[: block.stop - block.start]
        return np.subtract(self.z[block], self.largest, out=values)

    def part(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the samples in an array with three axes, the classes first."""
        return array[self.place].swapaxes(0, 1)

    def samples(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the samples in an array with two axes, without that of the classes."""
        return array[self.place[0], self.place[2]]

    def write(
        self,
        operation: Callable[..., Any],
        values: FloatArray,
        numbers: FloatArray,
        result: FloatArray,
        block: slice,
    ) -> None:
        """Write what an operation makes of a block and of one number for each sample."""
        part = self.part(result)[block]
        row = numbers.reshape(part.shape[1:])
        if part.dtype == np.float16:
            part[...] = rounded_to_half(operation(values.reshape(part.shape), row))
        else:
            operation(values.reshape(part.shape), row, out=part, casting="same_kind")

    def write_one(self, classes: NDArray[Any], numbers: FloatArray, result: FloatArray) -> None:
        """Write a number for one class of each sample."""
        part = self.part(result)
        shape = part.shape[1:]
        part[classes.reshape(shape), *np.indices(shape, sparse=True)] = numbers.reshape(shape)


def rounded_to_half(numbers: FloatArray) -> FloatArray:
    """Return float64 numbers with what is subnormal in float16 rounded as float16 does.

    NumPy takes 30 times as long to convert a number that is subnormal in float16 and not exact.
    """
    last_place = 1.5 * 2.0**28
    small = np.abs(numbers) < 2.0**-14
    return np.where(small, (numbers + last_place) - last_place, numbers)


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


def class_of_largest(tile: Tile) -> NDArray[np.intp]:
    """Return the class of the largest logit of each sample."""
    z = tile.z
    if z.strides[0] == z.itemsize or z.shape[1] == 1:
        return np.asarray(z.argmax(axis=0))
    # Across the rows argmax takes as long as two exponentials; this takes a third of one.
    classes = np.arange(len(z), dtype=np.min_scalar_type(len(z)))[:, np.newaxis]
    return np.asarray(((z == tile.largest) * classes).max(axis=0), np.intp)


def split(array: NDArray[Any], axis: int) -> NDArray[Any]:
    """Return a contiguous array with three axes: before the classes, the classes, after them."""
    before, after = math.prod(array.shape[:axis]), math.prod(array.shape[axis + 1 :])
    return array.reshape(before, array.shape[axis], after)


def tiles(z: FloatArray) -> Iterator[Tile]:
    """Yield the tiles of logits with three axes, as of `split`; each uses the same memory."""
    if not z.size:
        return
    before, classes, after = z.shape
    few = after > 1 or classes < FEW
    working = np.result_type(z.dtype, np.float64)
    size = min(classes, ELEMENTS)
    beside = min(after, ELEMENTS // size)
    deep = min(before, ELEMENTS // (size * beside))
    flat = np.empty((3, size * beside * deep), working)

    def shaped(memory: FloatArray, rows: int, count: int) -> FloatArray:
        used = memory[: rows * count]
        return used.reshape(rows, count) if few else used.reshape(count, rows).T

    for first in range(0, before, deep):
        for start in range(0, after, beside):
            place = (slice(first, first + deep), slice(None), slice(start, start + beside))
            part = z[place].swapaxes(0, 1)
            count = part.shape[1] * part.shape[2]
            if few and size == classes:
                logits = shaped(flat[2], size, count)
                np.copyto(logits.reshape(part.shape), part)
            else:
                logits = part.reshape(classes, count)
            spare = None if z.dtype != working else shaped(flat[1], size, count)
            yield Tile(place, logits, shaped(flat[0], size, count), spare)
