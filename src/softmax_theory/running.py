r"""A running log-sum-exp: logits may come one by one, in blocks, or on several machines.

A sum of exponentials is kept as :math:`e^m + R`, with the largest logit :math:`m` so far and the
sum :math:`R` of all other terms. Two such sums are merged by

.. math::

    (m_1, R_1) \oplus (m_2, R_2) = \left(\max(m_1, m_2),\; R_1 + R_2 + e^{\min(m_1, m_2)}\right)

The operation is commutative and associative, and :math:`(-\infty, 0)` is its identity: a
commutative monoid. So any order and any grouping of the logits gives the same sum.

In floats a scale that changes with :math:`m` would cost a rounding error at each change. Here the
scale is a power of two, which costs none, and the sum is kept with its own rounding error.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from softmax_theory._arrays import FloatArray, FloatResult, as_floats, finish
from softmax_theory._sums import LARGEST_SUM, exponentials, largest, set_apart, shift, two_sum
from softmax_theory._tiles import Tile, write_by_tiles

__all__ = ["LogSumExp"]

# log 2 in three pieces, together to 159 bits.
LOG2 = (0.6931471805599453, 2.3190468138462996e-17, 5.707708438416212e-34)
# Beyond this the multiple of log 2 cannot be split; there is no other logit near one so large.
HUGE = 1e290
# The exponentials of logits from here on are normal numbers.
LOWEST_LOGIT = -700.0
# A packed sum has so many numbers.
PACKED = 4
# No difference of exponents beyond this matters.
FAR = 4000.0


@dataclass(frozen=True)
class Scaled:
    """Numbers (high + low) times a power of two; `low` is less than a rounding error of `high`."""

    exponent: FloatArray
    high: FloatArray
    low: FloatArray


def two_product(a: FloatArray, b: float) -> tuple[FloatArray, FloatArray]:
    """Return the product as rounded, and its rounding error (Dekker)."""
    product = a * b
    (a_high, a_low), (b_high, b_low) = halves(a), halves(np.float64(b))
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, np.asarray(error)


def halves(x: Any) -> tuple[Any, Any]:
    """Return two numbers of 26 bits whose sum this is (Veltkamp)."""
    scaled = x * 134217729.0
    high = scaled - (scaled - x)
    return high, x - high


@np.errstate(all="ignore")
def exponential(z: NDArray[Any]) -> Scaled:
    r"""Return :math:`e^z = 2^k e^{z - k \log 2}`, with the remainder to twice the digits."""
    exponent = np.rint(z / LOG2[0])
    ordinary = np.abs(z) < HUGE
    n = np.where(ordinary, exponent, 0)
    product, error = two_product(n, LOG2[0])
    second, second_error = two_product(n, LOG2[1])
    rest: FloatArray = z - product
    low: FloatArray = np.zeros_like(rest)
    for term in (error, second, second_error, n * LOG2[2]):
        rest, rounded = two_sum(rest, -term)
        low = low + rounded
    rest, low = two_sum(rest, low)
    # Of a huge logit no digit after the point is left, and none is needed.
    ordinary &= np.abs(rest) <= 0.5
    nothing = np.isneginf(z)
    high = np.where(np.isnan(z), z, np.where(nothing, 0, np.exp(np.where(ordinary, rest, 0))))
    return Scaled(np.where(nothing, z, exponent), high, np.where(ordinary, high * low, 0))


@np.errstate(all="ignore")
def rescaled(number: Scaled, exponent: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a number in units of another power of two, which is exact."""
    shift = np.where(number.exponent == exponent, 0, number.exponent - exponent)
    places = np.clip(np.nan_to_num(shift, nan=0.0), -FAR, FAR).astype(np.int64)
    return np.ldexp(number.high, places), np.ldexp(number.low, places)


def added(a: Scaled, b: Scaled) -> Scaled:
    """Return the sum of two numbers; the order does not matter, to the last bit."""
    exponent = np.maximum(a.exponent, b.exponent)
    (a_high, a_low), (b_high, b_low) = rescaled(a, exponent), rescaled(b, exponent)
    high, error = two_sum(a_high, b_high)
    high, low = two_sum(high, error + (a_low + b_low))
    return Scaled(exponent, high, np.where(np.isfinite(low), low, 0))


def packed_sums(tile: Tile) -> FloatArray:
    """Return the largest logit of each sample and the sum of all others, as `packed` does."""
    (m, classes), a = largest(tile.z), shift(tile.z)
    _, others = set_apart(tile, exponentials(tile, a), classes)
    unit = exponential(np.zeros_like(m) if a is None else a)
    packed = np.stack([m, unit.exponent, others * unit.high, others * unit.low])
    nothing = np.array([[-np.inf], [-np.inf], [0], [0]])
    return np.where(np.isneginf(m), nothing, packed)


