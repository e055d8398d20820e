"""Softmax, its logarithm and the losses of arrays that are larger than one machine, with dask.

The arrays may be cut along the batch and along the classes. Nothing is computed before it is asked
for. The sums of exponentials of the chunks are merged in a tree, as :class:`LogSumExp` merges them;
the number of tasks grows in proportion to the number of chunks. The logits have to
be of float16, float32 or float64; for these the edges and the error bounds are those of the
functions for NumPy's arrays.

It needs dask: ``pip install "softmax-theory[dask]"``.
"""

from functools import partial, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

try:
    import dask.array as da
except ImportError as error:
    raise ImportError(
        'softmax_theory.dask needs dask: pip install "softmax-theory[dask]"'
    ) from error

from softmax_theory._reduction import check_reduction
from softmax_theory._tiles import ELEMENTS
from softmax_theory.linear_cross_entropy import (
    LinearCrossEntropy,
    Pair,
    differences_of,
    factor,
    margins,
    own_products,
    products,
    sums_of,
)
from softmax_theory.running import PACKED, LogSumExp

Array = NDArray[Any]

__all__ = ["linear_cross_entropy", "log_softmax", "logsumexp", "softmax"]


def softmax(z: Any, axis: int = -1) -> Any:
    """Return the softmax function of the logits.

    Parameters
    ----------
    z : dask.array.Array
        Logits, of a floating type, with at least one class, cut in any way.
    axis : int, optional
        The axis of the classes; the last by default.

    Returns
    -------
    dask.array.Array
        Probabilities, cut like `z`.

    Raises
    ------
    ValueError
        If `z` is no array of dask, of floats, with known chunks, or has no such axis.
    """
    return of_each(z, axis, LogSumExp.probabilities)


def log_softmax(z: Any, axis: int = -1) -> Any:
    """Return the logarithm of the softmax function; the arguments are those of `softmax`."""
    return of_each(z, axis, LogSumExp.log_probabilities)


def logsumexp(z: Any, axis: int = -1) -> Any:
    """Return the log-sum-exp of the logits; the arguments are those of `softmax`."""
    array, position = checked(z, axis)
    return results(running_sums(da.moveaxis(array, position, -1)), array.dtype)


def checked(z: Any, axis: int) -> tuple[Any, int]:
    """Return the logits and the axis of the classes, if they can be used."""
    if not isinstance(z, da.Array):
        raise ValueError(f"z: got {type(z).__name__}; expected a dask.array.Array")
    if z.dtype not in (np.float16, np.float32, np.float64):
        raise ValueError(f"z: got type {z.dtype}; expected float16, float32 or float64")
    if not -z.ndim <= axis < z.ndim:
        raise ValueError(f"axis: {axis} is out of range for an array with {z.ndim} axes")
    if any(np.isnan(size) for sizes in z.chunks for size in sizes):
        raise ValueError("z: got chunks of unknown size; expected known ones (compute_chunk_sizes)")
    if z.shape[axis] == 0:
        raise ValueError(f"z: got shape {z.shape}, without a class on axis {axis}")
    return z, axis % z.ndim


def merged(packed: Array, axis: Any = None, keepdims: bool = True) -> Array:
    """Return packed sums that stand side by side on the axis before the last as one."""
    states = map(LogSumExp.unpacked, np.moveaxis(packed, -2, 0))
    return reduce(LogSumExp.merge, states).packed()[..., np.newaxis, :]


def in_a_tree(states: Any) -> Any:
    """Return the packed sums of the chunks, on the axis before the last, merged in a tree."""
    return da.reduction(
        states,
        chunk=lambda part, axis, keepdims: part,
        combine=merged,
        aggregate=merged,
        axis=states.ndim - 2,
        keepdims=True,
        split_every=8,
        dtype=np.float64,
        meta=np.empty((0,) * states.ndim),
    )[..., 0, :]


def running_sums(z: Any) -> Any:
    """Return the packed sums over the last axis."""
    *batch, classes, packed = range(z.ndim + 1)
    states = da.blockwise(
        lambda part: packed_chunk(LogSumExp(shape=part.shape[:-1]).update(part)),
        (*batch, classes, packed),
        z,
        (*batch, classes),
        new_axes={packed: PACKED},
        adjust_chunks={classes: 1},
        dtype=np.float64,
        meta=np.empty((0,) * (z.ndim + 1)),
    )
    return in_a_tree(states)


def packed_chunk(sums: LogSumExp) -> Array:
    """Return the sums of a chunk packed, with an axis more, on which chunks are side by side."""
    return sums.packed()[..., np.newaxis, :]


def results(sums: Any, dtype: Any) -> Any:
    """Return the logarithms of packed sums."""
    return sums.map_blocks(
        lambda packed: np.asarray(LogSumExp.unpacked(packed, dtype).result()),
        drop_axis=sums.ndim - 1,
        dtype=dtype,
        meta=np.empty((0,) * (sums.ndim - 1), dtype),
    )


