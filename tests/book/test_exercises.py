"""The build tests the solution of an answer and its start."""

import html
import re

from exercises import what_is_wrong

TESTS = "f(2) == 4\nf(3) == 9"
RIGHT = "def f(x):\n    return x * x"
START = "def f(x):\n    return 0"


def test_a_solution_that_passes_and_a_start_that_does_not_are_right() -> None:
    assert what_is_wrong(START, RIGHT, TESTS) == ""


def test_a_solution_that_fails_a_test_is_wrong() -> None:
    problem = what_is_wrong(START, "def f(x):\n    return 2 * x", TESTS)
    assert problem.startswith("the solution fails: {'call': 'f(3)', 'value': '6'")
    assert what_is_wrong(START, "def f(x:", TESTS).startswith("the solution fails: {'error'")


def test_a_start_that_passes_all_tests_is_wrong() -> None:
    assert what_is_wrong(RIGHT, RIGHT, TESTS) == "the start passes all tests"


def test_an_answer_without_tests_is_wrong() -> None:
    assert what_is_wrong(START, RIGHT, "import math") == "the solution fails: there are no tests"


def test_the_page_shows_the_start_and_has_the_tests_for_its_script(site) -> None:
    page = (site / "softmax.html").read_text(encoding="utf-8")
    [tests] = re.findall('<div class="answer" data-tests="([^"]*)">', page)
    assert html.unescape(tests).splitlines()[1:3] == [
        "repaired([1.0, 2.0, 0.5]) == softmax([1.0, 2.0, 0.5])",
        "repaired([1000.0, 999.0]) == softmax([1000.0, 999.0])",
    ]
