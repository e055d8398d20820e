r"""Probability distributions: of a label, of a target given logits; entropy and divergence.

Where a probability is zero its class contributes nothing, as :math:`0 \log 0 = 0`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import FloatArray, FloatResult, as_array, finish, same_shape
from softmax_theory._numbers import as_integer
from softmax_theory._targets import are_labels, check_labels, distributions, rows_and_targets
from softmax_theory.cross_entropy import losses_of
from softmax_theory.softmax import softmax

__all__ = ["entropy", "kl_divergence", "likelihood", "one_hot"]


@np.errstate(all="ignore")
def _likelihoods(z: FloatArray, t: FloatArray) -> FloatArray:
    """Return the output of the class if only one is possible, and otherwise e^-loss."""
    certain = (t == 1) & (np.count_nonzero(t, axis=-1, keepdims=True) == 1)
    likelihoods = np.asarray(np.where(certain, softmax(z), 0).sum(axis=-1))
    soft = ~certain.any(axis=-1)
    if soft.any():
        likelihoods[soft] = np.exp(-losses_of(z[soft], t[soft], 1)[:, 0])
    return likelihoods


@np.errstate(all="ignore")
def _entropies(p: FloatArray) -> FloatArray:
    return np.asarray(np.where(p == 0, 0, 0 - p * np.log(p)).sum(axis=-1))


@np.errstate(all="ignore")
def _log_ratio(p: FloatArray, q: FloatArray) -> FloatArray:
    # Close to a ratio of one log1p keeps the digits of the difference, which is exact there; far
    # from it the ratio itself may overflow.
    near = np.log1p((p - q) / q)
    ratio = p / q
    far = np.where(np.isfinite(ratio), np.log(ratio), np.log(p) - np.log(q))
    return np.where(np.abs(p - q) <= q / 2, near, far)


@np.errstate(all="ignore")
def _divergences(p: FloatArray, q: FloatArray) -> FloatArray:
    terms = np.where((p == 0) & ~np.isnan(q), 0, p * _log_ratio(p, q))
    # Rounding can take the sum below zero where p and q are nearly equal.
    return np.asarray(np.maximum(terms.sum(axis=-1), 0))


def likelihood(z: ArrayLike, t: ArrayLike, *, axis: int = -1) -> FloatResult:
    r"""Return the likelihood of the logits given the target of each sample.

    .. math:: P(\mathbf{t} \mid \mathbf{z}) = \prod_{c=1}^{C} y_c^{t_c}

    with :math:`\mathbf{y} = \varsigma(\mathbf{z})`. For a label it is the probability of the
    class of that label.

    Parameters
    ----------
    z : array_like
        Logits, real, of any shape with at least one axis, with at least one class.
    t : array_like
        Targets: integer labels from 0 to C - 1, of the shape of `z` without `axis`; or
        probabilities of the shape of `z` that sum to one along `axis`.
    axis : int, optional
        The axis of the classes; the last by default.

    Returns
    -------
    numpy.ndarray or scalar
        One number for each sample: the shape of `z` without `axis`, and its floating type.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers, or has no axis or no class; if `t` is neither of
        the two kinds of target, has a label out of range, a negative probability, or
        probabilities that do not sum to one; if `axis` is not an axis of `z`.

    See Also
    --------
    cross_entropy : Its negative logarithm; the tolerance of the sums is stated there.

    Notes
    -----
    For a label, or a one-hot row, it is the output of that class, and the error is at most 4 ulp
    of the result wherever it is a normal number, as of :func:`softmax`. For other probabilities it
    is computed as :math:`e^{-\xi}`, which cannot underflow before the last step. The exponential
    turns the absolute error of the cross-entropy :math:`\xi` of the sample into a relative one: it
    is at most :math:`2 \xi + 2` machine epsilons of float64, to which narrower types add half an
    ulp of their own. So it grows with the loss, to about 1,400 epsilons where the result is close
    to the smallest normal number.

    Examples
    --------
    >>> from softmax_theory import likelihood
    >>> likelihood([[0.0, 0.0], [1.0, 2.0]], [0, 1]).round(4)
    array([0.5   , 0.7311])
    """
    rows, targets, dtype = rows_and_targets(z, t, axis)
    return finish(_likelihoods(rows, targets), dtype)


def entropy(p: ArrayLike, *, axis: int = -1) -> FloatResult:
    r"""Return the entropy of probability distributions, in nats.

    .. math:: H(\mathbf{p}) = -\sum_{c=1}^{C} p_c \log(p_c)

    Parameters
    ----------
    p : array_like
        Probabilities, of any shape with at least one axis, that sum to one along `axis`.
    axis : int, optional
        The axis of the classes; the last by default.

    Returns
    -------
    numpy.ndarray or scalar
        One number for each distribution, from 0 to :math:`\log(C)`: the shape of `p` without
        `axis`, and its floating type.

    Raises
    ------
    ValueError
        If `p` is not an array of real numbers, has no axis or no class, a negative probability, or
        probabilities that do not sum to one; if `axis` is not an axis of `p`.

    See Also
    --------
    kl_divergence : What a cross-entropy exceeds the entropy by.
    cross_entropy : The tolerance of the sums is stated there.

    Notes
    -----
    A class of probability zero contributes zero. The relative error is at most 3 machine
    epsilons (measured for up to 100 classes).

    Examples
    --------
    >>> from softmax_theory import entropy
    >>> entropy([0.5, 0.5]).round(4)
    np.float64(0.6931)
    >>> entropy([[1.0, 0.0], [0.9, 0.1]]).round(4)
    array([0.    , 0.3251])
    """
    rows, dtype = distributions(p, axis, "p")
    return finish(_entropies(rows), dtype)


def kl_divergence(p: ArrayLike, q: ArrayLike, *, axis: int = -1) -> FloatResult:
    r"""Return the Kullback-Leibler divergence of probability distributions, in nats.

    .. math:: D_{KL}(\mathbf{p}, \mathbf{q}) = \sum_{c=1}^{C} p_c \log\left(\frac{p_c}{q_c}\right)

    It is never negative, and zero only if both distributions are the same.

    Parameters
    ----------
    p, q : array_like
        Probabilities, both of one shape with at least one axis, that sum to one along `axis`.
    axis : int, optional
        The axis of the classes; the last by default.

    Returns
    -------
    numpy.ndarray or scalar
        One number for each pair of distributions: the shape of `p` without `axis`, in the floating
        type that NumPy promotes `p` and `q` to. It is infinite if a class has a probability in
        `p` and none in `q`.

    Raises
    ------
    ValueError
        If `p` or `q` is not an array of real numbers, has no axis or no class, a negative
        probability, or probabilities that do not sum to one; if they differ in shape; if `axis`
        is not one of their axes.

    See Also
    --------
    entropy : What has to be added for the cross-entropy of the two.
    cross_entropy : The tolerance of the sums is stated there.

    Notes
    -----
    A class of probability zero in `p` contributes zero. Where the two probabilities are close to
    each other the logarithm is taken by ``log1p`` of their relative difference. The error is at
    most 3 machine epsilons (measured for up to 100 classes) of
    :math:`\sum_c p_c \left|\log\left(\frac{p_c}{q_c}\right)\right|`. The sum of probabilities that
    sum to one only to within rounding can fall below zero by that much; then it is zero.

    Examples
    --------
    >>> from softmax_theory import kl_divergence
    >>> kl_divergence([0.5, 0.5], [0.9, 0.1]).round(4)
    np.float64(0.5108)
    >>> kl_divergence([0.5, 0.5], [1.0, 0.0])
    np.float64(inf)
    """
    p_rows, p_dtype = distributions(p, axis, "p")
    q_rows, q_dtype = distributions(q, axis, "q")
    same_shape("q", q_rows, "p", p_rows)
    return finish(_divergences(p_rows, q_rows), np.result_type(p_dtype, q_dtype))


def one_hot(t: ArrayLike, n_classes: int) -> NDArray[np.float64]:
    r"""Return the one-hot rows of labels.

    .. math:: \operatorname{onehot}(t)_c = \delta_{tc}

    Parameters
    ----------
    t : array_like
        Integer labels from 0 to `n_classes` - 1, of any shape.
    n_classes : int
        The number of classes C, at least 1.

    Returns
    -------
    numpy.ndarray
        Zeros with a one at the label, of the shape of `t` with an axis of length C appended;
        float64.

    Raises
    ------
    ValueError
        If `t` does not hold integers or has a label out of range, or if `n_classes` is not an
        integer that is at least 1.

    See Also
    --------
    cross_entropy : Takes labels as well as their one-hot rows.

    Examples
    --------
    >>> from softmax_theory import one_hot
    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    count = as_integer(n_classes, "n_classes")
    labels = as_array(t, "t")
    if not are_labels(labels):
        raise ValueError(f"t: got type {labels.dtype}; expected integer labels")
    check_labels(labels, count)
    rows: NDArray[np.bool_] = labels[..., np.newaxis] == np.arange(count)
    return rows.astype(np.float64)
