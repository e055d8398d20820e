"""Exact decisions: what is equal is so for good, and what is not is left to the digits."""

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathcheck.book import check_text
from mathcheck.checking.equation import Context, Options, read
from mathcheck.checking.exactly import decided_exactly
from mathcheck.report import Result
from mathcheck.symbols import Table, entries, parse_symbols

TABLE = r"""```{symbols}
C : size 2..4 : - : classes
c, d, i, j : index C : - : a class
x, y, z : real : - : numbers
a : positive : - : a positive number
\mathbf{z} : real[C] : - : logits
\mathbf{t} : onehot[C] : - : a target
\mathbf{p} : simplex[C] : - : a distribution
```
"""


def verdict(text: str) -> Result:
    [checked] = check_text(TABLE + f"```{{math}}\n{text}\n```\n")
    return checked.result


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
        (r"\frac{3 x}{8} = 0.375 x", ("all values",)),
        (r"\frac{x}{3} + \frac{2 x}{3} = x", ("all values",)),
        (r"\log(8) = 3 \log(2)", ()),
        (r"\sin(x)^2 + \cos(x)^2 = 1", ()),
        (r"|x|^2 = x^2", ()),
        (r"\lim_{a \to \infty} \frac{1}{1 + e^{-a}} = 1", ()),
        (r"\int_0^1 0 \, dx = 0", ()),
    ],
)
def test_what_is_decided_exactly(text: str, sizes: tuple[str, ...]) -> None:
    rows = parse_symbols(TABLE.splitlines()[1:-1])
    table = Table({}).extended(entries(rows, Table({})))
    assert decided_exactly(read(text, Options(), Context(table))).sizes == sizes


FUNCTIONS = st.recursive(
    st.one_of(st.sampled_from(["x", "y"]), st.integers(-3, 3)),
    lambda inner: st.tuples(st.sampled_from("+-*/e"), inner, inner),
    max_leaves=8,
)
LATEX = {
    "+": "({} + {})",
    "-": "({} - ({}))",
    "*": r"({}) ({})",
    "/": r"\frac{{{}}}{{({})^2 + 1}}",
    "e": r"e^{{{} - ({})}}",
}


def written(tree: object) -> str:
    """Return a function of x and y in LaTeX."""
    if not isinstance(tree, tuple):
        return f"({tree})"
    sign, left, right = tree
    return LATEX[sign].format(written(left), written(right))


def value(tree: object, x: mpmath.mpf, y: mpmath.mpf) -> mpmath.mpf:
    """Return the value of a function of x and y."""
    if not isinstance(tree, tuple):
        return {"x": x, "y": y}[tree] if isinstance(tree, str) else mpmath.mpf(tree)
    sign, a, b = tree[0], value(tree[1], x, y), value(tree[2], x, y)
    if sign == "e":
        return mpmath.exp(a - b)
    return {"+": a + b, "-": a - b, "*": a * b, "/": a / (b * b + 1)}[sign]


@pytest.mark.slow
@settings(max_examples=300, deadline=None, derandomize=True)
@given(FUNCTIONS, FUNCTIONS)
def test_the_verdict_is_that_of_another_evaluation(one: object, other: object) -> None:
    result = verdict(f"{written(one)} + x y = {written(other)} + x y")
    with mpmath.workdps(60):
        points = [(mpmath.mpf("0.7"), mpmath.mpf("-1.3")), (mpmath.mpf("-0.2"), mpmath.mpf("0.4"))]
        same = all(abs(value(one, x, y) - value(other, x, y)) < 1e-30 for x, y in points)
    # An exponential of an exponential may be beyond what is computed.
    if result.status != "refused":
        assert (result.status == "checked") == same, result.message
