"""Time the functions of logits beside SciPy's, and PyTorch's where it is installed, on one thread.

How long a function takes may depend on the logits, so there are five kinds of them: normal ones of
three scales, confident ones, and those of a trained classifier. All run in turn in one process,
several times, and a ratio is taken in each round; the median of the rounds counts. What counts is
the time of the processor, because other programs may run beside. What the machine's own
exponential and copy take is the limit. The record is written where the book shows it.
"""

import os

# Before NumPy is loaded.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import importlib.util
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.special
from records import processor, verdict, versions, written
from sklearn.datasets import load_digits

import softmax_theory
from softmax_theory.testing import conformance

ROUNDS = 3
SHAPES = ((100_000, 10), (4_096, 1_000), (128, 32_000))
DTYPES = (np.float16, np.float32, np.float64)
WORST = 0.8
OF_ONE_ROW = 0.5
TORCH = importlib.util.find_spec("torch") is not None


def target(classes: int) -> float:
    """Return how many times as fast as SciPy a function is to be, in the median of the kinds."""
    return 2.0 if classes == 10 else 1.2


def of_digits(samples: int) -> np.ndarray:
    """Return the logits of a linear classifier of scikit-learn's digits, row after row again."""
    digits = load_digits()
    X = digits.data / 16
    model = softmax_theory.LinearSoftmax.zeros(X.shape[1], 10, l2=1e-4)
    model.fit(X, digits.target, n_steps=500)
    return np.resize(X @ model.W.T + model.b, (samples, 10))


def of_random_features(samples: int, classes: int) -> np.ndarray:
    """Return the logits of a linear discriminant of random features.

    Each class is a cloud in 32 dimensions. The features are rectified random projections, and the
    classifier takes the means of each class and one variance from four samples of it.
    """
    random = np.random.default_rng(2)
    centres, projection = random.normal(size=(classes, 32)), random.normal(size=(32, 64))

    def features(labels: np.ndarray) -> np.ndarray:
        inputs = centres[labels] + 0.3 * random.normal(size=(len(labels), 32))
        return np.maximum(inputs @ projection, 0)

    train = features(np.repeat(np.arange(classes), 4)).reshape(classes, 4, 64)
    means, variance = train.mean(axis=1), train.var(axis=1, ddof=1).mean()
    x = features(random.integers(classes, size=samples))
    return (x @ means.T - (means**2).sum(axis=1) / 2) / variance


