"""Time the functions of logits beside SciPy's, and PyTorch's where it is installed, on one thread.

All run in turn in one process, several times, and a ratio is taken in each round; the median of the
ratios counts. What the machine's own exponential and copy take is the limit. The record is written
where the book shows it.
"""

import os

# Before NumPy is loaded.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import importlib.util
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special
from records import verdict, versions, written

import softmax_theory
from softmax_theory.testing import conformance

ROUNDS = 11
SHAPES = ((100_000, 10), (4_096, 1_000), (256, 32_000))
TORCH = importlib.util.find_spec("torch") is not None


def target(shape: tuple[int, int], dtype: type) -> float:
    """Return how many times as fast as SciPy a function is to be."""
    if shape[1] == 10:
        return 2.0 if dtype == np.float32 else 1.5
    return 1.0


def contestants(z: np.ndarray, t: np.ndarray) -> dict[str, dict[str, Callable[[], Any]]]:
    """Return for each function what computes it here, in SciPy and in PyTorch."""
    rows = np.arange(len(z))

    def gradient() -> np.ndarray:
        y = scipy.special.softmax(z, axis=-1)
        y[rows, t] -= 1
        return y

    ours = softmax_theory
    found = {
        "softmax": {
            "ours": lambda: ours.softmax(z),
            "scipy": lambda: scipy.special.softmax(z, axis=-1),
        },
        "log_softmax": {
            "ours": lambda: ours.log_softmax(z),
            "scipy": lambda: scipy.special.log_softmax(z, axis=-1),
        },
        "cross_entropy": {
            "ours": lambda: ours.cross_entropy(z, t),
            "scipy": lambda: -scipy.special.log_softmax(z, axis=-1)[rows, t].mean(),
        },
        "cross_entropy_gradient": {
            "ours": lambda: ours.cross_entropy_gradient(z, t, reduction="sum"),
            "scipy": gradient,
        },
    }
    if TORCH:
        import torch

        torch.set_num_threads(1)
        logits, labels = torch.from_numpy(z), torch.from_numpy(t)
        functional = torch.nn.functional

        def backward() -> Any:
            leaf = logits.detach().requires_grad_()
            functional.cross_entropy(leaf, labels, reduction="sum").backward()
            return leaf.grad

        found["softmax"]["torch"] = lambda: torch.softmax(logits, dim=-1)
        found["log_softmax"]["torch"] = lambda: torch.log_softmax(logits, dim=-1)
        found["cross_entropy"]["torch"] = lambda: functional.cross_entropy(logits, labels)
        found["cross_entropy_gradient"]["torch"] = backward
    return found


def seconds(call: Callable[[], Any]) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def timed(calls: dict[str, Callable[[], Any]], count: int) -> dict[str, Any]:
    """Return the nanoseconds for each number, and the ratio of SciPy's time to ours."""
    for call in calls.values():
        call()
    rounds = [{name: seconds(call) for name, call in calls.items()} for _ in range(ROUNDS)]
    middle = {name: statistics.median(r[name] for r in rounds) * 1e9 / count for name in calls}
    ratio = statistics.median(r["scipy"] / r["ours"] for r in rounds)
    return {**{name: round(value, 2) for name, value in middle.items()}, "ratio": round(ratio, 2)}


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


def speeds() -> list[dict[str, Any]]:
    """Return one row for each function, shape and type, printed as it is measured."""
    rows = []
    head = f"{'ours':>8}{'SciPy':>8}{'PyTorch':>9}{'ratio':>7}{'target':>8}"
    print(f"{'ns for each logit':24}{'shape':>14}{'type':>9}{head}")
    for shape in SHAPES:
        for dtype in (np.float32, np.float64):
            random = np.random.default_rng(0)
            z = random.normal(size=shape).astype(dtype)
            t = random.integers(shape[1], size=shape[0])
            for function, calls in contestants(z, t).items():
                found = {"torch": None, **timed(calls, z.size)}
                wanted = target(shape, dtype)
                words = verdict(found["ratio"], wanted)
                row = {"function": function, "shape": shape, "dtype": z.dtype.name, **found}
                rows.append({**row, "target": wanted, "verdict": words})
                torch = f"{found['torch']:9.2f}" if found["torch"] else f"{'-':>9}"
                print(
                    f"{function:24}{'x'.join(map(str, shape)):>14}{z.dtype.name:>9}"
                    f"{found['ours']:8.2f}{found['scipy']:8.2f}{torch}{found['ratio']:7.2f}"
                    f"{wanted:8.1f}  {words}"
                )
    return rows


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
    found = limits()
    print("ns for each number:", ", ".join(f"{name} {value}" for name, value in found.items()))
    rows = speeds()
    missed = sum(row["verdict"] != "meets it" for row in rows)
    print(f"{len(rows) - missed} of {len(rows)} meet their target")
    conforming = conformances()
    if not TORCH:
        print("PyTorch joins the tables after: .venv/bin/pip install torch (a large download)")
    packages = ("numpy", "scipy", "torch")
    written("speed", versions=versions(*packages), limits=found, speed=rows, conformance=conforming)


if __name__ == "__main__":
    main()
