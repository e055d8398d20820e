"""The conformance kit finds what is wrong, and passes what is right."""

import json
import os

import exact_cases
import mpmath
import numpy as np
import pytest
import scipy.special

import softmax_theory as st
from softmax_theory.testing import CLAIMS, ConformanceError, conformance, exact
from softmax_theory.testing.__main__ import main

mp = mpmath.mp.clone()
mp.dps = 400

LOSSES = ("cross_entropy", "cross_entropy_gradient")
OPTIONS = ("soft targets", "reduction", "ignored labels", "class weights")
EVERYTHING = {loss: {"supports": OPTIONS} for loss in LOSSES}


def ours(claim: str, **more):
    keywords = {"reduction": "none"} if "cross_entropy" in claim else {}
    return conformance(
        claim, getattr(st, claim), keywords=keywords, **EVERYTHING.get(claim, {}), **more
    )


@pytest.mark.parametrize("claim", CLAIMS)
def test_softmax_theory_conforms(claim: str) -> None:
    report = ours(claim, classes=(2, 10, 1000))
    report.raise_for_failures()
    assert report.largest_error > 0
    assert {c.name for c in report.checks if c.verdict == "not checked"} <= {"gradient"}


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("claim", ["softmax", "log_softmax", "logsumexp", *LOSSES])
def test_softmax_theory_conforms_with_many_classes(claim: str, dtype: str) -> None:
    ours(claim, dtypes=[dtype], classes=[50_000]).raise_for_failures()


@pytest.mark.parametrize("claim", ["softmax", "log_softmax", "logsumexp"])
def test_softmax_theory_conforms_in_half_precision(claim: str) -> None:
    """In the narrowest type all that is left is the last rounding."""
    ours(claim, dtypes=["float16"], classes=(2, 10, 1000), tolerance=0.51).raise_for_failures()


@pytest.mark.parametrize(
    ("claim", "scale"),
    [
        ("softmax", "of the exact value"),
        ("logsumexp", "of the largest logit plus the logarithm added, in absolute value"),
        ("cross_entropy_gradient", "for soft targets of the larger of y and t"),
    ],
)
def test_the_table_says_of_what_its_ulp_are(claim: str, scale: str) -> None:
    report = ours(claim, dtypes=["float64"], classes=[2])
    assert str(report).splitlines()[1].startswith("ulp: units in the last place of")
    assert str(report).splitlines()[1].endswith(scale)
    assert json.loads(report.to_json())["scale"] in str(report)


@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_a_log_sum_exp_that_cancels_is_exact_for_logits_nearby(classes: int) -> None:
    """In ulp of the result the error is beyond all bounds, which the scale of the kit allows."""
    p = np.random.default_rng(0).dirichlet(np.full(classes, 0.5), size=200)
    z = np.log(p[(p > 0).all(axis=1)])
    wanted, got = exact.logsumexp(z), st.logsumexp(z)
    of_result = exact.Exact(wanted.value, wanted.rest, wanted.value)
    assert exact.ulps(got, of_result).max() > 1e3
    assert exact.ulps(got, wanted).max() <= 4
    away = np.abs((got - wanted.value) - wanted.rest)
    nearest = np.maximum(np.abs(z).min(axis=1), np.abs(wanted.value))
    assert (away <= 12 * np.finfo(float).eps * nearest).all()


def failures(claim: str, function, **more) -> set[str]:
    report = conformance(claim, function, **{"dtypes": ["float64"], "classes": [10], **more})
    return {check.name for check in report.failures}


def test_scipy_has_no_correct_digit_of_a_confident_prediction() -> None:
    report = conformance("log_softmax", scipy.special.log_softmax, dtypes=["float64"], classes=[10])
    errors = {check.name: check.error for check in report.checks}
    assert errors["confident"] > 1e15
    assert {"confident", "wide"} <= {check.name for check in report.failures}
    with pytest.raises(ConformanceError, match=r"confident +float64 +10 .* fails"):
        report.raise_for_failures()


def test_scipys_softmax_carries_the_rounding_of_the_difference() -> None:
    report = conformance("softmax", scipy.special.softmax, dtypes=["float64"], classes=[10])
    assert {"wide", "confident"} <= {check.name for check in report.failures}
    assert 4 < report.largest_error < 1000


def exponentials(z):
    return np.exp(z - z.max(axis=-1, keepdims=True))


def by_exp(z):
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def one_less(z, t):
    y = st.softmax(z)
    y[np.arange(len(t)), t] -= 1
    return y


def unmarked(z, t):
    z = z.copy()
    return st.cross_entropy(z, np.where((t < 0) | (t >= z.shape[-1]), 0, t), reduction="none")


