r"""Likelihood and cross-entropy of any number of classes, with their derivatives.

The losses take logits, not probabilities: a probability close to one has already lost the digits
that a small loss is made of. Where a target probability is zero its class is left out, even if its
logit is -inf, as :math:`0 \log 0 = 0`.
"""

import math
import operator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import (
    FloatArray,
    FloatResult,
    Reduction,
    are_labels,
    as_array,
    check_reduction,
    classes_last,
    delivered,
    distributions,
    finish,
    labels_to_rows,
    logits,
    reduce_losses,
    result_for,
    same_shape,
    target_rows,
    targets,
)
from softmax_theory._sums import (
    LARGEST_SUM,
    Sums,
    filled,
    log_rest,
    may_be_rough,
    parts,
    rough_log_sums,
    sums,
    sums_at,
    too_rough,
)
from softmax_theory._tiles import (
    Tile,
    largest,
    picked,
    spare_for,
    split,
    tiles,
    undisturbed,
    write_one,
    write_quotient,
    write_values,
)
from softmax_theory.softmax import softmax, softmax_jacobian

__all__ = [
    "cross_entropy",
    "cross_entropy_gradient",
    "cross_entropy_hessian",
    "entropy",
    "kl_divergence",
    "likelihood",
    "one_hot",
]


# Sums of the largest floats are computed in units of it.
LARGE_UNIT = 2.0**64
# From this exponential on it has all its digits.
LEAST = 1e-300


@undisturbed()
def losses_into(z: FloatArray, t: NDArray[Any], losses: FloatArray) -> None:
    """Write the loss of each sample; the classes are on the middle axis of z, and of t if soft."""
    for tile in tiles(z):
        if t.ndim == 2:
            loss = _of_labels(tile, tile.samples(t).reshape(-1))
        else:
            loss = _expected(tile, tile.part(t).reshape(tile.z.shape))
        part = tile.samples(losses)
        part[...] = loss.reshape(part.shape)


def _of_labels(tile: Tile, t: NDArray[np.intp]) -> FloatArray:
    """Return log(total) - z_t, of a rough sum where that is accurate enough."""
    if not may_be_rough(tile):
        return _with_own(tile, t)
    total = rough_log_sums(tile)
    loss = total - picked(tile.z, t)
    near = too_rough(loss, total.astype(tile.z.dtype))
    if near.any():
        loss[near] = _with_own(tile.only(near), t[near])
    return loss


def _with_own(tile: Tile, t: NDArray[np.intp]) -> FloatArray:
    """Return log(total / own), or m - z_t + log(total / largest) if `own` has lost its digits."""
    found = sums_at(tile, t)
    loss = log_rest(found)
    if found.own.min() >= LEAST and loss.max() < np.inf:
        return loss
    m = largest(tile)
    return np.asarray((m - picked(tile.z, t)) + log_rest(sums(tile, m)))


def _expected(tile: Tile, t: FloatArray) -> FloatArray:
    """Return the sum of t_c (m - z_c + log(total / largest)); no term is negative."""
    m = largest(tile)
    logarithm = log_rest(sums(tile, m))
    loss = _weighted(tile, m, logarithm, t, np.ones_like(m))
    huge = loss > LARGEST_SUM
    if huge.any():
        # So large a sum is not exact; in larger units it is.
        unit = np.where(huge, LARGE_UNIT, 1).astype(m.dtype)
        loss = unit * _weighted(tile, m, logarithm, t, unit)
    return loss


def _weighted(
    tile: Tile, m: FloatArray, logarithm: FloatArray, t: FloatArray, unit: FloatArray
) -> FloatArray:
    """Return the sum of t_c (m - z_c + logarithm) in units of a power of two."""
    results: list[FloatArray] = []
    # Halved, the gap between two finite logits cannot overflow.
    half = 1 / (2 * unit)
    for block in tile.blocks():
        terms = np.subtract(m * half, tile.z[block] * half, out=tile.values[: len(tile.z[block])])
        terms *= 2 * t[block]
        terms += t[block] * (logarithm / unit)
        np.copyto(terms, 0, where=t[block] == 0)
        results.extend(parts(terms, spare_for(tile, terms)))
    return np.asarray(np.add.reduce(results))


