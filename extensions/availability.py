"""Which cells can't run in a browser.

They import what is not there, or use what such a cell makes.
"""

import ast
import importlib.util
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

OWN = frozenset(["softmax_theory", "mathcheck"])
MAGIC = re.compile(r"(?m)^%.*$")


def missing(cells: Sequence[str], available: set[str]) -> list[str]:
    """Return for each cell of a page the module that it misses, or nothing.

    Parameters
    ----------
    cells : sequence of str
        The code of all cells of a page, in their order.
    available : set of str
        The top-level names of the modules that can be imported.

    Examples
    --------
    >>> missing(["import dask.array as da", "x = da.ones(3)", "x = 3", "x + 1"], set())
    ['dask', 'dask', '', '']
    """
    lost: dict[str, str] = {}  # by the names that are not there, the module that they come from
    result = []
    for cell in cells:
        tree = ast.parse(MAGIC.sub("", cell))
        bound, used = names(tree)
        lacks = lacking(imported(tree), available)
        reason = lacks or next((lost[name] for name in sorted(used - bound) if name in lost), "")
        lost = {name: why for name, why in lost.items() if name not in bound}
        if reason:
            lost |= dict.fromkeys(bound, reason)
        result.append(reason)
    return result


def names(tree: ast.AST) -> tuple[set[str], set[str]]:
    """Return the names that code binds, and those that it reads."""
    bound, used = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
    return bound, used


def imported(tree: ast.AST) -> list[str]:
    """Return the modules that code imports."""
    modules = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.append(node.module)
    return modules


def lacking(modules: Iterable[str], available: set[str]) -> str:
    """Return the first package that one of the modules needs and that is not available.

    A module of the book may itself import what is not, as `softmax_theory.dask` does.
    """
    for module in modules:
        top = module.split(".")[0]
        loaded = [module, *(imports_of(module) if top in OWN else [])]
        for name in loaded:
            if name.split(".")[0] not in available:
                return name.split(".")[0]
    return ""


def imports_of(module: str) -> list[str]:
    """Return what a module imports when it is loaded."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return []
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    return [name for statement in tree.body for name in imported(statement)]
