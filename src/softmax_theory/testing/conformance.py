"""Try a function on everything that functions of its kind get wrong."""

import inspect
import itertools
import multiprocessing
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softmax_theory.testing import exact
from softmax_theory.testing.arrays import converter, imported, library_of, to_numpy
from softmax_theory.testing.exact import Exact, ulps
from softmax_theory.testing.families import FAMILIES, sample
from softmax_theory.testing.report import Check, Report

# What a function may take beside its arguments, and is then tried with.
OPTIONAL = ("soft targets", "reduction", "ignored labels", "class weights", "gradient")
# How long one call on a label out of range may take, in seconds.
PATIENCE = 20


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

    claim: str
    function: Callable[..., Any]
    convert: Callable[[NDArray[Any]], Any]
    keywords: Mapping[str, Any]
    tolerance: float
    seed: int

    def __call__(self, *arguments: NDArray[Any], **more: Any) -> NDArray[Any]:
        """Return the result as an array of NumPy."""
        given = [self.convert(argument) for argument in arguments]
        return to_numpy(self.function(*given, **{**self.keywords, **more}))


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
    subject = Subject(
        claim,
        function,
        converter(library),
        {**last_axis(function), **(keywords or {})},
        tolerance,
        seed,
    )
    found: list[Check] = []
    for dtype in dtypes:
        for count in classes:
            found.extend(accuracy(subject, dtype, count, supports))
        found.extend(edges(subject, dtype))
        found.extend(invariants(subject, dtype))
        if blocks:
            found.extend(cut(subject, dtype))
    found.extend(labels_out_of_range(subject, apart=library == "numpy"))
    found.extend(options(subject, library, supports))
    name = getattr(function, "__qualname__", type(function).__name__)
    module = getattr(function, "__module__", None)
    function_name = f"{module}.{name}" if module else name
    return Report(claim, function_name, tolerance, CLAIMS[claim].scale, tuple(found))


def last_axis(function: Callable[..., Any]) -> dict[str, int]:
    """Return the keyword that makes the last axis that of the classes, if there is one."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}
    return {name: -1 for name in ("axis", "dim") if name in parameters}


# --- accuracy ---


def accuracy(
    subject: Subject, dtype: str, classes: int, supports: Sequence[str]
) -> Iterator[Check]:
    """Yield how far the function is from the exact values, family by family."""
    takes = CLAIMS[subject.claim].takes
    for family in FAMILIES:
        if dtype == "float16" and family == "offset 1e4":
            yield Check(family, dtype, classes, None, "rounded away by the type", "not checked")
            continue
        z = sample(family, classes, np.dtype(dtype).type, subject.seed)
        if takes.startswith("numbers"):
            z = z[np.isfinite(z)].ravel()[:200]
        yield compared(subject, family, dtype, classes, arguments(subject, z))
        if "soft targets" in supports and takes == "logits and labels" and np.isfinite(z).all():
            soft = soft_targets(z, subject.seed)
            yield compared(subject, f"{family}, soft", dtype, classes, (z, soft))


def arguments(subject: Subject, z: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Return the arguments with these logits: labels that are right in every other row."""
    takes = CLAIMS[subject.claim].takes
    random = np.random.default_rng(subject.seed)
    if takes == "logits and labels":
        labels = random.integers(z.shape[-1], size=len(z))
        labels[::2] = z[::2].argmax(axis=-1)
        return z, labels
    if takes == "numbers and targets":
        targets = random.uniform(size=z.shape).astype(z.dtype)
        targets[::3], targets[1::3] = 0, 1
        return z, targets
    return (z,)


def soft_targets(z: NDArray[Any], seed: int) -> NDArray[Any]:
    """Return rows of probabilities; all are the same in the first."""
    random = np.random.default_rng(seed)
    rows = random.dirichlet(np.full(z.shape[-1], 0.3), size=len(z))
    rows[0] = 1 / z.shape[-1]
    return rows.astype(z.dtype)


def compared(
    subject: Subject,
    name: str,
    dtype: str,
    classes: int | None,
    given: tuple[NDArray[Any], ...],
    **more: Any,
) -> Check:
    """Return the check of one call against the exact values."""
    wanted = CLAIMS[subject.claim].exact(*given)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            got = subject(*given, **more)
    except Exception as error:
        return Check(name, dtype, classes, None, raised(error), "fails")
    return judged(subject, name, dtype, classes, given[0], got, wanted)


