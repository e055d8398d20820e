"""The built site holds what it promises; `make test` builds it first."""

import json
import re
import unicodedata
from pathlib import Path
from urllib.parse import unquote, urlsplit

import imagesize
import pytest
from fontTools.ttLib import TTFont
from lxml import html

import softmax_theory

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
SOURCES = sorted((ROOT / "book").glob("*.md"))
PAGES = sorted(page for page in SITE.glob("*.html") if page.name != "404.html")
CHAPTERS = [path for path in SOURCES if "{code-cell}" in path.read_text(encoding="utf-8")]
names = [path.name for path in PAGES]
# A warning implements no equation.
FUNCTIONS = [n for n in softmax_theory.__all__ if not n.endswith("Warning")]


def tree(page: Path) -> html.HtmlElement:
    return html.fromstring(page.read_text(encoding="utf-8"))


def written(chapter: Path) -> str:
    """The text of a chapter without the cells that hold a text with fences of its own."""
    text = chapter.read_text(encoding="utf-8")
    return re.sub(r"^(`{4,})\{code-cell\}.*?^\1$", "", text, flags=re.S | re.M)


def test_every_source_has_a_page() -> None:
    assert SOURCES
    assert {path.stem for path in SOURCES} <= {path.stem for path in PAGES}


def parts() -> list[list[Path]]:
    """The chapters of the numbered tables of contents of the front page."""
    index = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
    contents = re.findall(r"```\{toctree\}\n(.*?)```", index, flags=re.S)
    return [
        [ROOT / "book" / f"{name}.md" for name in re.findall(r"^[a-z-]+$", block, flags=re.M)]
        for block in contents
        if ":numbered:" in block
    ]


@pytest.mark.parametrize(
    "chapter", [path for part in parts() for path in part], ids=lambda path: path.stem
)
def test_a_chapter_says_what_one_needs_and_what_was_shown(chapter: Path) -> None:
    text = chapter.read_text(encoding="utf-8")
    opening, *sections = re.split(r"^## ", text, flags=re.M)
    assert re.search(r"\?\n", opening)
    assert re.search(r"\b(?:You|This chapter) needs? ", opening)
    assert sections[-1].startswith("What was shown\n")
    assert re.search(r"\]\([a-z-]+\.md\)[^\n]*\n*\Z", sections[-1])
    for figure in re.findall(r"^    name: ([\w-]+)$", text, flags=re.M):
        assert f"{{numref}}`{figure}`" in text, figure


@pytest.mark.parametrize("chapter", parts()[0], ids=lambda path: path.stem)
def test_a_chapter_of_the_first_part_has_six_exercises_with_their_difficulty(
    chapter: Path,
) -> None:
    text = chapter.read_text(encoding="utf-8")
    marks = re.findall(r"```\{exercise\}\n:label: [\w-]+\n\((\w+)\) ", text)
    assert len(marks) == text.count("```{exercise}") >= 6
    assert set(marks) <= {"easy", "medium", "hard", "implement", "experiment"}
    assert {"implement", "experiment"} & set(marks)
    assert text.count("{solution-start}") == len(marks)


def test_the_text_counts_the_errata_rightly() -> None:
    errata, index = ((ROOT / "book" / f"{n}.md").read_text("utf-8") for n in ("errata", "index"))
    words = {7: "seven", 8: "eight", 9: "nine", 10: "ten"}
    number = len(re.findall(r"^## ", errata, flags=re.M))
    assert f"has {words[number]} errors" in errata
    assert f"this and {words[number - 1]} more" in index


def test_the_second_part_goes_on_with_the_numbers_of_the_first() -> None:
    first, second = parts()
    for number, chapter in enumerate([*first, *second], start=1):
        [shown] = tree(SITE / f"{chapter.stem}.html").xpath(
            "//h1/span[@class='section-number']/text()"
        )
        assert shown.strip() == f"{number}."


def test_the_first_chapter_follows_the_front_page() -> None:
    (following,) = tree(SITE / "index.html").xpath("//link[@rel='next']/@href")
    assert following == "one-flower.html"


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_no_link_inside_the_site_is_broken(page: Path) -> None:
    for element in tree(page).iter("a"):
        href = element.get("href")
        if href is None or urlsplit(href).scheme:
            continue
        parts = urlsplit(href)
        target = page.parent / unquote(parts.path) if parts.path else page
        assert target.exists(), href
        if parts.fragment and target.suffix == ".html":
            ids = set(tree(target).xpath("//@id"))
            assert unquote(parts.fragment) in ids, href


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_nothing_is_loaded_from_another_host(page: Path) -> None:
    document = tree(page)
    loaded = document.xpath("//@src") + document.xpath("//link[@rel!='canonical']/@href")
    assert loaded
    assert [url for url in loaded if urlsplit(url).netloc] == []


