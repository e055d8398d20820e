"""The cross-entropy of a linear layer and its gradients, without ever holding the logits.

With many classes the logits of a batch are larger than everything else. Here they are computed a
tile at a time and used at once: first for the sum of their exponentials, then for the gradients.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial, reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import FloatArray, FloatResult, as_array, as_floats, finish
from softmax_theory._reduction import Reduction, check_reduction, reduce_losses
from softmax_theory._sums import LARGEST_SUM, two_sum
from softmax_theory._targets import check_labels
from softmax_theory.running import LogSumExp, corrected

__all__ = ["linear_cross_entropy"]

# Samples and classes of a tile of logits.
SAMPLES, CLASSES = 128, 512


class LinearCrossEntropy(NamedTuple):
    """The loss of a linear layer, and its derivatives."""

    loss: FloatResult
    gradient_H: FloatArray
    gradient_W: FloatArray


class Factor(NamedTuple):
    """Rows of a matrix; two parts of them if the sum of their products has to be exact."""

    whole: FloatArray
    upper: FloatArray
    lower: FloatArray | None


class Pair(NamedTuple):
    """Numbers as rounded, and their rounding errors where these matter."""

    rounded: FloatArray
    error: FloatArray | None


class Margins(NamedTuple):
    """The logits of a tile of classes less that of the label, and what they are made from."""

    classes: slice
    weights: Factor
    labels: NDArray[np.intp]
    values: Pair


Product = Callable[[FloatArray, FloatArray], FloatArray]


def linear_cross_entropy(
    H: ArrayLike, W: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean"
) -> LinearCrossEntropy:
    r"""Return the cross-entropy of the logits of a linear layer, with its gradients.

    .. math::

        \begin{aligned}
        \mathbf{Z} &= \mathbf{H} \mathbf{W}^\top, \\
        \frac{\partial \xi}{\partial \mathbf{H}} &= (\mathbf{Y} - \mathbf{T}) \mathbf{W}, \\
        \frac{\partial \xi}{\partial \mathbf{W}} &= (\mathbf{Y} - \mathbf{T})^\top \mathbf{H}
        \end{aligned}

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
    is, and in narrower types than float64 for the derivative with respect to `W` once more, in
    float64. The logits are computed twice: for the sums of each row [1]_, and for the gradients.

    All is computed in float64, a tile at a time, from the logits less that of the label. A single
    loss is within 8 units of rounding (half a machine epsilon each) of itself, of the exact logits
    and not of rounded ones. Each component of a gradient that is a normal number is within :math:`6
    \sqrt{D}` such units of the sum of the magnitudes of its terms (:math:`6 \sqrt{n}` for `W`). In
    narrower types it is hardly more than the last rounding. In float64 a logit has a rounding error
    that the exponential would enlarge. So features and weights are cut in two, such that the
    products of the upper parts are summed without an error [2]_, and a logit is kept as two
    numbers. That takes three products of matrices for one. The second number has an error too,
    which counts when the magnitudes of the terms of a logit sum to more than about 100,000.

    References
    ----------
    .. [1] M. Milakov and N. Gimelshein, "Online normalizer calculation for softmax",
       arXiv:1805.02867, 2018.
    .. [2] K. Ozaki, T. Ogita, S. Oishi and S. M. Rump, "Error-free transformations of matrix
       multiplication by using fast routines of matrix multiplication and its applications",
       Numerical Algorithms 59(1), 95-118, 2012. doi:10.1007/s11075-011-9478-1

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
        some = factor(features[rows], dtype)
        tiles = partial(margin_tiles, some, weights, labels[rows], dtype)
        sums = forward(tiles())
        losses[rows] = sums.result()
        part = add_gradients(tiles(), sums, some.whole, dtype, scale, gradient_W)
        gradient_H[rows] = finish(part, dtype)
    loss = finish(reduce_losses(losses, reduction), dtype)
    return LinearCrossEntropy(loss, gradient_H, finish(gradient_W, dtype))


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