def judged(
    subject: Subject,
    name: str,
    dtype: str,
    classes: int | None,
    z: NDArray[Any],
    got: NDArray[Any],
    wanted: Exact,
) -> Check:
    """Return the check of a result against exact values."""
    if got.shape != wanted.value.shape:
        cause = f"the result has shape {got.shape}; expected {wanted.value.shape}"
        return Check(name, dtype, classes, None, cause, "fails")
    if got.dtype != z.dtype:
        cause = f"the result is {got.dtype}; expected {z.dtype}"
        if got.dtype == np.float32 and z.dtype == np.float64:
            cause += " (jax computes in float64 after jax.config.update('jax_enable_x64', True))"
        return Check(name, dtype, classes, None, cause, "fails")
    errors = ulps(got, wanted)
    worst = np.unravel_index(int(np.argmax(errors)), errors.shape) if errors.size else ()
    error = float(errors[worst]) if errors.size else 0.0
    place = ", ".join(str(int(i)) for i in worst)
    exact_value, value = (float(a[worst]) if a.size else 0.0 for a in (wanted.value, got))
    cause = f"at [{place}] {value!r}, exact {exact_value!r}"
    return Check(
        name, dtype, classes, error, cause, "passes" if error <= subject.tolerance else "fails"
    )


def raised(error: BaseException) -> str:
    """Return what was raised, in one line."""
    text = str(error).strip().splitlines()
    return f"raises {type(error).__name__}: {text[0][:120] if text else ''}"


# --- edges ---


def edges(subject: Subject, dtype: str) -> Iterator[Check]:
    """Yield how the function behaves at the edges of its domain."""
    for name, z, expected in edge_cases(subject, np.dtype(dtype).type):
        yield at_edge(subject, name, dtype, z, expected)
    yield from memory_layouts(subject, dtype)


def edge_cases(subject: Subject, dtype: type) -> Iterator[tuple[str, NDArray[Any], list[float]]]:
    """Yield logits with what is expected; for losses the label is 0."""
    nan, inf, log2 = np.nan, np.inf, float(np.log(2.0))
    claim = subject.claim
    rows: dict[str, tuple[list[float], dict[str, list[float]]]] = {
        "all -inf": (
            [-inf, -inf],
            {"softmax": [nan] * 2, "log_softmax": [nan] * 2, "logsumexp": [-inf]},
        ),
        "one +inf": (
            [inf, 0.0],
            {"softmax": [nan] * 2, "log_softmax": [nan] * 2, "logsumexp": [inf]},
        ),
        "a -inf": (
            [0.0, -inf],
            {
                "softmax": [1.0, 0.0],
                "log_softmax": [0.0, -inf],
                "logsumexp": [0.0],
                "cross_entropy": [0.0],
                "cross_entropy_gradient": [0.0, 0.0],
            },
        ),
        "the label at -inf": (
            [-inf, 0.0],
            {"cross_entropy": [inf], "cross_entropy_gradient": [-1.0, 1.0]},
        ),
        "a nan": (
            [nan, 0.0],
            {
                "softmax": [nan] * 2,
                "log_softmax": [nan] * 2,
                "logsumexp": [nan],
                "cross_entropy": [nan],
                "cross_entropy_gradient": [nan] * 2,
                "logistic": [nan, 0.5],
                "log_logistic": [nan, -log2],
            },
        ),
        "both infinities": (
            [-inf, inf],
            {"logistic": [0.0, 1.0], "log_logistic": [-inf, 0.0]},
        ),
    }
    for name, (z, wanted) in rows.items():
        if claim in wanted:
            yield name, np.array(z, dtype), wanted[claim]


