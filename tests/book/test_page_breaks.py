"""Where the pages of the PDF end: pieces of a chapter, printed at different heights of a page."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from joined import keep_short_paragraphs
from lxml import html
from pdf import STYLE, page_numbers, print_document

SHEETS = [Path(__file__).parents[2] / "book" / "_static" / "print.css", STYLE]
HEIGHTS = range(200, 249, 3)  # millimetres above a piece; a page has 249

pytestmark = pytest.mark.slow


def marked(name: str, number: int, tag: str = "span", text: str = "still " * 15) -> str:
    """Return an element whose page is asked for."""
    return f'<{tag} id="{name}-{number}">{text}</{tag}>'


def paragraph(lines: int) -> Callable[[str], str]:
    """Return a paragraph of some lines, the pages of which are asked for."""
    return lambda name: f"<p>{'<br>'.join(marked(name, line) for line in range(lines))}</p>"


def table(rows: int) -> Callable[[str], str]:
    """Return a table of some rows, the pages of which are asked for."""
    return lambda name: (
        "<table><thead><tr><th>Head</th></tr></thead><tbody>"
        + "".join(f"<tr>{marked(name, row, 'td', 'word')}</tr>" for row in range(rows))
        + "</tbody></table>"
    )


def exercise(name: str) -> str:
    """Return an exercise with its symbols, below the heading of a section."""
    symbols = '<table class="symbols"><tbody><tr><td>z</td></tr></tbody></table>'
    statement = f'<div class="exercise admonition"><p>{marked(name, 1)}</p></div>'
    return f"{marked(name, 0, 'h2', 'Exercises')}<div>{symbols}</div>{statement}"


def cell(name: str) -> str:
    """Return a cell of code that printed a line and a table."""
    table_of_numbers = f'<table class="numbers"><tr>{marked(name, 2, "td")}</tr></table>'
    return (
        f'<div class="cell"><div class="cell_input">{marked(name, 0, "pre")}</div>'
        f'<div class="cell_output"><div class="output">{marked(name, 1, "pre")}</div>'
        f'<div class="output">{table_of_numbers}</div></div></div>'
    )


def entries(name: str) -> str:
    """Return a list of equations, as on the page of all."""
    listed = (f'<div class="equation-entry">{marked(name, row)}</div>' for row in range(8))
    return f"<section>{''.join(listed)}</section>"


def parts_of_pages(piece: Callable[[str], str], folder: Path) -> list[list[int]]:
    """Print a piece at each height, and return how much of it stands on which page."""
    sections = "".join(
        f'<section style="break-before: page"><div style="height: {height}mm"></div>'
        f"{piece(str(height))}</section>"
        for height in HEIGHTS
    )
    sheets = "".join(f'<link rel="stylesheet" href="{path.as_uri()}">' for path in SHEETS)
    document = html.fromstring(
        f'<html lang="en"><head><title>Breaks</title>{sheets}</head>'
        f"<body>{sections}<nav></nav></body>"
    )
    keep_short_paragraphs(document)
    names = document.xpath("//@id")
    # Chromium keeps the names of those places alone to which a link leads.
    for name in names:
        document.find(".//nav").append(html.fromstring(f'<a href="#{name}">{name}</a>'))
    with pikepdf.open(print_document(document, folder, "breaks")) as pdf:
        numbers = page_numbers(pdf)
    parts = {height: Counter() for height in HEIGHTS}
    for name in names:
        parts[int(name.split("-")[0])][numbers[name]] += 1
    return [[count for _, count in sorted(pages.items())] for pages in parts.values()]


@pytest.mark.parametrize("lines", [3, 4, 6])
def test_no_line_of_a_paragraph_stands_alone(lines: int, tmp_path: Path) -> None:
    parts = parts_of_pages(paragraph(lines), tmp_path)
    assert min(min(pages) for pages in parts) >= 2
    assert max(len(pages) for pages in parts) == (1 if lines < 4 else 2)


def test_a_short_table_is_not_torn(tmp_path: Path) -> None:
    assert parts_of_pages(table(12), tmp_path) == [[12]] * len(HEIGHTS)


def test_three_rows_of_a_long_table_stand_together_at_least(tmp_path: Path) -> None:
    parts = parts_of_pages(table(16), tmp_path)
    assert min(min(pages) for pages in parts) >= 3
    assert max(len(pages) for pages in parts) == 2


def test_an_exercise_keeps_its_heading_and_its_symbols(tmp_path: Path) -> None:
    assert parts_of_pages(exercise, tmp_path) == [[2]] * len(HEIGHTS)


def test_what_a_cell_printed_stays_with_its_code(tmp_path: Path) -> None:
    assert parts_of_pages(cell, tmp_path) == [[3]] * len(HEIGHTS)


def test_the_last_equations_of_the_list_stand_together(tmp_path: Path) -> None:
    parts = parts_of_pages(entries, tmp_path)
    assert min(pages[-1] for pages in parts) == 4
