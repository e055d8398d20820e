r"""The cross-entropy of any number of classes, with its derivatives.

The losses take logits, not probabilities: a probability close to one has already lost the digits
that a small loss is made of. Where a target probability is zero its class is left out, even if its
logit is minus infinity, as :math:`0 \log 0 = 0`.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import FloatArray, FloatResult, delivered, finish, logits, result_for
from softmax_theory._reduction import Reduction, check_reduction, reduce_losses
from softmax_theory._sums import (
    LARGEST_SUM,
    cut_sum,
    exponentials,
    largest,
    set_apart,
    shift,
    two_sum,
)
from softmax_theory._tiles import Tile, split, write_by_tiles
from softmax_theory._weights import times, weighted
from softmax_theory.jacobian import softmax_jacobian
from softmax_theory.softmax import largest_and_excess

__all__ = ["cross_entropy", "cross_entropy_gradient", "cross_entropy_hessian"]

# Sums of the largest floats are computed in units of it.
LARGE_UNIT = 2.0**64


def losses_of(z: FloatArray, t: NDArray[Any], axis: int) -> FloatArray:
    """Return the loss of each sample, in the type to compute in; the axis of the classes stays."""
    of_tile = expected_loss if t.dtype.kind == "f" else loss_of_label
    shape = (*z.shape[:axis], 1, *z.shape[axis + 1 :])
    losses = np.empty(shape, np.result_type(z.dtype, np.float64))
    t = split(t, axis)
    write_by_tiles(lambda tile: of_tile(tile, tile.part(t)), split(z, axis), split(losses, axis))
    return losses


def loss_of_label(tile: Tile, t: NDArray[Any]) -> FloatArray:
    """Return m - z_t + log(1 + s); neither term is negative."""
    own = tile.z[t[0], np.arange(t.size)]
    m, excess = largest_and_excess(tile)
    return np.asarray((m - own) + excess)


def expected_loss(tile: Tile, t: FloatArray) -> FloatArray:
    """Return the sum of t_c (m - z_c + log(1 + s)); no term is negative."""
    m, excess = largest_and_excess(tile)
    loss = sum_of_losses(tile, m, excess, t, np.ones_like(m))
    huge = loss > LARGEST_SUM
    if huge.any():
        # So large a sum is not exact; in larger units it is.
        unit = np.where(huge, LARGE_UNIT, 1).astype(loss.dtype)
        loss = unit * sum_of_losses(tile, m, excess, t, unit)
    return loss


def sum_of_losses(
    tile: Tile, m: FloatArray, excess: FloatArray, t: FloatArray, unit: FloatArray
) -> FloatArray:
    """Return the sum of t_c (m - z_c + excess) in units of a power of two."""
    # Halved, the gap between two finite logits cannot overflow.
    half = 1 / (2 * unit)
    terms = (m * half - tile.z * half) * (2 * t)
    terms += t * (excess / unit)
    np.copyto(terms, 0, where=t == 0)
    high, low = cut_sum(terms, tile.spare)
    return np.where(np.isfinite(high), high + low, terms.sum(axis=0))


def gradient_of_label(tile: Tile, t: NDArray[Any], count: float) -> FloatArray:
    """Return y, and for the true class y - 1, minus the sum of the others (`complement`)."""
    e, labels = exponentials(tile, shift(tile.z)), t[0]
    own, others = set_apart(tile, e, labels)
    divisor = (own + others) * count
    e /= divisor
    e[labels, np.arange(len(labels))] = -others / divisor
    return e


def gradient_of_probabilities(tile: Tile, t: FloatArray, count: float) -> FloatArray:
    """Return y_i T - t_i with the sum T of the targets.

    It is the derivative of the loss as computed, also where T is one only to within rounding. For
    the largest y it is written with the complements: y (T - t) - t (1 - y).
    """
    e = exponentials(tile, shift(tile.z))
    _, classes = largest(tile.z)
    own, others = set_apart(tile, e, classes)
    total, error = two_sum(own, others)
    of_largest = classes, np.arange(len(classes))
    t_own = t[of_largest].astype(total.dtype)
    t_rest = t.astype(total.dtype)
    t_rest[of_largest] = 0
    t_others = np.add(*cut_sum(t_rest, tile.spare))
    # What T exceeds one by; the larger term less one is exact where it matters.
    surplus = (np.maximum(t_own, t_others) - 1) + np.minimum(t_own, t_others)
    # The sum of the exponentials divided by T, with one rounding.
    e /= total + (error - total * (surplus / (1 + surplus)))
    e -= t
    e[of_largest] = own / total * t_others - t_own * (others / total)
    return np.divide(e, count, out=e)


def cross_entropy(
    z: ArrayLike,
    t: ArrayLike,
    *,
    axis: int = -1,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
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
    weight : array_like, optional
        A factor for each class, of shape (C,), finite and not negative; each term of the sum over
        the classes is multiplied by that of its class.
    label_smoothing : float, optional
        The share :math:`\alpha` from 0 to 1 of the target that is spread over all classes: in the
        place of :math:`t_c` stands :math:`(1 - \alpha) t_c + \frac{\alpha}{C}`.
    ignore_index : int, optional
        A label that marks samples to leave out; it need not be one of 0 to C - 1.

    Returns
    -------
    numpy.ndarray or scalar
        The loss, in the floating type of `z`: one number, or with ``"none"`` an array of the shape
        of `z` without `axis`. Without a sample the mean is nan and the sum 0, also where all are
        ignored. A class with the logit minus infinity and a positive target probability gives an
        infinite loss.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers, or has no axis or no class; if `t` is neither of
        the two kinds of target, has a label out of range, a negative probability, or
        probabilities that do not sum to one; if `axis` is not an axis of `z`; if `reduction` is
        none of the three; if `weight`, `label_smoothing` or `ignore_index` is not as above, or
        `ignore_index` is given with probabilities.

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

    For a label :math:`t` it is :math:`(m - z_t) + \log(1 + s)` with the largest logit :math:`m`
    [1]_ and :math:`s`, the sum of :math:`e^{z_d - m}` without its largest term, by ``log1p``. For
    probabilities it is :math:`\sum_c t_c (m - z_c + \log(1 + s))`. No term is negative, so nothing
    cancels: a confident prediction that is right has a small loss with all its digits, ``1e-20``
    and not zero. The error of a single loss is at most 4 ulp (units in the last place) of the loss
    wherever that is a normal number, for the reasons that :func:`log_softmax` gives. The sum over
    the samples, and the mean, have the rounding errors of NumPy's sum besides.

    Class weights, smoothing and ignored labels mean what they mean in PyTorch, whose
    `ignore_index` is -100 unless another is given. With class weights the mean divides by the sum
    of the weights of the labels, for probabilities by the number of samples; ignored samples count
    in neither. What has the weight zero is left out too, even if its loss would be nan or infinite.
    The terms are positive with them as without, and the error of a single loss is still at most
    4 ulp; but it is infinite where the loss without class weights overflows. Smoothing, and class
    weights with probabilities, take memory for probabilities of the shape of `z`.

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
    >>> z, t = [[0.0, 0.0], [1.0, 2.0], [5.0, 5.0]], [0, 1, -100]
    >>> cross_entropy(z, t, weight=[3.0, 1.0], ignore_index=-100).round(4)
    np.float64(0.5982)
    >>> cross_entropy([1.0, 2.0], 1, label_smoothing=0.1).round(4)
    np.float64(0.3633)
    """
    check_reduction(reduction)
    array, position = logits(z, axis)
    target, factors, divisor = weighted(t, array, position, weight, label_smoothing, ignore_index)
    losses = losses_of(array, target, position)
    losses = losses if factors is None else times(losses, factors)
    return finish(reduce_losses(losses.squeeze(position), reduction, divisor), array.dtype)