def at_edge(
    subject: Subject, name: str, dtype: str, z: NDArray[Any], expected: list[float]
) -> Check:
    """Return the check of one call whose result is known."""
    takes = CLAIMS[subject.claim].takes
    rows = z if takes.startswith("numbers") else z[np.newaxis]
    given = (rows, np.zeros(1, int)) if takes == "logits and labels" else (rows,)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            got = subject(*given)
    except Exception as error:
        return Check(name, dtype, None, None, raised(error), "fails")
    wanted = np.array(expected, z.dtype)
    found = np.ravel(got)
    tolerance = subject.tolerance * float(np.finfo(z.dtype).eps)
    same = found.shape == wanted.shape and np.allclose(
        found.astype(float), wanted.astype(float), rtol=tolerance, atol=0, equal_nan=True
    )
    cause = f"of {z.tolist()} {found.tolist()}, expected {wanted.tolist()}"
    if warned:
        cause += f"; it warns: {warned[0].message}"
    return Check(name, dtype, None, None, cause, "passes" if same else "fails")


def memory_layouts(subject: Subject, dtype: str) -> Iterator[Check]:
    """Yield whether strided, reversed, empty and read-only arrays are read as they are."""
    z = sample("scale 1", 10, np.dtype(dtype).type, subject.seed)
    if CLAIMS[subject.claim].takes.startswith("numbers"):
        z = z.ravel()
    strided = {
        "every other row": np.repeat(z, 2, axis=0)[::2],
        "reversed memory": z[::-1].copy()[::-1],
        "transposed memory": np.asfortranarray(z),
    }
    for name, view in strided.items():
        yield compared(subject, name, dtype, z.shape[-1], arguments(subject, view))
    frozen = z.copy()
    frozen.flags.writeable = False
    check = compared(subject, "read-only input", dtype, z.shape[-1], arguments(subject, frozen))
    changed = not np.array_equal(frozen, z)
    yield (
        check
        if not changed
        else Check("read-only input", dtype, z.shape[-1], None, "the input was changed", "fails")
    )
    own = z.copy()
    check = compared(subject, "input left as it was", dtype, None, arguments(subject, own))
    if not np.array_equal(own, z):
        check = Check("input left as it was", dtype, None, None, "it was written to", "fails")
    yield check
    yield compared(subject, "no rows", dtype, z.shape[-1], arguments(subject, z[:0]))


# --- invariants ---


def invariants(subject: Subject, dtype: str) -> Iterator[Check]:
    """Yield whether sums, order and symmetry are as they are exactly."""
    claim, type_ = subject.claim, np.dtype(dtype).type
    unit = float(np.finfo(type_).eps)
    steps = np.arange(-2000, 2001).astype(type_) / type_(64)
    if claim in ("logistic", "log_logistic"):
        yield holds("monotonic", dtype, lambda: rising(subject(steps)))
        return
    if claim not in ("softmax", "log_softmax", "logsumexp"):
        return
    z = sample("scale 10", 10, type_, subject.seed)
    if claim == "softmax":
        yield holds(
            "sums to one",
            dtype,
            lambda: farthest(subject(z).astype(float).sum(axis=-1), 1, 10 * unit),
        )
        yield holds(
            "monotonic",
            dtype,
            lambda: rising(np.take_along_axis(subject(z), z.argsort(axis=-1), axis=-1)),
        )
    whole = np.round(z)
    more = type_(subject.tolerance * 2 * unit)
    if claim == "logsumexp":
        yield holds(
            "shift",
            dtype,
            lambda: alike(subject(whole + type_(8)) - type_(8), subject(whole), 64 * unit),
        )
        return
    yield holds("shift", dtype, lambda: alike(subject(whole + type_(8)), subject(whole), more))
    order = np.random.default_rng(subject.seed).permutation(10)

    def permuted() -> str:
        return alike(subject(z[:, order]), subject(z)[:, order], more)

    yield holds("permutation", dtype, permuted)