def kinds(shape: tuple[int, int]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each kind of logits with its name."""
    samples, classes = shape
    random = np.random.default_rng(0)
    normal = random.normal(size=shape)
    for scale in (1, 3, 10):
        yield f"normal, scale {scale}", scale * normal
    confident = normal.copy()
    winners = random.integers(classes, size=samples)
    confident[np.arange(samples), winners] += random.uniform(15, 40, size=samples)
    yield "confident", confident
    trained = of_digits(samples) if classes == 10 else of_random_features(samples, classes)
    yield "trained", trained


def contestants(z: np.ndarray, t: np.ndarray, axis: int) -> dict[str, dict[str, Callable[[], Any]]]:
    """Return for each function what computes it here, in SciPy and in PyTorch."""
    samples = np.arange(z.shape[1 - axis])
    place = (samples, t) if axis == 1 else (t, samples)

    def gradient() -> np.ndarray:
        y = scipy.special.softmax(z, axis=axis)
        y[place] -= 1
        return y

    ours = softmax_theory
    found = {
        "softmax": {
            "ours": lambda: ours.softmax(z, axis=axis),
            "scipy": lambda: scipy.special.softmax(z, axis=axis),
        },
        "log_softmax": {
            "ours": lambda: ours.log_softmax(z, axis=axis),
            "scipy": lambda: scipy.special.log_softmax(z, axis=axis),
        },
        "logsumexp": {
            "ours": lambda: ours.logsumexp(z, axis=axis),
            "scipy": lambda: scipy.special.logsumexp(z, axis=axis),
        },
        "cross_entropy": {
            "ours": lambda: ours.cross_entropy(z, t, axis=axis),
            "scipy": lambda: -scipy.special.log_softmax(z, axis=axis)[place].mean(),
        },
        "cross_entropy_gradient": {
            "ours": lambda: ours.cross_entropy_gradient(z, t, axis=axis, reduction="sum"),
            "scipy": gradient,
        },
    }
    if TORCH:
        import torch

        torch.set_num_threads(1)
        functional = torch.nn.functional
        logits, labels = torch.from_numpy(z).movedim(axis, 1), torch.from_numpy(t)

        def backward() -> Any:
            leaf = logits.detach().requires_grad_()
            functional.cross_entropy(leaf, labels, reduction="sum").backward()
            return leaf.grad

        found["softmax"]["torch"] = lambda: torch.softmax(logits, dim=1)
        found["log_softmax"]["torch"] = lambda: torch.log_softmax(logits, dim=1)
        found["logsumexp"]["torch"] = lambda: torch.logsumexp(logits, dim=1)
        found["cross_entropy"]["torch"] = lambda: functional.cross_entropy(logits, labels)
        found["cross_entropy_gradient"]["torch"] = backward
    return found


def seconds(call: Callable[[], Any], repeat: int = 1) -> float:
    """Return the seconds of the processor that a call takes."""
    start = time.process_time()
    for _ in range(repeat):
        call()
    return (time.process_time() - start) / repeat


def timed(calls: dict[str, Callable[[], Any]], repeat: int = 1) -> dict[str, float]:
    """Return the median seconds of each call, and of the ratios of SciPy's to ours."""
    for call in calls.values():
        call()
    rounds = [{who: seconds(call, repeat) for who, call in calls.items()} for _ in range(ROUNDS)]
    found = {who: statistics.median(r[who] for r in rounds) for who in calls}
    return {**found, "ratio": statistics.median(r["scipy"] / r["ours"] for r in rounds)}


def limits() -> dict[str, float]:
    """Return the nanoseconds for each number of the machine's exponential and copy."""
    found = {}
    for dtype in (np.float32, np.float64):
        z = np.random.default_rng(0).normal(size=(4096, 1000)).astype(dtype)
        out = np.empty_like(z)
        for name, call in (("exp", np.exp), ("copy", np.positive)):
            times = [seconds(lambda call=call, z=z, out=out: call(z, out=out)) for _ in range(9)]
            found[f"{name} {z.dtype}"] = round(statistics.median(times) * 1e9 / z.size, 2)
    return found


def judged(function: str, layout: str, each: dict[str, dict[str, float]], size: int, wanted: float):
    """Return one row of the table: the medians over the kinds of logits, and the worst kind."""
    ratios = {kind: found["ratio"] for kind, found in each.items()}
    worst = min(ratios, key=lambda kind: ratios[kind])
    middle = statistics.median(ratios.values())
    row: dict[str, Any] = {"function": function, "logits": layout}
    for who in ("ours", "scipy", "torch"):
        times = [found[who] for found in each.values() if who in found]
        row[who] = round(statistics.median(times) * 1e9 / size, 2) if times else None
    row |= {"median": round(middle, 2), "worst": round(ratios[worst], 2), "worst kind": worst}
    median_words, worst_words = verdict(middle, wanted), verdict(ratios[worst], WORST)
    return row | {"target": wanted, "of median": median_words, "of worst": worst_words}


def speeds() -> list[dict[str, Any]]:
    """Return one row for each function, shape and type, printed as it is measured."""
    rows = []
    head = f"{'ours':>8}{'SciPy':>8}{'PyTorch':>9}{'median':>8}{'worst':>7}"
    print(f"{'ns for each logit':24}{'logits':>28}{head}")
    layouts = [(shape, dtype, 1) for shape in SHAPES for dtype in DTYPES]
    layouts += [((4_096, 1_000), dtype, 0) for dtype in (np.float32, np.float64)]
    for shape, dtype, axis in layouts:
        each: dict[str, dict[str, dict[str, float]]] = {}
        t = np.random.default_rng(1).integers(shape[1], size=shape[0])
        for kind, logits in kinds(shape):
            z = logits.astype(dtype) if axis == 1 else np.ascontiguousarray(logits.astype(dtype).T)
            for function, calls in contestants(z, t, axis).items():
                each.setdefault(function, {})[kind] = timed(calls)
        across = ", axis 0" if axis == 0 else ""
        layout = f"{'x'.join(map(str, shape))}, {np.dtype(dtype).name}{across}"
        for function, found in each.items():
            row = judged(function, layout, found, shape[0] * shape[1], target(shape[1]))
            rows.append(row)
            torch = f"{row['torch']:9.2f}" if row["torch"] else f"{'-':>9}"
            print(
                f"{function:24}{layout:>28}{row['ours']:8.2f}{row['scipy']:8.2f}{torch}"
                f"{row['median']:8.2f}{row['worst']:7.2f}  median {row['of median']}, "
                f"worst ({row['worst kind']}) {row['of worst']}"
            )
    return rows


def formulas(z: np.ndarray) -> dict[str, Callable[[], Any]]:
    """Return the functions of one row as they stand in a book."""
    return {
        "softmax": lambda: np.exp(z) / np.exp(z).sum(),
        "log_softmax": lambda: z - np.log(np.exp(z).sum()),
        "logsumexp": lambda: np.log(np.exp(z).sum()),
        "cross_entropy": lambda: np.log(np.exp(z).sum()) - z[3],
        "cross_entropy_gradient": lambda: np.exp(z) / np.exp(z).sum() - (np.arange(10) == 3),
    }


def of_one_row() -> list[dict[str, Any]]:
    """Return the microseconds of a call with one row of 10 logits, which are its overhead."""
    z = np.random.default_rng(0).normal(size=(1, 10))
    plain, rows = formulas(z[0]), []
    print(f"{'microseconds for 10 logits':52}{'ours':>8}{'SciPy':>8}{'formula':>9}{'ratio':>8}")
    for function, calls in contestants(z, np.array([3]), 1).items():
        both = {"ours": calls["ours"], "scipy": calls["scipy"], "formula": plain[function]}
        found = timed(both, repeat=300)
        times = {who: round(found[who] * 1e6, 1) for who in both}
        words = verdict(found["ratio"], OF_ONE_ROW)
        rows.append({"function": function, **times, "ratio": round(found["ratio"], 2)})
        rows[-1] |= {"target": OF_ONE_ROW, "verdict": words}
        ours, scipy_time, formula = times.values()
        print(
            f"{function:52}{ours:8.1f}{scipy_time:8.1f}{formula:9.1f}{found['ratio']:8.2f}  {words}"
        )
    return rows


def features() -> list[str]:
    """Return the features of the processor that NumPy uses."""
    return list(np.show_config(mode="dicts")["SIMD Extensions"]["found"])


def conformances() -> list[dict[str, Any]]:
    """Return how SciPy, PyTorch and this module conform."""
    subjects: list[tuple[str, str, Callable[..., Any], dict[str, Any]]] = [
        ("log_softmax", "scipy.special.log_softmax", scipy.special.log_softmax, {}),
        ("softmax", "scipy.special.softmax", scipy.special.softmax, {}),
        ("log_softmax", "softmax_theory.log_softmax", softmax_theory.log_softmax, {}),
        ("softmax", "softmax_theory.softmax", softmax_theory.softmax, {}),
    ]
    if TORCH:
        import torch

        functional = torch.nn.functional
        none = {"keywords": {"reduction": "none"}, "supports": ("gradient", "soft targets")}
        subjects += [
            ("log_softmax", "torch.nn.functional.log_softmax", functional.log_softmax, {}),
            ("softmax", "torch.nn.functional.softmax", functional.softmax, {}),
            ("cross_entropy", "torch.nn.functional.cross_entropy", functional.cross_entropy, none),
        ]
    rows = []
    for claim, name, function, options in subjects:
        report = conformance(claim, function, classes=[10, 1000], **options)
        failed, count = len(report.failures), len(report.checks)
        print(f"{name:36} largest error {report.largest_error:9.3g} ulp, fails {failed} of {count}")
        worst = max(report.checks, key=lambda check: check.error or 0)
        row = {"function": name, "largest error": report.largest_error, "worst": worst.name}
        rows.append({**row, "cause": worst.cause, "fails": failed, "checks": count})
    return rows


def main() -> None:
    """Print the tables and write the record."""
    print(processor(), "with", ", ".join(features()) or "no features that NumPy uses")
    found = limits()
    print("ns for each number:", ", ".join(f"{name} {value}" for name, value in found.items()))
    rows, single = speeds(), of_one_row()
    verdicts = [row[which] for row in rows for which in ("of median", "of worst")]
    verdicts += [row["verdict"] for row in single]
    met = sum(words == "meets it" for words in verdicts)
    print(f"{met} of {len(verdicts)} targets are met")
    conforming = conformances()
    if not TORCH:
        print("PyTorch joins the tables after: .venv/bin/pip install torch (a large download)")
    record = {"limits": found, "speed": rows, "single": single, "conformance": conforming}
    written("speed", versions=versions("numpy", "scipy", "torch"), features=features(), **record)


if __name__ == "__main__":
    main()