def cross_entropy_gradient(
    z: ArrayLike,
    t: ArrayLike,
    *,
    axis: int = -1,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
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
    weight : array_like, optional
        A factor for each class, of shape (C,), finite and not negative, as of
        :func:`cross_entropy`.
    label_smoothing : float, optional
        The share from 0 to 1 of the target that is spread over all classes.
    ignore_index : int, optional
        A label that marks samples to leave out: their derivatives are zero.
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
        none of the three; if `weight`, `label_smoothing` or `ignore_index` is not as above, or
        `ignore_index` is given with probabilities; if `out` is not such an array.

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

    With smoothing or class weights :math:`w_c` the derivative is :math:`y_i \sum_c u_c - u_i` of
    :math:`u_c = w_c ((1 - \alpha) t_c + \frac{\alpha}{C})`. For labels without smoothing it is
    within 4 ulp of itself, otherwise within 4 ulp of the larger of its two terms.

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
    target, factors, divisor = weighted(t, array, position, weight, label_smoothing, ignore_index)
    result = result_for(array.shape, array.dtype, array, out)
    of_tile = gradient_of_probabilities if target.dtype.kind == "f" else gradient_of_label
    count = divisor if reduction == "mean" and divisor > 0 else 1
    target = split(target, position)

    def gradient(tile: Tile) -> FloatArray:
        if factors is None:
            return of_tile(tile, tile.part(target), count)
        own = tile.part(split(factors, position))
        return times(of_tile(tile, tile.part(target), 1), own) / count

    write_by_tiles(gradient, split(array, position), split(result, position))
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
