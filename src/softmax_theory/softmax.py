r"""The softmax function, its logarithm, and the logarithm of the sum of the exponentials.

For one sample, with the largest logit :math:`m`, which the book writes with a hat, and one class
:math:`k` that has it:

.. math::

    m = \max_c z_c = z_k, \qquad
    s = \sum_{c \neq k} e^{z_c - m}, \qquad
    y_c = \frac{e^{z_c - a}}{\sum_d e^{z_d - a}}

.. math::

    \log(y_c) = (z_c - m) - \log(1 + s), \qquad
    \log\left(\sum_{c=1}^{C} e^{z_c}\right) = m + \log(1 + s)

These are the equations `largest-logit`, `rest`, `softmax-shift`, `log-softmax-rest` and `logsumexp`
of the book. The shift :math:`a` is zero in a tile whose logits are all within 300 of zero, and
:math:`m` in all others; with either, :math:`s` is the sum of the other exponentials over the
largest one. It is added up without the largest, because to add that would round away the digits
of the others; :math:`\log(1 + s)`, the *excess* of the log-sum-exp over :math:`m`, keeps them.

The first four functions below are the algorithm, for a tile: as many samples as fit into the cache,
with the classes on the first axis. What makes exponentials and sums accurate in float64 is
in `_sums`, and how an array is cut into tiles in `_tiles`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from softmax_theory._arrays import FloatArray, FloatResult, delivered, result_for
from softmax_theory._axes import Axes, classes_at_end, several_axes, three_axes, weighted
from softmax_theory._sums import exponentials, largest, set_apart, shift, total
from softmax_theory._tiles import Tile, split, write_by_tiles

__all__ = ["log_softmax", "logsumexp", "softmax"]


def softmax_of(tile: Tile) -> FloatArray:
    """Return the softmax function y of a tile."""
    e = exponentials(tile, shift(tile.z))
    return np.divide(e, total(tile, e), out=e)


def log_softmax_of(tile: Tile) -> FloatArray:
    """Return the logarithm of y; both z - m and minus the excess are at most 0: nothing cancels."""
    m, excess = largest_and_excess(tile)
    difference = np.subtract(tile.z, m, out=tile.z)
    return np.subtract(difference, excess, out=difference)


def logsumexp_of(tile: Tile) -> FloatArray:
    """Return the logarithm of the sum of the exponentials; it is infinite where m is."""
    m, excess = largest_and_excess(tile)
    return np.where(np.isinf(m), m, m + excess)


def largest_and_excess(tile: Tile) -> tuple[FloatArray, FloatArray]:
    """Return the largest logit m of each sample, and log(1 + s), the excess over it."""
    m, leaders = largest(tile.z)
    of_leader, others = set_apart(tile, exponentials(tile, shift(tile.z)), leaders)
    s = others / of_leader
    return m, np.log1p(s)


def along(
    function: Callable[[Tile], FloatArray], z: ArrayLike, axis: Axes, out: FloatArray | None
) -> FloatArray:
    """Apply a function of tiles along an axis, or several, of logits of any shape."""
    array, axes = several_axes(z, axis)
    result = result_for(array.shape, array.dtype, array, out)
    rows = three_axes(array, axes)
    if len(axes) == 1:
        write_by_tiles(function, rows, split(result, axes[0]))
    else:
        values = np.empty_like(rows)
        write_by_tiles(function, rows, values)
        part = classes_at_end(result, axes)
        part[...] = values.reshape(part.shape)
    return delivered(result, out)


def softmax(z: ArrayLike, axis: Axes = -1, *, out: FloatArray | None = None) -> FloatArray:
    r"""Return the softmax function of the logits, the probabilities of the classes.

    .. math:: y_c = \varsigma(\mathbf{z})_c = \frac{e^{z_c}}{\sum_{d=1}^{C} e^{z_d}}

    Parameters
    ----------
    z : array_like
        Logits, real, of any shape with at least one axis, with at least one class.
    axis : int, tuple of int or None, optional
        The axis of the classes; the last by default (SciPy's default is None). Several axes, or
        with None all, are taken as one.
    out : numpy.ndarray, optional
        Where the result goes; of the shape and type of the result.

    Returns
    -------
    numpy.ndarray
        Probabilities, of the shape and the floating type of `z`; they sum to one along `axis`.
        All of a row is nan if one of its logits is nan or infinity, or if all are minus infinity.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers, has no axis or no class, or if `axis` is not one of
        its axes; if `out` is not such an array.

    See Also
    --------
    log_softmax : Its logarithm.
    softmax_jacobian : Its derivative.
    logistic : The same for two classes, of which one has the logit zero.

    Notes
    -----
    The error is at most 4 ulp (units in the last place) in every component that is a normal
    number, and just over half an ulp in types narrower than float64, which are computed in it. It
    is measured from the logits as they are: the relative error that a logit already has by rounding
    is enlarged by up to twice the largest absolute value of a logit, as the condition number of the
    function says [1]_. Whether a difference has to be taken is decided for a tile, which is made of
    rows that are computed together, so that the last digits of a row can depend on its neighbours.

    The exponentials are taken of the logits as they are in a tile where none is further than 300
    from zero; elsewhere of the difference to the largest logit [1]_, whose rounding error, found by
    TwoSum [3]_, is put back: the exponential grows by the error times itself. In units of
    :math:`2^{-53}`, of which an ulp is at least one, the relative errors of NumPy's exponential lie
    between -1.2 and 1.1 (measured at 120 million numbers), so that those of two of them differ by
    2.3; the sum is rounded once [2]_, which makes 3.3, and the quotient adds half an ulp, which
    makes less than 4. Where the difference has to be taken each exponential is rounded once more,
    and there the bound is tested and not derived.

    Beside the result there is memory for three tiles of 768 KiB, or for three samples in float64 if
    that is more; an array that is not contiguous is copied.

    References
    ----------
    .. [1] P. Blanchard, D. J. Higham and N. J. Higham, "Accurately computing the log-sum-exp and
       softmax functions", IMA Journal of Numerical Analysis 41(4), 2311-2330, 2021.
       doi:10.1093/imanum/draa038
    .. [2] S. M. Rump, T. Ogita and S. Oishi, "Accurate floating-point summation part I: faithful
       rounding", SIAM Journal on Scientific Computing 31(1), 189-224, 2008. doi:10.1137/050645671
    .. [3] D. E. Knuth, The Art of Computer Programming, volume 2: Seminumerical Algorithms, third
       edition, section 4.2.2, Addison-Wesley, 1997.

    Examples
    --------
    >>> from softmax_theory import softmax
    >>> softmax([1.0, 2.0, 3.0]).round(4)
    array([0.09  , 0.2447, 0.6652])
    >>> softmax([[1e308, -1e308], [0.0, 0.0]])
    array([[1. , 0. ],
           [0.5, 0.5]])
    """
    return along(softmax_of, z, axis, out)


def log_softmax(z: ArrayLike, axis: Axes = -1, *, out: FloatArray | None = None) -> FloatArray:
    r"""Return the logarithm of the softmax function.

    .. math:: \log(\varsigma(\mathbf{z})_c) = z_c - \log\left(\sum_{d=1}^{C} e^{z_d}\right)

    Parameters
    ----------
    z : array_like
        Logits, real, of any shape with at least one axis, with at least one class.
    axis : int, tuple of int or None, optional
        The axis of the classes; the last by default (SciPy's default is None). Several axes, or
        with None all, are taken as one.
    out : numpy.ndarray, optional
        Where the result goes; of the shape and type of the result.

    Returns
    -------
    numpy.ndarray
        Numbers that are not positive, of the shape and the floating type of `z`. All of a row is
        nan if one of its logits is nan or infinity, or if all of them are minus infinity.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers, has no axis or no class, or if `axis` is not one of
        its axes; if `out` is not such an array.

    See Also
    --------
    softmax : The function of which this is the logarithm.
    logsumexp : The term that is subtracted.
    log_logistic : The same for two classes, of which one has the logit zero.

    Notes
    -----
    Computed as :math:`(z_c - m) - \log(1 + s)` with the largest logit :math:`m` [1]_ and :math:`s`,
    the sum of :math:`e^{z_d - m}` without its largest term, by ``log1p``. Nothing cancels: a
    confident prediction has a small logarithm with all its digits. The error is at most 4 ulp of
    the result in every component that is a normal number. The exponentials of :math:`s` and of
    the largest logit are taken as in :func:`softmax`, :math:`s` is summed without the largest term
    and rounded once, and ``log1p`` and the difference follow.

    References
    ----------
    .. [1] P. Blanchard, D. J. Higham and N. J. Higham, "Accurately computing the log-sum-exp and
       softmax functions", IMA Journal of Numerical Analysis 41(4), 2311-2330, 2021.
       doi:10.1093/imanum/draa038

    Examples
    --------
    >>> from softmax_theory import log_softmax
    >>> log_softmax([1.0, 2.0, 3.0]).round(4)
    array([-2.4076, -1.4076, -0.4076])
    >>> print(f"{log_softmax([50.0, 0.0])[0]:.8e}")
    -1.92874985e-22
    """
    return along(log_softmax_of, z, axis, out)


def logsumexp(
    z: ArrayLike,
    axis: Axes = -1,
    *,
    b: ArrayLike | None = None,
    keepdims: bool = False,
    out: FloatArray | None = None,
) -> FloatResult:
    r"""Return the logarithm of the sum of the exponentials of the logits.

    .. math:: \log\left(\sum_{c=1}^{C} e^{z_c}\right)

    It is the logarithm of the softmax function's normaliser, and that function is its gradient.

    Parameters
    ----------
    z : array_like
        Logits, real, of any shape with at least one axis, with at least one class.
    axis : int, tuple of int or None, optional
        The axis of the classes; the last by default (SciPy's default is None). Several axes, or
        with None all, are taken as one.
    b : array_like, optional
        Weights of the exponentials, not negative, of the shape of `z` or one that can be broadcast
        to it. A weight of zero leaves its class out.
    keepdims : bool, optional
        Whether the axes of the classes stay, with the length one.
    out : numpy.ndarray, optional
        Where the result goes; of the shape and type of the result.

    Returns
    -------
    numpy.ndarray or scalar
        One number for each sample: the shape of `z` without `axis`, and its floating type. It is
        minus infinity if all logits are, and infinity if one is.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers, has no axis or no class, or if `axis` is not one of
        its axes; if `b` does not fit or has a negative weight; if `out` is not such an array.

    See Also
    --------
    log_softmax : The logits less this number.

    Notes
    -----
    Computed as :math:`m + \log(1 + s)` with the largest logit :math:`m` [1]_ and :math:`s`, the sum
    of :math:`e^{z_c - m}` without its largest term, by ``log1p``. The error is at most 4 ulp
    of :math:`|m| + \log(1 + s)`. That is the result, unless :math:`m` is negative and the two terms
    cancel. There the function is ill conditioned, and the error can be any number of ulp of the
    result; yet with the machine epsilon :math:`\varepsilon` it is at most :math:`12 \varepsilon`
    times the larger of :math:`|m|` and of the absolute value of the result. (As :math:`m` is
    negative there, no logit is closer to zero than :math:`m`.)

    With weights it is the function of :math:`z_c + \log(b_c)`. These logits are rounded in float64,
    which adds an error of at most one machine epsilon of float64 of
    :math:`\max_c (|z_c| + 2 |\log(b_c)|)`, over the classes with a weight.

    References
    ----------
    .. [1] P. Blanchard, D. J. Higham and N. J. Higham, "Accurately computing the log-sum-exp and
       softmax functions", IMA Journal of Numerical Analysis 41(4), 2311-2330, 2021.
       doi:10.1093/imanum/draa038

    Examples
    --------
    >>> from softmax_theory import logsumexp
    >>> logsumexp([0.0, 0.0]).round(4)
    np.float64(0.6931)
    >>> logsumexp([[1000.0, 1000.0], [-1000.0, -1000.0]]).round(4)
    array([1000.6931, -999.3069])
    """
    array, axes = several_axes(z, axis)
    rows = three_axes(array if b is None else weighted(array, b), axes)
    lengths = enumerate(array.shape)
    shape = tuple(1 if k in axes else n for k, n in lengths if keepdims or k not in axes)
    result = result_for(shape, array.dtype, array, out)
    write_by_tiles(logsumexp_of, rows, result.reshape(rows.shape[0], 1, rows.shape[2]))
    return delivered(result, out)
