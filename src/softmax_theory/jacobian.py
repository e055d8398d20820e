"""The derivative of the softmax function: its Jacobian matrix, and products with it."""

import numpy as np
from numpy.typing import ArrayLike

from softmax_theory._arrays import FloatArray, as_floats, finish, logits, same_shape, working
from softmax_theory.softmax import softmax

__all__ = ["softmax_jacobian", "softmax_jvp", "softmax_vjp"]


@np.errstate(all="ignore")
def sum_of_others(p: FloatArray) -> FloatArray:
    """Return, for each entry of a row of nonnegative numbers, the sum of the other entries.

    The sum less the entry is accurate as long as the entry is no more than half of the sum, which
    holds for all but the largest; only for that one the others are added up.
    """
    largest = np.arange(p.shape[-1]) == np.argmax(p, axis=-1, keepdims=True)
    rest = np.where(largest, 0, p).sum(axis=-1, keepdims=True)
    others: FloatArray = p.sum(axis=-1, keepdims=True) - p
    return np.where(largest, rest, others)


@np.errstate(all="ignore")
def _jacobian_rows(z: FloatArray) -> FloatArray:
    y = softmax(z)
    jacobian = -y[..., :, np.newaxis] * y[..., np.newaxis, :]
    diagonal = np.arange(y.shape[-1])
    jacobian[..., diagonal, diagonal] = y * sum_of_others(y)
    return np.asarray(jacobian)


@np.errstate(all="ignore")
def _product_rows(z: FloatArray, v: FloatArray) -> FloatArray:
    y = softmax(z)
    # The Jacobian takes a constant vector to zero, so v may be counted from its entry at the
    # largest y; then the sum misses the one term that could cancel with v_i. A quarter of v keeps
    # the differences below the largest float.
    largest = np.argmax(y, axis=-1, keepdims=True)
    w = v / 4 - np.take_along_axis(v, largest, axis=-1) / 4
    return np.asarray(4 * y * (w - (y * w).sum(axis=-1, keepdims=True)))


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