def in_parts(method: Any, z: Array, packed: Array) -> Array:
    """Return what a method makes of the rows of a chunk, some at a time, to save memory."""
    result = np.empty(z.shape, z.dtype)
    flat, sums, out = (a.reshape(-1, a.shape[-1]) for a in (z, packed, result))
    step = max(1, ELEMENTS // z.shape[-1])
    for start in range(0, len(flat), step):
        rows = slice(start, start + step)
        out[rows] = method(LogSumExp.unpacked(sums[rows]), flat[rows])
    return result


def of_each(z: Any, axis: int, method: Any) -> Any:
    """Return what a method of the sums makes of the logits of each chunk."""
    array, position = checked(z, axis)
    last = da.moveaxis(array, position, -1)
    *batch, classes, packed_axis = range(last.ndim + 1)
    result = da.blockwise(
        lambda part, packed: in_parts(method, part, packed),
        (*batch, classes),
        last,
        (*batch, classes),
        running_sums(last),
        (*batch, packed_axis),
        concatenate=True,
        dtype=array.dtype,
        meta=np.empty((0,) * last.ndim, array.dtype),
    )
    return da.moveaxis(result, -1, position)


def linear_cross_entropy(H: Any, W: Any, t: Any, *, reduction: str = "mean") -> LinearCrossEntropy:
    """Return the cross-entropy of a linear layer, with its gradients.

    Parameters
    ----------
    H : dask.array.Array
        Features of shape (n, D), cut along the samples.
    W : dask.array.Array
        Weights of shape (C, D), cut along the classes.
    t : dask.array.Array
        Integer labels of shape (n,), cut like the samples of `H`.
    reduction : {"mean", "sum", "none"}, optional
        As of :func:`softmax_theory.linear_cross_entropy`.

    Returns
    -------
    LinearCrossEntropy
        A named tuple of dask's arrays: `loss`, `gradient_H` cut like `H`, `gradient_W` like `W`.

    Raises
    ------
    ValueError
        If the arrays do not fit, have chunks of unknown size, or `reduction` is none of the three.
        A label out of range is a ``ValueError`` when the loss is computed.
    """
    check_reduction(reduction)
    features, labels, weights = fitting(H, W, t)
    classes = da.arange(weights.shape[0], chunks=(weights.chunks[0],))
    n_classes, dtype = weights.shape[0], np.result_type(features.dtype, weights.dtype)
    layer = (features, "id", weights, "cd", labels, "i", classes, "c")
    count = features.shape[0] if reduction == "mean" else 1

    def by_tiles(function: Any, axes: str, *more: Any, **new_axes: int) -> Any:
        # What comes of a tile has the length one on the second axis, to be added up along.
        return da.blockwise(
            function,
            axes,
            *layer,
            *more,
            new_axes=new_axes,
            adjust_chunks={axes[1]: 1},
            concatenate=True,
            dtype=np.float64,
            meta=np.empty((0, 0, 0)),
        )

    logits = partial(true_logits, n_classes=n_classes, dtype=dtype)
    true = by_tiles(logits, "icp", p=2).sum(axis=1)
    sums = in_a_tree(by_tiles(partial(sums_of_tile, dtype=dtype), "icp", true, "iq", p=PACKED))

    def gradient(axes: str) -> Any:
        part = partial(part_of_gradient, dtype=dtype, count=count, axes=axes)
        return by_tiles(part, axes, true, "iq", sums, "ip").sum(axis=1).astype(dtype)

    losses = results(sums, np.float64)
    loss = losses if reduction == "none" else losses.sum() / count
    return LinearCrossEntropy(loss.astype(dtype), gradient("icd"), gradient("cid"))


def fitting(H: Any, W: Any, t: Any) -> tuple[Any, Any, Any]:
    """Return features and labels cut alike and weights cut along the classes, if they fit."""
    features, weights = (
        checked(array, -1)[0].rechunk({1: -1}) if array.ndim == 2 else array for array in (H, W)
    )
    if features.ndim != 2 or weights.ndim != 2 or features.shape[1] != weights.shape[1]:
        raise ValueError(f"H, W: got shapes {H.shape} and {W.shape}; expected (n, D) and (C, D)")
    if t.shape != features.shape[:1] or t.dtype.kind not in "iu":
        raise ValueError(
            f"t: got shape {t.shape} and type {t.dtype}; expected integer labels of shape "
            f"{features.shape[:1]}"
        )
    return features, t.rechunk((features.chunks[0],)), weights


def true_logits(h: Array, w: Array, t: Array, ids: Array, *, n_classes: int, dtype: Any) -> Array:
    """Return the logit of the label with its rounding error, or zero if the tile lacks the class.

    Raises
    ------
    ValueError
        If a label is out of range.
    """
    wrong = (t < 0) | (t >= n_classes)
    if wrong.any():
        raise ValueError(
            f"t: label {t[wrong][0]} is out of range; expected integers from 0 to {n_classes - 1}"
        )
    inside = (t >= ids[0]) & (t <= ids[-1])
    own = factor(w[t[inside] - ids[0]], dtype)
    found = products(factor(h[inside], dtype), own, own_products)
    result = np.zeros((len(t), 2))
    result[inside, :1] = found.rounded
    if found.error is not None:
        result[inside, 1:] = found.error
    return result[:, np.newaxis, :]


@np.errstate(all="ignore")
def margins_of(h: Array, w: Array, t: Array, ids: Array, true: Array, *, dtype: Any) -> Pair:
    """Return the logits of a tile less that of the label."""
    logits = products(factor(h, dtype), factor(w, dtype))
    return margins(logits, Pair(true[:, :1], true[:, 1:]), t - ids[0])


@np.errstate(all="ignore")
def sums_of_tile(*tile: Array, dtype: Any) -> Array:
    """Return the packed sums of the margins of a tile."""
    return packed_chunk(sums_of(margins_of(*tile, dtype=dtype)))


@np.errstate(all="ignore")
def part_of_gradient(*tile: Array, dtype: Any, count: int, axes: str) -> Array:
    """Return what a tile gives to one of the gradients, with an axis more to add up along."""
    h, w, t, ids, true, packed = tile
    values = margins_of(h, w, t, ids, true, dtype=dtype)
    differences = differences_of(LogSumExp.unpacked(packed), values, t - ids[0]) / count
    left, right = (differences, w) if axes == "icd" else (differences.T, h)
    found = products(factor(left, dtype), factor(right.T, dtype))
    total = found.rounded if found.error is None else found.rounded + found.error
    return total[:, np.newaxis, :]
