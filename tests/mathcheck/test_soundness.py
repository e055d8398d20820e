"""A false statement never passes, a true one does: the statements of `soundness/*.md`.

A part of a page starts at a heading `# …` with its symbol table; each `## verdict: name` below it
is a statement, read as a document of its own, with the table before it. The verdicts are

- false: at least one equation fails or is refused;
- refused: the same, because the words or signs have no one meaning;
- true: every equation passes, and what is displayed last is checked;
- inexact: the last equation may pass, but is never called exact;
- either: it is true, but hard: it passes or is refused, and doesn't fail;
- hostile: one verdict, soon; it doesn't pass.

`soundness/known.json` lists what is judged otherwise today; an entry that is mended must go. It
also lists what takes minutes or all memory today and isn't run, and what takes more than a quarter
of a second. Run as a program, this module writes the list anew, but for what is endless or depends
on the seed.
"""

import json
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from mathcheck.book import Checked, check_book, read_book

FOLDER = Path(__file__).parent / "soundness"
KNOWN = json.loads((FOLDER / "known.json").read_text(encoding="utf-8"))
VERDICTS = ("false", "refused", "true", "inexact", "either", "hostile")
# Seconds; the budget of the checker is counted, and this leaves room for a busy machine.
SOON = 120
SLOW = 0.25


@dataclass(frozen=True)
class Statement:
    """A document with the verdict that is wanted."""

    name: str
    wanted: str
    text: str


def statements() -> Iterator[Statement]:
    """Yield the statements of all pages."""
    for page in sorted(FOLDER.glob("*.md")):
        for part in re.split(r"^# .*\n", page.read_text(encoding="utf-8"), flags=re.M)[1:]:
            head, *sections = re.split(r"^## (.*)\n", part, flags=re.M)
            for title, text in zip(sections[::2], sections[1::2], strict=True):
                wanted = title.partition(": ")[0]
                assert wanted in VERDICTS, title
                yield Statement(f"{page.stem}: {title}", wanted, head + text)


STATEMENTS = list(statements())


def judged(statement: Statement, folder: Path, seed: int) -> list[Checked]:
    """Return the verdicts on the equations of a statement."""
    page = folder / "statement.md"
    page.write_text(statement.text, encoding="utf-8")
    module = "numpy" if ":python:" in statement.text else ""
    return list(check_book(read_book([page]), module, seed=seed))


def wrong(wanted: str, equations: Sequence[Checked]) -> str:
    """Return what is wrong with the verdicts, or an empty string."""
    statuses = [one.result.status for one in equations]
    passed = all(one.result.passed for one in equations)
    if not equations:
        return "nothing is read"
    if wanted in ("false", "refused", "hostile"):
        return "it passes" if passed else ""
    if wanted == "true":
        done = ("checked",) if equations[-1].equation.display else ("checked", "read")
        right = passed and statuses[-1] in done
        return "" if right else f"{statuses}: {[one.result.message for one in equations][-1:]}"
    if wanted == "inexact":
        return "it is called exact" if passed and exact(equations[-1]) else ""
    return "it fails" if "failed" in statuses else ""


def exact(checked: Checked) -> bool:
    """Return whether an equation is marked as decided exactly."""
    grade = getattr(checked.result, "grade", None)
    return grade == "exact" if grade is not None else bool(getattr(checked.result, "exact", ()))


def problem(statement: Statement, folder: Path, seed: int) -> str:
    """Return what is wrong with how a statement is judged, or an empty string."""
    start = time.perf_counter()
    try:
        equations = judged(statement, folder, seed)
    except Exception as error:
        return f"it crashes: {error!r}"
    taken = time.perf_counter() - start
    return wrong(statement.wanted, equations) or (f"{taken:.0f} s" if taken > SOON else "")


def test_names_are_unique_and_those_known_to_be_misjudged_exist() -> None:
    names = [s.name for s in STATEMENTS]
    assert len(names) == len(set(names))
    assert sorted({name for listed in KNOWN.values() for name in listed} - set(names)) == []


def checked_at(statement: Statement, folder: Path, seeds: Sequence[int], known: str) -> None:
    """Judge a statement at some seeds; what is known to be misjudged must still be so."""
    if statement.name in KNOWN["endless"]:
        pytest.xfail("it takes minutes, or all memory")
    found = {seed: said for seed in seeds if (said := problem(statement, folder, seed))}
    if statement.name in KNOWN[known]:
        assert found, "judged rightly now: take it off the list of known ones"
        pytest.xfail(str(found))
    assert not found, statement.text


def marked(statement: Statement) -> object:
    marks = [pytest.mark.slow] if statement.name in KNOWN["slow"] else []
    return pytest.param(statement, id=statement.name, marks=marks)


@pytest.mark.parametrize("statement", [marked(s) for s in STATEMENTS])
def test_a_statement_is_judged_rightly(statement: Statement, tmp_path: Path) -> None:
    checked_at(statement, tmp_path, [0], "always")


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement", [pytest.param(s, id=s.name) for s in STATEMENTS if s.name not in KNOWN["slow"]]
)
def test_it_is_judged_rightly_at_another_seed(statement: Statement, tmp_path: Path) -> None:
    if statement.name in KNOWN["always"]:
        pytest.xfail("misjudged at the first seed")
    checked_at(statement, tmp_path, [1], "at some seeds")


def main() -> None:
    """Judge all statements again at the first seed, and write the list of known ones anew."""
    with tempfile.TemporaryDirectory() as folder:
        always, slow = [], []
        for statement in STATEMENTS:
            if statement.name in KNOWN["endless"]:
                continue
            start = time.process_time()
            if problem(statement, Path(folder), 0):
                always.append(statement.name)
            if time.process_time() - start > SLOW:
                slow.append(statement.name)
    known = {**KNOWN, "always": sorted(always), "slow": sorted(slow)}
    text = json.dumps(known, indent=1, ensure_ascii=False)
    (FOLDER / "known.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
