"""What a loss or its gradient may do beside its arguments."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softmax_theory.testing import exact
from softmax_theory.testing.arrays import to_numpy
from softmax_theory.testing.exact import Exact, numbers, together
from softmax_theory.testing.families import sample
from softmax_theory.testing.report import Check
from softmax_theory.testing.subject import Subject, judged, tried

# What a function may take beside its arguments, and is then tried with.
OPTIONAL = ("soft targets", "reduction", "ignored labels", "class weights", "gradient")

Attempt = tuple[str, Callable[[], NDArray[Any]], Exact]


def options(subject: Subject, supports: Sequence[str]) -> Iterator[Check]:
    """Yield whether what the function can do besides is right."""
    if subject.claim.takes != "logits and labels":
        return
    attempts = {
        "reduction": reductions,
        "ignored labels": ignored,
        "class weights": weighted,
        "gradient": differentiated,
    }
    z, t = subject.arguments(sample("scale 1", 10, np.float64, subject.seed))
    for option in OPTIONAL:
        if option not in supports:
            yield Check(option, "", None, None, f"not claimed; supports={option!r}", "not checked")
        elif option in attempts:
            for name, call, wanted in attempts[option](subject, z, t):
                attempt = partial(judged, call, wanted, "float64", subject.tolerance)
                yield tried(name, "float64", 10, attempt)


def scaled(single: Exact, factors: NDArray[Any]) -> Exact:
    """Return exact values times a factor for each sample."""
    column = factors.reshape(-1, *[1] * (single.value.ndim - 1)).astype(float)
    return Exact(*(part * column for part in (single.value, single.rest, single.scale)))


def reductions(subject: Subject, z: NDArray[Any], t: NDArray[Any]) -> Iterator[Attempt]:
    """Yield the mean, the sum, and each loss; a gradient is divided for the mean."""
    single = subject.claim.exact(z, t)
    for kind in ("mean", "sum", "none"):
        count = len(z) if kind == "mean" else 1
        if kind == "none" or single.value.ndim > 1:
            wanted = scaled(single, np.full(len(z), 1 / count))
        else:
            total = exact.context.fsum(numbers(np.append(single.value, single.rest)))
            wanted = together([[total / count]], ())
        yield f"reduction {kind}", partial(subject, z, t, reduction=kind), wanted


def ignored(subject: Subject, z: NDArray[Any], t: NDArray[Any]) -> Iterator[Attempt]:
    """Yield whether an ignored label has no loss."""
    marked = t.copy()
    marked[1::3] = -100
    wanted = scaled(subject.claim.exact(z, t), marked != -100)
    yield "ignored labels", partial(subject, z, marked, ignore_index=-100), wanted


def weighted(subject: Subject, z: NDArray[Any], t: NDArray[Any]) -> Iterator[Attempt]:
    """Yield whether the loss is that of the class times its weight; powers of two do not round."""
    weights = 2.0 ** (np.arange(z.shape[-1]) % 3)
    wanted = scaled(subject.claim.exact(z, t), weights[t])
    yield "class weights", partial(subject, z, t, weight=subject.convert(weights)), wanted


def differentiated(subject: Subject, z: NDArray[Any], t: NDArray[Any]) -> Iterator[Attempt]:
    """Yield how accurate the automatic derivative of the sum of the losses is."""
    for family in ("scale 1", "confident"):
        given = subject.arguments(sample(family, 10, np.float64, subject.seed))
        wanted = exact.cross_entropy_gradient(*given)
        yield f"gradient, {family}", partial(automatic, subject, *given), wanted


def automatic(subject: Subject, z: NDArray[Any], t: NDArray[Any]) -> NDArray[Any]:
    """Return the derivative as PyTorch or JAX computes it."""
    logits, labels = subject.convert(z), subject.convert(t)

    def loss(x: Any) -> Any:
        return subject.function(x, labels, **subject.keywords).sum()

    if subject.library == "torch":
        logits.requires_grad_()
        loss(logits).backward()
        return to_numpy(logits.grad)
    if subject.library == "jax":
        return to_numpy(import_module("jax").grad(loss)(logits))
    raise ValueError(
        f"arrays: {subject.library!r} has no automatic differentiation; torch and jax have"
    )
