"""How a function behaves at the edges of its domain, and with arrays of any memory layout."""

import multiprocessing
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softmax_theory.testing.families import sample
from softmax_theory.testing.report import Check
from softmax_theory.testing.subject import Outcome, Subject, compared, raised, tried

# How long one call on a label out of range may take, in seconds.
PATIENCE = 20

nan, inf, LOG2 = np.nan, np.inf, float(np.log(2.0))
LOGITS = {
    "all -inf": [-inf, -inf],
    "one +inf": [inf, 0.0],
    "a -inf": [0.0, -inf],
    "the label at -inf": [-inf, 0.0],
    "a nan": [nan, 0.0],
    "both infinities": [-inf, inf],
}
UNDEFINED = {"all -inf": [nan, nan], "one +inf": [nan, nan], "a nan": [nan, nan]}
# What is expected of these logits; for losses the label is 0.
EXPECTED: dict[str, dict[str, list[float]]] = {
    "softmax": {**UNDEFINED, "a -inf": [1.0, 0.0]},
    "log_softmax": {**UNDEFINED, "a -inf": [0.0, -inf]},
    "logsumexp": {"all -inf": [-inf], "one +inf": [inf], "a nan": [nan], "a -inf": [0.0]},
    "cross_entropy": {"a -inf": [0.0], "the label at -inf": [inf], "a nan": [nan]},
    "cross_entropy_gradient": {
        "a -inf": [0.0, 0.0],
        "the label at -inf": [-1.0, 1.0],
        "a nan": [nan, nan],
    },
    "logistic": {"a nan": [nan, 0.5], "both infinities": [0.0, 1.0]},
    "log_logistic": {"a nan": [nan, -LOG2], "both infinities": [-inf, 0.0]},
}


def edges(subject: Subject, dtype: str) -> Iterator[Check]:
    """Yield how the function behaves at the edges of its domain."""
    for name, expected in EXPECTED.get(subject.name, {}).items():
        z, wanted = np.array(LOGITS[name], dtype), np.array(expected, dtype)
        yield tried(name, dtype, None, partial(at_edge, subject, z, wanted))
    yield from memory_layouts(subject, dtype)


def at_edge(subject: Subject, z: NDArray[Any], wanted: NDArray[Any]) -> Outcome:
    """Return what comes of one call whose result is known."""
    rows = z if subject.claim.takes.startswith("numbers") else z[np.newaxis]
    labels = (np.zeros(1, int),) if subject.claim.takes == "logits and labels" else ()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        got = np.ravel(subject(rows, *labels))
    tolerance = subject.tolerance * float(np.finfo(z.dtype).eps)
    same = got.shape == wanted.shape and np.allclose(
        got.astype(float), wanted.astype(float), rtol=tolerance, atol=0, equal_nan=True
    )
    cause = f"of {z.tolist()} {got.tolist()}, expected {wanted.tolist()}"
    if warned:
        cause += f"; it warns: {warned[0].message}"
    return Outcome(same, cause)


def memory_layouts(subject: Subject, dtype: str) -> Iterator[Check]:
    """Yield whether strided, reversed, empty and read-only arrays are read as they are."""
    z = sample("scale 1", 10, np.dtype(dtype).type, subject.seed)
    if subject.claim.takes.startswith("numbers"):
        z = z.ravel()
    layouts = {
        "every other row": np.repeat(z, 2, axis=0)[::2],
        "reversed memory": z[::-1].copy()[::-1],
        "transposed memory": np.asfortranarray(z),
        "no rows": z[:0],
    }
    for name, view in layouts.items():
        yield compared(subject, name, z.shape[-1], subject.arguments(view))
    for name, writeable in (("read-only input", False), ("input left as it was", True)):
        own = z.copy()
        own.flags.writeable = writeable
        check = compared(subject, name, z.shape[-1], subject.arguments(own))
        if not np.array_equal(own, z):
            check = replace(check, error=None, cause="the input was changed", verdict="fails")
        yield check


def labels_out_of_range(subject: Subject) -> Iterator[Check]:
    """Yield what a label does that names no class; an exception is right."""
    if subject.claim.takes != "logits and labels":
        return
    run = in_a_process if subject.library == "numpy" else outcome_of
    for label in (3, -1, -100, 2**31):
        outcome = run(partial(subject, np.zeros((2, 3)), np.array([0, label])))
        verdict = "passes" if outcome.startswith("raises") else "fails"
        yield Check(f"label {label} of 3 classes", "", 3, None, outcome, verdict)


def outcome_of(attempt: Callable[[], Any]) -> str:
    """Return what an attempt does, in words."""
    try:
        return f"returns {np.asarray(attempt()).tolist()}"
    except Exception as error:
        return raised(error)


def in_a_process(attempt: Callable[[], Any]) -> str:
    """Return what an attempt does, in a process that it may take with it."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=lambda: sender.send(outcome_of(attempt)))
    with warnings.catch_warnings():
        # A fork of a process with threads may hang; then the patience ends it.
        warnings.simplefilter("ignore")
        process.start()
    # Now the process alone holds this end, so that its end is noticed.
    sender.close()
    outcome = f"returns nothing in {PATIENCE} s"
    try:
        if receiver.poll(PATIENCE):
            outcome = str(receiver.recv())
    except EOFError:
        process.join()
        outcome = f"ends the process with exit code {process.exitcode}"
    process.kill()
    process.join()
    return outcome
