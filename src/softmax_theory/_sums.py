r"""The sums of exponentials that all functions of logits are computed from, tile by tile.

Exponentials. :math:`e^{z_c}` is taken of the logit as it is wherever nothing can overflow or
underflow, so that no rounded difference is carried into an exponential. Elsewhere it is taken of
the difference to the largest logit, and the rounding error of the difference, which Knuth's TwoSum
gives exactly [1]_, is multiplied back.

Sums. Each term is cut at one place, far enough up that the upper parts are added without a
rounding error and far enough down that the errors of adding the lower parts do not count [2]_.
So a sum has one rounding error, whatever the number of classes.

The largest one. The sum is computed without the exponential of the largest logit and with it. The
first divided by the largest is what a logarithm near zero, or a probability near one, is made of.
What rounding takes from it is found by Dekker's Fast2Sum, in three operations because the order of
the two terms is known [3]_.

Logarithms. A relative error of a sum is an absolute error of its logarithm, which does not matter
unless little is left when a logit is subtracted. Elsewhere a rough sum is enough: in binary32 of
its own exponentials, which are too inaccurate for a quotient, and in binary64 of fewer terms, each
of which is a sum of eight.

References
----------
.. [1] D. E. Knuth, The Art of Computer Programming, volume 2: Seminumerical Algorithms, third
   edition, section 4.2.2, Addison-Wesley, 1997.
.. [2] S. M. Rump, T. Ogita and S. Oishi, "Accurate floating-point summation part I: faithful
   rounding", SIAM Journal on Scientific Computing 31(1), 189-224, 2008. doi:10.1137/050645671
.. [3] T. J. Dekker, "A floating-point technique for extending the available precision", Numerische
   Mathematik 18, 224-242, 1971. doi:10.1007/BF01397083
"""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from softmax_theory._arrays import FloatArray
from softmax_theory._tiles import FEW, Tile, largest, picked, spare_for

# Sums up to this have no term that overflowed; from this logit on no exponential loses digits.
LARGEST_SUM = 1e290
LOWEST_LOGIT = -700.0
# By what factor the sums of a tile may differ to be cut at one place.
CLOSE = 256.0
# Below this part of the total the rest is added up anew, without the largest.
CONFIDENT = 2.0**-16
# A product with ones adds up so many samples at once; with fewer it is slower than a plain sum.
AT_ONCE = 4
# What a rough sum may be wrong by, in units of rounding of the type of the logits: 5.1 by an
# exponential of float32, 2.52 ulp according to NumPy's source; in float64 1.2 by an exponential,
# 1 by each halving and 1 by the last rounding.
ROUGH_ERROR = 5.2
HALVINGS = 3
# A logarithm of float64 is wrong by 0.58 ulp at most (240,000 numbers), in float32 it is rounded.
LOG_ERROR = {np.dtype(np.float32): 0.5, np.dtype(np.float64): 0.58}
# What a result may be wrong by before its last rounding.
ALLOWED_ERROR = 3.5
# Smaller rough sums may lack terms that underflowed.
LEAST_ROUGH_SUM = 1e-20


class Total(NamedTuple):
    """The sums of the exponentials :math:`e^{z_c - shift}` of each sample of a tile.

    `exact` and `lower` together are the sum, and `rounded` is it with one rounding error. `most` is
    the largest exponential if it was wanted, of logits of the working type. Without a shift that is
    `None`.
    """

    shift: FloatArray | None
    most: FloatArray | None
    exact: FloatArray
    lower: FloatArray
    rounded: FloatArray


class Sums(NamedTuple):
    """The same with the exponential `own` of one class apart; `rest` is the sum of all others."""

    total: Total
    own: FloatArray
    rest: FloatArray


def add_up(tile: Tile, want_most: bool = False) -> Total:
    """Return the sums; if there is one block of classes, its exponentials stay in the memory."""
    total = total_of(tile, None, want_most)
    return total if fits(tile, total.rounded) else total_of(tile, largest(tile), want_most)


def total_of(tile: Tile, shift: FloatArray | None, want_most: bool) -> Total:
    """Return the sums over all blocks of classes."""
    found = [block_total(tile, block, shift, want_most) for block in tile.blocks()]
    if len(found) == 1:
        return found[0]
    stacked = np.stack([part for total in found for part in (total.exact, total.lower)])
    exact, lower = parts(stacked, np.empty_like(stacked))
    tops = [total.most for total in found if total.most is not None]
    return Total(shift, np.maximum.reduce(tops) if tops else None, exact, lower, exact + lower)


def block_total(tile: Tile, block: slice, shift: FloatArray | None, want_most: bool) -> Total:
    """Return the sums over one block of classes."""
    values = exponentials(tile, block, shift)
    most = values.max(axis=0) if want_most and tile.spare is not None else None
    exact, lower = parts(values, spare_for(tile, values), most)
    return Total(shift, most, exact, lower, exact + lower)


