"""On arrays of dask, cut in any way, on threads and on several processes."""

import itertools
import os
import signal
import subprocess
import sys
import time

import dask
import dask.array as da
import numpy as np
import pytest
from distributed import Client, LocalCluster

import softmax_theory as st
import softmax_theory.dask as sd
from softmax_theory.testing import exact, sample
from softmax_theory.testing.exact import ulps

NAMES = ("softmax", "log_softmax", "logsumexp")


def compositions(count: int) -> list[tuple[int, ...]]:
    """Return all ways to write a number as a sum, in order."""
    found = []
    for k in range(count):
        for cuts in itertools.combinations(range(1, count), k):
            edges = (0, *cuts, count)
            found.append(tuple(b - a for a, b in itertools.pairwise(edges)))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_way_to_cut_six_classes(name: str) -> None:
    z = sample("confident", 6, np.float64)[:4]
    wanted = getattr(exact, name)(z)
    for cuts in compositions(6):
        got = getattr(sd, name)(da.from_array(z, chunks=(2, cuts)))
        assert ulps(got.compute(scheduler="sync"), wanted).max() <= 4


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("family", ["scale 10", "offset 1e4", "sorted", "many -inf"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_chunks_of_a_thousand_classes(name: str, family: str, dtype: type) -> None:
    z = sample(family, 1000, dtype)
    for chunks in ((1, 1000), (2, 37), (2, 1), ((1, 1), (999, 1))):
        if chunks == (2, 1) and (name != "logsumexp" or family != "sorted"):
            continue
        lazy = getattr(sd, name)(da.from_array(z, chunks=chunks))
        assert lazy.dtype == dtype
        got = lazy.compute(scheduler="threads")
        assert got.dtype == dtype
        assert ulps(got, getattr(exact, name)(z)).max() <= 4


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_any_axis(axis: int) -> None:
    z = np.random.default_rng(0).normal(size=(4, 5, 6))
    for name in NAMES:
        got = getattr(sd, name)(da.from_array(z, chunks=2), axis=axis).compute(scheduler="sync")
        np.testing.assert_allclose(got, getattr(st, name)(z, axis=axis), rtol=1e-15)


def test_the_edges_are_those_of_one_machine() -> None:
    inf, nan = np.inf, np.nan
    z = np.array([[-inf, -inf], [inf, 0], [nan, 0], [-inf, 1]])
    for name in NAMES:
        got = getattr(sd, name)(da.from_array(z, chunks=1)).compute(scheduler="sync")
        np.testing.assert_array_equal(got, getattr(st, name)(z))


def test_nothing_is_computed_before_it_is_asked_for() -> None:
    def refuse(block):
        raise AssertionError("computed")

    z = da.zeros((4, 4), chunks=2).map_blocks(refuse, dtype=float, meta=np.empty((0, 0)))
    for name in NAMES:
        getattr(sd, name)(z)
    with pytest.raises(AssertionError, match="computed"):
        sd.softmax(z).compute(scheduler="sync")


def tasks(array) -> int:
    return len(dict(array.__dask_graph__()))


def test_the_graph_grows_in_proportion_to_the_chunks() -> None:
    counts = [16, 32, 64, 128]
    sizes = [tasks(sd.softmax(da.zeros((2, k), chunks=(2, 1)))) for k in counts]
    per_chunk = [size / k for size, k in zip(sizes, counts, strict=True)]
    assert max(per_chunk) <= 1.1 * min(per_chunk)


def fused(chunks: tuple[int, int], scheduler: str, H, W, t):
    lazy = sd.linear_cross_entropy(
        da.from_array(H, chunks=(chunks[0], 8)),
        da.from_array(W, chunks=(chunks[1], 8)),
        da.from_array(t, chunks=50),
    )
    return dask.compute(*lazy, scheduler=scheduler)


@pytest.mark.parametrize("chunks", [(50, 33), (7, 33), (50, 4), (11, 5), (1, 33)])
@pytest.mark.parametrize("scheduler", ["sync", "threads"])
@pytest.mark.parametrize("scale", [1, 30])
def test_the_linear_loss_is_that_of_one_machine(
    chunks: tuple[int, int], scheduler: str, scale: float
) -> None:
    random = np.random.default_rng(0)
    H, W = scale * random.normal(size=(50, 8)), random.normal(size=(33, 8))
    t = random.integers(33, size=50)
    t[:5] = (H[:5] @ W.T).argmax(axis=1)
    loss, gradient_H, gradient_W = fused(chunks, scheduler, H, W, t)
    alone = st.linear_cross_entropy(H, W, t)
    # Both are within the bound of `linear_cross_entropy`, on one side or the other.
    differences = np.abs(st.cross_entropy_gradient(H @ W.T, t))
    bounds = 2 * 4 * 2.0**-53 * np.sqrt([8, 50])
    np.testing.assert_allclose(loss, alone.loss, rtol=16 * 2.0**-53)
    assert (np.abs(gradient_H - alone.gradient_H) <= bounds[0] * differences @ np.abs(W)).all()
    assert (np.abs(gradient_W - alone.gradient_W) <= bounds[1] * differences.T @ np.abs(H)).all()


def test_labels_and_reductions() -> None:
    H, W = da.ones((4, 2), chunks=2), da.ones((3, 2), chunks=1)
    t = da.from_array(np.array([0, 1, 2, 0]), chunks=2)
    none = sd.linear_cross_entropy(H, W, t, reduction="none").loss.compute(scheduler="sync")
    np.testing.assert_allclose(none, [np.log(3)] * 4)
    total = sd.linear_cross_entropy(H, W, t, reduction="sum").loss.compute(scheduler="sync")
    assert total == pytest.approx(4 * np.log(3))
    with pytest.raises(ValueError, match="label 3 is out of range; expected integers from 0 to 2"):
        sd.linear_cross_entropy(H, W, t + 1).loss.compute(scheduler="sync")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sd.softmax(np.zeros(2)), "z: got ndarray; expected a dask.array.Array"),
        (lambda: sd.softmax(da.zeros(2, dtype=int)), "z: got type int64; expected float16"),
        (lambda: sd.softmax(da.zeros(2), axis=1), "axis: 1 is out of range"),
        (lambda: sd.logsumexp(da.zeros((2, 0))), "without a class on axis -1"),
        (
            lambda: sd.softmax((x := da.arange(6.0, chunks=3))[x > 1]),
            "chunks of unknown size; expected known ones",
        ),
        (
            lambda: sd.linear_cross_entropy(da.zeros((2, 3)), da.zeros((2, 4)), da.arange(2)),
            r"got shapes \(2, 3\) and \(2, 4\)",
        ),
        (
            lambda: sd.linear_cross_entropy(da.zeros((2, 3)), da.zeros((2, 3)), da.zeros(2)),
            r"t: got shape \(2,\) and type float64",
        ),
    ],
)
def test_bad_arguments_are_named(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_only_this_module_needs_dask() -> None:
    code = "import sys, softmax_theory; sys.exit('dask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    code = (
        "import sys; sys.modules['dask'] = None\n"
        "try:\n    import softmax_theory.dask\n"
        "except ImportError as error:\n    sys.exit('pip install' not in str(error))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture
def client():
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster) as connected,
    ):
        yield connected


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_several_processes_give_the_same(client) -> None:
    z = np.random.default_rng(0).normal(size=(60, 200)).astype(np.float32) * 10
    lazy = da.from_array(z, chunks=(20, 50))
    for name in NAMES:
        got = client.compute(getattr(sd, name)(lazy)).result(timeout=120)
        assert ulps(got, getattr(exact, name)(z)).max() <= 4


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_worker_that_is_killed_changes_nothing(client) -> None:
    z = np.random.default_rng(0).normal(size=(40, 400)) * 10
    # A lambda goes to the workers as it is; they can't import this file.
    slow = da.from_array(z, chunks=(20, 40)).map_blocks(
        lambda block: (time.sleep(0.2), block)[1], dtype=z.dtype
    )
    future = client.compute(sd.softmax(slow))
    time.sleep(0.7)
    assert not future.done()
    workers = client.run(os.getpid)
    os.kill(next(iter(workers.values())), signal.SIGKILL)
    assert ulps(future.result(timeout=120), exact.softmax(z)).max() <= 4