@undisturbed()
def gradients_into(z: FloatArray, t: NDArray[Any], samples: int, result: FloatArray) -> None:
    """Write the derivatives of the losses, divided by `samples`."""
    for tile in tiles(z):
        if t.ndim == 2:
            differences_to_labels(tile, tile.samples(t).reshape(-1), samples, result)
        else:
            soft = tile.part(t).reshape(tile.z.shape)
            differences(tile, sums(tile, largest(tile)), soft, samples, result)


def differences_to_labels(
    tile: Tile, t: NDArray[np.intp], samples: int, result: FloatArray
) -> None:
    """Write y, and for the true class y - 1, which is minus the sum of the others."""
    found, part = sums_at(tile, t), tile.part(result)
    total = found.total.rounded
    for block, values in filled(tile, found.total.shift):
        write_quotient(values, total, part[block], samples)
    write_one(part, t, -found.rest / total / samples)


def differences(tile: Tile, found: Sums, t: FloatArray, samples: int, result: FloatArray) -> None:
    """Write y_i T - t_i with the sum T of the targets.

    It is the derivative of the loss as computed, also where T is one only to within rounding. For
    the largest y it is written with the complements: y (T - t) - t (1 - y).
    """
    total = found.total
    most = np.argmax(tile.z, axis=0)
    own = picked(t, most).astype(total.exact.dtype)
    others = np.where(np.arange(len(t))[:, np.newaxis] == most, 0, t).astype(own.dtype)
    beside, lower = parts(others, np.empty_like(others))
    # What T exceeds one by; the larger term less one is exact where it matters.
    excess = ((np.maximum(own, beside) - 1) + np.minimum(own, beside)) + lower
    # The sum of the exponentials divided by T, with one rounding.
    divisor = total.exact + (total.lower - total.exact * (excess / (1 + excess)))
    part = tile.part(result)
    for block, values in filled(tile, total.shift):
        values /= divisor
        values -= t[block]
        if samples > 1:
            values /= samples
        write_values(values, part[block])
    y, rest = found.own / total.rounded, found.rest / total.rounded
    write_one(part, most, (y * (beside + lower) - own * rest) / samples)


@np.errstate(all="ignore")
def _likelihoods(z: FloatArray, t: FloatArray) -> FloatArray:
    """Return the output of the class if only one is possible, and otherwise e^-loss."""
    certain = (t == 1) & (np.count_nonzero(t, axis=-1, keepdims=True) == 1)
    likelihoods = np.asarray(np.where(certain, softmax(z), 0).sum(axis=-1))
    soft = ~certain.any(axis=-1)
    if soft.any():
        rows, weights = z[soft], t[soft]
        losses = np.empty(len(rows), z.dtype)
        losses_into(split(rows, 1), split(weights, 1), losses.reshape(-1, 1))
        likelihoods[soft] = np.exp(-losses)
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

    .. math:: L(\mathbf{z} \mid \mathbf{t}) = \prod_{c=1}^{C} y_c^{t_c}

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
    array, position = logits(z, axis)
    rows = target_rows(t, array, position)
    return finish(_likelihoods(classes_last(array, position), rows), array.dtype)


