"""Published errata: the wrong equation fails for its reason, the right one holds."""

import json
from pathlib import Path
from typing import Any

import pytest

from mathcheck.book import Checked, check_book, read_book

FOLDER = Path(__file__).parent / "errata"
CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))
}
PUBLISHED = 59
# The errata that are not stated, and what it would take.
UNSTATED: dict[str, str] = {}


def verdict(name: str, equation: str, folder: Path) -> Checked:
    """Return the verdict on an equation, after all else in its document has passed."""
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert text.count("EQUATION") == 1
    path = folder / f"{name}.md"
    path.write_text(text.replace("EQUATION", equation), encoding="utf-8")
    *others, claim = check_book(read_book([path]), "")
    for other in others:
        assert other.result.passed, (other.equation.text, other.result.message)
    assert claim.equation.label == "claim"
    return claim


def holds(name: str, equation: str, folder: Path) -> None:
    claim = verdict(name, equation, folder)
    assert claim.result.status == "checked", claim.result.message
    assert claim.result.comparisons > 0


def fails(name: str, equation: str, reason: str, folder: Path) -> None:
    claim = verdict(name, equation, folder)
    assert claim.result.status in ("failed", "refused")
    assert reason
    assert reason in claim.result.message


@pytest.mark.parametrize("name", CASES)
def test_the_right_equation_holds(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    holds(name, case["right"], tmp_path)
    if case.get("both_hold"):
        holds(name, case["wrong"], tmp_path)


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if not case.get("both_hold")])
def test_the_wrong_equation_fails_for_its_reason(name: str, tmp_path: Path) -> None:
    fails(name, CASES[name]["wrong"], CASES[name]["reason"], tmp_path)


@pytest.mark.parametrize(
    ("name", "equation", "reason"),
    [
        (name, other["equation"], other["reason"])
        for name, case in CASES.items()
        for other in case.get("also_wrong", ())
    ],
)
def test_another_wrong_equation_fails(
    name: str, equation: str, reason: str, tmp_path: Path
) -> None:
    fails(name, equation, reason, tmp_path)


def test_nearly_all_errata_are_stated() -> None:
    assert len(CASES) >= 54
    assert not CASES.keys() & UNSTATED.keys()
    assert len(CASES) + len(UNSTATED) == PUBLISHED
    assert {path.stem for path in FOLDER.glob("*.md")} == CASES.keys()
