"""The code beside an equation is compared with its left side, entry by entry."""

import pytest

from mathcheck.book import check_text

TABLE = r"""```{symbols}
C : size 2..3 : - : classes
i, j : index C : - : a class
\mathbf{v} : real[C] : v : a vector
\mathbf{w} : real[C] : w : another
```
"""


def verdict(code: str, latex: str) -> tuple[str, str]:
    equation = f"```{{math}}\n:label: one\n:python: {code}\n{latex}\n```\n"
    [checked] = check_text(TABLE + equation, "numpy")
    return checked.result.status, checked.result.message


@pytest.mark.parametrize(
    ("code", "latex"),
    [
        ("outer(v, w)", r"v_i w_j = w_j v_i"),
        ("outer(v, w) @ i, j", r"w_j v_i = v_i w_j"),
        ("outer(w, v) @ j, i", r"v_i w_j = w_j v_i"),
        ("v", r"v_j = v_j + 0"),
        ("dot(v, w)", r"\sum_i v_i w_i = \mathbf{v}^\top \mathbf{w}"),
    ],
)
def test_an_array_is_indexed_by_the_free_indices_in_their_order(code: str, latex: str) -> None:
    assert verdict(code, latex) == ("checked", "")


@pytest.mark.parametrize(
    ("code", "latex", "message"),
    [
        ("outer(v, w)", r"w_j v_i = v_i w_j", "outer(v, w)"),
        ("outer(v, w) @ j, i", r"v_i w_j = w_j v_i", "outer(v, w) @ j, i"),
        (
            "v @ k",
            r"v_i = v_i + 0",
            "is indexed by k; expected free indices of the left side, which has i",
        ),
        ("v / 1e9", r"v_i / 10^8 = v_i / 10^8", "differs from the left side"),
        ("outer(v, w) @ i", r"v_i w_j = w_j v_i", "outer(v, w) @ i"),
        ("dot(v, w) + 1e-9", r"\sum_i v_i w_i = \mathbf{v}^\top \mathbf{w}", "1e-9"),
        ("nothing(v)", r"v_i = v_i + 0", "nothing"),
        ("v[", r"v_i = v_i + 0", "is no expression"),
        ("v[7]", r"v_i = v_i + 0", "raises IndexError"),
        ("__import__('os')", r"v_i = v_i + 0", "__import__"),
    ],
)
def test_other_code_fails_and_is_named(code: str, latex: str, message: str) -> None:
    status, said = verdict(code, latex)
    assert status in ("failed", "refused")
    assert message in said


def test_the_likely_cause_of_a_wrong_inequality_is_its_direction() -> None:
    [checked] = check_text(TABLE + "$$v_i < -v_i$$\n", "numpy")
    assert checked.result.status == "failed"
    assert "it holds if" not in checked.result.message
    [checked] = check_text(TABLE + "$$e^{v_i} \\leq 1 + v_i$$\n", "numpy")
    assert r"it holds if \leq is read as \geq" in checked.result.message
