"""Judge an equation that a reader writes, with the symbols and definitions that stand before it.

This file is shipped to the browser, where `mathcheck` runs as it does in the build.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from mathcheck.book import Checked, check_book
from mathcheck.checking.equation import Options
from mathcheck.documents import Document, Equation, SymbolTable, document_of
from mathcheck.wording import explained, kind, word

PATH = Path("playground.md")
# What the parts of the playground are called in a message.
SYMBOLS, BEFORE, EQUATION = "symbols", "before", "equation"


def judge(written: dict[str, Any], module: str) -> list[dict[str, Any]]:
    r"""Return what is wrong before an equation, and last the verdict on it.

    Parameters
    ----------
    written : dict
        `symbols` are the rows of a table and `before` is MyST with definitions; `latex`, `defines`,
        `where`, `python` and `sharp` are those of the equation. All but `latex` may be missing.
    module : str
        The module whose functions `python` may name.

    Returns
    -------
    list of dict
        For each verdict `part`, the place of what it is about; `kind`, as the mark of an equation
        has it; `word` and `message`; and `line`, counted from 1 in that part.

    Examples
    --------
    >>> written = {"symbols": "a, b : real : - : numbers", "latex": "(a + b)^2 = a^2 + b^2"}
    >>> judge(written, "")[-1]["word"]
    'does not hold'
    """
    table = SymbolTable(SYMBOLS, 1, tuple(written.get("symbols", "").splitlines()))
    before = document_of(written.get("before", ""), PATH, BEFORE)
    options = Options(
        defines=written.get("defines", ""),
        python=written.get("python", ""),
        where=written.get("where", ""),
        sharp=bool(written.get("sharp", False)),
    )
    equation = Equation(EQUATION, 1, written["latex"], "equation", options)
    parts = (table, *map(taken, before.parts), equation)
    document = Document(PATH, parts, problems=before.problems)
    verdicts = check_book([document], module)
    return [said(one) for one in verdicts if is_told(one)]


def taken(part: Equation | SymbolTable) -> Equation | SymbolTable:
    """Return a part that stands before the equation, as one that is given and not judged."""
    if isinstance(part, SymbolTable) or part.unchecked:
        return part
    return replace(part, options=replace(part.options, given=True))


def is_told(checked: Checked) -> bool:
    """Return whether a verdict is one of the equation, or says what is wrong before it."""
    return checked.equation.file == EQUATION or not checked.result.passed


def said(checked: Checked) -> dict[str, Any]:
    """Return a verdict as it is shown."""
    result, equation = checked.result, checked.equation
    position = result.position or 0
    return {
        "part": equation.file,
        "kind": kind(result),
        "word": word(result),
        "message": explained(result),
        "line": equation.line + equation.text[:position].count("\n"),
        "position": result.position,
    }
