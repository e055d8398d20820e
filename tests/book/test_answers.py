"""What an answer to an exercise is told, and that the build tests solution and start."""

import pytest
from answers import results

TESTS = """\
import numpy as np
from softmax_theory import softmax
repaired([1000.0, 999.0]) == softmax([1000.0, 999.0])
repaired(np.array([1.0, 2.0])) == softmax([1.0, 2.0])
"""


def passed(answer: str, tests: str = TESTS) -> list[bool]:
    return [one["passed"] for one in results(answer, tests)]


def test_a_right_answer_passes_to_rounding() -> None:
    answer = (
        "import numpy as np\ndef repaired(z):\n"
        "    e = np.exp(np.asarray(z) - max(z))\n    return e / e.sum()"
    )
    assert passed(answer) == [True, True]


def test_a_wrong_answer_is_told_call_value_and_value_wanted() -> None:
    told = results("def repaired(z):\n    return z[0]", TESTS)
    assert [one["passed"] for one in told] == [False, False]
    assert told[0]["call"] == "repaired([1000.0, 999.0])"
    assert told[0]["value"] == "1000.0"
    assert told[0]["wanted"].startswith("array([0.7310585")


def test_an_error_of_a_call_is_its_value() -> None:
    told = results("def repaired(z):\n    return 1 / 0", TESTS)
    assert told[0]["value"] == "ZeroDivisionError: division by zero"
    assert results("", TESTS)[0]["value"].startswith("NameError: ")


def test_an_answer_that_is_no_python_says_where() -> None:
    [told] = results("def repaired(z:\n    return z", TESTS)
    assert "SyntaxError" in told["error"]
    [told] = results("x = 1\nx / 0", TESTS)
    assert 'File "cell of the answer", line 2' in told["error"]
    assert "ZeroDivisionError" in told["error"]


def test_a_function_of_the_reader_with_a_name_of_the_book_does_not_change_what_is_wanted() -> None:
    answer = "def softmax(z):\n    return 0\ndef repaired(z):\n    return 0"
    assert passed(answer) == [False, False]


@pytest.mark.parametrize(
    ("value", "wanted", "same"),
    [
        ("1.0", "1.0 + 1e-12", True),
        ("1.0", "1.0 + 1e-6", False),
        ("[1.0, 2.0]", "[1.0]", False),
        ("[1.0]", "1.0", False),
        ("None", "1.0", False),
        ("float('nan')", "float('nan')", True),
        ("'a'", "1.0", False),
    ],
)
def test_values_are_the_same_to_rounding_and_in_shape(value: str, wanted: str, same: bool) -> None:
    assert passed(f"def f():\n    return {value}", f"f() == {wanted}") == [same]