def fits(tile: Tile, total: FloatArray) -> bool:
    """Return whether the exponentials need no shift: none overflowed, none lost its digits."""
    low, high = np.minimum.reduce(total), np.maximum.reduce(total)
    return bool(high <= LARGEST_SUM and (low >= 1 or tile.z.min() >= LOWEST_LOGIT))


def sums(tile: Tile, m: FloatArray) -> Sums:
    """Return the sums with and without the exponential of the largest logit, which is m.

    The exponentials stay as after `add_up`.
    """
    total = add_up(tile, want_most=True)
    own = exponential_of(m, total.shift) if total.most is None else total.most
    return Sums(total, own, rest_without(tile, total, own, None))


def sums_at(tile: Tile, classes: NDArray[np.intp]) -> Sums:
    """Return the sums with the exponential of one class of each sample apart, the label."""
    total = add_up(tile)
    if len(tile.blocks()) == 1:
        own = picked(tile.values, classes)
    else:
        own = exponential_of(picked(tile.z, classes).astype(total.exact.dtype), total.shift)
    return Sums(total, own, rest_without(tile, total, own, classes))


def rest_without(
    tile: Tile, total: Total, own: FloatArray, classes: NDArray[np.intp] | None
) -> FloatArray:
    """Return the sum without the exponential `own` of one class: the largest, or the given ones."""
    exact = total.exact
    if tile.spare is None:
        rest = exact - own
    else:
        # The two parts of the sum keep the digits that the others have below this one. The first
        # part is not less than it, so that Fast2Sum finds the rounding error.
        without = exact - own
        rest = without + (((exact - without) - own) + total.lower)
    # An exponential that was not taken from the memory may differ in its last digit.
    part = CONFIDENT if len(tile.blocks()) == 1 else 0.5
    confident = rest < part * exact
    if confident.any():
        chosen = tile.z[:, confident].argmax(axis=0) if classes is None else classes[confident]
        rest[confident] = added_anew(tile, total.shift, confident, chosen)
    return rest


def added_anew(
    tile: Tile,
    shift: FloatArray | None,
    chosen: NDArray[np.bool_],
    classes: NDArray[np.intp],
) -> FloatArray:
    """Return the sum of chosen samples without one class each."""
    found: list[FloatArray] = []
    for block, values in filled(tile, shift):
        others = values[:, chosen]
        places = classes - block.start
        inside = np.flatnonzero((places >= 0) & (places < len(others)))
        others[places[inside], inside] = 0
        found.extend(parts(others, None if tile.spare is None else np.empty_like(others)))
    return np.asarray(np.add.reduce(found))


def filled(tile: Tile, shift: FloatArray | None) -> Iterator[tuple[slice, FloatArray]]:
    """Yield the blocks of classes with their exponentials, after `add_up` or `sums`."""
    blocks = tile.blocks()
    for block in blocks:
        values = tile.values[: len(tile.z[block])]
        yield block, values if len(blocks) == 1 else exponentials(tile, block, shift)


def log_rest(sums: Sums) -> FloatArray:
    """Return log(total / own), which is what the logit of `own` lacks of the log-sum-exp."""
    return np.asarray(np.log1p(sums.rest / sums.own))


def exponentials(tile: Tile, block: slice, shift: FloatArray | None) -> FloatArray:
    """Return the exponentials of a block of classes, in the memory of the tile."""
    z = tile.z[block]
    values = tile.values[: len(z)]
    if shift is None:
        if z.strides[0] == z.itemsize or z.dtype == values.dtype:
            # Logits come out of the memory while others are converted and computed. The samples
            # are first, because a conversion on the way is slow in any other order.
            np.exp(z.T, out=values.T, dtype=values.dtype)
        else:
            np.copyto(values, z)
            np.exp(values, out=values)
        return values
    return shifted(z, shift, out=values)


def exponential_of(z: FloatArray, shift: FloatArray | None) -> FloatArray:
    """Return the exponential of one logit of each sample, as it is in the sums."""
    return np.exp(z) if shift is None else shifted(z, shift)


def shifted(z: FloatArray, shift: FloatArray, out: FloatArray | None = None) -> FloatArray:
    """Return the exponential of z - shift, the rounding error of the difference multiplied back."""
    difference, error = two_sum(z.astype(shift.dtype, copy=False), -shift)
    error[~np.isfinite(error)] = 0
    exponential = np.exp(difference, out=out)
    exponential += exponential * error
    return exponential


