"""What the extension knows of a book, kept with Sphinx's environment.

An equation is known by its place: the file, the line at which its block opens, and its number
among the formulas of the blocks that open there. The reader of the text and Sphinx count alike.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from docutils import nodes
from sphinx.environment import BuildEnvironment

from mathcheck.answers import Answers
from mathcheck.documents import Equation
from mathcheck.report import Result

Place = tuple[str, int, int]
Verdict = tuple[Equation, Result]
Verdicts = dict[str, dict[Place, Verdict]]
# What the displayed equations of each page answer.
PageAnswers = dict[str, dict[Place, Answers]]


@dataclass(frozen=True)
class Page:
    """What a page has: the labels of equations with the functions they name, and what is of all.

    `counts` says that it has a list or a number of all equations, or shows one of another page.
    """

    functions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    counts: bool = False


@dataclass
class State:
    """What was found in the pages, and the verdicts with which they were written."""

    pages: dict[str, Page] = field(default_factory=dict)
    verdicts: Verdicts = field(default_factory=dict)
    # The verdicts of this build, until the pages that they change are known.
    latest: Verdicts = field(default_factory=dict)
    answers: PageAnswers = field(default_factory=dict)
    latest_answers: PageAnswers = field(default_factory=dict)
    listed: dict[str, list[str]] = field(default_factory=dict)
    folder: str = ""


def state(env: BuildEnvironment) -> State:
    """Return what is known of the book."""
    if not hasattr(env, "mathcheck_state"):
        env.mathcheck_state = State()  # type: ignore[attr-defined]
    return env.mathcheck_state  # type: ignore[attr-defined, no-any-return]


def place_of(equation: Equation) -> Place:
    """Return where an equation stands."""
    return equation.file, equation.opens, equation.order


def anchor(place: Place) -> str:
    """Return the id of an equation that has no label, by which its answers are known too."""
    return "at-" + nodes.make_id("-".join(str(part) for part in place))


def formulas(document: nodes.document, folder: str) -> Iterator[tuple[Place, nodes.Element]]:
    """Yield the formulas of a page with their places; those of symbol tables have none."""
    orders: Counter[tuple[str, int]] = Counter()
    for formula in document.findall(nodes.Element):
        if is_formula(formula) and not in_symbols(formula):
            file, line = origin(formula, folder)
            yield (file, line, orders[file, line]), formula
            orders[file, line] += 1


def is_formula(node: nodes.Node) -> bool:
    """Return whether a node is mathematics."""
    return isinstance(node, nodes.math | nodes.math_block)


def in_symbols(node: nodes.Node | None) -> bool:
    """Return whether a node stands in a symbol table."""
    while node is not None:
        if isinstance(node, nodes.table) and "symbols" in node["classes"]:
            return True
        node = node.parent
    return False


def origin(node: nodes.Node, folder: str) -> tuple[str, int]:
    """Return the file, seen from a folder, and the line at which the block of a node opens."""
    while node.parent is not None and (node.line is None or node.source is None):
        node = node.parent
    source = node.source or ""
    return os.path.relpath(source, folder).replace(os.sep, "/"), node.line or 0
