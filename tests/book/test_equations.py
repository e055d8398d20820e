"""Each equation of the book is a test of its own; no page is built for it."""

import re
from collections import Counter
from pathlib import Path

import pytest

import softmax_theory
from mathcheck.book import Checked, check_book, read_book, reading_order
from mathcheck.documents import Equation

ROOT = Path(__file__).parents[2]
FILES = reading_order(ROOT / "book" / "index.md")
DOCUMENTS = read_book(FILES, {f: f.relative_to(ROOT).as_posix() for f in FILES})
EQUATIONS = [part for d in DOCUMENTS for part in d.parts if isinstance(part, Equation)]
DISPLAYED = [equation for equation in EQUATIONS if equation.display]
# The page of all equations lists why an equation may have no code beside it.
LIST = (ROOT / "book" / "equations.md").read_text(encoding="utf-8")
REASONS = re.findall(r"^\*([^*]+)\*\n: ", LIST, flags=re.M)


# Words after which a formula says something; it then needs a relation, or an equation's number.
PREDICATE = re.compile(
    r"\b(?:is|are|be|was|equals?|becomes?|gives|means|so|at (?:most|least))"
    r"(?: then| now| also| just| only| nearly| at (?:most|least))?\s+$",
    flags=re.IGNORECASE,
)
# The terms that stand there nevertheless, and why.
SUBJECT = "begins its clause"
TERMS = {
    ("book/cross-entropy.md", r"asses as before, so $\mathbf{q}$"): SUBJECT,
    ("book/geometry.md", "So $A$"): SUBJECT,
    ("book/logistic.md", "Let there be $n$"): "names the number of samples",
    ("book/accuracy.md", "ve error of at most $u$"): "assumes what the error is",
}


def first_part() -> set[str]:
    """Return the files of the first table of contents of the front page."""
    index = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
    contents = re.findall(r"```\{toctree\}\n(.*?)```", index, flags=re.S)[0]
    return {f"book/{name}.md" for name in re.findall(r"^[a-z-]+$", contents, flags=re.M)}


@pytest.fixture(scope="module")
def verdicts() -> dict[Equation, Checked]:
    return {one.equation: one for one in check_book(DOCUMENTS, "softmax_theory")}


@pytest.mark.parametrize("equation", dict.fromkeys(EQUATIONS), ids=lambda e: e.name)
def test_equation(equation: Equation, verdicts: dict[Equation, Checked]) -> None:
    one = verdicts[equation]
    assert one.result.passed, "\n".join(f"{equation.file}:{n}: {m}" for n, m in one.messages)


def test_every_chapter_is_read() -> None:
    assert {f.name for f in FILES} == {f.name for f in (ROOT / "book").glob("*.md")}


def test_every_displayed_equation_states_something_that_is_checked(
    verdicts: dict[Equation, Checked],
) -> None:
    displayed = {e.name: one.result.status for e, one in verdicts.items() if e.display}
    assert {name: s for name, s in displayed.items() if s not in ("checked", "defines")} == {}


def test_at_most_one_equation_in_twenty_is_unchecked(verdicts: dict[Equation, Checked]) -> None:
    unchecked = [e for e, one in verdicts.items() if one.result.status == "unchecked"]
    assert len(unchecked) <= len(verdicts) / 20


@pytest.mark.parametrize("equation", DISPLAYED, ids=lambda e: e.name)
def test_a_displayed_equation_has_code_or_a_printed_reason(equation: Equation) -> None:
    assert equation.options.python or equation.no_code in REASONS


def test_every_printed_reason_is_needed_and_one_equation_in_ten_has_one() -> None:
    used = Counter(equation.no_code for equation in DISPLAYED if equation.no_code)
    assert set(used) == set(REASONS)
    assert used.total() <= len(DISPLAYED) / 10


def test_the_first_part_has_110_checked_equations_and_3_percent_unchecked_at_most(
    verdicts: dict[Equation, Checked],
) -> None:
    part = first_part()
    statuses = Counter(
        one.result.status for e, one in verdicts.items() if e.display and e.file in part
    )
    assert statuses["checked"] >= 110
    assert statuses["unchecked"] <= 0.03 * statuses.total()


def test_no_formula_in_the_text_claims_something_that_is_not_checked(
    verdicts: dict[Equation, Checked],
) -> None:
    """A sentence stands in a line, and its formulas without a relation are only read."""
    terms = set()
    for equation, one in verdicts.items():
        if equation.display or one.result.status != "read":
            continue
        sentence = (ROOT / equation.file).read_text("utf-8").split("\n")[equation.line - 1]
        before, formula, after = sentence.partition(f"${equation.text}$")
        while formula:
            if PREDICATE.search(before) and "{eq}" not in sentence:
                terms.add((equation.file, before[-20:] + formula))
            start, formula, after = after.partition(f"${equation.text}$")
            before += f"${equation.text}${start}"
    assert terms == set(TERMS)


def test_every_public_function_implements_an_equation() -> None:
    code = " ".join(e.options.python for e in EQUATIONS)
    public = [n for n in softmax_theory.__all__ if not n.endswith("Warning")]
    assert [n for n in public if f"{n}(" not in code] == []
