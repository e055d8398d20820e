"""Over thousands of generated identities: the true ones hold, the perturbed ones fail."""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mathcheck.book import check_text
from mathcheck.report import Result

TABLE = r"""```{symbols}
n : size 2..3 : - : a size
i, j : index n : - : an index
x, y : real : - : numbers
a, b : positive : - : positive numbers
\mathbf{v} : real[n] : - : a vector
\mathbf{1} : ones[n] : - : a vector of ones
```
"""
MANY = settings(
    max_examples=800, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def verdict(text: str) -> Result:
    """Return the verdict on a displayed equation."""
    [checked] = check_text(TABLE + f"```{{math}}\n{text}\n```\n")
    return checked.result


LEAVES = st.sampled_from(["x", "y", "a", "b", "v_1", "2", "3", r"\frac{1}{2}", r"\sum_{i=1}^n v_i"])


@dataclass(frozen=True)
class Pair:
    """Two ways to write one number."""

    left: str
    right: str


def grown(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    """Return pairs that are made of smaller pairs by rules of algebra."""

    def rule(p: Pair, q: Pair, r: Pair, number: int) -> Pair:
        p1, q1, r1 = (f"({e.left})" for e in (p, q, r))
        p2, q2, r2 = (f"({e.right})" for e in (p, q, r))
        return [
            Pair(f"{p1} + {q1}", f"{q2} + {p2}"),
            Pair(f"{p1} {q1}", rf"{q2} \cdot {p2}"),
            Pair(f"{p1} ({q1} - {r1})", f"{p2} {q2} - {p2} {r2}"),
            Pair(f"({p1} + {q1})^2", f"{p2}^2 + 2 {p2} {q2} + {q2}^2"),
            Pair(f"-({p1} - {q1})", f"{q2} - {p2}"),
            Pair(rf"\frac{{{p1}}}{{1 + {q1}^2}}", rf"{p2} (1 + {q2}^2)^{{-1}}"),
            Pair(rf"\log(e^{{\tanh({p1})}})", rf"\tanh({p2})"),
            Pair(rf"\sin({p1})^2", rf"1 - \cos({p2})^2"),
            Pair(rf"({p1}) \sum_{{j=1}}^n v_j", rf"\mathbf{{1}}^\top \mathbf{{v}} \, ({p2})"),
            Pair(rf"\max({p1}, {q1})", rf"-\min(-{p2}, -{q2})"),
        ][number]

    return st.builds(rule, inner, inner, inner, st.integers(0, 9))


PAIRS = st.recursive(LEAVES.map(lambda leaf: Pair(leaf, leaf)), grown, max_leaves=5)


@MANY
@given(PAIRS)
def test_true_identities_hold(pair: Pair) -> None:
    result = verdict(f"{pair.left} = {pair.right}")
    assert result.status == "checked", result.message


@pytest.mark.slow
@settings(MANY, max_examples=300)
@given(PAIRS, st.sampled_from(["+ 1", r"+ \frac{1}{100}", "+ x^2 + 1", r"- \frac{a}{7}", "+ e^x"]))
def test_identities_with_one_perturbation_fail(pair: Pair, more: str) -> None:
    result = verdict(f"{pair.left} = {pair.right} {more}")
    assert result.status == "failed"
    assert "= does not hold" in result.message


PIECES = st.sampled_from(
    [
        r"\frac",
        r"\sum",
        r"\sqrt",
        "{",
        "}",
        "_",
        "^",
        "(",
        ")",
        "[",
        "]",
        "|",
        r"\|",
        "x",
        "a",
        "v",
        r"\left",
        r"\right",
        r"\mathbf",
        r"\begin{cases}",
        r"\end{cases}",
        "&",
        r"\\",
        r"\text{if}",
        "=",
        "<",
        r"\in",
        "1",
        "9",
        "+",
        "-",
        "/",
        "'",
        "!",
        ",",
        r"\partial",
        "d",
        r"\int",
        r"\lim",
        "i",
        "j",
        "n",
        r"\log",
        r"\cdots",
        r"\mathbb{E}",
        r"\operatorname{tr}",
        r"\nabla",
        "i=1",
    ]
)


@settings(max_examples=800, deadline=None, derandomize=True)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=20).map("".join)))
def test_any_text_gets_a_verdict(text: str) -> None:
    for checked in check_text(TABLE + f"```{{math}}\n{text}\n```\n"):
        result = checked.result
        assert result.status in ("checked", "defines", "read", "failed", "refused", "unchecked")
        assert result.passed or result.message


@pytest.mark.parametrize(
    "text",
    [
        "{" * 5000,
        "(" * 2000 + "x" + ")" * 2000,
        "x" + "^{x" * 300 + "}" * 300,
        r"\sum_{i=1}^{10^9} v_1 i = 1",
        r"9^{9^{9^{9^{9}}}} = x",
        r"e^{e^{e^{e^{e^{e^{9}}}}}} = x",
        r"10000000! = x",
        r"\Gamma(10^{30}) = x",
        r"\binom{10^{9}}{10^{8}} = x",
        r"\sin(10^{10^{10}}) = x",
        r"\lfloor e^{e^{60}} \rfloor = x",
        "1" * 30000 + " = x",
        "+".join(["x"] * 4000) + " = x",
        r"\sum_{i=1}^{4000} \sum_{j=1}^{4000} i j = 1",
    ],
)
def test_what_would_take_for_ever_is_refused(text: str) -> None:
    assert verdict(text).status in ("refused", "failed")
