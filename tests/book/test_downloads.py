"""What a chapter's download holds; `make test` builds it first."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import nbformat
import pytest
from docutils import nodes
from docutils.utils import new_document
from downloads import files_read, imported, wheel
from lxml import html
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from notebooks import Page, blocks, written
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
BOOK = ROOT / "book"
SOURCES = sorted(BOOK.glob("*.md"))
CHAPTERS = [path.stem for path in SOURCES if "{code-cell}" in path.read_text(encoding="utf-8")]
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(dollarmath_plugin)
chapters = pytest.mark.parametrize("chapter", CHAPTERS)


def contents(chapter: str) -> dict[str, bytes]:
    with ZipFile(SITE / "_downloads" / f"{chapter}.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def downloaded(chapter: str) -> nbformat.NotebookNode:
    [notebook] = [data for name, data in contents(chapter).items() if name.endswith(".ipynb")]
    return nbformat.reads(notebook.decode(), as_version=4)


def tokens(chapter: str) -> list[Token]:
    """Return what Markdown makes of the text cells, what stands in lines of text included."""
    cells = [cell.source for cell in downloaded(chapter).cells if cell.cell_type == "markdown"]
    found = [token for cell in cells for token in MARKDOWN.parse(cell)]
    return [one for token in found for one in [token, *(token.children or [])]]


def article(chapter: str) -> html.HtmlElement:
    page = html.fromstring((SITE / f"{chapter}.html").read_text(encoding="utf-8"))
    return page.xpath("//article")[0]


def words(text: str) -> str:
    return "".join(text.split())


@chapters
def test_the_menu_offers_the_notebook_and_the_source(chapter: str) -> None:
    page = html.fromstring((SITE / f"{chapter}.html").read_text(encoding="utf-8"))
    menu = page.xpath("//*[contains(@class, 'dropdown-download-buttons')]//a")
    assert [(a.get("href"), a.text_content().strip()) for a in menu] == [
        (f"_downloads/{chapter}.zip", "Notebook (.zip)"),
        (f"_sources/{chapter}.md", ".md"),
    ]


@chapters
def test_a_notebook_is_valid_and_has_its_outputs(chapter: str) -> None:
    notebook = downloaded(chapter)
    nbformat.validate(notebook)
    first, *rest = notebook.cells
    [line] = [line for line in first.source.splitlines() if not line.startswith("#")]
    [name] = [Path(name).name for name in contents(chapter) if name.endswith(".whl")]
    assert re.fullmatch(rf'%pip install .* "\./{re.escape(name)}\[notebooks\]"', line)
    code = [cell for cell in rest if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    kinds = {output.output_type for cell in code for output in cell.outputs}
    assert kinds
    assert kinds <= {"execute_result", "display_data", "stream"}


@chapters
def test_a_figure_can_be_seen_before_the_notebook_is_trusted(chapter: str) -> None:
    """Jupyter shows SVG, which may hold scripts, only after the notebook was run."""
    outputs = [o for cell in downloaded(chapter).cells for o in cell.get("outputs", [])]
    figures = [o.data for o in outputs if "image/svg+xml" in o.get("data", {})]
    assert len(figures) == len(article(chapter).xpath(".//figure"))
    assert [set(data) for data in figures if "image/png" not in data] == []


@chapters
def test_no_markup_of_the_source_is_left(chapter: str) -> None:
    text = [token.content for token in tokens(chapter) if token.type in {"text", "html_block"}]
    assert text
    assert [part for part in text if re.search(r"\{[\w:]+\}|:::|^:\w+:|^%|\$", part)] == []
    assert [t.info for t in tokens(chapter) if t.type == "fence" and "{" in t.info] == []


@chapters
def test_every_displayed_equation_is_there_with_its_number(chapter: str) -> None:
    blocks = [token.content for token in tokens(chapter) if token.type == "math_block"]
    page = article(chapter)
    assert len(blocks) == len(page.xpath(".//math[@display='block']"))
    tags = [re.findall(r"\\tag\{(.*?)\}", latex) for latex in blocks]
    shown = [re.findall(r"[\d.]+", e.text) for e in page.xpath(".//*[@class='eqno']")]
    assert tags == shown


@chapters
def test_the_text_is_that_of_the_page(chapter: str) -> None:
    """Each paragraph, heading, title and caption, but for the mathematics in it."""
    page = article(chapter)
    for part in page.xpath(
        ".//math | .//*[contains(@class, 'headerlink') or contains(@class, 'mathcheck')]"
    ):
        part.drop_tree()
    kinds = "self::p or self::summary or self::h1 or self::h2 or self::h3"
    in_cell = "ancestor::div[contains(concat(' ', @class, ' '), ' cell ')]"
    shown = page.xpath(f".//*[self::figcaption or ({kinds}) and not({in_cell})]")
    assert len(shown) > 5
    leaves = [t for t in tokens(chapter) if not t.children and "math" not in t.type]
    offered = words("".join(leaf.content for leaf in leaves))
    place = 0
    for element in shown:
        text = words(element.text_content())
        place = offered.find(text, place)
        assert place >= 0, element.text_content()


@chapters
def test_a_table_of_the_page_is_a_table(chapter: str) -> None:
    rows = [t for t in tokens(chapter) if t.type == "tr_open"]
    cells = [t for t in tokens(chapter) if t.type in {"th_open", "td_open"}]
    page = article(chapter)
    written_table = ".//table[not(contains(@class, 'numbers'))]"
    assert len(rows) == len(page.xpath(f"{written_table}//tr"))
    assert len(cells) == len(page.xpath(f"{written_table}//*[self::th or self::td]"))


@chapters
def test_a_link_leads_into_the_notebook_or_to_another_site(chapter: str) -> None:
    found = tokens(chapter)
    links = [token.attrGet("href") for token in found if token.type == "link_open"]
    places = re.findall(r'<a id="([^"]*)">', "".join(t.content for t in found if "html" in t.type))
    assert len(places) == len(set(places))
    assert {link[1:] for link in links if link.startswith("#")} == set(places)
    assert [link for link in links if not link.startswith(("#", "https://"))] == []


def test_a_link_to_another_page_needs_the_address_of_the_site() -> None:
    link = nodes.reference("", "(2.1)", refuri="softmax.html#equation-softmax")
    document = new_document("chapter.md")
    document += nodes.paragraph("", "By ", link)
    assert written(document, {}, "") == ["By (2.1)"]
    address = "https://example.org/book/logistic.html"
    assert written(document, {}, address) == [
        "By [(2.1)](https://example.org/book/softmax.html#equation-softmax)"
    ]


def test_a_node_that_is_not_known_is_an_error_with_its_name_and_place() -> None:
    note = nodes.sidebar("")
    note.source, note.line = "chapter.md", 7
    with pytest.raises(ExtensionError, match=r"chapter\.md:7: .*'sidebar'"):
        blocks(nodes.section("", note), Page())


STARTS = ["# a", "## a", "1. a", "2) a", "- a", ">a", "1. a\n- b\n# c"]
MARKS = ["a *b* c", "`a`", "_a_", "~~a~~", "[a](b)", "<b>", "&lt;", r"\a \*", "$a$"]


@pytest.mark.parametrize("text", STARTS + MARKS)
def test_text_stays_text(text: str) -> None:
    [line] = blocks(nodes.paragraph("", text), Page())
    [start, content, _] = MARKDOWN.parse(str(line))
    assert start.type == "paragraph_open"
    leaves = [token for token in content.children or [] if token.type != "softbreak"]
    assert [(leaf.type, leaf.content) for leaf in leaves] == [("text", t) for t in text.split("\n")]


def test_a_cell_interrupts_a_box() -> None:
    cell = nodes.container("", nb_element="cell_code", cell_index=3)
    above, below = nodes.paragraph("", "above"), nodes.math_block("", "a\nb")
    assert blocks(nodes.note("", above, cell, below), Page()) == [
        "> **Note**\n>\n> above",
        3,
        "> $$ a b $$",
    ]


def test_a_bar_does_not_end_a_cell_of_a_table() -> None:
    parts = [nodes.math("", r"|a| + \|b\|"), nodes.literal("", "a|b"), nodes.Text(" a|b")]
    row = nodes.row("", nodes.entry("", nodes.paragraph("", "", *parts)))
    [table] = blocks(nodes.tgroup("", nodes.thead("", row)), Page())
    [cell] = [token for token in MARKDOWN.parse(str(table)) if token.type == "inline"]
    assert [(leaf.type, leaf.content) for leaf in cell.children or []] == [
        ("math_inline", r"\vert a\vert + \Vert b\Vert "),
        ("code_inline", "a|b"),
        ("text", " a|b"),
    ]


def test_the_files_that_a_chapter_reads_are_found(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("data/a.json", "data/b.json", "matplotlibrc"):
        (tmp_path / name).write_text("")
    cell = nbformat.v4.new_code_cell
    folder = tmp_path / "book"
    folder.mkdir()
    reading = cell('%config x = 1\nopen("../data/a.json")\nprint("data", "", "x" * 9)')
    notebook = nbformat.v4.new_notebook(cells=[reading])
    assert files_read(notebook, folder) == {tmp_path / "data/a.json"}
    notebook.cells.append(cell("import matplotlib.pyplot as plt"))
    assert files_read(notebook, tmp_path) == {tmp_path / "matplotlibrc"}
    (tmp_path / "own.py").write_text("")
    notebook.cells.append(cell("from own import one\nimport absent"))
    assert files_read(notebook, tmp_path) == {tmp_path / "matplotlibrc", tmp_path / "own.py"}
    assert {Path(n).name for n in contents("scale")} >= {"scale.json", "matplotlibrc"}


def test_the_wheel_is_built_when_the_project_changes(tmp_path: Path) -> None:
    project, folder = tmp_path / "project", tmp_path / "wheel"
    package = project / "src" / "small"
    package.mkdir(parents=True)
    (project / "README.md").write_text("Small.")
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "small"\nversion = "1"\n'
    )
    (package / "__init__.py").write_text("a = 1\n")
    first = wheel(project, folder)
    assert wheel(project, folder) == first
    (package / "__init__.py").write_text("a = 2\n")
    second = wheel(project, folder)
    assert not first.exists()
    assert ZipFile(second).read("small/__init__.py") == b"a = 2\n"
    (project / "pyproject.toml").write_text("[project]\n")
    with pytest.raises(ExtensionError, match="can't be built"):
        wheel(project, folder)


def test_the_wheel_of_a_download_is_that_of_the_project() -> None:
    [built] = [data for name, data in contents("softmax").items() if name.endswith(".whl")]
    source = {p: p.read_bytes() for p in (ROOT / "src").rglob("*.py")}
    with ZipFile(BytesIO(built)) as archive:
        assert {
            path: archive.read(path.relative_to(ROOT / "src").as_posix()) for path in source
        } == source


def test_the_extra_names_what_the_chapters_import() -> None:
    """A part of the project that needs more has an extra of its own name."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    extras = {
        name: {re.split(r"[>\[]", requirement)[0] for requirement in requirements}
        for name, requirements in project["optional-dependencies"].items()
    }
    modules = set().union(*(imported(downloaded(chapter)) for chapter in CHAPTERS))
    own_modules = {path.stem for path in [*(ROOT / "src").iterdir(), *BOOK.glob("*.py")]}
    tops = {module.split(".")[0] for module in modules} - own_modules - sys.stdlib_module_names
    distributions = {packages_distributions()[top][0] for top in tops}
    parts = {module.removeprefix("softmax_theory.").split(".")[0] for module in modules} & set(
        extras
    )
    [own] = [r for r in project["optional-dependencies"]["notebooks"] if "softmax-theory" in r]
    assert set(re.findall(r"\w+", own.partition("[")[2])) == parts
    indirect = set().union(*(extras[part] for part in parts)) | {"numpy"}
    assert extras["notebooks"] - {"softmax-theory"} == distributions - indirect
