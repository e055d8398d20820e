"""Test the answer to an exercise that asks for code.

The build tests the solution so, and the empty start, which has to fail; the reader's browser, to
which this file is shipped, tests what the reader writes.
"""

import ast
from typing import Any

import numpy as np
from live import lines_of_cells, remember

# What the answer is called in a traceback.
NAME = "cell of the answer"
# Two results count as the same number to these bounds.
RELATIVE, ABSOLUTE = 1e-9, 1e-12


def results(answer: str, tests: str) -> list[dict[str, Any]]:
    r"""Return what an answer makes of each test.

    Parameters
    ----------
    answer : str
        Code that defines what the tests call.
    tests : str
        Lines `call == value`, and before them what they need. The call sees the names of the
        answer, the value does not: it is computed with the functions of the book.

    Returns
    -------
    list of dict
        For each test the `call`, the `value` that it returns, or the error that it raises, the
        value `wanted`, and whether it `passed`. If the answer itself fails, only its `error`.

    Examples
    --------
    >>> results("def double(x):\n    return x * x", "double(2) == 4\ndouble(3) == 6")[1]
    {'call': 'double(3)', 'value': '9', 'wanted': '6', 'passed': False}
    """
    own: dict[str, Any] = {"__name__": "__main__"}
    needed: dict[str, Any] = {}
    remember(answer, NAME)
    try:
        exec(compile(answer, NAME, "exec"), own)
    except BaseException as error:  # also what leaves Python
        return [{"error": lines_of_cells(error)}]
    found = []
    for statement in ast.parse(tests).body:
        if is_test(statement):
            found.append(result(statement.value, needed, own))
        else:
            exec(compile(ast.Module([statement], []), "tests", "exec"), needed)
    return found


def is_test(statement: ast.stmt) -> bool:
    """Return whether a statement compares a call with a value."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Compare)


def result(test: ast.Compare, needed: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return what an answer makes of one test."""
    wanted = evaluated(test.comparators[0], needed)
    try:
        value = evaluated(test.left, {**needed, **own})
        shown, passed = repr(value), same(value, wanted)
    except BaseException as error:
        shown, passed = f"{type(error).__name__}: {error}", False
    call = ast.unparse(test.left)
    return {"call": call, "value": shown, "wanted": repr(wanted), "passed": passed}


def evaluated(node: ast.expr, names: dict[str, Any]) -> Any:
    """Return the value of an expression."""
    return eval(compile(ast.Expression(node), "tests", "eval"), names)


def same(value: Any, wanted: Any) -> bool:
    """Return whether two numbers or arrays have the same shape and, to rounding, equal entries."""
    try:
        value, wanted = np.asarray(value, dtype=float), np.asarray(wanted, dtype=float)
    except (TypeError, ValueError):
        return False
    if value.shape != wanted.shape:
        return False
    return bool(np.allclose(value, wanted, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True))
