"""The command line: exit status, the report in words and in JSON, mutation, explanation."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mathcheck.__main__ import main

TABLE = "```{symbols}\na, b : real : - : numbers\nn : size 2..3 : - : a size\n```\n\n"
HOLDS = "```{math}\n:label: square\n(a - b)^2 = a^2 - 2 a b + b^2\n```\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chapter.md"


def test_what_holds_exits_with_zero(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(TABLE + HOLDS, encoding="utf-8")
    assert main([str(file)]) == 0
    assert capsys.readouterr().out == "1 equation: 1 checked (1 proved)\n"


def test_what_does_not_hold_is_named_by_file_line_and_label(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(TABLE + HOLDS.replace("- 2 a b", "+ 2 a b"), encoding="utf-8")
    assert main([str(file)]) == 1
    out = capsys.readouterr().out
    assert f"{file.name}:8: [mathcheck] square: = does not hold" in out
    assert "at a = 1, b = 1" in out
    assert "it holds if the plus sign before 2 a b is read as minus" in out


def test_json_has_an_object_for_each_equation(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(TABLE + HOLDS + "\nSo is $q = 1$ and $a$.\n", encoding="utf-8")
    assert main(["--json", str(file)]) == 1
    first, second, third = json.loads(capsys.readouterr().out)
    assert set(first) == {
        *("file", "line", "label", "status", "comparisons", "python", "largest_difference"),
        *("seconds", "message", "display", "grade"),
    }
    assert (first["label"], first["status"], first["line"]) == ("square", "checked", 8)
    assert (second["label"], second["status"]) == ("chapter:11", "refused")
    assert "q is not in the symbol table" in second["message"]
    assert third["status"] == "read"


def test_what_cannot_be_run_exits_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "nothing.md")]) == 2
    (tmp_path / "some.md").write_text("Nothing.\n", encoding="utf-8")
    assert main(["--module", "no_such_module", str(tmp_path / "some.md")]) == 2
    assert "no_such_module" in capsys.readouterr().err
    assert main(["--explain", str(tmp_path / "some.md"), "label"]) == 2


def test_mutation_lists_what_goes_unnoticed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(TABLE + HOLDS, encoding="utf-8")
    assert main(["--mutate", str(file)]) == 0
    assert "100.00 percent" in capsys.readouterr().out
    loose = "```{math}\n:label: loose\n-1 < \\tanh(a) < 1\n```\n"
    file.write_text(TABLE + loose, encoding="utf-8")
    assert main(["--mutate", str(file)]) == 1
    assert "loose: 1 is read as 2" in capsys.readouterr().out
    file.write_text(TABLE + loose.replace("loose\n", "loose\n:sharp:\n"), encoding="utf-8")
    main(["--mutate", str(file)])
    assert "1 is read as 2" not in capsys.readouterr().out


def test_an_equation_is_explained(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(TABLE + HOLDS, encoding="utf-8")
    assert main(["--explain", str(file), "square"]) == 0
    assert "((a plus minus(b)) to the power 2)" in capsys.readouterr().out


@pytest.mark.parametrize("order", ["notation\nfirst\nsecond", "first\nsecond\nnotation"])
def test_a_chapter_of_a_book_knows_the_notation_and_what_comes_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], order: str
) -> None:
    toctree = f"# Book\n\n```{{toctree}}\n{order}\n```\n"
    (tmp_path / "index.md").write_text(toctree, encoding="utf-8")
    (tmp_path / "notation.md").write_text(
        TABLE.replace("n : size", "f : function : - : a function\nn : size"), encoding="utf-8"
    )
    definition = "```{math}\n:defines: f(a)\nf(a) = a^2 + 1\n```\n"
    (tmp_path / "first.md").write_text(definition, encoding="utf-8")
    (tmp_path / "second.md").write_text("It follows that $f(2) = 5$.\n", encoding="utf-8")
    assert main([str(tmp_path / "second.md")]) == 0
    assert capsys.readouterr().out == "1 equation: 1 checked (1 proved)\n"
    assert main([str(tmp_path / "first.md"), str(tmp_path)]) == 0


def test_two_runs_print_the_same_in_any_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = []
    for name in ("here", "there"):
        folder = tmp_path / name
        folder.mkdir()
        text = TABLE + HOLDS.replace("- 2 a b", "+ 2 a b")
        (folder / "chapter.md").write_text(text, encoding="utf-8")
        monkeypatch.chdir(folder)
        main(["chapter.md"])
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    main(["--seed", "3", "chapter.md"])
    assert "does not hold" in capsys.readouterr().out


def test_a_name_of_a_chapters_own_table_is_defined_to_its_end(tmp_path: Path, capsys) -> None:
    (tmp_path / "index.md").write_text("```{toctree}\nnotation\none\ntwo\n```\n")
    (tmp_path / "notation.md").write_text(
        "```{symbols}\nx : real : - : x\n\\xi : function : - : f\n```\n"
    )
    own = "```{symbols}\n\\xi : name : - : a name, here\n```\n{defines}`\\xi = x + 1`\n"
    (tmp_path / "one.md").write_text(own + "$\\xi = 1 + x$\n")
    (tmp_path / "two.md").write_text(
        "{defines}`\\xi(x) = 2 x`, so $\\xi(x) = x + x$, and $\\xi = 2$.\n"
    )
    assert main([str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "5 equations: 2 checked (2 proved), 2 defines, 1 refused" in out
    assert "two.md:1" in out


@pytest.mark.slow
def test_mutants_come_in_the_same_order_in_every_process() -> None:
    code = (
        "from mathcheck.mutants import mutants; from mathcheck.symbols import *\n"
        "lines = ['C : size 2..3 : - : s', 'i, j, k : index C : - : i', 'a, b, c : real : - : n']\n"
        "lines += [r'\\mathbf{u}, \\mathbf{v} : real[C] : - : v']\n"
        "lines += [r'\\mathbf{U}, \\mathbf{W} : real[C, C] : - : m']\n"
        "table = Table({}).extended(entries(parse_symbols(lines), Table({})))\n"
        "for m in mutants(r'u_i a + v_j b = u_{ij} c + w_{jk}', table): print(m)"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in "123456"
    }
    assert len(printed) == 1
    assert printed.pop().count(b"\n") > 20