@dataclass(frozen=True, eq=False)
class LogSumExp:
    r"""A sum of exponentials that goes on, or one for each row of a batch.

    .. math:: \log\left(\sum_{c=1}^{C} e^{z_c}\right) = m + \log\left(1 + \frac{R}{e^m}\right)

    with the largest logit :math:`m` and the sum :math:`R` of the exponentials of all others. It
    does not change: `update` and `merge` return another one. It can be pickled.

    Parameters
    ----------
    shape : tuple of int, optional
        The shape of the batch; none by default, for one sum.
    dtype : data-type, optional
        The type of the result: float16, float32 or float64, the default. It becomes wider with
        the logits.

    Attributes
    ----------
    largest : numpy.ndarray
        The largest logit of each row, minus infinity without one.

    Raises
    ------
    ValueError
        If `dtype` is none of the three.

    See Also
    --------
    logsumexp : The same for logits that are all there.

    Notes
    -----
    This is the running pair of the online algorithm [1]_, with two changes. The scale is a power of
    two, so that nothing is rounded when it changes: :math:`e^z = 2^k e^{z - k \log 2}` with a
    remainder of twice the digits, by Dekker's product [3]_. The sum is kept with its rounding error
    (TwoSum [2]_), and without the largest term, so that a sum far below it keeps its digits.

    After any order and grouping the error of the result is at most 4 ulp of the sum of the
    absolute values of the two terms, as of :func:`logsumexp`; that of the probabilities and
    of their logarithms is at most 4 ulp. Of :math:`R` and :math:`e^m` each exponential is rounded
    once, each sum by less than :math:`2^{-100}` of it, except that the sum over the logits of one
    `update` is rounded to a float once, and the quotient, `log1p` and the last sum once each;
    a plain pair of floats is about 180 ulp away after 20,000 terms in rising order.

    `merge` is commutative to the last bit, and associative up to the rounding of the last of 106
    bits.

    References
    ----------
    .. [1] M. Milakov and N. Gimelshein, "Online normalizer calculation for softmax",
       arXiv:1805.02867, 2018.
    .. [2] D. E. Knuth, The Art of Computer Programming, volume 2: Seminumerical Algorithms, third
       edition, section 4.2.2, Addison-Wesley, 1997.
    .. [3] T. J. Dekker, "A floating-point technique for extending the available precision",
       Numerische Mathematik 18, 224-242, 1971. doi:10.1007/BF01397083

    Examples
    --------
    >>> from softmax_theory import LogSumExp
    >>> first = LogSumExp().update([1.0, 2.0])
    >>> second = LogSumExp().update(3.0)
    >>> first.merge(second).result().round(4)
    np.float64(3.4076)
    >>> LogSumExp().result()
    np.float64(-inf)
    >>> LogSumExp(shape=(2,)).update([[0.0, 0.0], [10.0, 10.0]]).result().round(4)
    array([ 0.6931, 10.6931])
    """

    largest: FloatArray
    others: Scaled
    dtype: np.dtype[Any]

    def __init__(self, shape: tuple[int, ...] = (), dtype: DTypeLike = np.float64) -> None:
        kind = np.dtype(dtype)
        if kind not in (np.float16, np.float32, np.float64):
            raise ValueError(f"dtype: got {kind}; expected float16, float32 or float64")
        empty = np.full(shape, -np.inf)
        nothing = Scaled(empty, np.zeros(shape), np.zeros(shape))
        # The fields of a frozen instance are set in its dictionary.
        self.__dict__.update(largest=empty, others=nothing, dtype=kind)

    @classmethod
    def _of(cls, largest: FloatArray, others: Scaled, dtype: np.dtype[Any]) -> "LogSumExp":
        state = cls.__new__(cls)
        state.__dict__.update(largest=largest, others=others, dtype=dtype)
        return state

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape of the batch."""
        return self.largest.shape

    def update(self, z: ArrayLike) -> "LogSumExp":
        """Return the sum with more logits.

        Parameters
        ----------
        z : array_like
            Logits, real, of shape (..., n) for a batch of shape (...): n more for each row, which
            may be none. A single number is one more logit of a sum without a batch.

        Returns
        -------
        LogSumExp
            The sum of both.

        Raises
        ------
        ValueError
            If `z` is not an array of real numbers, or does not fit the batch.
        """
        array = np.atleast_1d(as_floats(z, "z"))
        if array.shape[:-1] != self.shape and self.shape != ():
            raise ValueError(
                f"z: got shape {array.shape}; expected {(*self.shape, 'n')}, n logits for each sum"
            )
        if array.dtype.itemsize > 8:
            raise ValueError(f"z: got type {array.dtype}; expected float64 or narrower")
        dtype = np.result_type(array.dtype, self.dtype)
        if array.shape[-1] == 0:
            return self._of(self.largest, self.others, dtype)
        rows = np.ascontiguousarray(array).reshape(-1, array.shape[-1], 1)
        packed = np.empty((len(rows), PACKED, 1))
        write_by_tiles(packed_sums, rows, packed)
        return self.merge(self.unpacked(packed.reshape(*array.shape[:-1], PACKED), dtype))

    def merge(self, other: "LogSumExp") -> "LogSumExp":
        """Return the sum of two.

        Parameters
        ----------
        other : LogSumExp
            Another sum, with the same batch or without one.

        Raises
        ------
        ValueError
            If the batches do not fit.
        """
        if self.shape != other.shape and () not in (self.shape, other.shape):
            raise ValueError(f"other: got batch {other.shape}; expected {self.shape}")
        # nan stays: it is larger and smaller than everything.
        largest = np.maximum(self.largest, other.largest)
        smaller = exponential(np.minimum(self.largest, other.largest))
        return self._of(
            np.asarray(largest),
            added(added(self.others, other.others), smaller),
            np.result_type(self.dtype, other.dtype),
        )

    def excess(self) -> FloatArray:
        r"""Return :math:`\log(1 + R / e^m)`, by which the result exceeds the largest logit."""
        with np.errstate(all="ignore"):
            return np.log1p(self.odds_of_others())

    def odds_of_others(self) -> FloatArray:
        """Return R / e^m, the sum of all other exponentials in units of the largest."""
        first = exponential(self.largest)
        high, low = rescaled(self.others, first.exponent)
        # (high + low) / (first.high + first.low), but for the square of the small parts.
        return np.asarray((high + (low - high / first.high * first.low)) / first.high)

    def result(self) -> FloatResult:
        """Return the log-sum-exp, which is minus infinity without a logit.

        It is infinity if one of the logits is, and nan if one is nan.

        Returns
        -------
        numpy.ndarray or scalar
            One number for each row of the batch, in the type of the logits.
        """
        m = self.largest
        with np.errstate(all="ignore"):
            sums = m + self.excess()
        return finish(np.where(np.isinf(m), m, sums), self.dtype)

    def log_probabilities(self, z: ArrayLike) -> FloatArray:
        """Return the logarithms of the probabilities of logits that are among the terms.

        Parameters
        ----------
        z : array_like
            Logits of shape (..., n) for a batch of shape (...).
        """
        array = as_floats(z, "z")
        with np.errstate(all="ignore"):
            gaps = array.astype(np.float64, copy=False) - self.largest[..., np.newaxis]
            # All is nan in a row with a logit +inf or without a finite one, as of `log_softmax`.
            rest = np.where(np.isfinite(self.largest), self.excess(), np.nan)
            return finish(gaps - rest[..., np.newaxis], array.dtype)

    def probabilities(self, z: ArrayLike) -> FloatArray:
        """Return the probabilities of logits that are among the terms.

        Parameters
        ----------
        z : array_like
            Logits of shape (..., n) for a batch of shape (...).
        """
        array = as_floats(z, "z")
        total = added(self.others, exponential(self.largest))
        whole, _ = rescaled(total, np.zeros(()))
        undefined = ~np.isfinite(self.largest)
        ordinary = (whole <= LARGEST_SUM) & ((whole >= 1) | (array.min(initial=0) >= LOWEST_LOGIT))
        with np.errstate(all="ignore"):
            if (ordinary | undefined).all():
                terms = np.exp(array, dtype=np.float64) / whole[..., np.newaxis]
            else:
                numbers = exponential(array.astype(np.float64))
                high, low = rescaled(numbers, total.exponent[..., np.newaxis])
                terms = (high + low) / total.high[..., np.newaxis]
        return finish(np.where(undefined[..., np.newaxis], np.nan, terms), array.dtype)

    def packed(self) -> FloatArray:
        """Return the sums as one array, with four numbers for each row on a last axis more."""
        parts = (self.largest, self.others.exponent, self.others.high, self.others.low)
        return np.stack(np.broadcast_arrays(*parts), axis=-1)

    @classmethod
    def unpacked(cls, numbers: NDArray[Any], dtype: DTypeLike = np.float64) -> "LogSumExp":
        """Return the sums that `packed` made an array of."""
        m, exponent, high, low = np.moveaxis(np.asarray(numbers, np.float64), -1, 0)
        return cls._of(m, Scaled(exponent, high, low), np.dtype(dtype))

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same sums, to the last bit."""
        if not isinstance(other, LogSumExp):
            return NotImplemented
        same = np.array_equal(self.packed(), other.packed(), equal_nan=True)
        return self.dtype == other.dtype and self.shape == other.shape and same

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        batch = f" of {self.shape}" if self.shape else ""
        return f"<LogSumExp{batch}: {self.result()}>"


def corrected(sums: LogSumExp, z: FloatArray, errors: FloatArray) -> LogSumExp:
    """Return the sums of the logits z, all of their terms, as if each were larger by its error.

    To within the square of an error, each exponential grows by its part of that.
    """
    with np.errstate(all="ignore"):
        part = (sums.probabilities(z) * errors).sum(axis=-1)
        total = added(sums.others, exponential(sums.largest))
    more = np.where(np.isfinite(part), total.high * part, 0)
    growth = Scaled(total.exponent, more, np.zeros_like(more))
    return LogSumExp._of(sums.largest, added(sums.others, growth), sums.dtype)