def test_no_style_sheet_imports_from_another_host() -> None:
    sheets = list(SITE.rglob("*.css"))
    assert sheets
    imports = re.compile(r"(?:@import\s+|url\()[\"']?((?:https?:)?//[^\"')]+)")
    assert {s.name: f for s in sheets if (f := imports.findall(s.read_text("utf-8")))} == {}


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_image_has_alternative_text(page: Path) -> None:
    for image in tree(page).iter("img"):
        assert len(image.get("alt", "").split()) > 3, image.get("src")


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_image_has_the_size_of_its_picture(page: Path) -> None:
    for image in tree(page).iter("img"):
        size = imagesize.get(SITE / unquote(image.get("src")))
        assert (int(image.get("width")), int(image.get("height"))) == pytest.approx(size, abs=1)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_every_displayed_equation_is_labelled_and_near_its_code(chapter: Path) -> None:
    """It names code, or says why none, or a cell follows before the next equation or heading."""
    text = written(chapter)
    blocks = re.findall(r"```\{math\}\n(.*?)```(.*?)(?=```\{math\}|\n## |\Z)", text, flags=re.S)
    assert len(blocks) == text.count("```{math}")
    for options, following in blocks:
        assert ":label:" in options, options
        assert re.search(":python:|:no-code:", options) or "{code-cell}" in following, options
    assert "$$" not in text


def test_every_public_function_is_used_in_a_chapter() -> None:
    cells = "".join(
        cell
        for path in CHAPTERS
        for cell in re.findall(r"```\{code-cell\}.*?```", path.read_text("utf-8"), flags=re.S)
    )
    assert [n for n in FUNCTIONS if not re.search(rf"\b{n}\(", cells)] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_lists_the_equations_that_it_implements(name: str) -> None:
    entry = tree(SITE / "reference.html").xpath(f"//dt[@id='softmax_theory.{name}']/..")
    assert len(entry) == 1
    assert entry[0].xpath(".//p[contains(@class, 'implements')]//a/@href")


def test_the_equations_of_a_function_are_listed_in_the_order_of_the_book() -> None:
    lines = tree(SITE / "reference.html").xpath("//p[contains(@class, 'implements')]")
    numbers = [
        [(int(chapter), int(equation)) for chapter, equation in re.findall(r"(\d+)\.(\d+)", text)]
        for text in (line.text_content() for line in lines)
    ]
    assert max(map(len, numbers)) > 2
    assert numbers == [sorted(line) for line in numbers]


def test_a_mark_leads_to_the_source_of_the_functions_that_it_compares() -> None:
    """The equation of the softmax function, say, to the line of `softmax`."""
    pages = [tree(page) for page in PAGES]
    found = [
        href
        for page in pages
        for href in page.xpath("//details[contains(@class, 'mathcheck')]//a/@href")
        if href.startswith("_modules")
    ]
    assert "_modules/softmax_theory/softmax.html#softmax" in found
    for href in found:
        path, name = href.split("#")
        [start] = tree(SITE / path).xpath(f"//div[@id='{name}']")
        assert f"def {name}(" in start.text_content() or f"class {name}" in start.text_content()
    named = {n for source in SOURCES for n in re.findall(r":python: .*", source.read_text("utf-8"))}
    assert len({href.split("#")[1] for href in found}) == len(
        {n for line in named for n in re.findall(r"\w+", line) if n in softmax_theory.__all__}
    )


def test_the_font_has_every_character_of_the_mathematics() -> None:
    """Also the mathematical italics, with which a browser draws a single letter in `<mi>`."""
    characters = TTFont(SITE / "_static" / "fonts" / "math.woff2").getBestCmap()
    files = (SITE / "_static" / "equations").glob("*.js")
    loaded = [json.loads(f.read_text("utf-8").partition(" = ")[2].rstrip(";\n")) for f in files]
    answers = [html.fromstring(answer["html"]) for page in loaded for answer in page.values()]
    assert len(answers) > 100
    printed = set()
    for part in (*map(tree, PAGES), *answers):
        printed |= set("".join(part.xpath("//math//*[not(self::annotation)]/text()")))
    assert {"σ", "𝐳"} <= printed  # noqa: RUF001
    invisible = {c for c in printed if unicodedata.category(c) in {"Cc", "Cf", "Mn", "Zs"}}
    assert sorted(c for c in printed - invisible if ord(c) not in characters) == []
    # A root has its sign from the font, which stands in no text.
    assert {ord(c) for c in "ℎ𝑧𝑦𝐶𝜎𝜏√"} <= characters.keys()


def test_mathematics_is_mathml() -> None:
    document = tree(SITE / "softmax.html")
    assert len(document.xpath("//math[@display='block']")) >= 6
    assert [url for url in document.xpath("//script/@src") if "mathjax" in url.lower()] == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_every_displayed_equation_keeps_its_latex_as_written(chapter: Path) -> None:
    blocks = re.findall(r"```\{math\}\n(?::[^\n]*\n)*(.*?)\n```", written(chapter), flags=re.S)
    page = tree(SITE / f"{chapter.stem}.html")
    assert page.xpath("//math[@display='block']//annotation/text()") == blocks
    marks = page.xpath("//details[contains(@class, 'mathcheck')]//pre")
    assert [mark.text_content().rstrip("\n") for mark in marks] == blocks


def test_no_accent_is_kept_from_fitting_its_letter() -> None:
    """With `stretchy="false"` WebKit draws it far above."""
    accents = [a for page in PAGES for a in tree(page).xpath("//mover[@accent='true']/mo[last()]")]
    assert accents
    assert [accent for accent in accents if accent.get("stretchy") == "false"] == []
