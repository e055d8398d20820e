"""Try a function on everything that functions of its kind get wrong."""

import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softmax_theory.testing.arrays import converter, library_of
from softmax_theory.testing.edges import edges, labels_out_of_range
from softmax_theory.testing.families import FAMILIES, sample
from softmax_theory.testing.invariants import invariants
from softmax_theory.testing.options import OPTIONAL, options
from softmax_theory.testing.report import Check, Report
from softmax_theory.testing.subject import CLAIMS, Subject, compared


def conformance(
    claim: str,
    function: Callable[..., Any],
    *,
    arrays: Any = None,
    keywords: Mapping[str, Any] | None = None,
    dtypes: Sequence[str] = ("float32", "float64"),
    classes: Sequence[int] = (2, 10, 1000, 50_000),
    supports: Sequence[str] = (),
    blocks: bool = False,
    tolerance: float = 4.0,
    seed: int = 0,
) -> Report:
    r"""Return how a function compares with the exact values of what it claims to be.

    It is called with logits of shape (rows, classes), and for a loss or its gradient with labels
    of shape (rows,) too; :math:`n` numbers for the functions of two classes. The result is one
    loss or log-sum-exp for each row, or one number for each logit.

    Parameters
    ----------
    claim : str
        "softmax", "log_softmax", "logsumexp", "cross_entropy", "cross_entropy_gradient",
        "logistic", "log_logistic" or "binary_cross_entropy".
    function : callable
        What is tried.
    arrays : str or module, optional
        The arrays that it takes: "numpy", "torch", "jax", or a module of the array API standard.
        By default what the module of the function suggests.
    keywords : mapping, optional
        What else it is called with, say ``{"reduction": "none"}``. If it has a parameter `axis` or
        `dim` that is not named here, the last axis is given.
    dtypes : sequence of str, optional
        The types of the logits: "float16", "float32", "float64".
    classes : sequence of int, optional
        How many classes are tried.
    supports : sequence of str, optional
        What else the function can do, and is tried on: "soft targets" (rows of probabilities in
        the place of labels), "reduction" (a keyword `reduction` with "mean", "sum" and "none"),
        "ignored labels" (`ignore_index=-100`), "class weights" (`weight=w`), "gradient" (by the
        automatic differentiation of PyTorch or JAX).
    blocks : bool, optional
        Whether it takes `cuts`, a tuple of places at which the classes are cut into blocks. Every
        way to cut six classes is tried, and some of a thousand.
    tolerance : float, optional
        The largest error that passes, in units in the last place (ulp); the Notes say of what.
    seed : int, optional
        The seed of the samples.

    Returns
    -------
    Report
        All checks. Printed, it is a table; `raise_for_failures` raises if one fails.

    Raises
    ------
    ValueError
        If the claim, or what is supported, is none of the above.

    Notes
    -----
    The exact values are computed by mpmath with 80 digits from the very floats that the function
    gets. An ulp is the distance of neighbouring floats of the type at the exact value, with two
    exceptions, where that passes through zero. For a log-sum-exp :math:`m + \log(1 + s)`, with the
    largest logit :math:`m`, it is the distance at :math:`|m| + \log(1 + s)`; for a gradient with
    soft targets that at the larger of :math:`y_c` and :math:`t_c`. The table says of what its ulp
    are. A component whose scale is not a normal number of the type has only to be as small. An
    error is infinite if the result is nan or infinite where the exact value is a number of the
    type, or the other way round.

    A label out of range is tried in a process of its own, which a crash does not survive; libraries
    other than NumPy have threads, which a process can't be copied with, and are called directly.
    Anything but an exception fails.

    Examples
    --------
    >>> import numpy as np
    >>> from softmax_theory.testing import conformance
    >>> def naive(z):
    ...     e = np.exp(z)
    ...     return e / e.sum(axis=-1, keepdims=True)
    >>> report = conformance("softmax", naive, dtypes=["float64"], classes=[10])
    >>> report.passed
    False
    >>> [check.name for check in report.failures][:2]
    ['offset 1e4', 'largest floats']
    """
    if claim not in CLAIMS:
        raise ValueError(f"claim: got {claim!r}; expected one of {', '.join(CLAIMS)}")
    unknown = [name for name in supports if name not in OPTIONAL]
    if unknown:
        raise ValueError(f"supports: got {unknown[0]!r}; expected some of {', '.join(OPTIONAL)}")
    library = arrays if arrays is not None else library_of(function)
    all_keywords = {**last_axis(function), **(keywords or {})}
    convert = converter(library)
    subject = Subject(claim, function, library, convert, all_keywords, tolerance, seed)
    checks: list[Check] = []
    for dtype in dtypes:
        for count in classes:
            checks.extend(accuracy(subject, dtype, count, "soft targets" in supports))
        checks.extend(edges(subject, dtype))
        checks.extend(invariants(subject, dtype))
        if blocks:
            checks.extend(cut(subject, dtype))
    checks.extend(labels_out_of_range(subject))
    checks.extend(options(subject, supports))
    name = getattr(function, "__qualname__", type(function).__name__)
    module = getattr(function, "__module__", None)
    function_name = f"{module}.{name}" if module else name
    return Report(claim, function_name, tolerance, subject.claim.scale, tuple(checks))