def written_to(z):
    z -= z.max(axis=-1, keepdims=True)
    return st.softmax(z)


def summed_in_half(z):
    e = np.exp(z.astype(np.float32) - z.max()).astype(np.float16)
    return (e / np.cumsum(e, axis=-1, dtype=np.float16)[:, -1:]).astype(z.dtype)


def without_rescaling(z, cuts=()):
    total = m = None
    for part in np.split(z, list(cuts), axis=-1):
        new = part.max(axis=-1)
        m, before = (new, 0) if m is None else (np.maximum(m, new), total)
        total = before + np.exp(part - m[:, None]).sum(axis=-1)
    return m + np.log(total)


def quits(z, t):
    if (t >= z.shape[-1]).any():
        os._exit(3)
    return st.cross_entropy(z, t, reduction="none")


@pytest.mark.parametrize(
    ("claim", "function", "found", "more"),
    [
        ("softmax", by_exp, {"offset 1e4", "largest floats"}, {}),
        ("softmax", lambda z: exponentials(z), {"sums to one", "scale 1"}, {}),
        ("softmax", lambda z: st.softmax(z, axis=0), {"scale 1", "sums to one"}, {}),
        ("softmax", written_to, {"read-only input", "input left as it was"}, {}),
        ("softmax", summed_in_half, {"scale 1"}, {"dtypes": ["float16"], "classes": [1000]}),
        ("softmax", lambda z: st.softmax(z.astype(np.float32)), {"scale 1"}, {}),
        ("log_softmax", lambda z: np.log(st.softmax(z)), {"confident"}, {}),
        ("logsumexp", lambda z: np.log(np.exp(z).sum(axis=-1)), {"offset 1e4"}, {}),
        ("logsumexp", lambda z: st.logsumexp(z).mean(), {"scale 1", "no rows"}, {}),
        ("cross_entropy_gradient", one_less, {"confident"}, {}),
        ("cross_entropy", unmarked, {"label 3 of 3 classes", "label -100 of 3 classes"}, {}),
        ("cross_entropy", quits, {"label 3 of 3 classes"}, {}),
        ("cross_entropy", st.cross_entropy, {"scale 1"}, {}),
        ("logistic", lambda z: 1 / (1 + np.exp(-z)), set(), {}),
        ("logistic", lambda z: np.round(st.logistic(z), 12), {"wide"}, {}),
        ("log_logistic", lambda z: np.log(st.logistic(z)), {"confident"}, {}),
        ("logsumexp", without_rescaling, {"sorted, cut"}, {"blocks": True}),
    ],
)
def test_a_wrong_kernel_is_found_by_what_it_gets_wrong(claim, function, found, more) -> None:
    assert found <= failures(claim, function, **more)


def test_a_crash_is_reported_and_survived() -> None:
    report = conformance("cross_entropy", quits, dtypes=["float64"], classes=[10])
    [check] = [c for c in report.failures if c.name == "label 3 of 3 classes"]
    assert check.cause == "ends the process with exit code 3"


def slowly(z):
    """The softmax function by exact arithmetic."""
    undefined = ~(np.abs(z.max(axis=-1, keepdims=True)) < np.inf)
    y = exact.softmax(np.where(undefined, 0, z)).value
    return np.where(undefined, np.nan, y).astype(z.dtype)


def test_what_is_right_passes() -> None:
    conformance("softmax", slowly, classes=[2, 10], tolerance=0.51).raise_for_failures()


def test_a_block_kernel_that_is_right_passes() -> None:
    def merged(z, cuts=()):
        parts = [st.logsumexp(part) for part in np.split(z, list(cuts), axis=-1)]
        return st.logsumexp(np.stack(parts, axis=-1))

    report = conformance("logsumexp", merged, blocks=True, classes=[10], tolerance=8)
    report.raise_for_failures()
    assert sum(check.name.endswith(", cut") for check in report.checks) == 20


def plain_formulas(z, t, v):
    """The formulas of the book as they stand: with 400 digits they need no care."""
    z, t, v = ([mp.mpf(float(x)) for x in row] for row in (z, t, v))
    total = mp.fsum(map(mp.exp, z))
    y = [mp.exp(x) / total for x in z]
    sigma = [1 / (1 + mp.exp(-x)) for x in z]
    jacobian = [[p * ((i == j) - q) for j, q in enumerate(y)] for i, p in enumerate(y)]
    return {
        "softmax": y,
        "log_softmax": [mp.log(p) for p in y],
        "logsumexp": mp.log(total),
        "cross_entropy": -mp.fsum(a * mp.log(p) for a, p in zip(t, y, strict=True)),
        "cross_entropy_gradient": [p * sum(t) - a for a, p in zip(t, y, strict=True)],
        "logistic": sigma,
        "log_logistic": [mp.log(s) for s in sigma],
        "binary_cross_entropy": [
            -a * mp.log(s) - (1 - a) * mp.log(1 - s) for a, s in zip(t, sigma, strict=True)
        ],
        "softmax_jacobian": jacobian,
        "softmax_jvp": [mp.fdot(row, v) for row in jacobian],
        "logistic_derivative": [s * (1 - s) for s in sigma],
        "binary_cross_entropy_gradient": [s - a for a, s in zip(t, sigma, strict=True)],
        "likelihood": mp.fprod(p**a for a, p in zip(t, y, strict=True)),
    }


