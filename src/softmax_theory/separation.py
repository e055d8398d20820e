r"""Whether data are separable, so that no finite weights of a linear layer are best for them.

Data are separable if some weights, a direction, give in each sample the largest logit to the
classes that the target has, and not the same logit to all classes of all samples. Added again and
again to any weights they never raise the loss, and somewhere lower it without end. If there is no
such direction, finite weights are best (Albert and Anderson, Biometrika 71, 1-10, 1984, who call
the data completely separated, quasi-completely separated, or overlapping).
"""

import numpy as np
from numpy.typing import NDArray

from softmax_theory._arrays import FloatArray
from softmax_theory._newton import Design, Floats, newton_step, weight_hessian
from softmax_theory.softmax import softmax

__all__ = ["SeparationWarning"]

MOST_STEPS = 100  # those of the tests need less than forty


class SeparationWarning(UserWarning):
    r"""The data are separable and there is no penalty, so no finite weights are best.

    Or a class has no sample, so that no finite bias is best, with a penalty or without.

    :meth:`LinearSoftmax.fit` gives this warning. Some classes, or some samples of a class, can be
    separated from the others: there are :math:`\tilde{\mathbf{W}}` and :math:`\tilde{\mathbf{b}}`
    such that for each sample k

    .. math:: \mathbf{t}_k^\top (\tilde{\mathbf{W}} \mathbf{x}_k + \tilde{\mathbf{b}})
        = \max_c (\tilde{\mathbf{W}} \mathbf{x}_k + \tilde{\mathbf{b}})_c

    and that not all of these logits of a sample are equal, in one sample at least. The likelihood
    then grows with the multiple of them that is added to the weights, and has no maximum [1]_. The
    weights at which a fit ends tell where it stopped, and nothing about the data; a penalty, which
    `l2` gives, makes them finite and unique if each class has a sample.

    See Also
    --------
    LinearSoftmax : The classifier that gives it.

    References
    ----------
    .. [1] A. Albert and J. A. Anderson, "On the existence of maximum likelihood estimates in
       logistic regression models", Biometrika 71(1), 1-10, 1984. doi:10.1093/biomet/71.1.1

    Examples
    --------
    >>> import warnings
    >>> from softmax_theory import LinearSoftmax, SeparationWarning
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     model = LinearSoftmax.zeros(1, 2).fit([[-1.0], [2.0]], [0, 1], method="newton")
    >>> caught[0].category is SeparationWarning
    True
    """


def separates(coefficients: Floats, rows: Floats, t: FloatArray) -> bool:
    """Tell whether these coefficients are a direction in which the loss falls without end.

    Logits are equal that differ by no more than the rounding of the coefficients and the sums. The
    fall is to be visible beside the largest terms, as it is not if all that there is is rounding.
    """
    z = rows @ coefficients.T
    scale = np.abs(rows).sum(axis=1) * np.abs(coefficients).max()
    rounding = 4 * rows.shape[1] * np.finfo(np.float64).eps * scale
    largest, of_target = z.max(axis=1), np.where(t > 0, z, np.inf).min(axis=1)
    falls = largest - z.min(axis=1) > 1e-8 * scale.max()
    return bool((largest - of_target <= rounding).all() and falls.any())


def keeping_ties(growths: Floats, rows: Floats, tied: NDArray[np.bool_]) -> Floats:
    """Return the parts of coefficients that give the tied classes of each sample equal logits."""
    uniform = tied / tied.sum(axis=1, keepdims=True)
    size = growths[0].size
    hessian = weight_hessian(rows, uniform).reshape(size, size)
    inverse = np.linalg.pinv(hessian, rcond=1e-13, hermitian=True)
    parts = growths.reshape(-1, size).T
    for _ in range(2):  # the second time takes away what rounding has left
        parts = parts - inverse @ (hessian @ parts)
    return parts.T.reshape(growths.shape)


def are_separable(design: Design, t: FloatArray) -> bool:
    """Tell whether data are separable, by steps of Newton's method without a penalty.

    From coefficients of zero they end in one of two proofs, up to rounding. If finite coefficients
    are best, the steps shrink until one shows it. If not, the coefficients grow for ever, along a
    direction in which the loss falls, beside what is finite and sets the outputs that don't vanish;
    so the part of their growth that leaves the classes of these outputs tied becomes such a
    direction.
    """
    rows = design.rows
    path = [np.zeros((t.shape[1], rows.shape[1]))]
    for step in range(MOST_STEPS):
        newton = newton_step(design, path[-1], t)
        # A vanishing output is about as small as the derivatives, and the others are not.
        tied = (softmax(rows @ path[-1].T) > np.sqrt(newton.slope)) | (t > 0)
        growths = np.stack([path[-1], path[-1] - path[step // 2]])
        if any(separates(part, rows, t) for part in keeping_ties(growths, rows, tied)):
            return True
        if newton.proves_overlap:
            return False
        path.append(path[-1] + newton.damped)
        if separates(path[-1], rows, t):
            return True
    return False
