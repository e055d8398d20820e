"""Each line of *What each construct means* is true: one example holds, the other does not."""

import pytest

from mathcheck.book import Checked, check_text
from mathcheck.meanings import Meaning, meanings
from mathcheck.report import Result

TABLE = meanings()
EXAMPLES = [(line, kind) for line in TABLE.lines for kind in ("holds", "fails")]


def name(example: tuple[Meaning, str]) -> str:
    line, kind = example
    return f"{line.construct} {kind}"


def judged(line: Meaning, example: str) -> Result:
    """Return the verdict on an example, before which all holds."""
    *before, last = check_text(TABLE.text(line, example), TABLE.module)
    assert [failure(one) for one in before if not one.result.passed] == []
    return last.result


def failure(one: Checked) -> str:
    return one.result.message


def parameters():
    for example in EXAMPLES:
        yield pytest.param(*example, id=name(example))


@pytest.mark.parametrize(("line", "kind"), list(parameters()))
def test_a_line_is_true(line: Meaning, kind: str) -> None:
    result = judged(line, line.holds if kind == "holds" else line.fails)
    if kind == "fails":
        allowed = ("failed", "refused") if line.verdict == "error" else (line.verdict,)
        assert result.status in allowed, result.message
        return
    assert result.status in ("checked", "defines"), result.message
    # A proof for every size takes the place of the grade of what is in it.
    if result.status == "checked" and line.grade and result.grade != "proved":
        assert bool(result.exact) == (line.grade == "exact")
        assert result.grade == line.grade


def test_every_example_differs_from_its_opposite() -> None:
    assert [line for line in TABLE.lines if line.holds == line.fails] == []


def test_what_the_list_is_asked_to_cover_is_there() -> None:
    constructs = " ".join(line.construct for line in TABLE.lines)
    for part in (
        *(r"\text{if}", r"\text{for all}", r"\text{unless}", r"\text{otherwise}", r"\text{not}"),
        *(r"\text{and}", r"\text{or}", r"\text{for all but}", r"\text{if and only if}"),
        *(r"\sum", r"\prod", r"\infty", r"\lim", r"\int", r"\frac{d}{dx}", "kink", "n!!"),
        *(r"\langle", r"\lVert", r"\lfloor", r"\propto", r"\approx", r"\in", r"\leq"),
        *(":defines:", ":python:", ":where:", ":sharp:"),
    ):
        assert part in constructs
