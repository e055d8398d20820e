r"""Exponentials and their sums, with one rounding error each.

Types narrower than float64 are computed in it, and there a plain difference and a plain sum are
accurate enough. What follows is for float64 itself.

Exponentials. :math:`e^{z_c}` is taken of the logit as it is wherever nothing can overflow or
underflow, so that no rounded difference is carried into an exponential. Elsewhere it is taken of
the difference to the largest logit, and the rounding error of the difference, which Knuth's TwoSum
gives exactly [1]_, is multiplied back.

Sums. Each term is cut at one place, far enough up that the upper parts are added without a
rounding error and far enough down that the errors of adding the lower parts do not count [2]_.
So a sum has one rounding error, whatever the number of classes.

References
----------
.. [1] D. E. Knuth, The Art of Computer Programming, volume 2: Seminumerical Algorithms, third
   edition, section 4.2.2, Addison-Wesley, 1997.
.. [2] S. M. Rump, T. Ogita and S. Oishi, "Accurate floating-point summation part I: faithful
   rounding", SIAM Journal on Scientific Computing 31(1), 189-224, 2008. doi:10.1137/050645671
"""

import math

import numpy as np

from softmax_theory._arrays import FloatArray

# The exponentials of logits between these two have all their digits, and those of as many classes
# as there may be sum to less than the largest sum.
LOWEST_LOGIT, HIGHEST_LOGIT, LARGEST_SUM = -700.0, 600.0, 1e290


def shift_for(z: FloatArray, m: FloatArray) -> FloatArray | None:
    """Return what to subtract from the logits z, their largest m, or None where it need not be."""
    return None if z.min() >= LOWEST_LOGIT and m.max() <= HIGHEST_LOGIT else m


def exponentials(z: FloatArray, shift: FloatArray | None, out: FloatArray) -> FloatArray:
    """Return the exponentials of z - shift, in the type of `out`."""
    if shift is None:
        return np.exp(z, out=out, dtype=out.dtype)
    if z.dtype != out.dtype:
        np.subtract(z, shift, out=out)
        # NumPy takes 7 to 45 times as long for an exponential that underflows in float64; in a
        # narrow type this one is zero as well.
        return np.exp(np.maximum(out, LOWEST_LOGIT, out=out), out=out)
    difference, error = two_sum(z, -shift)
    error[~np.isfinite(error)] = 0
    np.exp(difference, out=out)
    out += np.multiply(out, error, out=error)
    return out


def two_sum(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the sum as rounded, and its rounding error (Knuth)."""
    rounded = a + b
    back = rounded - a
    return rounded, (a - (rounded - back)) + (b - back)


def cut_sum(terms: FloatArray, spare: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return two numbers that together are the sum over the classes of nonnegative terms.

    The first is exact, the sum of what stands before the last place of a power of two that is
    larger than all terms together. The second is the sum of what is cut off, and so small that its
    rounding errors do not count. `spare` is memory of the shape of the terms.
    """
    power = power_above(terms.max(axis=0), len(terms))
    upper = np.add(terms, power, out=spare)
    upper -= power
    high = upper.sum(axis=0)
    low = np.subtract(terms, upper, out=upper).sum(axis=0)
    low[~np.isfinite(low)] = 0
    return high, low


def power_above(most: FloatArray, count: int) -> FloatArray:
    """Return a power of two above so many times each number, or zero if it is too large."""
    _, exponent = np.frexp(most)
    places = math.ceil(math.log2(count)) + 1
    powers: FloatArray = np.ldexp(np.ones_like(most), exponent + places)
    powers[~(most <= LARGEST_SUM)] = 0
    return powers
