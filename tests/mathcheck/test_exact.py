"""Exact decisions: what is equal is so for good, and what is not is left to the digits."""

from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathcheck.arithmetic import context
from mathcheck.checking.equation import Context, Options
from mathcheck.checking.verdict import check
from mathcheck.exact import Exact, NotExact, converted
from mathcheck.symbols import Table, entries, parse_symbols

ROWS = r"""
C : size 2..4 : - : classes
c, d, i, j : index C : - : a class
x, z : real : - : numbers
a : positive : - : a positive number
\mathbf{z} : real[C] : - : logits
\mathbf{t} : onehot[C] : - : a target
\mathbf{p} : simplex[C] : - : a distribution
"""
PLACE = Context(Table({}).extended(entries(parse_symbols(ROWS.splitlines()), Table({}))))


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        (r"\frac{e^{x + z}}{e^x + e^z} = \frac{1}{e^{-x} + e^{-z}}", ("all values",)),
        (r"\sum_c \frac{e^{z_c}}{\sum_d e^{z_d}} = 1", ("C = 2, 3, 4",)),
        (
            r"\frac{\partial}{\partial z_j} \log(\sum_c e^{z_c})"
            r" = \frac{e^{z_j}}{\sum_d e^{z_d}}",
            ("C = 2, 3, 4",),
        ),
        (r"\sum_c t_c = \sum_c p_c", ("C = 2, 3, 4",)),
        (r"\frac{1 + \tanh(x/2)}{2} = \frac{1}{1 + e^{-x}}", ("all values",)),
        (r"\log(8) = 3 \log(2)", ()),
        (r"\sin(x)^2 + \cos(x)^2 = 1", ()),
        (r"|x|^2 = x^2", ()),
        (r"\lim_{a \to \infty} \frac{1}{1 + e^{-a}} = 1", ()),
        (r"\int_0^1 0 \, dx = 0", ()),
    ],
)
def test_what_is_decided_exactly(text: str, sizes: tuple[str, ...]) -> None:
    result, _ = check(text, Options(), PLACE)
    assert result.status == "checked", result.message
    assert result.exact == sizes


def test_a_rounded_number_is_not_exact() -> None:
    assert converted(context.mpf("0.375")) == Exact({(): Fraction(3, 8)}, {})
    with pytest.raises(NotExact):
        converted(context.mpf(1) / 3)


NAMES = ("x", "y")
FUNCTIONS = st.recursive(
    st.one_of(st.sampled_from(NAMES), st.integers(-3, 3)),
    lambda inner: st.tuples(st.sampled_from("+-*/e"), inner, inner),
    max_leaves=8,
)


def value(tree: object, numbers: dict[str, object]) -> object:
    """Return the value of a tree, with exact functions or with numbers for the names."""
    if isinstance(tree, str):
        return numbers[tree]
    if isinstance(tree, int):
        return context.mpf(tree)
    sign, left, right = tree
    a, b = value(left, numbers), value(right, numbers)
    if sign == "e":
        argument = a - b
        return argument.apply("exp") if isinstance(argument, Exact) else context.exp(argument)
    return {
        "+": lambda: a + b,
        "-": lambda: a - b,
        "*": lambda: a * b,
        "/": lambda: a / (b * b + 1),
    }[sign]()


def points() -> Iterator[dict[str, object]]:
    yield {"x": context.mpf("0.7"), "y": context.mpf("-1.3")}
    yield {"x": context.mpf("-0.2"), "y": context.mpf("0.4")}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(FUNCTIONS, FUNCTIONS)
def test_functions_that_are_equal_exactly_are_equal_in_digits(one: object, other: object) -> None:
    symbols = {name: Exact.symbol(name) for name in NAMES}
    try:
        same = converted(value(one, symbols)) == converted(value(other, symbols))
    except NotExact:
        return
    for numbers in points():
        difference = abs(value(one, numbers) - value(other, numbers))
        if same:
            assert difference < 1e-30
    if not same:
        assert any(abs(value(one, n) - value(other, n)) > 1e-30 for n in points())
