"""Softmax past one machine: accuracy, memory, the graph, and a large array on several processes.

The record is written where the book can show it.
"""

import tempfile
import time
import tracemalloc
from pathlib import Path

import dask
import dask.array as da
import numpy as np
from distributed import Client, LocalCluster
from records import verdict, versions, written

import softmax_theory.dask as scaled
from softmax_theory import LogSumExp, linear_cross_entropy, softmax
from softmax_theory.testing import exact

ROWS, CLASSES = 1_000_000, 512
CHUNKS = (50_000, 256)
WORKERS = 2


def running() -> dict[str, float]:
    """Return the error in ulp of 20,000 single terms in rising order."""
    z = np.linspace(0, 1, 20_000)
    state, largest, total = LogSumExp(), -np.inf, 0.0
    for x in z:
        state = state.update(x)
        new = max(largest, x)
        largest, total = new, total * np.exp(largest - new) + np.exp(x - new)
    wanted = exact.logsumexp(z[np.newaxis])
    results = np.array([state.result(), largest + np.log(total)])
    ours, plain = (float(exact.ulps(results[k : k + 1], wanted)[0]) for k in (0, 1))
    print(f"20,000 single terms: {ours:.2f} ulp; target 4: {verdict(ours, 4, less=True)}")
    print(f"    a plain pair of floats: {plain:.0f} ulp")
    return {"LogSumExp": ours, "plain pair": plain}


def memory() -> dict[str, float]:
    """Return the MiB of the fused loss beyond arguments and gradients, for numbers of classes."""
    found = {}
    for classes in (8_000, 32_000, 128_000):
        random = np.random.default_rng(0)
        H, W = random.normal(size=(512, 4)), random.normal(size=(classes, 4))
        t = random.integers(classes, size=512)
        tracemalloc.start()
        linear_cross_entropy(H, W, t)
        peak = tracemalloc.get_traced_memory()[1] - W.nbytes - H.nbytes
        tracemalloc.stop()
        found[str(classes)] = peak / 2**20
        logits = 8 * 512 * classes / 2**20
        print(f"fused loss, {classes:7} classes: {peak / 2**20:6.1f} MiB; its logits {logits:.0f}")
    growth = found["128000"] / found["8000"]
    print(f"    grows by {growth:.2f} over 16 times the classes; target 1.2: ", end="")
    print(verdict(growth, 1.2, less=True))
    return found


def graph() -> dict[str, int]:
    """Return the number of tasks for numbers of chunks."""
    found = {}
    for count in (64, 128, 256, 512):
        lazy = scaled.softmax(da.zeros((2, count), chunks=(2, 1)))
        found[str(count)] = len(dict(lazy.__dask_graph__()))
    each = [tasks / int(count) for count, tasks in found.items()]
    print(f"tasks for each chunk: {', '.join(f'{x:.2f}' for x in each)}; target: the same ", end="")
    print("(" + verdict(max(each) / min(each), 1.1, less=True) + ")")
    return found


def peak_memory() -> float:
    """Return the largest memory that this process has had, in MiB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def large() -> dict[str, float]:
    """Return the time, memory and error of a large array on a cluster of processes."""
    with (
        LocalCluster(
            n_workers=WORKERS,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            local_directory=tempfile.gettempdir(),
        ) as cluster,
        Client(cluster) as client,
    ):
        before = max(client.run(peak_memory).values())
        logits = da.random.default_rng(0).normal(size=(ROWS, CLASSES), chunks=CHUNKS)
        logits = logits.astype(np.float32) * 10
        probabilities = scaled.softmax(logits)
        start = time.perf_counter()
        # The sums of the rows, so that no result has to be gathered.
        sums, rows, given = dask.compute(
            probabilities.sum(axis=1), probabilities[:64], logits[:64], scheduler=client
        )
        seconds = time.perf_counter() - start
        peak = max(client.run(peak_memory).values())
    error = float(exact.ulps(rows, exact.softmax(given)).max())
    size = 4 * ROWS * CLASSES / 2**20
    print(f"{ROWS} x {CLASSES} float32 ({size:.0f} MiB) on {WORKERS} processes: {seconds:.1f} s")
    print(f"    memory of a worker: {peak:.0f} MiB, of which {before:.0f} before it began")
    print(f"    error of 64 rows: {error:.2f} ulp; target 4: {verdict(error, 4, less=True)}")
    print(f"    farthest sum from one: {abs(sums - 1).max():.1e}")
    same = bool(np.array_equal(rows, softmax(given)))
    print(f"    the same as on one machine, to the last bit: {same}")
    return {
        "rows": ROWS,
        "classes": CLASSES,
        "MiB": size,
        "workers": WORKERS,
        "seconds": seconds,
        "worker MiB": peak,
        "before MiB": before,
        "ulp": error,
    }


def main() -> None:
    """Print the figures and write the record."""
    record = {"running": running(), "memory": memory(), "graph": graph(), "large": large()}
    written("scale", versions=versions("numpy", "dask", "distributed"), **record)
    print("written to", Path("benchmarks/results/scale.json"))


if __name__ == "__main__":
    main()
