"""What is tried, and what comes of a single attempt."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from softmax_theory.testing import exact
from softmax_theory.testing.arrays import to_numpy
from softmax_theory.testing.exact import Exact, ulps
from softmax_theory.testing.report import Check


@dataclass(frozen=True)
class Claim:
    """What kind of function is tried: its arguments, the exact values, and what an ulp is of."""

    takes: str  # "logits", "logits and labels", "numbers", "numbers and targets"
    exact: Callable[..., Exact]
    scale: str = "the exact value"


CLAIMS = {
    "softmax": Claim("logits", exact.softmax),
    "log_softmax": Claim("logits", exact.log_softmax),
    "logsumexp": Claim(
        "logits", exact.logsumexp, "the largest logit plus the logarithm added, in absolute value"
    ),
    "cross_entropy": Claim("logits and labels", exact.cross_entropy),
    "cross_entropy_gradient": Claim(
        "logits and labels",
        exact.cross_entropy_gradient,
        "the exact value; for soft targets of the larger of y and t",
    ),
    "logistic": Claim("numbers", exact.logistic),
    "log_logistic": Claim("numbers", exact.log_logistic),
    "binary_cross_entropy": Claim("numbers and targets", exact.binary_cross_entropy),
}


@dataclass(frozen=True)
class Subject:
    """The function under test, called with arrays of NumPy."""

    name: str
    function: Callable[..., Any]
    library: Any
    convert: Callable[[NDArray[Any]], Any]
    keywords: Mapping[str, Any]
    tolerance: float
    seed: int

    @property
    def claim(self) -> Claim:
        """Return what the function claims to be."""
        return CLAIMS[self.name]

    def __call__(self, *arguments: NDArray[Any], **more: Any) -> NDArray[Any]:
        """Return the result as an array of NumPy."""
        given = [self.convert(argument) for argument in arguments]
        return to_numpy(self.function(*given, **{**self.keywords, **more}))

    def arguments(self, z: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """Return the arguments with these logits: labels that are right in every other row."""
        random = np.random.default_rng(self.seed)
        if self.claim.takes == "logits and labels":
            labels = random.integers(z.shape[-1], size=len(z))
            labels[::2] = z[::2].argmax(axis=-1)
            return z, labels
        if self.claim.takes == "numbers and targets":
            targets = random.uniform(size=z.shape).astype(z.dtype)
            targets[::3], targets[1::3] = 0, 1
            return z, targets
        return (z,)


class Outcome(NamedTuple):
    """Whether an attempt passes, what it came to, and its largest error in ulp."""

    passes: bool
    cause: str
    error: float | None = None


def tried(name: str, dtype: str, classes: int | None, attempt: Callable[[], Outcome]) -> Check:
    """Return the check of an attempt, which fails if it raises."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            passes, cause, error = attempt()
    except Exception as exception:
        passes, cause, error = False, raised(exception), None
    return Check(name, dtype, classes, error, cause, "passes" if passes else "fails")


def compared(
    subject: Subject, name: str, classes: int | None, given: tuple[NDArray[Any], ...], **more: Any
) -> Check:
    """Return the check of one call against the exact values."""
    call, dtype = partial(subject, *given, **more), given[0].dtype.name
    attempt = partial(judged, call, subject.claim.exact(*given), dtype, subject.tolerance)
    return tried(name, dtype, classes, attempt)


def judged(
    call: Callable[[], NDArray[Any]], wanted: Exact, dtype: str, tolerance: float
) -> Outcome:
    """Return what comes of a call that should give these values."""
    got = call()
    if got.shape != wanted.value.shape:
        return Outcome(False, f"the result has shape {got.shape}; expected {wanted.value.shape}")
    if got.dtype != dtype:
        cause = f"the result is {got.dtype}; expected {dtype}"
        if got.dtype == np.float32 and dtype == "float64":
            cause += " (jax computes in float64 after jax.config.update('jax_enable_x64', True))"
        return Outcome(False, cause)
    if not got.size:
        return Outcome(True, "", 0.0)
    errors = ulps(got, wanted)
    worst = np.unravel_index(int(np.argmax(errors)), errors.shape)
    error = float(errors[worst])
    cause = f"{located(worst)} {float(got[worst])!r}, exact {float(wanted.value[worst])!r}"
    return Outcome(error <= tolerance, cause, error)


def located(index: tuple[Any, ...]) -> str:
    """Return the words that say where an entry is."""
    return f"at [{', '.join(str(int(i)) for i in index)}]"


def raised(error: BaseException) -> str:
    """Return what was raised, in one line."""
    text = str(error).strip().splitlines()
    return f"raises {type(error).__name__}: {text[0][:120] if text else ''}"