def cross_entropy(
    z: ArrayLike, t: ArrayLike, *, axis: int = -1, reduction: Reduction = "mean"
) -> FloatResult:
    r"""Return the cross-entropy of targets and the softmax function of the logits.

    .. math:: \xi(\mathbf{t}, \mathbf{z}) = -\sum_{c=1}^{C} t_c \log(\varsigma(\mathbf{z})_c)

    For a label it is the negative logarithm of the probability of that class.

    Parameters
    ----------
    z : array_like
        Logits, real, of any shape with at least one axis, with at least one class.
    t : array_like
        Targets: integer labels from 0 to C - 1, of the shape of `z` without `axis`; or
        probabilities of the shape of `z` that sum to one along `axis` (one-hot rows, also
        boolean, are of this kind).
    axis : int, optional
        The axis of the classes; the last by default.
    reduction : {"mean", "sum", "none"}, optional
        Whether to return the mean of the losses of all samples (the default), their sum, or each
        of them.

    Returns
    -------
    numpy.ndarray or scalar
        The loss, in the floating type of `z`: one number, or with ``"none"`` an array of the shape
        of `z` without `axis`. Without a sample the mean is nan and the sum 0. A class with the
        logit -inf and a positive target probability gives an infinite loss.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers, or has no axis or no class; if `t` is neither of
        the two kinds of target, has a label out of range, a negative probability, or
        probabilities that do not sum to one; if `axis` is not an axis of `z`; if `reduction` is
        none of the three.

    See Also
    --------
    cross_entropy_gradient : Its derivative.
    cross_entropy_hessian : Its second derivative.
    likelihood : The likelihood of which this is the negative logarithm.
    binary_cross_entropy : The same for two classes, from one logit.

    Notes
    -----
    Probabilities have to sum to one to within the square root of the machine epsilon of their own
    type, or 1e-6 if that is more: 3.1e-2 in float16, 3.5e-4 in float32, 1e-6 in float64. A nan in
    them propagates.

    For a label :math:`t` it is :math:`\log(1 + s)` with the sum :math:`s` of :math:`e^{z_d - z_t}`
    over all other classes, by ``log1p``. For probabilities, and where :math:`e^{z_t}` underflows,
    it is :math:`\sum_c t_c (m - z_c + \log(1 + s))` with the largest logit :math:`m` [1]_ and
    :math:`s`, the sum of :math:`e^{z_d - m}` without its largest term. No term is negative, so
    nothing cancels: a confident prediction that is right has a small loss with all its digits,
    ``1e-20`` and not zero. The error of a single loss is at most 4 ulp (units in the last place) of
    the loss wherever that is a normal number, for the reasons that :func:`log_softmax` gives, also
    for many classes. The sum over the samples, and the mean, have the rounding errors of NumPy's
    sum besides.

    References
    ----------
    .. [1] P. Blanchard, D. J. Higham and N. J. Higham, "Accurately computing the log-sum-exp and
       softmax functions", IMA Journal of Numerical Analysis 41(4), 2311-2330, 2021.
       doi:10.1093/imanum/draa038

    Examples
    --------
    >>> from softmax_theory import cross_entropy
    >>> cross_entropy([[0.0, 0.0], [1.0, 2.0]], [0, 1]).round(4)
    np.float64(0.5032)
    >>> cross_entropy([1.0, 2.0], [0.5, 0.5]).round(4)
    np.float64(0.8133)
    >>> print(f"{cross_entropy([50.0, 0.0], 0):.8e}")
    1.92874985e-22
    """
    check_reduction(reduction)
    array, position = logits(z, axis)
    target = targets(t, array, position)
    before, after = array.shape[:position], array.shape[position + 1 :]
    flat = (math.prod(before), math.prod(after))
    losses = np.empty((*before, *after), np.result_type(array.dtype, np.float64))
    labels = target.shape != array.shape
    losses_into(
        split(array, position),
        target.reshape(flat) if labels else split(target, position),
        losses.reshape(flat),
    )
    return finish(reduce_losses(losses, reduction), array.dtype)