def holds(name: str, dtype: str, attempt: Callable[[], str]) -> Check:
    """Return the check of an invariant; the attempt says what is wrong, or nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            problem = attempt()
    except Exception as error:
        problem = raised(error)
    return Check(name, dtype, None, None, problem, "fails" if problem else "passes")


def rising(values: NDArray[Any]) -> str:
    """Return where values fall, if they do."""
    falls = np.argwhere(np.diff(values.astype(float), axis=-1) < 0)
    return f"falls after {falls[0].tolist()}" if len(falls) else ""


def farthest(values: NDArray[Any], wanted: float, bound: float) -> str:
    """Return the value that is farthest from a number, if it is too far."""
    away = np.abs(values - wanted)
    worst = int(np.argmax(away))
    return "" if away[worst] <= bound else f"{values[worst]!r} in row {worst}"


def alike(one: NDArray[Any], other: NDArray[Any], bound: float) -> str:
    """Return how far two results are apart, if they are."""
    a, b = one.astype(float), other.astype(float)
    with np.errstate(all="ignore"):
        away = np.where(a == b, 0, np.abs(a - b) / np.maximum(np.abs(b), 1e-300))
    return "" if away.max() <= bound else f"they differ by {away.max():.2g} of the value"


# --- blocks ---


def cut(subject: Subject, dtype: str) -> Iterator[Check]:
    """Yield how the function does if it is computed in blocks of classes."""
    type_ = np.dtype(dtype).type
    for family in ("scale 10", "sorted", "reversed", "one -inf", "confident"):
        few = sample(family, 6, type_, subject.seed)
        ways = [cuts for k in range(6) for cuts in itertools.combinations(range(1, 6), k)]
        yield worst_cut(subject, family, dtype, few, ways)
        random = np.random.default_rng(subject.seed)
        many = sample(family, 1000, type_, subject.seed)
        some = [
            tuple(sorted(random.choice(np.arange(1, 1000), size=k, replace=False).tolist()))
            for k in (1, 2, 10, 100, 999)
        ]
        yield worst_cut(subject, family, dtype, many, some)


def worst_cut(
    subject: Subject,
    family: str,
    dtype: str,
    z: NDArray[Any],
    ways: Sequence[tuple[int, ...]],
) -> Check:
    """Return the worst of several ways to cut."""
    checks = [
        (compared(subject, f"{family}, cut", dtype, z.shape[-1], arguments(subject, z), cuts=c), c)
        for c in ways
    ]
    check, cuts = max(checks, key=lambda pair: badness(pair[0]))
    shown = cuts if len(cuts) < 8 else (*cuts[:3], "...")
    return Check(
        check.name, dtype, check.classes, check.error, f"cuts {shown}: {check.cause}", check.verdict
    )


def badness(check: Check) -> tuple[bool, float]:
    """Return what the worst of several checks is the largest in."""
    return check.verdict == "fails", np.inf if check.error is None else check.error


# --- labels and options ---


def labels_out_of_range(subject: Subject, *, apart: bool) -> Iterator[Check]:
    """Yield what a label does that names no class; an exception is right."""
    if CLAIMS[subject.claim].takes != "logits and labels":
        return
    z = np.zeros((2, 3))
    for label in (3, -1, -100, 2**31):
        name = f"label {label} of 3 classes"
        attempt = partial(subject, z, np.array([0, label]))
        outcome = in_a_process(attempt) if apart else outcome_of(attempt)
        verdict = "passes" if outcome.startswith("raises") else "fails"
        yield Check(name, "", 3, None, outcome, verdict)


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

    def run() -> None:
        sender.send(outcome_of(attempt))

    with warnings.catch_warnings():
        # A fork of a process with threads may hang; then the patience ends it.
        warnings.simplefilter("ignore")
        process = context.Process(target=run)
        process.start()
    # Now the process alone holds this end, so that its end is noticed.
    sender.close()
    outcome = ""
    if receiver.poll(PATIENCE):
        try:
            outcome = str(receiver.recv())
        except EOFError:
            outcome = ""
    process.join(1)
    if process.is_alive():
        process.kill()
        process.join()
        return outcome or f"returns nothing in {PATIENCE} s"
    return outcome or f"ends the process with exit code {process.exitcode}"


def options(subject: Subject, arrays: Any, supports: Sequence[str]) -> Iterator[Check]:
    """Yield whether what the function can do besides is right."""
    if CLAIMS[subject.claim].takes != "logits and labels":
        return
    z = sample("scale 1", 10, np.float64, subject.seed)
    t = arguments(subject, z)[1]
    single = CLAIMS[subject.claim].exact(z, t)
    checks: dict[str, Callable[[], Iterator[Check]]] = {
        "reduction": lambda: reductions(subject, z, t, single),
        "ignored labels": lambda: ignored(subject, z, t, single),
        "class weights": lambda: weighted(subject, z, t, single),
        "gradient": lambda: differentiated(subject, arrays, z, t),
    }
    for name in OPTIONAL:
        if name not in supports:
            yield Check(name, "", None, None, f"not claimed; supports={name!r}", "not checked")
        elif name in checks:
            yield from checks[name]()


def scaled(single: Exact, factor: Any) -> Exact:
    """Return exact values times a factor."""
    return Exact(single.value * factor, single.rest * factor, single.scale * np.abs(factor))


def reductions(
    subject: Subject, z: NDArray[Any], t: NDArray[Any], single: Exact
) -> Iterator[Check]:
    """Yield the mean, the sum, and each loss; a gradient is divided for the mean."""
    for kind in ("mean", "sum", "none"):
        if kind == "none" or single.value.ndim > 1:
            wanted = scaled(single, 1 / len(z) if kind == "mean" else 1)
        else:
            whole = exact.context.fsum(
                exact.context.mpf(float(a)) + exact.context.mpf(float(b))
                for a, b in zip(single.value, single.rest, strict=True)
            )
            number = whole / len(z) if kind == "mean" else whole
            wanted = exact.together([[number]], ())
        try:
            got = subject(z, t, reduction=kind)
        except Exception as error:
            yield Check(f"reduction {kind}", "float64", 10, None, raised(error), "fails")
            continue
        yield judged(subject, f"reduction {kind}", "float64", 10, z, got, wanted)


def ignored(subject: Subject, z: NDArray[Any], t: NDArray[Any], single: Exact) -> Iterator[Check]:
    """Yield whether an ignored label has no loss."""
    marked = t.copy()
    marked[1::3] = -100
    kept = (marked != -100).astype(float)
    factor = kept if single.value.ndim == 1 else kept[:, np.newaxis]
    try:
        got = subject(z, marked, ignore_index=-100)
    except Exception as error:
        yield Check("ignored labels", "float64", 10, None, raised(error), "fails")
        return
    yield judged(subject, "ignored labels", "float64", 10, z, got, scaled(single, factor))


def weighted(subject: Subject, z: NDArray[Any], t: NDArray[Any], single: Exact) -> Iterator[Check]:
    """Yield whether the loss is that of the class times its weight; powers of two do not round."""
    weights = 2.0 ** (np.arange(z.shape[-1]) % 3)
    factor = weights[t] if single.value.ndim == 1 else weights[t][:, np.newaxis]
    try:
        got = subject(z, t, weight=subject.convert(weights))
    except Exception as error:
        yield Check("class weights", "float64", 10, None, raised(error), "fails")
        return
    yield judged(subject, "class weights", "float64", 10, z, got, scaled(single, factor))


def differentiated(
    subject: Subject, arrays: Any, z: NDArray[Any], t: NDArray[Any]
) -> Iterator[Check]:
    """Yield how accurate the automatic derivative of the sum of the losses is."""
    for family in ("scale 1", "confident"):
        logits = sample(family, 10, np.float64, subject.seed)
        labels = arguments(subject, logits)[1]
        wanted = exact.cross_entropy_gradient(logits, labels)
        name = f"gradient, {family}"
        try:
            got = automatic(subject, arrays, logits, labels)
        except Exception as error:
            yield Check(name, "float64", 10, None, raised(error), "fails")
            continue
        yield judged(subject, name, "float64", 10, logits, got, wanted)


def automatic(subject: Subject, arrays: Any, z: NDArray[Any], t: NDArray[Any]) -> NDArray[Any]:
    """Return the derivative as PyTorch or JAX computes it."""
    if arrays == "torch":
        logits = subject.convert(z).requires_grad_()
        subject.function(logits, subject.convert(t), **subject.keywords).sum().backward()
        return to_numpy(logits.grad)
    if arrays == "jax":
        labels = subject.convert(t)
        return to_numpy(
            imported("jax").grad(lambda x: subject.function(x, labels, **subject.keywords).sum())(
                subject.convert(z)
            )
        )
    raise ValueError(f"arrays: {arrays!r} has no automatic differentiation; torch and jax have")
