r"""Two classes: the logistic function and the binary cross-entropy.

With one logit :math:`z` the probability of class 1 is :math:`y = \sigma(z)` and that of class 0
is :math:`1 - y = \sigma(-z)`. Every function here takes logits, not probabilities: a probability
close to one has already lost the digits that a small loss is made of.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from softmax_theory._arrays import (
    FloatArray,
    FloatResult,
    as_floats,
    check_entries,
    finish,
    same_shape,
    working,
)
from softmax_theory._reduction import Reduction, check_reduction, reduce_losses
from softmax_theory._weights import times

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_gradient",
    "log_logistic",
    "logistic",
    "logistic_derivative",
]


@np.errstate(all="ignore")
def _logistic(z: FloatArray) -> FloatArray:
    # e^{-|z|} is at most one: numerator and denominator are multiplied by e^z where z < 0.
    small = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1, small) / (1 + small))


@np.errstate(all="ignore")
def _logistic_derivative(z: FloatArray) -> FloatArray:
    small = np.exp(-np.abs(z))
    return np.asarray(small / (1 + small) ** 2)


@np.errstate(all="ignore")
def _log_logistic(z: FloatArray) -> FloatArray:
    # Neither term is positive, so that nothing cancels.
    return np.asarray(np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z))))


def _logits_and_targets(z: ArrayLike, t: ArrayLike) -> tuple[FloatArray, FloatArray, np.dtype[Any]]:
    logits, target = as_floats(z, "z"), as_floats(t, "t")
    same_shape("t", target, "z", logits)
    check_entries(
        (target < 0) | (target > 1),
        target,
        "t: {value}{place} is out of range; expected a number from 0 to 1",
    )
    z_working = working(logits)
    return z_working, target.astype(z_working.dtype, copy=False), logits.dtype


def logistic(z: ArrayLike) -> FloatResult:
    r"""Return the logistic function, the probability of class 1 of two.

    .. math:: \sigma(z) = \frac{1}{1 + e^{-z}}

    Parameters
    ----------
    z : array_like
        Logits, of any shape, real.

    Returns
    -------
    numpy.ndarray or scalar
        Numbers from 0 to 1, of the shape and the floating type of `z`.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers.

    See Also
    --------
    log_logistic : Its logarithm.
    logistic_derivative : Its derivative.
    softmax : The same for any number of classes.

    Notes
    -----
    Computed as :math:`\frac{1}{1 + e^{-z}}` for :math:`z \ge 0` and as
    :math:`\frac{e^z}{1 + e^z}` below, so that the exponential cannot overflow. The error is
    at most 4 ulp (units in the last place) of the result wherever it is a normal number: the
    exponential, the sum and the quotient are rounded once each. Narrower types are computed in
    float64.

    Examples
    --------
    >>> from softmax_theory import logistic
    >>> logistic(0.0)
    np.float64(0.5)
    >>> logistic([-1000.0, -1.0, 1.0, 1000.0]).round(4)
    array([0.    , 0.2689, 0.7311, 1.    ])
    """
    logits = as_floats(z, "z")
    return finish(_logistic(working(logits)), logits.dtype)


def logistic_derivative(z: ArrayLike) -> FloatResult:
    r"""Return the derivative of the logistic function.

    .. math:: \frac{d \sigma(z)}{dz} = \sigma(z) (1 - \sigma(z)) = \sigma(z) \sigma(-z)

    Parameters
    ----------
    z : array_like
        Logits, of any shape, real.

    Returns
    -------
    numpy.ndarray or scalar
        Numbers from 0 to 1/4, of the shape and the floating type of `z`.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers.

    See Also
    --------
    logistic : The function itself.

    Notes
    -----
    Computed as :math:`\frac{e^{-|z|}}{(1 + e^{-|z|})^2}`, which is the same by symmetry and has
    no difference :math:`1 - \sigma(z)` in it, where digits would cancel. The relative error is at
    most 3 machine epsilons wherever the result is a normal number.

    Examples
    --------
    >>> from softmax_theory import logistic_derivative
    >>> logistic_derivative(0.0)
    np.float64(0.25)
    >>> bool(logistic_derivative(50.0) > 0)
    True
    """
    logits = as_floats(z, "z")
    return finish(_logistic_derivative(working(logits)), logits.dtype)


def log_logistic(z: ArrayLike) -> FloatResult:
    r"""Return the logarithm of the logistic function.

    .. math:: \log(\sigma(z)) = -\log(1 + e^{-z})

    Parameters
    ----------
    z : array_like
        Logits, of any shape, real.

    Returns
    -------
    numpy.ndarray or scalar
        Numbers that are not positive, of the shape and the floating type of `z`.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers.

    See Also
    --------
    logistic : The function of which this is the logarithm.
    log_softmax : The same for any number of classes.

    Notes
    -----
    Computed as :math:`\min(z, 0) - \log(1 + e^{-|z|})`, with the second term by ``log1p``
    [1]_. The error is at most 4 ulp of the result wherever it is a normal number.

    References
    ----------
    .. [1] M. Mächler, "Accurately computing log(1 - exp(-\|a\|))", vignette of the R package
       Rmpfr, 2012.

    Examples
    --------
    >>> from softmax_theory import log_logistic
    >>> log_logistic([-1000.0, 0.0]).round(4)
    array([-1.000e+03, -6.931e-01])
    >>> print(f"{log_logistic(50.0):.8e}")
    -1.92874985e-22
    """
    logits = as_floats(z, "z")
    return finish(_log_logistic(working(logits)), logits.dtype)


def binary_cross_entropy(
    z: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean"
) -> FloatResult:
    r"""Return the cross-entropy of two classes from the logit of class 1.

    .. math::
        \begin{aligned}
        \xi(t, z) &= -t \log(\sigma(z)) - (1 - t) \log(1 - \sigma(z)) \\
        &= \log(1 + e^z) - t z
        \end{aligned}

    Parameters
    ----------
    z : array_like
        Logits, of any shape, real; every entry is a sample.
    t : array_like
        Targets of the shape of `z`: 0 or 1, booleans, or probabilities of class 1 between.
    reduction : {"mean", "sum", "none"}, optional
        Whether to return the mean of the losses (the default), their sum, or each of them.

    Returns
    -------
    numpy.ndarray or scalar
        The loss, in the floating type of `z`: one number, or with ``"none"`` an array of the shape
        of `z`. Without a sample the mean is nan and the sum 0.

    Raises
    ------
    ValueError
        If `z` or `t` is not an array of real numbers, if `t` has another shape than `z` or an
        entry outside 0 to 1, or if `reduction` is none of the three.

    See Also
    --------
    binary_cross_entropy_gradient : Its derivative.
    cross_entropy : The same for any number of classes.

    Notes
    -----
    Computed as :math:`t \log(1 + e^{-z}) + (1 - t) \log(1 + e^{z})`, where neither term is
    negative, so that nothing cancels; a term with the factor zero is zero even if the other factor
    is infinite. The error of a single loss is at most 4 ulp of the loss wherever it is a normal
    number.

    Examples
    --------
    >>> from softmax_theory import binary_cross_entropy
    >>> binary_cross_entropy([0.0, 0.0], [1, 0]).round(4)
    np.float64(0.6931)
    >>> binary_cross_entropy([2.0, -1000.0], [1, 1], reduction="none").round(4)
    array([1.269e-01, 1.000e+03])
    """
    check_reduction(reduction)
    logits, target, dtype = _logits_and_targets(z, t)
    losses = times(-_log_logistic(logits), target) + times(-_log_logistic(-logits), 1 - target)
    return finish(reduce_losses(losses, reduction), dtype)


def binary_cross_entropy_gradient(
    z: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean"
) -> FloatResult:
    r"""Return the derivative of the binary cross-entropy with respect to the logits.

    .. math:: \frac{\partial \xi(t, z)}{\partial z} = \sigma(z) - t = y - t

    Parameters
    ----------
    z : array_like
        Logits, of any shape, real; every entry is a sample.
    t : array_like
        Targets of the shape of `z`: 0 or 1, booleans, or probabilities of class 1 between.
    reduction : {"mean", "sum", "none"}, optional
        Which loss to differentiate: with ``"mean"`` (the default) :math:`y - t` is divided by the
        number of samples; ``"sum"`` and ``"none"`` give :math:`y - t` itself.

    Returns
    -------
    numpy.ndarray or scalar
        The derivative, of the shape and the floating type of `z`.

    Raises
    ------
    ValueError
        If `z` or `t` is not an array of real numbers, if `t` has another shape than `z` or an
        entry outside 0 to 1, or if `reduction` is none of the three.

    See Also
    --------
    binary_cross_entropy : The loss itself.

    Notes
    -----
    Computed as :math:`(1 - t) \sigma(z) - t \sigma(-z)`, which is the same and keeps the digits
    that :math:`\sigma(z) - 1` loses where the prediction is confident and right. The error is at
    most 3 machine epsilons of the larger of the two terms, because their difference passes through
    zero; for targets 0 and 1 one of them is zero, and the error is relative, at most 2.

    Examples
    --------
    >>> from softmax_theory import binary_cross_entropy_gradient
    >>> binary_cross_entropy_gradient([0.0, 0.0], [1, 0], reduction="sum")
    array([-0.5,  0.5])
    >>> print(f"{binary_cross_entropy_gradient(50.0, 1):.8e}")
    -1.92874985e-22
    """
    check_reduction(reduction)
    logits, target, dtype = _logits_and_targets(z, t)
    gradient = (1 - target) * _logistic(logits) - target * _logistic(-logits)
    count = gradient.size if reduction == "mean" else 1
    with np.errstate(all="ignore"):
        return finish(gradient / count, dtype)
