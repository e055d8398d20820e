"""Each function of the reference module is broken on purpose; an equation of the book notices."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import softmax_theory
from mathcheck.book import read_book, reading_order
from mathcheck.checking.verdict import check
from mathcheck.mutation import in_context

ROOT = Path(__file__).parents[2]
PLACES = in_context(read_book(reading_order(ROOT / "book" / "index.md")), "softmax_theory", 0)
CLASSES = {"LinearSoftmax", "SeparationWarning"}
FUNCTIONS = [n for n in softmax_theory.__all__ if n not in CLASSES]


def noticed(name: str, broken: Any) -> bool:
    """Return whether an equation fails with another function in the place of a public one."""
    for equation, place in PLACES:
        if name in equation.options.python:
            changed = replace(place, namespace={**place.namespace, name: broken})
            if not check(equation.text, equation.options, changed)[0].passed:
                return True
    return False


def altered(name: str, change: Callable[[Any], Any]) -> Callable[..., Any]:
    function = getattr(softmax_theory, name)
    return lambda *args, **kwargs: change(np.asarray(function(*args, **kwargs)))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_right_function_is_not_blamed(name: str) -> None:
    assert not noticed(name, getattr(softmax_theory, name))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_wrong_sign_is_noticed(name: str) -> None:
    assert noticed(name, altered(name, lambda value: -value))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_small_error_is_noticed(name: str) -> None:
    assert noticed(name, altered(name, lambda value: value * (1 + 1e-9) + 1e-9))


def with_other(name: str, **changes: Any) -> Callable[..., Any]:
    function = getattr(softmax_theory, name)
    return lambda *args, **kwargs: function(*args, **{**kwargs, **changes})


def other_axis() -> Iterator[tuple[str, Any]]:
    yield "softmax", with_other("softmax", axis=0)
    yield "cross_entropy", lambda z, t, **k: softmax_theory.cross_entropy(z.T, t.T, **k)
    gradient = softmax_theory.cross_entropy_gradient
    yield "cross_entropy_gradient", lambda z, t, **k: gradient(z.T, t.T, **k).T


@pytest.mark.parametrize(
    ("name", "broken"), list(other_axis()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_the_wrong_axis_is_noticed(name: str, broken: Any) -> None:
    assert noticed(name, broken)


MEANS = [n for n in FUNCTIONS if "cross_entropy" in n and "hessian" not in n]


@pytest.mark.parametrize("name", MEANS)
def test_a_missing_mean_is_noticed(name: str) -> None:
    assert noticed(name, with_other(name, reduction="sum"))


@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_gradient"])
def test_a_mean_too_many_is_noticed(name: str) -> None:
    assert noticed(name, with_other(name, reduction="mean"))


def passing_over(name: str, option: str) -> Callable[..., Any]:
    function = getattr(softmax_theory, name)
    return lambda *args, **kwargs: function(
        *args, **{key: value for key, value in kwargs.items() if key != option}
    )


@pytest.mark.parametrize(
    ("name", "option"),
    [("cross_entropy", "weight"), ("cross_entropy", "label_smoothing"), ("reliability", "n_bins")],
)
def test_an_option_that_is_passed_over_is_noticed(name: str, option: str) -> None:
    assert noticed(name, passing_over(name, option))


def test_a_small_calibration_error_too_much_is_noticed() -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        found = softmax_theory.reliability(*args, **kwargs)
        error = found.expected_calibration_error * (1 + 1e-9) + 1e-9
        return replace(found, expected_calibration_error=error)

    assert noticed("reliability", broken)


class Unaveraged(softmax_theory.LinearSoftmax):
    def gradient(self, X: Any, t: Any) -> Any:
        return tuple(part * len(X) for part in super().gradient(X, t))


class Unpenalised(softmax_theory.LinearSoftmax):
    def __init__(self, W: Any, b: Any, *, l2: float = 0.0) -> None:
        super().__init__(W, b)


class Flipped(softmax_theory.LinearSoftmax):
    def loss(self, X: Any, t: Any) -> Any:
        return -super().loss(X, t)


class Uncurved(softmax_theory.LinearSoftmax):
    def hessian(self, X: Any) -> Any:
        return super().hessian(X) * (1 + 1e-9)


@pytest.mark.parametrize("broken", [Unaveraged, Unpenalised, Flipped, Uncurved])
def test_a_broken_classifier_is_noticed(broken: type) -> None:
    assert noticed("LinearSoftmax", broken)
