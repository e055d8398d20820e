"""The conformance kit on arrays that are not NumPy's; PyTorch and JAX where they are installed."""

import array_api_strict as xp
import pytest

from softmax_theory.testing import conformance


def failures(*arguments, **more) -> set[str]:
    report = conformance(*arguments, classes=[10], dtypes=["float64"], **more)
    return {check.name for check in report.failures}


def test_arrays_of_the_standard() -> None:
    """The strict library takes no arrays of others, and has nothing that is not in the standard."""

    def softmax(z):
        assert z.__array_namespace__() is xp
        e = xp.exp(z - xp.max(z, axis=-1, keepdims=True))
        return e / xp.sum(e, axis=-1, keepdims=True)

    assert "wide" in failures("softmax", softmax, arrays=xp)
    assert not failures("softmax", softmax, arrays=xp, tolerance=1000)
    assert {"monotonic", "a -inf"} <= failures("softmax", lambda z: softmax(-z), arrays=xp)


def test_pytorch() -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    assert "confident" in failures("log_softmax", functional.log_softmax)
    report = conformance(
        "cross_entropy",
        functional.cross_entropy,
        classes=[10],
        dtypes=["float64"],
        keywords={"reduction": "none"},
        supports=("gradient", "soft targets", "ignored labels", "class weights"),
    )
    verdicts = {check.name: check.verdict for check in report.checks}
    assert {verdicts["ignored labels"], verdicts["class weights"]} == {"passes"}
    assert {"fails"} == {verdicts["confident"], verdicts["gradient, confident"]}
    assert verdicts["label -100 of 3 classes"] == "fails"


def test_jax() -> None:
    jax = pytest.importorskip("jax")

    def cross_entropy(z, t):
        return -jax.nn.log_softmax(z)[jax.numpy.arange(len(t)), t]

    with jax.enable_x64(True):
        assert "confident" in failures("log_softmax", jax.nn.log_softmax)
        found = failures("cross_entropy", cross_entropy, arrays="jax", supports=("gradient",))
    assert {"confident", "gradient, confident"} <= found