def as_computed(z, t, v):
    """The same by the kit, and by what the other tests compute with its numbers."""
    rows = dict.fromkeys(("softmax", "log_softmax", "logsumexp"), (z[np.newaxis],))
    rows |= {"softmax_jacobian": (z[np.newaxis],), "softmax_jvp": (z[np.newaxis], v[np.newaxis])}
    of_targets = ("cross_entropy", "cross_entropy_gradient", "likelihood")
    rows |= dict.fromkeys(of_targets, (z[np.newaxis], t[np.newaxis]))
    numbers = dict.fromkeys(("logistic", "log_logistic", "logistic_derivative"), (z,))
    of_both = ("binary_cross_entropy", "binary_cross_entropy_gradient")
    numbers |= dict.fromkeys(of_both, (z, t))
    for name, arguments in {**rows, **numbers}.items():
        yield name, getattr(exact if name in CLAIMS else exact_cases, name)(*arguments)


def assert_exact(wanted, got) -> None:
    flat = np.array(wanted, dtype=object).ravel()
    for number, high, low in zip(flat, got.value.flat, got.rest.flat, strict=True):
        assert abs((number - high) - low) <= abs(number) * 2.0**-100 + 2.0**-1074


@pytest.mark.parametrize("scale", [1, 30, 200])
@pytest.mark.parametrize("one_hot", [False, True])
def test_the_exact_values_are_exact(scale: float, one_hot: bool) -> None:
    random = np.random.default_rng(0)
    for _ in range(3):
        z, v = scale * random.normal(size=(2, 6))
        t = np.eye(6)[z.argmax()] if one_hot else random.dirichlet(np.ones(6))
        wanted = plain_formulas(z, t, v)
        computed = dict(as_computed(z, t, v))
        assert computed.keys() == wanted.keys() >= CLAIMS.keys()
        for name, got in computed.items():
            assert_exact(wanted[name], got)
        if one_hot:
            for name in LOSSES:
                assert_exact(wanted[name], getattr(exact, name)(z[np.newaxis], [z.argmax()]))
        p, q = (exact.softmax(row[np.newaxis]).value for row in (z / scale, v / scale))
        terms = [(mp.mpf(float(a)), mp.mpf(float(b))) for a, b in zip(p.flat, q.flat, strict=True)]
        assert_exact(-mp.fsum(a * mp.log(a) for a, _ in terms), exact_cases.entropy(p))
        divergence = mp.fsum(a * mp.log(a) - a * mp.log(b) for a, b in terms)
        assert_exact(divergence, exact_cases.kl_divergence(p, q))


def test_the_command_line(capsys) -> None:
    place = "scipy.special:log_softmax"
    assert main(["log_softmax", place, "--classes", "10"]) == 1
    assert "scipy.special._logsumexp.log_softmax as log_softmax" in capsys.readouterr().out
    options = ["--classes", "10", "--dtype", "float64", "--json"]
    assert main(["softmax", "softmax_theory:softmax", *options]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {check["verdict"] for check in report["checks"]} == {"passes"}
    keywords = ["--keyword", "reduction=none", "--supports", "reduction", "--classes", "2"]
    assert main(["cross_entropy", "softmax_theory:cross_entropy", *keywords]) == 0
    assert main(["softmax", "scipy.special.softmax"]) == 2
    assert main(["softmax", "nowhere:softmax"]) == 2
    assert "No module named 'nowhere'" in capsys.readouterr().err


def test_what_is_asked_for_must_be_known() -> None:
    with pytest.raises(ValueError, match="claim: got 'sotfmax'; expected one of softmax, "):
        conformance("sotfmax", st.softmax)
    with pytest.raises(ValueError, match="supports: got 'speed'; expected some of soft targets"):
        conformance("softmax", st.softmax, supports=["speed"])
    with pytest.raises(ValueError, match="arrays: got 'tensors'; expected one of numpy"):
        conformance("softmax", st.softmax, arrays="tensors")
