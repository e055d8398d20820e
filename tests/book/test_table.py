"""The tables that the cells of the chapters end with."""

import doctest

import numpy as np
import pytest
import table as module
from lxml import html
from table import table


def cells(shown: module.Table) -> list[list[str]]:
    rows = html.fromstring(shown._repr_html_()).xpath("//tr")
    return [[cell.text_content() for cell in row] for row in rows]


def test_the_example_of_the_docstring_is_what_is_shown() -> None:
    tried = doctest.testmod(module)
    assert tried.attempted > 0
    assert tried.failed == 0


def test_numbers_are_rounded_and_whole_ones_are_not() -> None:
    rows = {0.5: np.array([1 / 3, 2e-9]), 100.0: (np.int64(2), -1e-17), "three": ("none", np.nan)}
    shown = table(rows, "size", "first", "second")
    assert cells(shown) == [
        ["size", "first", "second"],
        ["0.5", "0.3333", "0.0000"],
        ["100", "2", "0.0000"],
        ["three", "none", "nan"],
    ]
    assert cells(table({2: 1 / 3}, "a", "b", form=".1e"))[1] == ["2", "3.3e-01"]


def test_a_reader_who_listens_is_told_what_a_number_stands_for() -> None:
    shown = html.fromstring(table({"x": 1.0}, "name", "number")._repr_html_())
    assert shown.xpath("//th/@scope") == ["col", "col", "row"]


def test_text_stays_text() -> None:
    shown = table({"<b>": "<i>"}, "a & b", "<script>")
    assert cells(shown) == [["a & b", "<script>"], ["<b>", "<i>"]]


def test_a_row_that_is_too_long_is_named() -> None:
    with pytest.raises(ValueError, match=r"'0\.5' has 3 columns .* expected 2"):
        table({0.5: (1, 2)}, "size", "number")


def test_words_begin_at_the_left_and_may_wrap_beside_the_first_line_of_the_numbers() -> None:
    rows = {"sorted": (21.1, "a long story"), "wide": (8.9, "none")}
    shown = table(rows, "check", "ulp", "cause", form=".1f", words=["cause"])
    cells = html.fromstring(shown._repr_html_()).xpath("//tbody/tr[1]/*")
    name, number, cause = (cell.get("style") for cell in cells)
    assert "white-space: normal" in cause
    assert "overflow-wrap: anywhere" in cause
    assert "text-align: left" in cause
    assert number == "vertical-align: top"
    assert name == "white-space: normal; vertical-align: top"
    assert repr(shown).splitlines() == [
        "check    ulp  cause",
        "sorted  21.1  a long story",
        "wide     8.9  none",
    ]


def test_the_names_of_rows_may_wrap_alone() -> None:
    shown = table({"a long name": 1}, "", "number", words=[""])
    cells = html.fromstring(shown._repr_html_()).xpath("//tbody/tr/*")
    name, number = (cell.get("style") for cell in cells)
    assert "white-space: normal" in name
    assert number == "vertical-align: top"


def test_a_table_without_words_leaves_its_style_to_the_page() -> None:
    assert "style" not in table({"x": 1.0}, "name", "number")._repr_html_()


def test_words_that_are_no_heading_are_named() -> None:
    with pytest.raises(ValueError, match=r"'why'; expected a heading of \('name', 'cause'\)"):
        table({"x": "none"}, "name", "cause", words=["why"])