def two_sum(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the sum as rounded, and its rounding error (Knuth)."""
    rounded = a + b
    back = rounded - a
    return rounded, (a - (rounded - back)) + (b - back)


def parts(
    terms: FloatArray, spare: FloatArray | None, most: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return two numbers that together are the sum over the classes of nonnegative terms.

    With `spare`, memory of the shape of the terms, the first is exact, the sum of what stands
    before the last place of a power of two that is larger than all terms together. The second is
    the sum of what is cut off, and so small that its rounding errors do not count. `most` are the
    largest terms, if they are known.
    """
    if spare is None or len(terms) == 1:
        plain = add(terms)
        return plain, np.zeros(plain.shape, plain.dtype)
    if most is None:
        # One power for all samples, because one number is added faster than a row of them.
        high = terms.max()
        if high <= LARGEST_SUM:
            exact, lower = cut(terms, power_above(high, len(terms)), spare)
            if high <= CLOSE * exact.min():
                return exact, lower
        most = terms.max(axis=0)
    low, high = most.min(), most.max()
    if high <= CLOSE * low and high <= LARGEST_SUM:
        return cut(terms, power_above(high, len(terms)), spare)
    exact, lower = cut(terms, powers_above(most, len(terms)), spare)
    lower[~np.isfinite(lower)] = 0
    return exact, lower


def power_above(number: float, count: int) -> float:
    """Return a power of two above so many times a number."""
    return math.ldexp(1.0, math.frexp(number)[1] + places_for(count))


def powers_above(numbers: FloatArray, count: int) -> FloatArray:
    """Return powers of two above so many times each number, or zero if one is too large."""
    _, exponent = np.frexp(numbers)
    powers: FloatArray = np.ldexp(np.ones_like(numbers), exponent + places_for(count))
    powers[~(numbers <= LARGEST_SUM)] = 0
    return powers


def places_for(count: int) -> int:
    """Return how many binary places so many numbers can take together beyond those of one."""
    return math.ceil(math.log2(count)) + 1


def cut(
    terms: FloatArray, power: FloatArray | float, spare: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the sums of what stands before the last place of the powers, and of the rest."""
    upper = np.add(terms, power, out=spare)
    upper -= power
    exact = add(upper)
    return exact, add(np.subtract(terms, upper, out=upper))


def add(terms: FloatArray) -> FloatArray:
    """Return the sum over the classes, in whatever order is fast."""
    if terms.strides[0] == terms.itemsize and terms.dtype == np.float64:
        if terms.shape[1] < AT_ONCE:
            return np.asarray(np.einsum("nc->n", terms.T))
        return np.asarray(terms.T @ ones(len(terms)))
    return np.asarray(np.add.reduce(terms, axis=0))


@lru_cache(maxsize=4)
def ones(count: int) -> FloatArray:
    """Return so many ones, which a product with adds up."""
    found = np.ones(count)
    found.flags.writeable = False
    return found


def may_be_rough(tile: Tile) -> bool:
    """Return whether logarithms of rough sums are accurate enough for most samples.

    What a sum is wrong by its logarithm has as an absolute error. It is too much only if little is
    left of it when a logit is subtracted. With few classes that is so for most samples.
    """
    z = tile.z
    many = len(z) >= FEW and z.strides[0] == z.itemsize
    return many and z.dtype in (np.float32, np.float64)


def rough_log_sums(tile: Tile, memory: FloatArray | None = None) -> FloatArray:
    """Return the logarithms of rough sums, nan if an exponential overflows.

    The exponentials are of the type of the logits. In `memory`, of their shape and type, they do
    not push others out of the cache; without it they are in the tile.
    """
    in_tile = tile.values.T.reshape(-1).view(tile.z.dtype)
    found: list[FloatArray] = []
    for block in tile.blocks():
        z = tile.z[block].T
        out = in_tile[: z.size].reshape(z.shape) if memory is None else memory[block].T
        found.extend(rough_parts(np.exp(z, out=out)))
    if len(tile.blocks()) > 1:
        stacked = np.stack(found)
        found = list(parts(stacked, np.empty_like(stacked)))
    total = np.add.reduce(found)
    total[~((total >= LEAST_ROUGH_SUM) & (total < np.inf))] = np.nan
    return np.asarray(np.log(total))


def rough_parts(values: FloatArray) -> Sequence[FloatArray]:
    """Return numbers whose sum is that over the classes, on the last axis; values are lost."""
    if values.dtype == np.float32:
        return (np.einsum("nc->n", values, dtype=np.float64),)
    for _ in range(HALVINGS):
        half = -(-values.shape[1] // 2)
        values[:, : values.shape[1] - half] += values[:, half:]
        values = values[:, :half]
    return parts(values.T, np.empty(values.shape).T)


def too_rough(result: FloatArray, logarithm: FloatArray) -> NDArray[np.bool_]:
    """Return where a result is so small that a rough logarithm in it is too inaccurate."""
    ulp = np.spacing(np.abs(logarithm)) / (np.finfo(logarithm.dtype).eps / 2)
    return np.asarray(~(ALLOWED_ERROR * result >= ROUGH_ERROR + LOG_ERROR[logarithm.dtype] * ulp))
