"""The symbol table is read as its rows say."""

import pytest

from mathcheck.book import check_text


def statuses(*rows: str, equation: str) -> list[tuple[str, str]]:
    """Return the verdicts on a table, if anything is wrong with it, and on an equation."""
    table = "\n".join(["```{symbols}", *rows, "```", ""])
    return [(c.result.status, c.result.message) for c in check_text(f"{table}\n$${equation}$$\n")]


def test_columns_are_split_at_the_first_three_spaced_colons() -> None:
    [(status, _)] = statuses(r"x_{A:B} : real : - : a value : as given", equation=r"x_{A:B} = 1")
    assert status == "failed"
    [(status, _)] = statuses(r"x, y : real : - : numbers", equation="x + y = y + x")
    assert status == "checked"


@pytest.mark.parametrize("row", ["z : real : z", "z", " : real : z : empty name"])
def test_a_row_without_four_columns_is_named(row: str) -> None:
    (status, message), *_ = statuses("C : size 2..5 : - : classes", row, equation="1 = 1")
    assert status == "refused"
    assert message.startswith("got ")
    assert "expected symbol : type" in message


def test_a_wrong_row_is_named_at_its_line_and_the_others_hold() -> None:
    rows = ["n : size 2..4 : - : a size", "C : size : - : classes", "z : real[C] : - : scores"]
    rows += [
        "\\mathbf{p} : simplex[K] : - : chances",
        "X : variable \\mathbf{p} : - : drawn from it",
    ]
    table = "\n".join(["```{symbols}", *rows, "x : real : - : a number", "```", ""])
    *wrong, equation = check_text(f"{table}\n$$x + n = n + x$$\n")
    assert equation.result.status == "checked"
    assert [c.equation.line for c in wrong] == [3, 4, 5, 6]
    words = ["needs bounds", "C is not declared", "K is not declared", "declared as a simplex"]
    for one, reason in zip(wrong, words, strict=True):
        assert one.result.status == "refused"
        assert reason in one.result.message


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("z : rael : - : a slip", "'rael'"),
        ("z : real[D] : - : no such size", "D is not declared as a size"),
        ("i : index D : - : no such size", "D is not declared as a size"),
        ("n : size 5..2 : - : backwards", "needs bounds"),
        ("n : size 1..999 : - : too many", "a number from 1 to"),
        ("K : integer : - : no bounds", "needs bounds"),
        ("z, z : real : - : twice", "stands twice"),
        ("z, w : real : z : one name for two", "2 names and 1 Python names"),
        ("z : real : 2z : no name", "no name in Python"),
        ("X : variable p : - : no distribution", "not declared as a simplex"),
        ("z : simplex : - : no size", "sizes in brackets"),
        (r"\mathbf{z : real : - : an open brace", r"\mathbf{z"),
    ],
)
def test_a_row_that_means_nothing_is_refused(row: str, words: str) -> None:
    (status, message), *_ = statuses(row, equation="1 = 1")
    assert status == "refused"
    assert words in message
