"""A definition holds where its conditions do, and stands once."""

import pytest

from mathcheck.book import check_text

TABLE = r"""```{symbols}
x, y : real : - : numbers
n : size 2..4 : - : a size
i, j : index n : - : indices
f : function : - : a function
\mathbf{A} : name : - : a matrix
```
"""


def statuses(*equations: tuple[str, str]) -> list[tuple[str, str]]:
    text = TABLE + "".join(
        "```{math}\n" + (f":defines: {name}\n" if name else "") + f"{latex}\n```\n"
        for name, latex in equations
    )
    return [(c.result.status, c.result.message) for c in check_text(text)]


def test_a_second_definition_names_the_first() -> None:
    first, second = statuses(
        ("f(x)", r"f(x) = x \quad \text{if } x \geq 0"),
        ("f(x)", r"f(x) = -x \quad \text{if } x < 0"),
    )
    assert first[0] == "defines"
    assert second[0] == "refused"
    assert "f is defined already, by text.md:" in second[1]


@pytest.mark.parametrize("latex", ["f(2) = 2", r"f(x) = |x| \quad \text{if } x > 0"])
def test_a_definition_is_used_where_its_condition_holds(latex: str) -> None:
    assert statuses(("f(x)", r"f(x) = x \quad \text{if } x \geq 0"), ("", latex))[-1][0] == (
        "checked"
    )


@pytest.mark.parametrize(
    ("name", "definition", "latex"),
    [
        ("f(x)", r"f(x) = x \quad \text{if } x \geq 0", "f(-2) = -2"),
        ("f(x)", r"f(x) = x \quad \text{if } x \geq 0", "f(x) = x"),
        ("A_{ij}", r"A_{ij} = 1 \quad \text{if } i = j", r"A_{ij} = 1"),
        ("A_{ij}", r"A_{ij} = 0 \quad \text{if } i \neq j", r"A_{ij} = 0 \quad \text{if } i < j"),
    ],
)
def test_a_definition_outside_its_condition_is_an_error(
    name: str, definition: str, latex: str
) -> None:
    status, message = statuses((name, definition), ("", latex))[-1]
    assert status in ("failed", "refused")
    assert "where the condition of its definition does not hold" in message


def test_a_table_that_declares_a_name_anew_makes_room_for_a_new_meaning() -> None:
    again = TABLE + "```{math}\n:defines: f(x)\nf(x) = 2 x\n```\n$f(x) = 2 x$\n"
    first = TABLE + "```{math}\n:defines: f(x)\nf(x) = x\n```\n"
    assert [c.result.status for c in check_text(first + again)] == ["defines", "defines", "checked"]
