"""The symbol table is read as its rows say."""

import pytest

from mathcheck.symbols import Symbol, parse_symbols


def test_columns_are_split_at_the_first_three_spaced_colons() -> None:
    rows = parse_symbols([r"P(A \mid B:C) : real : - : a value : as given", ""])
    assert rows == (Symbol(r"P(A \mid B:C)", "real", None, "a value : as given"),)


@pytest.mark.parametrize("row", ["z : real : z", "z", " : real : z : empty name"])
def test_a_row_without_four_columns_is_named(row: str) -> None:
    with pytest.raises(ValueError, match=r"line 2: got .*expected symbol : type"):
        parse_symbols(["C : size 2..5 : - : classes", row])