def last_axis(function: Callable[..., Any]) -> dict[str, int]:
    """Return the keyword that makes the last axis that of the classes, if there is one."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}
    return {name: -1 for name in ("axis", "dim") if name in parameters}


def accuracy(subject: Subject, dtype: str, classes: int, soft: bool) -> Iterator[Check]:
    """Yield how far the function is from the exact values, family by family."""
    takes = subject.claim.takes
    for family in FAMILIES:
        if dtype == "float16" and family == "offset 1e4":
            yield Check(family, dtype, classes, None, "rounded away by the type", "not checked")
            continue
        z = sample(family, classes, np.dtype(dtype).type, subject.seed)
        if takes.startswith("numbers"):
            z = z[np.isfinite(z)].ravel()[:200]
        yield compared(subject, family, classes, subject.arguments(z))
        if soft and takes == "logits and labels" and np.isfinite(z).all():
            given = z, soft_targets(z, subject.seed)
            yield compared(subject, f"{family}, soft", classes, given)


def soft_targets(z: NDArray[Any], seed: int) -> NDArray[Any]:
    """Return rows of probabilities; all are the same in the first."""
    random = np.random.default_rng(seed)
    rows = random.dirichlet(np.full(z.shape[-1], 0.3), size=len(z))
    rows[0] = 1 / z.shape[-1]
    return rows.astype(z.dtype)


def cut(subject: Subject, dtype: str) -> Iterator[Check]:
    """Yield the worst of several ways to compute the function in blocks of classes."""
    random = np.random.default_rng(subject.seed)
    ways = {
        6: [cuts for k in range(6) for cuts in itertools.combinations(range(1, 6), k)],
        1000: [
            tuple(sorted(random.choice(np.arange(1, 1000), size=k, replace=False).tolist()))
            for k in (1, 2, 10, 100, 999)
        ],
    }
    for family in ("scale 10", "sorted", "reversed", "one -inf", "confident"):
        for classes, several in ways.items():
            given = subject.arguments(sample(family, classes, np.dtype(dtype).type, subject.seed))
            yield max((cut_at(subject, family, given, cuts) for cuts in several), key=badness)


def cut_at(
    subject: Subject, family: str, given: tuple[NDArray[Any], ...], cuts: tuple[int, ...]
) -> Check:
    """Return the check of one way to cut."""
    check = compared(subject, f"{family}, cut", given[0].shape[-1], given, cuts=cuts)
    places = map(str, cuts if len(cuts) < 8 else (*cuts[:3], "..."))
    return replace(check, cause=f"cuts at {', '.join(places) or 'no place'}: {check.cause}")


def badness(check: Check) -> tuple[bool, float]:
    """Return what the worst of several checks is the largest in."""
    return check.verdict == "fails", np.inf if check.error is None else check.error
