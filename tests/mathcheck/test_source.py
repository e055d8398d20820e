"""The tutorial that the book grew out of: its errors are found, each for its reason."""

from pathlib import Path

from mathcheck.book import check_book, read_book

FOLDER = Path(__file__).parent / "source"
# What must be said, by the label of the equation, or its place; the numbers are those of the
# errata page of the book.
ERRORS = [
    ("normaliser", "the condition is on c, which does not occur"),  # 7
    ("product", "the product binds i, which does not occur in it; read as c for i"),  # 2
    ("product", "the product binds i, which does not occur in it; read as c for i"),
    ("product", "the product binds i, which does not occur in it; read as c for i"),
    ("product", r"(an entry of \mathbf{t} \mid \mathbf{z}); there is P(t = c \mid"),  # 8
    ("loss", "the product binds i, which does not occur in it; read as c for i"),  # 2
    ("loss", "the sum binds i, which does not occur in it; read as c for i"),
    ("loss", "the two sides differ by the sign alone"),  # 1
    ("two", "the index c is free on the right side alone"),  # 3
    ("two", "it holds if y is read as z"),  # 4
    ("source:105", "C is a number, not a set"),  # 9
    ("batch", "the sum binds i, which is bound already; read as c for i"),  # 2
    ("batch", "it holds if y is read as z"),  # 4
]


def messages(name: str) -> list[tuple[str, str, int]]:
    """Return what is wrong with a document: the names of equations, the words, the lines."""
    found = []
    for one in check_book(read_book([FOLDER / name])):
        if not one.result.passed:
            found += [(one.equation.name, text, line) for line, text in one.messages]
    return found


def test_each_error_is_reported_at_its_line_and_nothing_else() -> None:
    found = messages("source.md")
    assert [name for name, _, _ in found] == [name for name, _ in ERRORS]
    for (_, text, _), (_, words) in zip(found, ERRORS, strict=True):
        assert words in text
    lines = (FOLDER / "source.md").read_text(encoding="utf-8").splitlines()
    for name, _, line in found:
        if ":" not in name:
            # The message stands at the text of the equation, below its options.
            assert f":label: {name}" in lines[line - 4 : line]


def test_repaired_it_holds() -> None:
    assert messages("repaired.md") == []


def test_the_two_differ_where_the_errors_are() -> None:
    printed, repaired = (
        (FOLDER / name).read_text(encoding="utf-8").splitlines()
        for name in ("source.md", "repaired.md")
    )
    different = [n for n, (a, b) in enumerate(zip(printed, repaired, strict=True), 1) if a != b]
    wrong = {line for _, _, line in messages("source.md")}
    # The batch's definition names the function with its other argument.
    assert set(different) == wrong | {max(wrong) - 1}
