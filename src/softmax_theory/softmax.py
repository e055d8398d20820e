r"""The softmax function, its logarithm, and its derivative.

How they are computed is in `sums`, `softmax_into` and `log_softmax_into`, of whole arrays and a
tile at a time. With the largest logit :math:`m` of a sample, which the book writes with a hat:

.. math::

    s = \sum_{c=1}^{C} e^{z_c - m} - 1, \qquad
    y_c = \frac{e^{z_c - m}}{1 + s}, \qquad
    \log(y_c) = (z_c - m) - \log(1 + s)

The sum :math:`s` is added up without its largest term, which would round its digits away. These are
the equations `rest` and `log-softmax-rest` of the chapter book/accuracy.md; its `complement`,
:math:`y_i - 1` as minus the sum of all others, is in `cross_entropy`. What makes exponentials and
sums accurate in float64 is in `_sums`, and what makes it quick in `_tiles`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import (
    FloatArray,
    FloatResult,
    as_floats,
    delivered,
    finish,
    logits,
    result_for,
    same_shape,
    working,
)
from softmax_theory._axes import Axes, parted, several_axes, three_axes, weighted
from softmax_theory._tiles import Tile, class_of_largest, split, tiles, undisturbed

__all__ = [
    "log_softmax",
    "logsumexp",
    "softmax",
    "softmax_jacobian",
    "softmax_jvp",
    "softmax_vjp",
]


class Sums(NamedTuple):
    """The exponential of one class of each sample, and the sum of all others, kept apart from it.

    The others have the digits that their sum with it would round away.
    """

    own: FloatArray
    others: FloatArray


def sums(tile: Tile, classes: NDArray[Any] | None = None) -> Sums:
    r"""Return the exponentials of a tile, that of one class apart, by default of the largest logit.

    With the largest logit they are, in units of its exponential, the 1 and the :math:`s` of
    the equation `rest`; then `others / own` is :math:`s`.
    """
    apart = class_of_largest(tile) if classes is None else classes.astype(np.intp)
    own, others = [], []
    for block in tile.blocks():
        e, place = tile.exponentials(block), tile.places(block, apart)
        memory = e.ravel(order="K")
        own.append(memory[place])
        memory[place] = 0
        others.append(tile.add_up(e))
        memory[place] = own[-1]
    return Sums(np.concatenate(own), tile.add_up(np.stack(others)))


def total(tile: Tile) -> FloatArray:
    """Return the sum of all exponentials of each sample of a tile."""
    found = [tile.add_up(tile.exponentials(block)) for block in tile.blocks()]
    return tile.add_up(np.stack(found))


def log_total(tile: Tile) -> FloatArray:
    """Return log(1 + s), by which the log-sum-exp exceeds the largest logit."""
    own, others = sums(tile)
    return np.asarray(np.log1p(others / own))


@undisturbed()
def softmax_into(z: FloatArray, y: FloatArray) -> None:
    """Write the softmax function along the middle axis of three."""
    for tile in tiles(z):
        whole = total(tile)
        for block in tile.blocks():
            tile.write(np.divide, tile.exponentials(block), whole, y, block)


@undisturbed()
def log_softmax_into(z: FloatArray, result: FloatArray) -> None:
    """Write its logarithm, `log-softmax-rest`; neither term is positive: nothing cancels."""
    for tile in tiles(z):
        logarithm = log_total(tile)
        for block in tile.blocks():
            tile.write(np.subtract, tile.gaps(block), logarithm, result, block)


@undisturbed()
def logsumexp_into(z: FloatArray, result: FloatArray) -> None:
    """Write the logarithm of the sum along the middle axis into a result, which has two."""
    for tile in tiles(z):
        m, logarithm = tile.largest, log_total(tile)
        part = tile.samples(result)
        part[...] = np.where(np.isinf(m), m, m + logarithm).reshape(part.shape)


@np.errstate(all="ignore")
def sum_without(p: FloatArray, largest: NDArray[np.intp]) -> FloatArray:
    """Return the sum over the last axis without the entry at ``largest``, or nan if not finite."""
    others = p.copy()
    value = np.take_along_axis(p, largest, axis=-1)
    np.put_along_axis(others, largest, value - value, axis=-1)
    return np.asarray(others.sum(axis=-1, keepdims=True))


@np.errstate(all="ignore")
def sum_of_others(p: FloatArray) -> FloatArray:
    """Return, for each entry of a row of nonnegative numbers, the sum of the other entries.

    The sum less the entry is accurate as long as the entry is no more than half of the sum, which
    holds for all but the largest; only for that one the others are added up.
    """
    largest = np.argmax(p, axis=-1, keepdims=True)
    others: FloatArray = p.sum(axis=-1, keepdims=True) - p
    np.put_along_axis(others, largest, sum_without(p, largest), axis=-1)
    return others


def along(
    into: Callable[[FloatArray, FloatArray], None],
    z: ArrayLike,
    axis: Axes,
    out: FloatArray | None,
) -> FloatArray:
    """Return what a function of arrays with three axes writes for logits of any shape."""
    array, axes = several_axes(z, axis)
    result = result_for(array.shape, array.dtype, array, out)
    rows = three_axes(array, axes)
    if len(axes) == 1:
        into(rows, split(result, axes[0]))
    else:
        values = np.empty_like(rows)
        into(rows, values)
        result[...] = parted(values, array.shape, axes)
    return delivered(result, out)


def softmax_rows(z: FloatArray) -> FloatArray:
    """Return the softmax function along the last axis of a working array."""
    result = np.empty(z.shape, z.dtype)
    softmax_into(split(z, z.ndim - 1), split(result, z.ndim - 1))
    return result


@np.errstate(all="ignore")
def _jacobian_rows(z: FloatArray) -> FloatArray:
    y = softmax_rows(z)
    jacobian = -y[..., :, np.newaxis] * y[..., np.newaxis, :]
    diagonal = np.arange(y.shape[-1])
    jacobian[..., diagonal, diagonal] = y * sum_of_others(y)
    return np.asarray(jacobian)


@np.errstate(all="ignore")
def _product_rows(z: FloatArray, v: FloatArray) -> FloatArray:
    y = softmax_rows(z)
    # The Jacobian takes a constant vector to zero, so v may be counted from its entry at the
    # largest y; then the sum misses the one term that could cancel with v_i. A quarter of v keeps
    # the differences below the largest float.
    largest = np.argmax(y, axis=-1, keepdims=True)
    w = v / 4 - np.take_along_axis(v, largest, axis=-1) / 4
    return np.asarray(4 * y * (w - (y * w).sum(axis=-1, keepdims=True)))


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
        All of a row is nan if one of its logits is nan or +inf, or if all of them are -inf.

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
    function says [1]_. Whether a difference has to be taken is decided for some rows together, so
    that the last digits of a row can depend on its neighbours.

    The exponentials are taken of the logits as they are wherever that can neither overflow nor
    underflow; elsewhere of the difference to the largest logit [1]_, whose rounding error, found by
    TwoSum [3]_, is multiplied back. The relative errors of NumPy's exponential lie between -1.2 and
    1.1 units of rounding (measured at 120 million numbers), so that those of two of them differ by
    2.3. The sum is rounded once [2]_, which makes 3.3, and the quotient adds half an ulp. Where the
    difference has to be taken each exponential is rounded once more, and the bound is that of the
    tests.

    Beside the result there is memory for three tiles of 768 KiB; an array that is not contiguous is
    copied.

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
    return along(softmax_into, z, axis, out)


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
        nan if one of its logits is nan or +inf, or if all of them are -inf.

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
    return along(log_softmax_into, z, axis, out)


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

    It is the normaliser of the softmax function, which is its gradient.

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
        -inf if all logits are -inf, and +inf if one is +inf.

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
    result; yet it is at most 12 machine epsilons of the larger of the absolute values of the result
    and of :math:`m`, and no logit is closer to zero than that :math:`m`.

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
    kept = enumerate(array.shape)
    shape = tuple(1 if k in axes else n for k, n in kept if keepdims or k not in axes)
    result = result_for(shape, array.dtype, array, out)
    logsumexp_into(rows, result.reshape(rows.shape[0], rows.shape[2]))
    return delivered(result, out)


def softmax_jacobian(z: ArrayLike) -> FloatArray:
    r"""Return the matrix of the derivatives of the softmax function.

    .. math:: \frac{\partial y_i}{\partial z_j} = y_i (\delta_{ij} - y_j)

    It is symmetric and positive semidefinite, and its rows sum to zero.

    Parameters
    ----------
    z : array_like
        Logits, real, of shape (..., C), with at least one class.

    Returns
    -------
    numpy.ndarray
        The derivatives, of shape (..., C, C) and the floating type of `z`.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers, or has no axis or no class.

    See Also
    --------
    softmax_jvp : Its product with a vector, without the matrix.
    softmax_vjp : The product from the other side.
    cross_entropy_hessian : The same matrix in another role.

    Notes
    -----
    The factor :math:`1 - y_i` of the diagonal is the sum of the other probabilities, and is
    computed as such for the largest of them, where the difference would lose its digits. Two
    factors with at most 4 machine epsilons each are multiplied, so that the relative error of an
    entry is at most 9 wherever it is a normal number.

    Examples
    --------
    >>> from softmax_theory import softmax_jacobian
    >>> softmax_jacobian([0.0, 0.0])
    array([[ 0.25, -0.25],
           [-0.25,  0.25]])
    >>> softmax_jacobian([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]).shape
    (2, 3, 3)
    """
    array, _ = logits(z)
    return finish(_jacobian_rows(working(array)), array.dtype)


def softmax_jvp(z: ArrayLike, v: ArrayLike) -> FloatArray:
    r"""Return the product of the Jacobian of the softmax function with a vector.

    .. math:: (\mathbf{J} \mathbf{v})_i = y_i \left(v_i - \sum_{j=1}^{C} y_j v_j\right)

    It is the change of the probabilities when the logits move along :math:`\mathbf{v}`, and takes
    C rather than C squared numbers.

    Parameters
    ----------
    z : array_like
        Logits, real, of shape (..., C), with at least one class.
    v : array_like
        Vectors, real, of the shape of `z`.

    Returns
    -------
    numpy.ndarray
        The products, of the shape of `z`, in the floating type that NumPy promotes `z` and `v` to.

    Raises
    ------
    ValueError
        If `z` or `v` is not an array of real numbers, if `z` has no axis or no class, or if `v`
        has another shape.

    See Also
    --------
    softmax_jacobian : The matrix.
    softmax_vjp : The product from the other side, which is the same.

    Notes
    -----
    The Jacobian takes a constant vector to zero, so :math:`v_k` of the most probable class
    :math:`k` is first subtracted from all of :math:`\mathbf{v}`; the term that would cancel where
    :math:`y_k` is close to one is then zero. The difference in the brackets may still pass through
    zero, so the error is measured by its terms: it is at most 9 machine epsilons of
    :math:`y_i \left(|v_i - v_k| + \sum_j y_j |v_j - v_k|\right)`.

    Examples
    --------
    >>> from softmax_theory import softmax_jvp
    >>> softmax_jvp([0.0, 0.0], [1.0, 0.0])
    array([ 0.25, -0.25])
    """
    z_array, v_array = as_floats(z, "z"), as_floats(v, "v")
    dtype = np.result_type(z_array, v_array)
    rows, _ = logits(z_array.astype(dtype, copy=False))
    same_shape("v", v_array, "z", z_array)
    return finish(_product_rows(working(rows), working(v_array.astype(dtype, copy=False))), dtype)


def softmax_vjp(z: ArrayLike, v: ArrayLike) -> FloatArray:
    r"""Return the product of a vector with the Jacobian of the softmax function.

    .. math:: (\mathbf{J}^\top \mathbf{v})_j = \sum_{i=1}^{C} v_i y_i (\delta_{ij} - y_j)

    It takes the derivative of a loss with respect to the probabilities back to one with respect to
    the logits. The Jacobian is symmetric, so this equals :func:`softmax_jvp`.

    Parameters
    ----------
    z : array_like
        Logits, real, of shape (..., C), with at least one class.
    v : array_like
        Vectors, real, of the shape of `z`.

    Returns
    -------
    numpy.ndarray
        The products, of the shape of `z`, in the floating type that NumPy promotes `z` and `v` to.

    Raises
    ------
    ValueError
        If `z` or `v` is not an array of real numbers, if `z` has no axis or no class, or if `v`
        has another shape.

    See Also
    --------
    softmax_jacobian : The matrix.
    softmax_jvp : The product from the other side, with the error bound.

    Examples
    --------
    >>> from softmax_theory import softmax_vjp
    >>> softmax_vjp([0.0, 0.0], [1.0, 0.0])
    array([ 0.25, -0.25])
    """
    return softmax_jvp(z, v)
