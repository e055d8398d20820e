"""Run a cell of the book in the reader's browser as the notebook runs it.

This file is shipped to the browser, so it needs the standard library alone.
"""

import ast
import linecache
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable
from io import StringIO
from typing import Any

# The build sets how the notebook shows figures; here they are always SVG.
SETTING = re.compile(r"(?m)^%config\b.*$")
NAMESPACE: dict[str, Any] = {"__name__": "__main__"}
# What the names of all cells begin with; files of Python have full paths.
CELL = "cell "
Show = Callable[[str, str], None]


def prepare(folder: str) -> None:
    """Work in the folder of the chapters, where their cells find their modules and their data."""
    os.chdir(folder)
    sys.path.append(folder)
    os.environ["MPLBACKEND"] = "agg"
    # It says that it builds a cache of the fonts, which a reader can't do anything about.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


def without_settings(source: str) -> str:
    """Return the code of a cell as Python, without what it says to the notebook."""
    return SETTING.sub("", source)


def run(source: str, name: str, show: Show) -> str:
    r"""Run a cell in the namespace of the page.

    Parameters
    ----------
    source : str
        The code of the cell.
    name : str
        What the cell is called in a traceback.
    show : callable
        Takes the value of a last expression as ("html", its table) or ("text", its representation),
        and each figure as ("figure", its SVG).

    Returns
    -------
    str
        The traceback of an error, cut down to the lines of cells; empty if there is none.

    Examples
    --------
    >>> run("a = 2\na + 1", "cell 1", print)
    text 3
    ''
    """
    code = without_settings(source)
    remember(code, name)
    try:
        value = executed(ast.parse(code, name), name)
        if value is not None and not code.rstrip().endswith(";"):
            if hasattr(value, "_repr_html_"):
                show("html", value._repr_html_())
            else:
                show("text", repr(value))
        for figure in figures():
            show("figure", figure)
    except BaseException as error:  # also what leaves Python or stops it
        close_figures()
        return lines_of_cells(error)
    return ""


def remember(code: str, name: str) -> None:
    """Keep the lines of a cell, so that a traceback can show them."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)


def executed(tree: ast.Module, name: str) -> Any:
    """Execute the statements of a cell, and return the value of a last expression."""
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, name, "exec"), NAMESPACE)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), name, "exec"), NAMESPACE)
    return eval(compile(ast.Expression(last.value), name, "eval"), NAMESPACE)


def figures() -> list[str]:
    """Return the open figures as SVG, and close them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    drawn = []
    for number in pyplot.get_fignums():
        svg = StringIO()
        pyplot.figure(number).savefig(svg, format="svg", bbox_inches="tight")
        drawn.append(svg.getvalue())
    close_figures()
    return drawn


def close_figures() -> None:
    """Forget the figures of a cell."""
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


def lines_of_cells(error: BaseException) -> str:
    """Return a traceback without the lines that are not the reader's."""
    described = traceback.TracebackException.from_exception(error)
    todo, seen = [described], set()
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        frames = [frame for frame in one.stack if frame.filename.startswith(CELL)]
        one.stack = traceback.StackSummary.from_list(frames)
        todo += [part for part in (one.__cause__, one.__context__) if part]
    return "".join(described.format())
