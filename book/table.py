"""Tables of numbers, which the cells of the chapters end with.

The file lies beside the chapters, in their downloads and in the Python of the pages, where they
import it; it needs nothing but Python.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from numbers import Integral, Real

# Attributes, which a notebook of Jupyter obeys too. A number that is longer than a narrow column
# goes on in the next line; no column is narrower than a word of its heading.
LEFT = ' style="text-align: left"'
NAME = ' style="white-space: normal; vertical-align: top"'
NUMBER = ' style="vertical-align: top"'
WORDS = (
    ' style="text-align: left; white-space: normal; overflow-wrap: anywhere; vertical-align: top"'
)
# A line breaks at a hyphen, but not at the sign of an exponent.
EXPONENT, WHOLE = re.compile(r"[^\s(]+e-\d+"), r'<span style="white-space: nowrap">\g<0></span>'


@dataclass(frozen=True)
class Table:
    """Rows of text below their headings; a row begins with its name.

    Attributes
    ----------
    headings : tuple of str
        One for each column.
    rows : tuple of tuple of str
        Of each row the name, and the numbers as they are shown.
    words : tuple of bool
        Which columns are words: they begin at the left, and may take several lines.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[bool, ...]

    def _repr_html_(self) -> str:
        """Return the table as a notebook shows it."""
        name_style, *styles = self.styles()
        head = "".join(
            f'<th scope="col"{LEFT if words else ""}>{escape(text)}</th>'
            for text, words in zip(self.headings, self.words, strict=True)
        )
        body = "".join(
            f'<tr><th scope="row"{name_style}>{escape(name)}</th>'
            + "".join(
                f"<td{attribute}>{EXPONENT.sub(WHOLE, escape(text))}</td>"
                for text, attribute in zip(texts, styles, strict=True)
            )
            + "</tr>\n"
            for name, *texts in self.rows
        )
        return (
            f'<table class="numbers">\n<thead><tr>{head}</tr></thead>\n'
            f"<tbody>\n{body}</tbody>\n</table>"
        )

    def styles(self) -> list[str]:
        """Return the style of each cell of a row; beside words a name may take several lines."""
        if not any(self.words):
            return [""] * len(self.words)
        return [NAME, *(WORDS if words else NUMBER for words in self.words[1:])]

    def __repr__(self) -> str:
        """Return the table as a terminal shows it."""
        lines = [self.headings, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        sides = ["<" if words else ">" for words in (True, *self.words[1:])]
        forms = [f"{side}{width}" for side, width in zip(sides, widths, strict=True)]
        return "\n".join("  ".join(map(format, line, forms)).rstrip() for line in lines)


def table(
    rows: Mapping[object, object],
    *headings: str,
    form: str = ".4f",
    words: Collection[str] = (),
) -> Table:
    """Return a table of numbers, which a notebook shows.

    Parameters
    ----------
    rows : mapping
        Of the name of each row, a text or a number, to its numbers, or to a single one.
    *headings : str
        What the names of the rows are, and then what each column is.
    form : str
        How a number that is not whole is written, as after the colon in an f-string.
    words : collection of str
        The headings of columns of words, which begin at the left and may take several lines, as
        the names of the rows then do; of these alone, if it is their heading that is given.

    Returns
    -------
    Table
        The table, as text.

    Raises
    ------
    ValueError
        If there are not as many headings as columns, or `words` names another heading.

    Examples
    --------
    >>> table({"heads": (1 / 2, 1), "a six": (1 / 6, 2.585)}, "event", "probability", "bits")
    event  probability    bits
    heads       0.5000       1
    a six       0.1667  2.5850
    """
    lines = tuple((name_of(name), *texts(numbers, form)) for name, numbers in rows.items())
    for line in lines:
        if len(line) != len(headings):
            raise ValueError(
                f"the row {line[0]!r} has {len(line)} columns with its name; "
                f"expected {len(headings)}, one for each heading"
            )
    for heading in words:
        if heading not in headings:
            raise ValueError(f"words names {heading!r}; expected a heading of {headings}")
    return Table(headings, lines, tuple(heading in words for heading in headings))


def name_of(name: object) -> str:
    """Return the name of a row, a number without needless zeros."""
    return f"{name:g}" if isinstance(name, Real) else str(name)


def texts(numbers: object, form: str) -> list[str]:
    """Return the numbers of a row, or a single one, as text."""
    several = isinstance(numbers, Iterable) and not isinstance(numbers, str)
    return [text_of(number, form) for number in (numbers if several else [numbers])]


def text_of(number: object, form: str) -> str:
    """Return a number as text, a zero without a sign."""
    if isinstance(number, Integral) or not isinstance(number, Real):
        return str(number)
    text = format(number, form)
    return text if float(text) else text.removeprefix("-")
