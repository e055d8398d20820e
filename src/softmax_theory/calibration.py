r"""Whether probabilities can be believed: the Brier score, and reliability.

Like the losses these take logits, not probabilities: a probability close to one has lost the digits
of what it leaves to the other classes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import FloatArray, FloatResult, check_distributions, finish
from softmax_theory._numbers import as_integer
from softmax_theory._reduction import Reduction, check_reduction, reduce_losses
from softmax_theory._targets import rows_and_targets
from softmax_theory.softmax import softmax

__all__ = ["brier_score", "reliability"]


@dataclass(frozen=True)
class Reliability:
    """The points of a reliability diagram, one for each bin, and how far they are off."""

    confidence: FloatArray
    accuracy: FloatArray
    count: NDArray[np.intp]
    expected_calibration_error: FloatResult


@np.errstate(all="ignore")
def predictions(z: FloatArray) -> tuple[FloatArray, NDArray[np.intp], FloatArray]:
    """Return the outputs, the most probable class, and the sum of the outputs of the others."""
    y = softmax(z)
    most = np.argmax(z, axis=-1, keepdims=True)
    others = np.where(np.arange(z.shape[-1]) == most, 0, y)
    return y, most, np.asarray(others.sum(axis=-1, keepdims=True))


@np.errstate(all="ignore")
def squared_distances(z: FloatArray, t: FloatArray) -> FloatArray:
    """Return the sum of (y - t)^2, with the complements of the largest y where that is near one."""
    y, most, rest = predictions(z)
    near_one = (np.arange(y.shape[-1]) == most) & (rest < 0.5)
    differences = np.where(near_one, (1 - t) - rest, y - t)
    return np.asarray((differences**2).sum(axis=-1))


def brier_score(
    z: ArrayLike, t: ArrayLike, *, axis: int = -1, reduction: Reduction = "mean"
) -> FloatResult:
    r"""Return the Brier score, the squared distance of the outputs from the targets.

    .. math:: \sum_{c=1}^{C} (y_c - t_c)^2

    with :math:`\mathbf{y} = \varsigma(\mathbf{z})`. For a label it lies between 0, where its class
    has the probability one, and 2, where another class has it.

    Parameters
    ----------
    z : array_like
        Logits, real, of any shape with at least one axis, with at least one class. Of
        probabilities, take the logarithms.
    t : array_like
        Targets: integer labels from 0 to C - 1, of the shape of `z` without `axis`; or
        probabilities of the shape of `z` that sum to one along `axis`.
    axis : int, optional
        The axis of the classes; the last by default.
    reduction : {"mean", "sum", "none"}, optional
        Whether to return the mean of the scores of all samples (the default), their sum, or each
        of them.

    Returns
    -------
    numpy.ndarray or scalar
        The score, in the floating type of `z`: one number, or with ``"none"`` an array of the shape
        of `z` without `axis`. Without a sample the mean is nan and the sum 0.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers, or has no axis or no class; if `t` is neither of
        the two kinds of target, has a label out of range, a negative probability, or
        probabilities that do not sum to one; if `axis` is not an axis of `z`; if `reduction` is
        none of the three.

    See Also
    --------
    cross_entropy : The other strictly proper score; the tolerance of the sums is stated there.
    reliability : Where the probabilities are too large or too small.

    Notes
    -----
    This is the sum over the classes, as Brier defined it [1]_. ``sklearn.metrics.brier_score_loss``
    takes probabilities, and for two classes gives half of it.

    The difference of an output above one half is computed from the two complements,
    :math:`(1 - t_c) - (1 - y_c)`, with the sum of the other outputs for :math:`1 - y_c`, so that a
    confident prediction that is right has a small score with all its digits. For labels the error
    of a single score is at most 8 ulp, twice that of an output because it is squared, wherever
    the score is a normal number. For soft targets it is at most 8 machine epsilons of
    :math:`\sum_c |y_c - t_c| \max(y_c, t_c)`, because the differences pass through zero.

    References
    ----------
    .. [1] G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly
       Weather Review 78(1), 1-3, 1950. doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2

    Examples
    --------
    >>> from softmax_theory import brier_score
    >>> brier_score([[0.0, 0.0], [1.0, 2.0]], [0, 1]).round(4)
    np.float64(0.3223)
    >>> print(f"{brier_score([50.0, 0.0], 0):.8e}")
    7.44015195e-44
    """
    check_reduction(reduction)
    rows, targets, dtype = rows_and_targets(z, t, axis)
    return finish(reduce_losses(squared_distances(rows, targets), reduction), dtype)


def reliability(z: ArrayLike, t: ArrayLike, *, axis: int = -1, n_bins: int = 15) -> Reliability:
    r"""Return how often predictions of about the same confidence are right.

    .. math::
        \mathrm{ECE} = \sum_{b=1}^{B} \frac{n_b}{n}
        \left| \mathrm{accuracy}_b - \mathrm{confidence}_b \right|

    is the expected calibration error. The confidence of a prediction is the largest output; it is
    right if the target is the class of that output. Bin :math:`b` has the :math:`n_b` predictions
    with a confidence above :math:`\frac{b - 1}{B}` and at most :math:`\frac{b}{B}`.

    Parameters
    ----------
    z : array_like
        Logits, real, of any shape with at least one axis, with at least one class.
    t : array_like
        Targets: integer labels from 0 to C - 1, of the shape of `z` without `axis`; or
        probabilities of the shape of `z`, of which that of the predicted class counts as the share
        of it that is right.
    axis : int, optional
        The axis of the classes; the last by default.
    n_bins : int, optional
        The number of bins B, 15 by default.

    Returns
    -------
    Reliability
        Its attributes: `confidence` and `accuracy`, the means over the predictions of each bin, nan
        for an empty one; `count`, how many there are; `expected_calibration_error`, nan without a
        sample. In the floating type of `z`, but for the counts.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers, or has no axis or no class; if the logits of a
        sample have no softmax function; if `t` is not a target as of :func:`cross_entropy`; if
        `axis` is not an axis of `z`; if `n_bins` is not an integer that is at least 1.

    See Also
    --------
    fit_temperature : Make the confidences fit.
    brier_score, cross_entropy : Scores that are smallest where the probabilities are right.

    Notes
    -----
    The error is that of Naeini et al. [1]_, for more than two classes as Guo et al. [2]_ take it,
    with their bins. Of several largest logits the first is the prediction. Bins that are merged can
    only make the error smaller, and zero does not mean that all probabilities are right: a constant
    prediction of the shares of the classes has it too.

    The difference of a bin is added up from what each prediction leaves to the others, :math:`1 -
    y_c` if it is right and :math:`-y_c` if not. So the error of predictions that are confident and
    all right keeps its digits. The terms have the error of :func:`softmax`, and the sums over the
    samples the rounding errors of NumPy's sum.

    References
    ----------
    .. [1] M. P. Naeini, G. F. Cooper and M. Hauskrecht, "Obtaining well calibrated probabilities
       using Bayesian binning", Proceedings of the AAAI Conference on Artificial Intelligence 29(1),
       2901-2907, 2015. doi:10.1609/aaai.v29i1.9602
    .. [2] C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural
       networks", Proceedings of the 34th International Conference on Machine Learning, PMLR 70,
       1321-1330, 2017. arXiv:1706.04599

    Examples
    --------
    >>> from softmax_theory import reliability
    >>> found = reliability([[0.0, 1.0], [0.0, 1.0], [0.0, 3.0]], [1, 0, 1], n_bins=2)
    >>> found.confidence.round(4), found.accuracy.round(4), found.count
    (array([   nan, 0.8049]), array([   nan, 0.6667]), array([0, 3]))
    >>> found.expected_calibration_error.round(4)
    np.float64(0.1382)
    """
    bins = as_integer(n_bins, "n_bins")
    rows, targets, dtype = rows_and_targets(z, t, axis)
    check_distributions(rows)
    y, most, rest = predictions(rows)
    confidence = np.take_along_axis(y, most, axis=-1).ravel()
    right = np.take_along_axis(targets, most, axis=-1).ravel()
    gaps = right * rest.ravel() - (1 - right) * confidence
    # Half-open intervals, closed above, as in the paper.
    bin_of = np.searchsorted(np.arange(1, bins) / bins, confidence, side="left")
    chosen = [bin_of == b for b in range(bins)]
    count = np.array([some.sum() for some in chosen])
    sums = np.array([[a[some].sum() for some in chosen] for a in (confidence, right, gaps)])
    with np.errstate(all="ignore"):
        error = np.abs(sums[2]).sum() / np.float64(count.sum())
        means = [finish(total / count, dtype) for total in sums[:2]]
    return Reliability(means[0], means[1], count, finish(error, dtype))
