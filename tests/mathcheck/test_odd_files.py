"""What can't be read is said in one line: the file, its line, what it is, what is expected."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mathcheck.__main__ import main

TABLE = "```{symbols}\na, b : real : - : numbers\n```\n\n"
HOLDS = "```{math}\n:label: square\n(a - b)^2 = a^2 - 2 a b + b^2\n```\n"
BOOK = "# Book\n\n```{toctree}\nchapter\n```\n"

Printed = pytest.CaptureFixture[str]


def run(capsys: Printed, *arguments: str | Path) -> tuple[int, str]:
    """Return the exit status, and all that was printed."""
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as end:
        status = int(end.code or 0)
    printed = capsys.readouterr()
    return status, printed.out + printed.err


def linked_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def holding(content: bytes) -> Callable[[Path], None]:
    return lambda path: (path.write_bytes(content), None)[1]


UNREADABLE = [
    (linked_to("/dev/zero"), 1, "this is a device; expected a text file"),
    (os.mkfifo, 1, "this is a named pipe; expected a text file"),
    (Path.mkdir, 1, "this is a folder; expected a text file"),
    (linked_to("nowhere"), 1, "it can't be opened: No such file"),
    (linked_to("chapter.md"), 1, "it can't be opened: Too many levels of symbolic links"),
    (holding(b"a\n\n\xe9t\xe9\n"), 3, "the byte 0xe9 is not UTF-8; save the file in UTF-8"),
    (holding("$a = a$".encode("utf-16")), 1, "a NUL byte; expected text in UTF-8"),
    (holding(b"a\n\0\n"), 2, "a NUL byte; expected text in UTF-8"),
    (holding(b"a" * 2_000_001), 1, "it has 2,000,001 bytes; expected at most 2,000,000"),
]


@pytest.mark.parametrize(("make", "line", "message"), UNREADABLE, ids=[m for *_, m in UNREADABLE])
@pytest.mark.parametrize("asked", ["", "chapter.md"], ids=["folder", "file"])
def test_a_file_without_text_is_named(
    tmp_path: Path, capsys: Printed, make, line: int, message: str, asked: str
) -> None:
    (tmp_path / "index.md").write_text(TABLE + HOLDS + BOOK, encoding="utf-8")
    make(tmp_path / "chapter.md")
    if asked and (tmp_path / asked).is_dir():
        pytest.skip("a folder that is asked for is read as one")
    status, printed = run(capsys, tmp_path / asked)
    assert status == 2
    assert f"chapter.md:{line}: [mathcheck] file: {message}" in printed


def test_what_may_not_be_opened_is_named(
    tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "chapter.md"
    file.write_text(TABLE + HOLDS, encoding="utf-8")

    opened = Path.open

    def refuse(path: Path, *arguments: str, **options: str) -> object:
        if path.name == file.name:
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)

    # The tests may run as one who may open everything.
    monkeypatch.setattr(Path, "open", refuse)
    status, printed = run(capsys, file)
    assert status == 2
    assert "chapter.md:1: [mathcheck] file: it can't be opened: Permission denied" in printed


@pytest.mark.parametrize("name", ["chapter.ipynb", "chapter.rst"])
def test_a_file_in_another_format_is_not_taken_for_an_empty_one(
    tmp_path: Path, capsys: Printed, name: str
) -> None:
    (tmp_path / name).write_text("{}", encoding="utf-8")
    status, printed = run(capsys, tmp_path / name)
    assert status == 2
    assert "expected a file in MyST, whose name ends in .md" in printed


@pytest.mark.parametrize("name", ["empty", "x.md"])
def test_a_folder_without_chapters_is_named(tmp_path: Path, capsys: Printed, name: str) -> None:
    (tmp_path / name).mkdir()
    status, printed = run(capsys, tmp_path / name)
    assert status == 2
    assert f"{name}: the folder has no file whose name ends in .md" in printed


@pytest.mark.parametrize("path", ["", "\0", "x" * 5000])
def test_a_path_that_names_nothing_is_no_crash(capsys: Printed, path: str) -> None:
    status, printed = run(capsys, path)
    assert status == 2
    assert "no such file or folder" in printed


SAME = {
    "byte-order mark": b"\xef\xbb\xbf" + (TABLE + HOLDS).encode(),
    "lines of Windows": (TABLE + HOLDS).replace("\n", "\r\n").encode(),
    "lines of old": (TABLE + HOLDS).replace("\n", "\r").encode(),
}


@pytest.mark.parametrize("content", SAME.values(), ids=SAME)
def test_other_marks_of_a_text_change_nothing(
    tmp_path: Path, capsys: Printed, content: bytes
) -> None:
    (tmp_path / "chapter.md").write_bytes(content)
    status, printed = run(capsys, tmp_path / "chapter.md")
    assert status == 0
    assert printed.startswith("1 equation: 1 checked")
    (tmp_path / "chapter.md").write_bytes(content.replace(b"- 2", b"+ 2"))
    assert "chapter.md:7: [mathcheck] square:" in run(capsys, tmp_path / "chapter.md")[1]


BOMB = "\n".join(
    ["a: &a [x, x]", *(f"{y}: &{y} [*{x}, *{x}]" for x, y in zip("abc", "bcd", strict=True))]
)
NAMES = "class, defines, label, name, no-code, no-wrap, nowrap, python, sharp, unchecked, where"
OPTIONS = [
    (":label: 'x\n", 6, "math: the options can't be read: "),
    (":label\n", 6, "math: the options can't be read: expected ':' after key"),
    ("---\nlabel: x\n- y\n---\n", 8, "math: the options can't be read: "),
    ("---\nlabel: x\n", 6, "math: the options begin with ---, and no --- ends them"),
    (f"---\n{BOMB}\n---\n", 7, f"math: unknown option 'a'; expected one of {NAMES}"),
    (":label: x\n:wheer: a = 1\n", 7, "x: unknown option 'wheer'; expected one of class, defines"),
    (":label: x\n:where:\n", 7, "x: the option 'where' has no value"),
    (":label: x\n:label: y\n", 7, "y: the option 'label' is given twice"),
]


@pytest.mark.parametrize(("options", "line", "message"), OPTIONS)
def test_a_malformed_option_is_named_at_its_line(
    tmp_path: Path, capsys: Printed, options: str, line: int, message: str
) -> None:
    text = f"{TABLE}```{{math}}\n{options}a = a + 1\n```\n"
    (tmp_path / "chapter.md").write_text(text, encoding="utf-8")
    status, printed = run(capsys, tmp_path / "chapter.md")
    assert status == 1
    assert f"chapter.md:{line}: [mathcheck] {message}" in printed


def test_an_option_of_a_symbol_table_is_a_row_that_is_none(tmp_path: Path, capsys: Printed) -> None:
    text = TABLE.replace("{symbols}\n", "{symbols}\n:class: wide\n") + HOLDS
    (tmp_path / "chapter.md").write_text(text, encoding="utf-8")
    status, printed = run(capsys, tmp_path / "chapter.md")
    assert status == 1
    assert "chapter.md:2: [mathcheck] symbols: got ':class: wide'; expected" in printed


def test_directives_and_quotations_may_be_nested_to_any_depth_without_a_crash(
    tmp_path: Path, capsys: Printed
) -> None:
    fences = [":" * n + "{note}" for n in range(63, 2, -1)]
    text = "\n".join([*fences, "$a = b$"])
    (tmp_path / "chapter.md").write_text(TABLE + text, encoding="utf-8")
    status, printed = run(capsys, tmp_path / "chapter.md")
    assert status == 1
    assert "chapter.md:25: [mathcheck] note: directives are nested more than 20 deep" in printed
    for deep in ("> " * 3000, "- " * 3000, "[" * 3000, "*a " * 3000, "$" * 3001):
        (tmp_path / "chapter.md").write_text(f"{TABLE}{deep}\n\n{HOLDS}", encoding="utf-8")
        assert "1 checked" in run(capsys, tmp_path / "chapter.md")[1]


TOCTREES = [
    ("gone", "there is no file 'gone'"),
    ("The end <gone>", "there is no file 'gone'"),
    ("/gone", "there is no file '/gone'"),
    ("x" * 300, "there is no file 'xxx"),
    ("\N{COMBINING ACUTE ACCENT}", "there is no file"),
]


@pytest.mark.parametrize(("entry", "message"), TOCTREES)
def test_a_chapter_that_is_missing_is_named_at_its_line(
    tmp_path: Path, capsys: Printed, entry: str, message: str
) -> None:
    (tmp_path / "chapter.md").write_text(TABLE + HOLDS, encoding="utf-8")
    contents = BOOK.replace("chapter", f":maxdepth: 1\n\nchapter\n{entry}")
    (tmp_path / "index.md").write_text(contents, encoding="utf-8")
    status, printed = run(capsys, tmp_path)
    assert status == 1
    assert f"index.md:7: [mathcheck] toctree: {message}" in printed


def test_entries_for_others_are_not_missing(tmp_path: Path, capsys: Printed) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "one.md").write_text(TABLE + HOLDS, encoding="utf-8")
    (tmp_path / "old.rst").write_text("Old\n===\n", encoding="utf-8")
    entries = "self\nold\ngenindex\nElsewhere <https://example.org>\n/part/one.md"
    (tmp_path / "index.md").write_text(BOOK.replace("chapter", entries), encoding="utf-8")
    assert run(capsys, tmp_path) == (0, "1 equation: 1 checked (1 proved)\n")
    every = BOOK.replace("chapter", ":glob:\n\npart/*")
    (tmp_path / "index.md").write_text(every, encoding="utf-8")
    assert run(capsys, tmp_path) == (0, "1 equation: 1 checked (1 proved)\n")


def test_a_long_chain_of_contents_is_read_to_its_end(tmp_path: Path, capsys: Printed) -> None:
    last = 1500
    for number in range(last):
        name = "index" if number == 0 else f"c{number}"
        contents = BOOK.replace("chapter", f"c{number + 1}")
        (tmp_path / f"{name}.md").write_text(contents, encoding="utf-8")
    (tmp_path / f"c{last}.md").write_text(TABLE + HOLDS, encoding="utf-8")
    assert run(capsys, tmp_path) == (0, "1 equation: 1 checked (1 proved)\n")


def test_a_label_that_stands_twice_names_the_first(tmp_path: Path, capsys: Printed) -> None:
    (tmp_path / "chapter.md").write_text(TABLE + HOLDS + "\n$$a = a$$ (square)\n", encoding="utf-8")
    status, printed = run(capsys, tmp_path / "chapter.md")
    assert status == 1
    assert "chapter.md:10: [mathcheck] square: the label stands at" in printed
    assert "chapter.md:5 already" in printed
    (tmp_path / "chapter.md").write_text(TABLE + HOLDS, encoding="utf-8")
    (tmp_path / "index.md").write_text(TABLE + BOOK + "\n" + HOLDS, encoding="utf-8")
    status, printed = run(capsys, tmp_path)
    assert status == 1
    assert "chapter.md:5: [mathcheck] square: the label stands at" in printed
    assert "index.md:11 already" in printed


def test_what_is_included_is_checked_at_its_own_lines(tmp_path: Path, capsys: Printed) -> None:
    (tmp_path / "chapter.md").write_text(
        TABLE + "```{include} part.txt\n:start-after: begins\n```\n", encoding="utf-8"
    )
    (tmp_path / "part.txt").write_text("It\nbegins\n\n" + HOLDS.replace("- 2", "+ 2"))
    status, printed = run(capsys, tmp_path)
    assert status == 1
    assert "part.txt:6: [mathcheck] square: = does not hold" in printed
    (tmp_path / "part.txt").write_text("begins\n\n```{include} part.txt\n```\n")
    status, printed = run(capsys, tmp_path)
    assert status == 1
    assert "files include one another more than 20 deep" in printed
    (tmp_path / "part.txt").unlink()
    status, printed = run(capsys, tmp_path)
    assert status == 1
    assert "chapter.md:5: [mathcheck] include part.txt: it can't be opened" in printed


def test_an_included_file_of_the_folder_is_read_once(tmp_path: Path, capsys: Printed) -> None:
    (tmp_path / "chapter.md").write_text(TABLE + "```{include} a.md\n```\n", encoding="utf-8")
    (tmp_path / "a.md").write_text(HOLDS, encoding="utf-8")
    assert run(capsys, tmp_path) == (0, "1 equation: 1 checked (1 proved)\n")


CONFIGURATIONS = [
    (b"mathcheck_module = (\n", 1, "was never closed"),
    (b"a = 1\n\xe9\n", 2, "the byte 0xe9 is not UTF-8"),
    (b"\0", 1, "a NUL byte"),
    (b"a = " + b"(" * 1000 + b")" * 1000, 1, "too many nested parentheses"),
    (b"a = " + b"-" * 100000 + b"1", 1, ""),
]


@pytest.mark.parametrize(("content", "line", "message"), CONFIGURATIONS)
def test_a_configuration_that_is_no_python_is_named(
    tmp_path: Path, capsys: Printed, content: bytes, line: int, message: str
) -> None:
    (tmp_path / "chapter.md").write_text(TABLE + HOLDS, encoding="utf-8")
    (tmp_path / "conf.py").write_bytes(content)
    status, printed = run(capsys, tmp_path / "chapter.md")
    assert status == 2
    assert f"conf.py:{line}: " in printed
    assert message in printed
    assert "mend it, or give --module" in printed
    assert run(capsys, "--module", "math", tmp_path / "chapter.md")[0] == 0


MODULES = {
    "raise ValueError('no licence')": "ValueError: no licence",
    "import sys; sys.exit('gone')": "SystemExit: gone",
    "1 / 0": "ZeroDivisionError: division by zero",
    "def f(:": "SyntaxError: invalid syntax",
    "__all__ = ['g']": "AttributeError: module 'broken_module' has no attribute 'g'",
    "__all__ = 3": "TypeError: 'int' object is not iterable",
}


@pytest.mark.parametrize(("source", "message"), MODULES.items())
def test_a_module_that_fails_when_it_is_imported_is_named(
    tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch, source: str, message: str
) -> None:
    (tmp_path / "chapter.md").write_text(TABLE + HOLDS, encoding="utf-8")
    (tmp_path / "broken_module.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "broken_module", raising=False)
    status, printed = run(capsys, "--module", "broken_module", tmp_path / "chapter.md")
    assert status == 2
    assert f"the module 'broken_module' can't be used: {message}" in printed


@pytest.mark.parametrize("module", ["..", ".x", "a b", "math.nothing"])
def test_a_module_that_is_none_is_named(tmp_path: Path, capsys: Printed, module: str) -> None:
    (tmp_path / "chapter.md").write_text(TABLE + HOLDS, encoding="utf-8")
    status, printed = run(capsys, "--module", module, tmp_path / "chapter.md")
    assert status == 2
    assert f"mathcheck: the module {module!r} can't be used: " in printed


@pytest.mark.parametrize("module", ["math", "sys", "builtins"])
def test_a_module_without_a_source_can_be_named(
    tmp_path: Path, capsys: Printed, module: str
) -> None:
    (tmp_path / "chapter.md").write_text(TABLE + HOLDS, encoding="utf-8")
    assert run(capsys, "--module", module, tmp_path / "chapter.md")[0] == 0


@pytest.mark.parametrize("seed", ["-1", "x", "1.5", "", "9" * 5000, "1_0", "²"])
def test_a_seed_is_a_whole_number(tmp_path: Path, capsys: Printed, seed: str) -> None:
    (tmp_path / "chapter.md").write_text(TABLE + HOLDS, encoding="utf-8")
    status, printed = run(capsys, f"--seed={seed}", tmp_path / "chapter.md")
    assert status == 2
    assert f"got {seed[:20]!r}"[:-1] in printed
    assert "expected a whole number from 0 to 18446744073709551615" in printed
    assert len(printed) < 600


def test_any_name_of_a_file_can_be_printed(tmp_path: Path) -> None:
    file = os.fsencode(tmp_path) + b"/\xff.md"
    with open(file, "w", encoding="utf-8") as chapter:  # noqa: PTH123, the name is bytes
        chapter.write(TABLE + HOLDS.replace("- 2", "+ 2"))
    command = [sys.executable, "-m", "mathcheck", file]
    plain = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, env=plain, check=False)
    assert done.returncode == 1, done.stderr
    assert r"\udcff.md:7: [mathcheck] square: = does not hold" in done.stdout