def cross_entropy_gradient(
    z: ArrayLike,
    t: ArrayLike,
    *,
    axis: int = -1,
    reduction: Reduction = "mean",
    out: FloatArray | None = None,
) -> FloatArray:
    r"""Return the derivative of the cross-entropy with respect to the logits.

    .. math:: \frac{\partial \xi}{\partial z_i} = y_i - t_i

    with :math:`\mathbf{y} = \varsigma(\mathbf{z})`.

    Parameters
    ----------
    z : array_like
        Logits, real, of any shape with at least one axis, with at least one class.
    t : array_like
        Targets: integer labels from 0 to C - 1, of the shape of `z` without `axis`; or
        probabilities of the shape of `z` that sum to one along `axis`.
    axis : int, optional
        The axis of the classes; the last by default.
    reduction : {"mean", "sum", "none"}, optional
        Which loss to differentiate: with ``"mean"`` (the default) :math:`y_i - t_i` is divided by
        the number of samples; ``"sum"`` and ``"none"`` give :math:`y_i - t_i` itself.
    out : numpy.ndarray, optional
        Where the result goes; of the shape and type of `z`. It may be `z` itself.

    Returns
    -------
    numpy.ndarray
        The derivatives, of the shape and the floating type of `z`.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers, or has no axis or no class; if `t` is neither of
        the two kinds of target, has a label out of range, a negative probability, or
        probabilities that do not sum to one; if `axis` is not an axis of `z`; if `reduction` is
        none of the three; if `out` is not such an array.

    See Also
    --------
    cross_entropy : The loss itself; the tolerance of the sums is stated there.
    cross_entropy_hessian : The second derivative.

    Notes
    -----
    For labels :math:`y_i` is computed as in :func:`softmax`, and :math:`y_i - 1` of the true class
    as minus the sum of the other probabilities: so it has all its digits where the prediction is
    confident and right. The error is at most 4 ulp of the component in every one that is a normal
    number. For soft targets it is at most 4 ulp of the larger of :math:`y_i` and
    :math:`t_i`, because the difference passes through zero; that of the largest :math:`y_i` is
    computed from the two complements, :math:`y_i (1 - t_i) - t_i (1 - y_i)`. With ``"mean"`` the
    division by the number of samples is rounded once more.

    Examples
    --------
    >>> from softmax_theory import cross_entropy_gradient
    >>> cross_entropy_gradient([[0.0, 0.0], [0.0, 0.0]], [0, 1])
    array([[-0.25,  0.25],
           [ 0.25, -0.25]])
    >>> print(f"{cross_entropy_gradient([50.0, 0.0], 0)[0]:.8e}")
    -1.92874985e-22
    """
    check_reduction(reduction)
    array, position = logits(z, axis)
    target = targets(t, array, position)
    result = result_for(array.shape, array.dtype, array, out)
    flat = (math.prod(array.shape[:position]), math.prod(array.shape[position + 1 :]))
    labels = target.shape != array.shape
    gradients_into(
        split(array, position),
        target.reshape(flat) if labels else split(target, position),
        math.prod(flat) if reduction == "mean" else 1,
        split(result, position),
    )
    return delivered(result, out)


def cross_entropy_hessian(z: ArrayLike) -> FloatArray:
    r"""Return the matrix of the second derivatives of the cross-entropy of one sample.

    .. math:: \frac{\partial^2 \xi}{\partial z_i \partial z_j} = y_i (\delta_{ij} - y_j)

    with :math:`\mathbf{y} = \varsigma(\mathbf{z})`. It is the Jacobian of the softmax function,
    because the gradient :math:`\mathbf{y} - \mathbf{t}` depends on the logits through
    :math:`\mathbf{y}` alone; for that reason it does not depend on the target. It is positive
    semidefinite, so the cross-entropy is convex in the logits.

    Parameters
    ----------
    z : array_like
        Logits, real, of shape (..., C), with at least one class.

    Returns
    -------
    numpy.ndarray
        The second derivatives, of shape (..., C, C) and the floating type of `z`.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers, or has no axis or no class.

    See Also
    --------
    softmax_jacobian : The same matrix, with the error bound.
    cross_entropy_gradient : The first derivative.

    Examples
    --------
    >>> from softmax_theory import cross_entropy_hessian
    >>> cross_entropy_hessian([0.0, 0.0])
    array([[ 0.25, -0.25],
           [-0.25,  0.25]])
    """
    return softmax_jacobian(z)


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

    .. math:: D(\mathbf{p} \| \mathbf{q}) = \sum_{c=1}^{C} p_c \log\left(\frac{p_c}{q_c}\right)

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
    try:
        count = operator.index(n_classes)
    except TypeError:
        count = 0
    if count < 1 or isinstance(n_classes, bool):
        raise ValueError(f"n_classes: got {n_classes!r}; expected an integer that is at least 1")
    labels = as_array(t, "t")
    if not are_labels(labels):
        raise ValueError(f"t: got type {labels.dtype}; expected integer labels")
    return labels_to_rows(labels, count).astype(np.float64)
