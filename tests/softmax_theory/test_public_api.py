"""What ``import softmax_theory`` offers, and what it brings along."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import softmax_theory

pytestmark = pytest.mark.filterwarnings("error")

PUBLIC = {
    "logistic": {
        "binary_cross_entropy",
        "binary_cross_entropy_gradient",
        "log_logistic",
        "logistic",
        "logistic_derivative",
    },
    "softmax": {"log_softmax", "logsumexp", "softmax"},
    "jacobian": {"softmax_jacobian", "softmax_jvp", "softmax_vjp"},
    "cross_entropy": {
        "cross_entropy",
        "cross_entropy_gradient",
        "cross_entropy_hessian",
    },
    "distributions": {"entropy", "kl_divergence", "likelihood", "one_hot"},
    "calibration": {"brier_score", "reliability"},
    "temperature": {"fit_temperature"},
    "sampling": {"sample"},
    "linear": {"LinearSoftmax"},
    "linear_cross_entropy": {"linear_cross_entropy"},
    "running": {"LogSumExp"},
    "separation": {"SeparationWarning"},
}
# The warnings among them have no arguments of their own.
CALLED = sorted(set(softmax_theory.__all__) - {"SeparationWarning"})


def test_all_is_what_the_design_names():
    assert sorted(softmax_theory.__all__) == sorted(set().union(*PUBLIC.values()))
    assert len(set(softmax_theory.__all__)) == len(softmax_theory.__all__)
    for module, names in PUBLIC.items():
        assert set(sys.modules[f"softmax_theory.{module}"].__all__) == names
        for name in names:
            assert getattr(softmax_theory, name).__module__ == f"softmax_theory.{module}"


def test_nothing_public_is_left_out():
    # The modules softmax and cross_entropy have the names of functions, which come first.
    public = {
        name
        for name, value in vars(softmax_theory).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert public == set(softmax_theory.__all__)


def test_import_brings_numpy_and_nothing_else():
    # First NumPy by itself: what a plug-in of the environment loads with it is not ours.
    program = (
        "import sys, numpy; before = set(sys.modules); import softmax_theory;"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(*sorted(new - set(sys.stdlib_module_names)));"
        "print(sorted({'mathcheck', 'scipy', 'sklearn'} & set(sys.modules)))"
    )
    source = Path(softmax_theory.__file__).parents[1]
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(source)},
    )
    new = [name for name in run.stdout.splitlines()[0].split() if name != "numpy"]
    assert new == ["softmax_theory"]
    assert run.stdout.splitlines()[1] == "[]"


def test_sources_do_not_mention_mathcheck():
    folder = Path(softmax_theory.__file__).parent
    assert [p.name for p in folder.glob("*.py") if "mathcheck" in p.read_text()] == []
    assert (folder / "py.typed").exists()


SIGNATURES = {
    "softmax": "(z, axis=-1, *, out=None)",
    "log_softmax": "(z, axis=-1, *, out=None)",
    "logsumexp": "(z, axis=-1, *, b=None, keepdims=False, out=None)",
    "softmax_jacobian": "(z)",
    "softmax_jvp": "(z, v)",
    "softmax_vjp": "(z, v)",
    "logistic": "(z)",
    "logistic_derivative": "(z)",
    "log_logistic": "(z)",
    "binary_cross_entropy": "(z, t, *, reduction='mean')",
    "binary_cross_entropy_gradient": "(z, t, *, reduction='mean')",
    "likelihood": "(z, t, *, axis=-1)",
    "cross_entropy": (
        "(z, t, *, axis=-1, reduction='mean', weight=None, label_smoothing=0.0, ignore_index=None)"
    ),
    "cross_entropy_gradient": (
        "(z, t, *, axis=-1, reduction='mean', weight=None, label_smoothing=0.0, "
        "ignore_index=None, out=None)"
    ),
    "cross_entropy_hessian": "(z)",
    "entropy": "(p, *, axis=-1)",
    "kl_divergence": "(p, q, *, axis=-1)",
    "one_hot": "(t, n_classes)",
    "brier_score": "(z, t, *, axis=-1, reduction='mean')",
    "reliability": "(z, t, *, axis=-1, n_bins=15)",
    "fit_temperature": "(z, t, *, axis=-1)",
    "sample": "(z, rng, *, size=(), axis=-1)",
    "LinearSoftmax": "(W, b, *, l2=0.0)",
    "LogSumExp": "(shape=(), dtype=<class 'numpy.float64'>)",
    "linear_cross_entropy": "(H, W, t, *, reduction='mean')",
}


@pytest.mark.parametrize("name", CALLED)
def test_signatures(name):
    signature = inspect.signature(getattr(softmax_theory, name))
    bare = signature.replace(
        parameters=[p.replace(annotation=p.empty) for p in signature.parameters.values()],
        return_annotation=signature.empty,
    )
    assert str(bare) == SIGNATURES[name]


@pytest.mark.parametrize("name", CALLED)
def test_docstrings_have_their_sections(name):
    documentation = inspect.getdoc(getattr(softmax_theory, name))
    for section in ("Parameters", "Raises", "See Also", "Examples"):
        assert f"\n{section}\n{'-' * len(section)}\n" in documentation
    assert ".. math::" in documentation


def test_warnings_can_be_told_apart_and_are_documented():
    assert issubclass(softmax_theory.SeparationWarning, UserWarning)
    documentation = inspect.getdoc(softmax_theory.SeparationWarning)
    for section in ("See Also", "References", "Examples"):
        assert f"\n{section}\n{'-' * len(section)}\n" in documentation
