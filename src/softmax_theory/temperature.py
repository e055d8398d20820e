r"""The temperature at which the outputs fit the targets best.

The gaps of a sample are what its logits lack to the largest, :math:`e_c = m - z_c`. The mean
cross-entropy of :math:`\mathbf{z} / \tau` is convex in the inverse temperature
:math:`\beta = \frac{1}{\tau}`. Its derivative is zero where the gap that the outputs expect is the
gap of the targets, on average,

.. math:: \sum_{k=1}^{n} \sum_{c=1}^{C} \varsigma(\beta \mathbf{z}_k)_c e_{kc}
    = \sum_{k=1}^{n} \sum_{c=1}^{C} t_{kc} e_{kc}.

The left side falls from the mean over all classes at :math:`\beta = 0` to zero.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from softmax_theory._arrays import (
    FloatArray,
    FloatResult,
    check_distributions,
    check_entries,
    finish,
)
from softmax_theory._targets import rows_and_targets

__all__ = ["fit_temperature"]

# Newton's method needs about ten steps; after so many the interval is halved instead.
NEWTON_STEPS = 40


class Gaps(NamedTuple):
    """The gaps of each sample, and the sum of its targets, one to within rounding."""

    values: FloatArray
    totals: FloatArray


@np.errstate(all="ignore")
def expected_gap(gaps: Gaps, beta: float) -> tuple[float, float]:
    """Return the sum of the gaps that the outputs expect, and minus its derivative."""
    e = np.exp(-beta * gaps.values)
    # A class of the logit -inf contributes nothing.
    possible = np.where(np.isinf(gaps.values), 0, gaps.values)
    e[np.isinf(gaps.values)] = 0
    y = e / e.sum(axis=-1, keepdims=True)
    means = (y * possible).sum(axis=-1, keepdims=True)
    variances = (y * (possible - means) ** 2).sum(axis=-1)
    return float((gaps.totals * means[:, 0]).sum()), float((gaps.totals * variances).sum())


def inverse_temperature(gaps: Gaps, of_targets: float) -> float:
    """Return where the expected gap is that of the targets, by Newton's method on its logarithm.

    The root stays between two numbers; a step that leaves them, or comes too late, halves the
    interval, or doubles the lower end as long as there is no upper one.
    """
    low, high, beta, steps = 0.0, np.inf, 0.0, 0
    while True:
        gap, variance = expected_gap(gaps, beta)
        low, high = (beta, high) if gap > of_targets else (low, beta)
        middle = max(2 * low, 1.0) if high == np.inf else low / 2 + high / 2
        with np.errstate(all="ignore"):
            new = beta + float(np.log(gap / of_targets) * gap / np.float64(variance))
        if abs(new - beta) <= np.finfo(float).eps * beta:
            return new
        if not low < new < high or steps >= NEWTON_STEPS:
            new = middle
        if not low < new < high:
            return beta
        beta, steps = new, steps + 1


def fit_temperature(z: ArrayLike, t: ArrayLike, *, axis: int = -1) -> FloatResult:
    r"""Return the temperature that makes the mean cross-entropy smallest.

    .. math:: \sum_{k=1}^{n} \sum_{c=1}^{C}
        \left( \varsigma(\mathbf{z}_k / \tau)_c - t_{kc} \right) z_{kc} = 0

    holds at the temperature :math:`\tau > 0` at which :math:`\frac{1}{n} \sum_{k=1}^{n}
    \xi(\mathbf{t}_k, \mathbf{z}_k / \tau)` has its minimum. It changes no prediction. Fit it to
    samples that the logits have not been trained on.

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
    scalar
        The temperature, in the floating type of `z`: above one for logits that are too confident.

    Raises
    ------
    ValueError
        If no finite temperature above zero is best, because the loss does not rise as it falls (all
        targets have the largest logit of their sample, alone or in a tie) or as it rises (the
        targets have no larger logits than the average class); if
        there is no sample, or the logits of one have no softmax function; if a target has the
        logit -inf; if `z` is not an array of real numbers, or has no axis or no class; if `t` is
        not a target as of :func:`cross_entropy`; if `axis` is not an axis of `z`.

    See Also
    --------
    reliability : Whether it helps.
    cross_entropy : What is made small; the tolerance of the sums is stated there.

    Notes
    -----
    This is temperature scaling [1]_. The loss is convex in :math:`\frac{1}{\tau}`, whose derivative
    is compared with zero as two sums of gaps :math:`m - z_c` to the largest logit :math:`m`, one
    expected by the outputs and one of the targets, with no negative term. The root is found by
    Newton's method between two bounds, which are halved if it leaves them.

    With the mean :math:`g` and the variance :math:`v` of the gaps under the outputs, both averaged
    over the samples, the relative error is at most 4 machine epsilons of float64 times
    :math:`1 + \frac{g \tau}{v}` (tested for up to 1,000 samples).

    References
    ----------
    .. [1] C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural
       networks", Proceedings of the 34th International Conference on Machine Learning, PMLR 70,
       1321-1330, 2017. arXiv:1706.04599

    Examples
    --------
    >>> from softmax_theory import fit_temperature
    >>> z = [[4.0, 0.0], [4.0, 0.0], [4.0, 0.0], [4.0, 0.0]]
    >>> fit_temperature(z, [0, 0, 0, 1]).round(4)
    np.float64(3.641)

    With three of four right the outputs should be 3/4, and 4 divided by log(3) gives that.
    """
    rows, targets, dtype = rows_and_targets(z, t, axis)
    if not rows.size:
        raise ValueError(f"z: got shape {np.shape(z)}, without a sample; expected at least one")
    check_distributions(rows)
    check_entries(
        ((targets > 0) & (rows == -np.inf)).any(axis=-1),
        rows,
        "t: the target{place} has the logit -inf, and an infinite "
        "loss at every temperature; expected a finite logit",
    )
    scale, gaps, of_targets = gaps_and_target(rows, targets)
    if np.isnan(of_targets):
        return finish(np.float64(np.nan), dtype)
    if not 0 < of_targets < expected_gap(gaps, 0.0)[0]:
        cause = (
            "falls, as all targets have the largest logit of their sample, alone or in a tie"
            if of_targets == 0
            else "rises, as the targets have no larger logits than the average class"
        )
        raise ValueError(
            "t: no finite temperature is best; the loss does not rise as the temperature "
            f"{cause}; expected targets between these two"
        )
    with np.errstate(all="ignore"):
        return finish(np.ldexp(1 / inverse_temperature(gaps, of_targets), scale), dtype)


@np.errstate(all="ignore")
def gaps_and_target(z: FloatArray, t: FloatArray) -> tuple[int, Gaps, float]:
    """Return the gaps in units of a power of two that is named, and the sum of the targets' own."""
    rows, soft = (part.reshape(-1, part.shape[-1]) for part in (z, t))
    scale = int(np.frexp(np.abs(np.where(np.isinf(rows), 0, rows)).max())[1])
    rows = np.ldexp(rows, -scale)
    values = rows.max(axis=-1, keepdims=True) - rows
    of_targets = float(np.where(soft == 0, 0, soft * values).sum())
    return scale, Gaps(values, soft.sum(axis=-1)), of_targets