def factor(rows: FloatArray, dtype: np.dtype[Any]) -> Factor:
    """Return rows to compute products with, cut in two for results of float64."""
    whole = rows.astype(np.float64, copy=False)
    if dtype != np.float64:
        return Factor(whole, whole, None)
    largest = np.abs(whole).max(axis=1, keepdims=True, initial=0)
    if not largest.max(initial=0) < LARGEST_SUM:
        return Factor(whole, whole, None)
    # Two upper parts together have few enough digits for an exact sum of their products.
    digits = (52 - math.ceil(math.log2(max(1, whole.shape[1])))) // 2
    power = np.ldexp(1.0, np.frexp(largest)[1] + (53 - digits))
    upper = (whole + power) - power
    return Factor(whole, upper, whole - upper)


def every_product(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the products of each row with each."""
    return np.asarray(a @ b.T)


def own_products(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the products of each row with the one of the same number, as a column."""
    return np.asarray(np.vecdot(a, b)[:, np.newaxis])


def products(a: Factor, b: Factor, of_rows: Product = every_product) -> Pair:
    """Return products of rows, to twice the digits if both factors are in two parts."""
    if a.lower is None or b.lower is None:
        return Pair(of_rows(a.whole, b.whole), None)
    low = of_rows(a.upper, b.lower) + of_rows(a.lower, b.whole)
    return Pair(of_rows(a.upper, b.upper), low)


def margins(logits: Pair, true: Pair, labels: NDArray[np.intp]) -> Pair:
    """Return the logits less the true one, as rounded, with the rounding error."""
    rows = np.flatnonzero((labels >= 0) & (labels < logits.rounded.shape[1]))
    if logits.error is None or true.error is None:
        difference = np.subtract(logits.rounded, true.rounded, out=logits.rounded)
        error = None
    else:
        first, second = two_sum(logits.rounded, -true.rounded)
        difference, error = two_sum(first, second + (logits.error - true.error))
        error[rows, labels[rows]] = 0
    difference[rows, labels[rows]] = 0
    return Pair(difference, error)


def sums_of(tile: Pair) -> LogSumExp:
    """Return the sums of the exponentials of the margins of a tile."""
    sums = LogSumExp(shape=tile.rounded.shape[:1]).update(tile.rounded)
    return sums if tile.error is None else corrected(sums, tile.rounded, tile.error)


def margin_tiles(
    features: Factor, weights: FloatArray, labels: NDArray[np.intp], dtype: np.dtype[Any]
) -> Iterator[Margins]:
    """Yield the margins of some samples, tile by tile of the classes."""
    true = products(features, factor(weights[labels], dtype), own_products)
    for first in range(0, len(weights), CLASSES):
        classes, own = slice(first, first + CLASSES), labels - first
        some = factor(weights[classes], dtype)
        yield Margins(classes, some, own, margins(products(features, some), true, own))


@np.errstate(all="ignore")
def forward(tiles: Iterator[Margins]) -> LogSumExp:
    """Return the sums of the exponentials of the margins, whose logarithms are the losses."""
    return reduce(LogSumExp.merge, (sums_of(tile.values) for tile in tiles))


@np.errstate(all="ignore")
def add_gradients(
    tiles: Iterator[Margins],
    sums: LogSumExp,
    features: FloatArray,
    dtype: np.dtype[Any],
    scale: float,
    gradient_W: FloatArray,
) -> FloatArray:
    """Add to the gradient of the weights, and return that of the features."""
    gradient_H, lost = np.zeros((2, *features.shape))
    for tile in tiles:
        differences = differences_of(sums, tile.values, tile.labels) * scale
        found = products(factor(differences, dtype), factor(tile.weights.whole.T, dtype))
        gradient_H, error = two_sum(gradient_H, found.rounded)
        lost += error if found.error is None else error + found.error
        gradient_W[tile.classes] += differences.T @ features
    return np.asarray(gradient_H + lost)


def differences_of(sums: LogSumExp, tile: Pair, labels: NDArray[np.intp]) -> FloatArray:
    """Return y - t of a tile; for the true class minus the sum of the others."""
    y = sums.probabilities(tile.rounded)
    if tile.error is not None:
        y += y * tile.error
    rows = np.flatnonzero((labels >= 0) & (labels < y.shape[1]))
    rest = sums.odds_of_others()[rows]
    # The margin of the label itself is zero.
    largest = sums.largest[rows] == 0
    y[rows, labels[rows]] = np.where(largest, -rest / (1 + rest), y[rows, labels[rows]] - 1)
    return y
