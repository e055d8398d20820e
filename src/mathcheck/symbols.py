"""The symbol table of a book: one row per symbol, columns split at colons between spaces."""

from dataclasses import dataclass

EXPECTED = "symbol : type : Python name or - : meaning"


@dataclass(frozen=True)
class Symbol:
    """One row of the table: a name, or several that share everything else."""

    latex: str
    type: str
    python: str | None
    meaning: str


def parse_symbols(lines: list[str]) -> tuple[Symbol, ...]:
    r"""Return the rows of a symbol table; blank lines separate nothing.

    Parameters
    ----------
    lines : list of str
        The lines of the table.

    Raises
    ------
    ValueError
        If a row has not four columns; the message has the number of its line, from 1.

    Examples
    --------
    >>> parse_symbols([r"\tau : positive : tau : the temperature"])[0].meaning
    'the temperature'
    """
    symbols = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split(" : ", 3)]
        if len(cells) != 4 or not all(cells):
            raise ValueError(f"line {number}: got {line.strip()!r}; expected {EXPECTED}")
        latex, kind, python, meaning = cells
        symbols.append(Symbol(latex, kind, None if python == "-" else python, meaning))
    return tuple(symbols)
