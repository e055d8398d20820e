"""Softmax, its logarithm and the losses of arrays that are larger than one machine, with dask.

The arrays may be cut along the batch and along the classes. Nothing is computed before it is asked
for. The sums of exponentials of the chunks are merged in a tree, as :class:`LogSumExp` merges them;
the number of tasks grows in proportion to the number of chunks. The logits have to
be of float16, float32 or float64; for these the edges and the error bounds are those of the
functions for NumPy's arrays.

It needs dask: ``pip install "softmax-theory[dask]"``.
"""

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

try:
    import dask.array as da
except ImportError as error:
    raise ImportError(
        'softmax_theory.dask needs dask: pip install "softmax-theory[dask]"'
    ) from error

from softmax_theory._arrays import FloatArray, check_reduction
from softmax_theory._tiles import ELEMENTS
from softmax_theory.linear_cross_entropy import (
    LinearCrossEntropy,
    Pair,
    differences_of,
    factor,
    margins,
    products,
    row_products,
    sums_of,
)
from softmax_theory.running import PACKED, LogSumExp

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
    last = da.moveaxis(array, position, -1)
    dtype = array.dtype
    sums = running_sums(last)
    return sums.map_blocks(
        lambda packed: np.asarray(LogSumExp.unpacked(packed, dtype).result()),
        drop_axis=last.ndim - 1,
        dtype=dtype,
        meta=np.empty((0,) * (last.ndim - 1), dtype),
    )


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


def packed_sum(z: NDArray[Any], axis: Any = None, keepdims: bool = True) -> FloatArray:
    """Return the packed sums of the rows of a chunk."""
    return LogSumExp(shape=z.shape[:-1]).update(z).packed()


def merged(packed: NDArray[Any], axis: Any = None, keepdims: bool = True) -> FloatArray:
    """Return packed sums that stand side by side on the last axis as one."""
    states = [
        LogSumExp.unpacked(packed[..., start : start + PACKED])
        for start in range(0, packed.shape[-1], PACKED)
    ]
    return reduce(LogSumExp.merge, states).packed()


def running_sums(z: Any) -> Any:
    """Return the packed sums over the last axis, merged in a tree."""
    return da.reduction(
        z,
        chunk=packed_sum,
        combine=merged,
        aggregate=merged,
        axis=z.ndim - 1,
        keepdims=True,
        output_size=PACKED,
        split_every=8,
        dtype=np.float64,
        meta=np.empty((0,) * z.ndim),
    )


def in_parts(method: Any, z: NDArray[Any], packed: NDArray[Any]) -> FloatArray:
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
    cut = {"concatenate": True, "dtype": np.float64, "meta": np.empty((0, 0, 0))}
    true = da.blockwise(
        lambda *tile: true_logits(*tile, n_classes=n_classes, dtype=dtype),
        "icp",
        *layer,
        new_axes={"p": 2},
        adjust_chunks={"c": 1},
        **cut,
    ).sum(axis=1)
    states = da.blockwise(
        lambda *tile: packed_tile(margins_of(*tile, dtype=dtype)),
        "icp",
        *layer,
        true,
        "iq",
        new_axes={"p": PACKED},
        adjust_chunks={"c": 1},
        **cut,
    )
    sums = da.reduction(
        states,
        chunk=lambda part, axis, keepdims: part,
        combine=merged_tiles,
        aggregate=merged_tiles,
        axis=1,
        keepdims=True,
        split_every=8,
        dtype=np.float64,
        meta=np.empty((0, 0, 0)),
    )[:, 0, :]
    losses = sums.map_blocks(losses_of, drop_axis=1, dtype=np.float64, meta=np.empty(0))
    count = features.shape[0] if reduction == "mean" else 1

    def gradient(axes: str) -> Any:
        return da.blockwise(
            lambda *tile: part_of_gradient(*tile, dtype=dtype, count=count, axes=axes),
            axes,
            *layer,
            true,
            "iq",
            sums,
            "ip",
            adjust_chunks={axes[1]: 1},
            **cut,
        ).sum(axis=1)

    loss = losses if reduction == "none" else losses.sum() / count
    return LinearCrossEntropy(
        loss.astype(dtype), gradient("icd").astype(dtype), gradient("cid").astype(dtype)
    )


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


def true_logits(
    h: FloatArray,
    w: FloatArray,
    t: NDArray[Any],
    ids: NDArray[Any],
    *,
    n_classes: int,
    dtype: np.dtype[Any],
) -> FloatArray:
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
    found = row_products(factor(h[inside], dtype), factor(w[t[inside] - ids[0]], dtype))
    result = np.zeros((len(t), 2))
    result[inside, :1] = found.rounded
    if found.error is not None:
        result[inside, 1:] = found.error
    return result[:, np.newaxis, :]


@np.errstate(all="ignore")
def margins_of(
    h: FloatArray,
    w: FloatArray,
    t: NDArray[Any],
    ids: NDArray[Any],
    true: FloatArray,
    *,
    dtype: np.dtype[Any],
) -> Pair:
    """Return the logits of a tile less that of the label."""
    logits = products(factor(h, dtype), factor(w, dtype))
    return margins(logits, Pair(true[:, :1], true[:, 1:]), t - ids[0])


@np.errstate(all="ignore")
def packed_tile(tile: Pair) -> FloatArray:
    """Return the packed sums of the margins of a tile."""
    return sums_of(tile).packed()[:, np.newaxis, :]


def merged_tiles(packed: NDArray[Any], axis: Any = None, keepdims: bool = True) -> FloatArray:
    """Return the packed sums of several tiles, side by side on the second axis, as one."""
    return merged(packed.reshape(len(packed), -1))[:, np.newaxis, :]


def losses_of(packed: FloatArray) -> FloatArray:
    """Return the loss of each sample."""
    return np.asarray(LogSumExp.unpacked(packed).result())


@np.errstate(all="ignore")
def part_of_gradient(
    h: FloatArray,
    w: FloatArray,
    t: NDArray[Any],
    ids: NDArray[Any],
    true: FloatArray,
    packed: FloatArray,
    *,
    dtype: np.dtype[Any],
    count: int,
    axes: str,
) -> FloatArray:
    """Return what a tile gives to one of the gradients, with an axis more to add up along."""
    tile = margins_of(h, w, t, ids, true, dtype=dtype)
    differences = differences_of(LogSumExp.unpacked(packed), tile, t - ids[0]) / count
    left, right = (differences, w) if axes == "icd" else (differences.T, h)
    found = products(factor(left, dtype), factor(right.T, dtype))
    total = found.rounded if found.error is None else found.rounded + found.error
    return total[:, np.newaxis, :]
