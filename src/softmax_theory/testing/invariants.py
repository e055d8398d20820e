"""Whether sums, order and symmetry are as they are exactly."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softmax_theory.testing.families import sample
from softmax_theory.testing.report import Check
from softmax_theory.testing.subject import Outcome, Subject, located, tried

Invariant = Callable[[Subject, type[Any]], str]


def invariants(subject: Subject, dtype: str) -> Iterator[Check]:
    """Yield whether the invariants of the function hold."""
    for name, invariant in INVARIANTS.get(subject.name, {}).items():
        yield tried(name, dtype, None, partial(outcome, subject, dtype, invariant))


def outcome(subject: Subject, dtype: str, invariant: Invariant) -> Outcome:
    """Return what comes of an invariant, which says what is wrong, or nothing."""
    problem = invariant(subject, np.dtype(dtype).type)
    return Outcome(not problem, problem)


def logits(subject: Subject, dtype: type[Any]) -> NDArray[Any]:
    """Return the logits that the invariants are tried on."""
    return sample("scale 10", 10, dtype, subject.seed)


def few_roundings(subject: Subject, dtype: type[Any]) -> float:
    """Return by what two results may differ, each within the tolerance."""
    return float(subject.tolerance * 2 * np.finfo(dtype).eps)


def sums_to_one(subject: Subject, dtype: type[Any]) -> str:
    """Return which sum is not one."""
    sums = subject(logits(subject, dtype)).astype(float).sum(axis=-1)
    return differing(sums, np.ones_like(sums), 10 * float(np.finfo(dtype).eps))


def rises_in_a_row(subject: Subject, dtype: type[Any]) -> str:
    """Return where a larger logit has a smaller output."""
    z = logits(subject, dtype)
    return falling(np.take_along_axis(subject(z), z.argsort(axis=-1), axis=-1))


def rises(subject: Subject, dtype: type[Any]) -> str:
    """Return where the function of a larger number is smaller."""
    return falling(subject(np.arange(-2000, 2001).astype(dtype) / dtype(64)))


def shifted(subject: Subject, dtype: type[Any]) -> str:
    """Return where a common shift of the logits changes the outputs."""
    z = np.round(logits(subject, dtype))
    return differing(subject(z + dtype(8)), subject(z), few_roundings(subject, dtype))


def shifted_along(subject: Subject, dtype: type[Any]) -> str:
    """Return where a common shift of the logits does not shift the log-sum-exp."""
    z = np.round(logits(subject, dtype))
    unit = float(np.finfo(dtype).eps)
    return differing(subject(z + dtype(8)) - dtype(8), subject(z), 64 * unit)


def permuted(subject: Subject, dtype: type[Any]) -> str:
    """Return where another order of the classes gives other outputs."""
    z, order = logits(subject, dtype), np.random.default_rng(subject.seed).permutation(10)
    return differing(subject(z[:, order]), subject(z)[:, order], few_roundings(subject, dtype))


def falling(values: NDArray[Any]) -> str:
    """Return where values fall, if they do."""
    falls = np.argwhere(np.diff(values.astype(float), axis=-1) < 0)
    return f"falls after {falls[0].tolist()}" if len(falls) else ""


def differing(got: NDArray[Any], wanted: NDArray[Any], bound: float) -> str:
    """Return where two results differ most, if they do by more than this share."""
    a, b = got.astype(float), wanted.astype(float)
    with np.errstate(all="ignore"):
        away = np.where(a == b, 0, np.abs(a - b) / np.maximum(np.abs(b), 1e-300))
    worst = np.unravel_index(int(np.argmax(away)), away.shape)
    return "" if away[worst] <= bound else f"{located(worst)} {got[worst]}, not {wanted[worst]}"


INVARIANTS: dict[str, dict[str, Invariant]] = {
    "softmax": {
        "sums to one": sums_to_one,
        "monotonic": rises_in_a_row,
        "shift": shifted,
        "permutation": permuted,
    },
    "log_softmax": {"shift": shifted, "permutation": permuted},
    "logsumexp": {"shift": shifted_along},
    "logistic": {"monotonic": rises},
    "log_logistic": {"monotonic": rises},
}
