"""The cross-entropy of a linear layer and its gradients, without ever holding the logits.

With many classes the logits of a batch are larger than everything else. Here they are computed a
tile at a time and used at once: first for the sum of their exponentials, then for the gradients.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import (
    FloatArray,
    FloatResult,
    Reduction,
    as_array,
    as_floats,
    check_labels,
    check_reduction,
    finish,
    reduce_losses,
)
from softmax_theory.running import LogSumExp

__all__ = ["linear_cross_entropy"]

# Samples and classes of a tile of logits.
SAMPLES, CLASSES = 128, 512


class LinearCrossEntropy(NamedTuple):
    """The loss of a linear layer, and its derivatives."""

    loss: FloatResult
    gradient_H: FloatArray
    gradient_W: FloatArray


def linear_cross_entropy(
    H: ArrayLike, W: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean"
) -> LinearCrossEntropy:
    r"""Return the cross-entropy of the logits of a linear layer, with its gradients.

    .. math::

        \mathbf{Z} = \mathbf{H} \mathbf{W}^\top, \qquad
        \frac{\partial \xi}{\partial \mathbf{H}} = (\mathbf{Y} - \mathbf{T}) \mathbf{W}, \qquad
        \frac{\partial \xi}{\partial \mathbf{W}} = (\mathbf{Y} - \mathbf{T})^\top \mathbf{H}

    Parameters
    ----------
    H : array_like
        Features, real, of shape (n, D): one row for each sample.
    W : array_like
        Weights, real, of shape (C, D): one row for each class, as in :class:`LinearSoftmax`.
    t : array_like
        Integer labels from 0 to C - 1, of shape (n,).
    reduction : {"mean", "sum", "none"}, optional
        As of :func:`cross_entropy`; with ``"none"`` the gradients are those of the sum.

    Returns
    -------
    LinearCrossEntropy
        A named tuple: `loss`, as of :func:`cross_entropy`, `gradient_H` of shape (n, D) and
        `gradient_W` of shape (C, D), in the type that NumPy promotes `H` and `W` to.

    Raises
    ------
    ValueError
        If `H` or `W` is not a matrix of real numbers, they have different numbers of features, `W`
        has no class, `t` is no array of labels of the samples or has one out of range, or
        `reduction` is none of the three.

    See Also
    --------
    cross_entropy : The loss of given logits.
    LogSumExp : The running sum behind it.

    Notes
    -----
    Beside the arguments and the gradients it needs memory for tiles of logits alone, whatever C
    is. The logits are computed twice: for the sums of each row [1]_, and for the gradients.

    All is computed in float64, a tile at a time. So in narrower types the logits have digits to
    spare, and each component of a gradient is within one rounding of the exact value and
    :math:`4 \sqrt{D}` roundings of float64 of the sum of the magnitudes of its terms
    (:math:`4 \sqrt{n}` for `W`, if that is more). In float64 the roundings of the logits go through
    the exponential: there the bound is larger by the factor :math:`1 + 2 s`, where :math:`s` is the
    largest sum of the magnitudes of the terms of a logit.

    References
    ----------
    .. [1] M. Milakov and N. Gimelshein, "Online normalizer calculation for softmax",
       arXiv:1805.02867, 2018.

    Examples
    --------
    >>> from softmax_theory import linear_cross_entropy
    >>> result = linear_cross_entropy([[1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], [0])
    >>> result.loss.round(4)
    np.float64(0.3133)
    >>> result.gradient_W.round(4)
    array([[-0.2689,  0.    ],
           [ 0.2689,  0.    ]])
    """
    check_reduction(reduction)
    features, weights, labels = checked(H, W, t)
    dtype = np.result_type(features.dtype, weights.dtype)
    losses = np.empty(len(features))
    gradient_H = np.zeros(features.shape, dtype)
    gradient_W = np.zeros(weights.shape, np.float64)
    scale = 1 / len(features) if reduction == "mean" and len(features) else 1.0
    for start in range(0, len(features), SAMPLES):
        rows = slice(start, start + SAMPLES)
        some = features[rows].astype(np.float64)
        sums, losses[rows] = forward(some, weights, labels[rows])
        found = add_gradients(sums, some, weights, labels[rows], scale, gradient_W)
        gradient_H[rows] = finish(found, dtype)
    return LinearCrossEntropy(
        finish(reduce_losses(losses, reduction), dtype),
        gradient_H,
        finish(gradient_W, dtype),
    )


def checked(
    H: ArrayLike, W: ArrayLike, t: ArrayLike
) -> tuple[FloatArray, FloatArray, NDArray[Any]]:
    """Return the features, the weights and the labels, if they fit."""
    features, weights, labels = as_floats(H, "H"), as_floats(W, "W"), as_array(t, "t")
    if features.ndim != 2:
        raise ValueError(f"H: got shape {features.shape}; expected (n, D), one row for each sample")
    if weights.ndim != 2 or not len(weights) or weights.shape[1] != features.shape[1]:
        raise ValueError(
            f"W: got shape {weights.shape}; expected (C, {features.shape[1]}), one row for each "
            "of at least one class"
        )
    if labels.shape != features.shape[:1] or (labels.dtype.kind not in "iu" and labels.size):
        raise ValueError(
            f"t: got shape {labels.shape} and type {labels.dtype}; expected integer labels of "
            f"shape {features.shape[:1]}"
        )
    check_labels(labels, len(weights))
    return features, weights, labels.astype(np.intp)


def class_tiles(weights: FloatArray) -> Iterator[tuple[slice, FloatArray]]:
    """Yield the classes of each tile, and their weights to compute with."""
    for first in range(0, len(weights), CLASSES):
        classes = slice(first, first + CLASSES)
        yield classes, weights[classes].astype(np.float64, copy=False)


@np.errstate(all="ignore")
def forward(
    features: FloatArray, weights: FloatArray, labels: NDArray[np.intp]
) -> tuple[LogSumExp, FloatArray]:
    """Return the sum of the exponentials of each sample, tile by tile, and its loss."""
    sums = LogSumExp(shape=(len(features),))
    true = np.empty(len(labels))
    for classes, some in class_tiles(weights):
        logits = features @ some.T
        sums = sums.update(logits)
        inside = (labels >= classes.start) & (labels < classes.stop)
        true[inside] = logits[inside, labels[inside] - classes.start]
    # Neither term is negative, so that nothing cancels.
    return sums, (sums.largest - true) + sums.log_rest()


@np.errstate(all="ignore")
def add_gradients(
    sums: LogSumExp,
    features: FloatArray,
    weights: FloatArray,
    labels: NDArray[np.intp],
    scale: float,
    gradient_W: FloatArray,
) -> FloatArray:
    """Add to the gradient of the weights, and return that of the features."""
    gradient_H = np.zeros(features.shape)
    for classes, some in class_tiles(weights):
        logits = features @ some.T
        differences = differences_of(sums, logits, labels - classes.start) * scale
        gradient_H += differences @ some
        gradient_W[classes] += differences.T @ features
    return gradient_H


def differences_of(sums: LogSumExp, logits: FloatArray, labels: NDArray[np.intp]) -> FloatArray:
    """Return y - t of a tile; for the true class minus the sum of the others."""
    y = sums.probabilities(logits)
    rows = np.flatnonzero((labels >= 0) & (labels < logits.shape[1]))
    own = y[rows, labels[rows]]
    rest = sums.odds_of_others()[rows]
    largest = logits[rows, labels[rows]] == sums.largest[rows]
    y[rows, labels[rows]] = np.where(largest, -rest / (1 + rest), own - 1)
    return y
