"""Only passes are remembered, and only while nothing that they use has changed."""

import json
import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from mathcheck import book
from mathcheck.book import check_book, read_book
from mathcheck.documents import document_of

TEXT = r"""
```{symbols}
x : real : - : a number
f, g : function : - : functions
```

{defines}`f(x) = x + 1` and {defines}`g(x) = 2 x`.
So $f(x) - 1 = x$, and $g(x) = x + x$, and $f(x) = x + 2$.
"""


@pytest.fixture
def evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Check a text with what was remembered, and return what was evaluated."""
    memory: dict[str, Any] = {}
    seen: list[str] = []
    judged = book.judged

    def noted(reading: Any) -> Any:
        seen.append(reading.text)
        return judged(reading)

    monkeypatch.setattr(book, "judged", noted)

    def run(text: str) -> tuple[list[str], list[str]]:
        (tmp_path / "text.md").write_text(text, encoding="utf-8")
        seen.clear()
        documents = read_book([tmp_path / "text.md"])
        statuses = [c.result.status for c in check_book(documents, passed=memory)]
        kept = json.loads(json.dumps(memory))
        memory.clear()
        memory.update(kept)
        return list(seen), statuses

    return run


def test_a_pass_is_kept_and_a_failure_is_not(evaluated: Any) -> None:
    all_of_them, first = evaluated(TEXT)
    assert len(all_of_them) == 5
    again, second = evaluated(TEXT)
    assert again == ["f(x) = x + 2"]
    assert first == second == ["defines", "defines", "checked", "checked", "failed"]


def test_a_changed_definition_is_noticed_where_it_is_used(evaluated: Any) -> None:
    evaluated(TEXT)
    again, statuses = evaluated(TEXT.replace("g(x) = 2 x", "g(x) = 3 x"))
    assert again == ["g(x) = 3 x", "g(x) = x + x", "f(x) = x + 2"]
    assert statuses[3] == "failed"


def test_a_changed_symbol_is_noticed(evaluated: Any) -> None:
    evaluated(TEXT)
    again, _ = evaluated(TEXT.replace("x : real", "x : positive"))
    assert len(again) == 5
    again, _ = evaluated(TEXT.replace("f, g :", "h, f, g :").replace("x : real", "x : positive"))
    assert again == ["f(x) = x + 2"]


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_several_processes_say_what_one_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MANY", 2)
    document = document_of(f"{TEXT}\n$$x / 0 = 1$$\n", Path("text.md"), "text.md")
    alone, together = (
        [(c.equation, c.result) for c in check_book([document], processes=number)]
        for number in (1, 2)
    )
    assert alone == together
    assert {r.status for _, r in together} == {"defines", "checked", "failed", "refused"}
