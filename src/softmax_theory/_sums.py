r"""Exponentials and their sums, with one rounding error each.

Types narrower than float64 are computed in it, and there a plain difference and a plain sum are
accurate enough. What follows is for float64 itself.

Exponentials. :math:`e^{z_c}` is taken of the logit as it is where no logit of a tile is large, so
that no rounded difference is carried into an exponential. Elsewhere it is taken of
the difference to the largest logit, and the rounding error of the difference, which Knuth's TwoSum
gives exactly [1]_, is put back: the exponential grows by the error times itself.

Sums. Each term is rounded to a multiple of the last place of twice the sum, which is done by adding
twice the sum and subtracting it again. These upper parts together are less than :math:`2^{53}`
such multiples, even where all are rounded up, so that they are added without a rounding error; what
is left of the terms is so small that the errors of adding it do not count [2]_. So a sum has one
rounding error, whatever the number of classes.

References
----------
.. [1] D. E. Knuth, The Art of Computer Programming, volume 2: Seminumerical Algorithms, third
   edition, section 4.2.2, Addison-Wesley, 1997.
.. [2] S. M. Rump, T. Ogita and S. Oishi, "Accurate floating-point summation part I: faithful
   rounding", SIAM Journal on Scientific Computing 31(1), 189-224, 2008. doi:10.1137/050645671
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from softmax_theory._arrays import FloatArray
from softmax_theory._tiles import Tile

# If all logits are within this of zero, their exponentials, sums and quotients are normal numbers.
FAR = 300.0
# A sum up to this can be doubled without an overflow, as `cut_sum` does.
LARGEST_SUM = 1e290


def shift(z: FloatArray) -> FloatArray | None:
    """Return the largest logits if they have to be subtracted, else None.

    To subtract them always would make the softmax function less accurate, and the benchmark's whole
    table take 1.3 times as long.
    """
    ordinary = z.min() >= -FAR and z.max() <= FAR
    return None if ordinary else np.asarray(z.max(axis=0))


def exponentials(tile: Tile, a: FloatArray | None) -> FloatArray:
    """Return the exponentials of z - a, by `rounded-difference` of the book, in `tile.memory`.

    What is in `tile.spare` is lost.
    """
    z, e = tile.z, tile.memory
    if a is None:
        return np.exp(z, out=e)
    np.subtract(z, a, out=e)
    if tile.narrow:
        # The exponential of -600 is zero in a narrow type, and not yet in float64. NumPy takes up
        # to 45 times as long where one underflows: over the whole table 1.3 times, with logits of
        # a trained classifier 2.
        return np.exp(np.maximum(e, -2 * FAR, out=e), out=e)
    error = error_of_difference(z, a, e, tile.spare)
    np.exp(e, out=e)
    e += np.multiply(e, error, out=error)
    return e


def error_of_difference(
    z: FloatArray, a: FloatArray, difference: FloatArray, out: FloatArray
) -> FloatArray:
    """Return (z - a) - difference exactly, the difference being z - a as rounded.

    It is the second part of `two_sum(z, -a)`, without new arrays (Knuth). Where that is not finite
    or below -1 the exponential is zero or nan, and any number serves: it is -1 there.
    """
    back = np.subtract(difference, z, out=out)
    first = difference - back
    np.subtract(z, first, out=first)
    back += a
    return np.fmax(np.subtract(first, back, out=out), -1, out=out)


def two_sum(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the sum as rounded, and its rounding error (Knuth)."""
    rounded = a + b
    back = rounded - a
    return rounded, (a - (rounded - back)) + (b - back)


def total(tile: Tile, terms: FloatArray) -> FloatArray:
    """Return the sum over the classes of terms that are not negative.

    To cut them for narrow types too would take 1.4 times as long there.
    """
    return np.asarray(terms.sum(axis=0)) if tile.narrow else np.add(*cut_sum(terms, tile.spare))


def cut_sum(terms: FloatArray, spare: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return two numbers that together are the sum over the classes of nonnegative terms.

    The first is exact, the sum of what stands before the last place of twice the sum. The second
    is the sum of what is cut off, and so small that its rounding errors do not count. `spare` is
    memory of the shape of the terms.
    """
    twice = 2 * terms.sum(axis=0)
    upper = np.add(terms, twice, out=spare)
    upper -= twice
    high = upper.sum(axis=0)
    return high, np.subtract(terms, upper, out=upper).sum(axis=0)


def set_apart(tile: Tile, e: FloatArray, classes: NDArray[Any]) -> tuple[FloatArray, FloatArray]:
    """Return the exponential of one class of each sample, and the sum of all others.

    To add a large exponential would round away the digits of the others. It is set to zero in e.
    """
    of_classes = classes, np.arange(len(classes))
    own = e[of_classes]
    e[of_classes] = 0
    return own, total(tile, e)


def largest(z: FloatArray) -> tuple[FloatArray, NDArray[np.intp]]:
    """Return the largest logit of each sample, and a class that has it."""
    if z.strides[0] == z.itemsize:
        classes = z.argmax(axis=0)
        return z[classes, np.arange(len(classes))], classes
    # Across the rows argmax takes as long as three exponentials; this takes a third of one. With 10
    # classes the logarithms take 1.5 times as long with argmax, the whole table 1.1.
    m = z.max(axis=0)
    # The last class that has the largest logit.
    numbers = np.arange(len(z), dtype=np.min_scalar_type(len(z)))[:, np.newaxis]
    return m, ((z == m) * numbers).max(axis=0).astype(np.intp)
