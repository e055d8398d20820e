"""Tiles: as many samples of an array of logits as fit into the cache, and memory to compute in.

A tile has a row for each class and a column for each sample, in float64 at least. Logits of other
types are converted on the way in, the results on the way out.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from softmax_theory._arrays import FloatArray

# 98,304 float64, 768 KiB, a tile, unless a single sample has more classes. With whole arrays at
# once the benchmark takes twice the time over its table, with tiles of a third of the size 1.15.
ELEMENTS = 3 << 15
# With fewer classes than this the samples of a tile are next to one another in memory. With 10
# classes the other order takes 2 times as long (1.3 to 3), over the benchmark's whole table 1.3.
# They also stay next to one another if they are so in the logits, whose classes are then not on the
# last axis, and if a tile has at least so many. With fewer, such as 3 samples of 32,000 classes on
# axis 0, the functions take 2 to 5 times as long in that order.
FEW = 64


class Tile(NamedTuple):
    """The logits z of some samples, and memory of the same shape; functions may write into all.

    `where` is the index of the tile in an array with three axes, as of `split`. The logits are
    `narrow` if their type is narrower than float64, in which they are computed: to round the
    results back to it hides the errors of float64, so that plain formulas will do.
    """

    where: tuple[slice, slice, slice]
    narrow: bool
    z: FloatArray
    memory: FloatArray
    spare: FloatArray

    def part(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the entries of the samples in an array with three axes, as columns."""
        part = array[self.where].swapaxes(0, 1)
        return part.reshape(len(part), -1)


def split(array: NDArray[Any], axis: int) -> NDArray[Any]:
    """Return a contiguous array with three axes: those before the classes, the classes, the rest.

    All axes before that of the classes are taken as one, and so are all after it.
    """
    before, after = math.prod(array.shape[:axis]), math.prod(array.shape[axis + 1 :])
    return array.reshape(before, array.shape[axis], after)


def tiles(z: FloatArray) -> Iterator[Tile]:
    """Yield the tiles of logits with three axes, as of `split`; each uses the same memory."""
    before, classes, after = z.shape
    narrow = z.dtype.itemsize < 8
    dtype = np.float64 if narrow else z.dtype
    beside = max(1, min(after, ELEMENTS // classes))
    deep = max(1, min(before, ELEMENTS // (classes * beside)))
    if classes < FEW or (after > 1 and deep * beside >= FEW):
        memory = np.empty((3, classes, deep * beside), dtype)
    else:
        memory = np.empty((3, deep * beside, classes), dtype).swapaxes(1, 2)
    for first, start in itertools.product(range(0, before, deep), range(0, after, beside)):
        where = np.s_[first : first + deep, :, start : start + beside]
        part = z[where].swapaxes(0, 1)
        logits, values, spare = memory[:, :, : part.size // classes]
        np.copyto(logits.reshape(part.shape), part)
        yield Tile(where, narrow, logits, values, spare)


@np.errstate(all="ignore")
def write_by_tiles(
    function: Callable[[Tile], FloatArray], z: FloatArray, result: FloatArray
) -> None:
    """Write what a function returns for each tile of z into its part; both have three axes."""
    for tile in tiles(z):
        part, values = result[tile.where].swapaxes(0, 1), function(tile)
        if part.dtype == np.float16:
            values = rounded_to_half(values)
        np.copyto(part, values.reshape(part.shape), casting="same_kind")


def rounded_to_half(numbers: FloatArray) -> FloatArray:
    """Return float64 numbers with what is subnormal in float16 rounded as float16 does.

    NumPy takes 30 times as long to convert a number that is subnormal in float16 and not exact. The
    softmax function of 1,000 classes would take 6 times as long, the whole table 1.2.
    """
    # A number whose last place is the smallest that float16 has.
    cutter = 1.5 * 2.0**28
    small = np.abs(numbers) < 2.0**-14
    return np.where(small, (numbers + cutter) - cutter, numbers)
