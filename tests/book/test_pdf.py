"""The book on paper; the PDF is printed once for all tests here."""

import re
import tomllib
from pathlib import Path

import chromium
import pikepdf
import pypdfium2
import pytest
from joined import LEGIBLE, NOT_ON_PAPER, address, joined, names_of_pages
from lxml import html
from pdf import STYLE, page_numbers, print_document
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
POINTS = 72 / 25.4
MARGIN = 26 * POINTS
OVERHANG = 3  # of an italic letter

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def document() -> html.HtmlElement:
    return joined(SITE, STYLE)


@pytest.fixture(scope="module")
def path(document: html.HtmlElement, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return print_document(document, tmp_path_factory.mktemp("pdf"), "book")


@pytest.fixture(scope="module")
def pdf(path: Path) -> pikepdf.Pdf:
    with pikepdf.open(path) as pdf:
        yield pdf


@pytest.fixture(scope="module")
def texts(path: Path) -> list[str]:
    return [
        " ".join(page.get_textpage().get_text_range().split())
        for page in pypdfium2.PdfDocument(path)
    ]


def test_every_page_of_the_book_is_a_chapter(document: html.HtmlElement) -> None:
    sources = {path.stem for path in (ROOT / "book").glob("*.md")} - NOT_ON_PAPER
    assert sources <= set(names_of_pages(SITE))
    assert {a.get("id") for a in document.xpath("//article")} >= sources


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("softmax.html#x%20y", "#softmax--x y"),
        ("softmax.html", "#softmax"),
        ("#x", "#index--x"),
        ("_modules/x.html#y", None),
        ("_downloads/x.zip", None),
        ("https://example.org/softmax.html", "https://example.org/softmax.html"),
    ],
)
def test_a_link_stays_within_the_document(href: str, target: str | None) -> None:
    assert address(href, "index", ["index", "softmax"]) == target


def test_every_link_within_the_document_has_its_target(document: html.HtmlElement) -> None:
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))
    links = {href.removeprefix("#") for href in document.xpath("//a/@href") if href[0] == "#"}
    assert len(links) > 300
    assert links - set(ids) == set()


def test_the_solutions_stand_at_the_end_of_their_chapter(document: html.HtmlElement) -> None:
    solutions = document.xpath("//section[contains(@id, '--solutions')]/div")
    assert len(solutions) > 50
    for solution in solutions:
        assert solution.getparent().get("id").endswith("--solutions")
        assert solution.getparent().getnext() is None
    assert len(document.xpath("//p[contains(@class, 'to-solution')]/a")) == len(solutions)


def test_the_contents_name_the_page_on_which_each_heading_stands(
    document: html.HtmlElement, texts: list[str], pdf: pikepdf.Pdf
) -> None:
    numbers = page_numbers(pdf)
    lines = document.xpath("//section[@class='contents']/p/a")
    assert len(lines) > 150
    in_contents = " ".join(texts[1 : numbers["index"] - 1])
    for line in lines:
        heading, number = line.findtext("span"), numbers[line.get("href").removeprefix("#")]
        plain = re.sub(r"\W+", "", heading)
        assert plain in re.sub(r"\W+", "", texts[number - 1]), heading
        assert f"{plain}{number}" in re.sub(r"\W+", "", in_contents), heading
    for number, text in enumerate(texts[1:], 2):
        assert str(number) in text.split()[:12] + text.split()[-12:]


def test_the_outline_has_every_chapter_and_section(
    document: html.HtmlElement, pdf: pikepdf.Pdf
) -> None:
    with pdf.open_outline() as outline:
        chapters = [item.title for item in outline.root]
        sections = [child.title for item in outline.root for child in item.children]
    lines = document.xpath("//section[@class='contents']/p")
    expected = {
        level: [p.findtext("a/span") for p in lines if p.get("class") == f"level-{level}"]
        for level in (1, 2)
    }
    assert chapters == ["Contents", *expected[1]]
    assert sections == expected[2]


def test_the_pdf_is_tagged_and_its_formulas_have_their_latex(
    document: html.HtmlElement, pdf: pikepdf.Pdf
) -> None:
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.Lang == "en"
    assert str(pdf.docinfo.Title) == document.findtext(".//title")
    elements = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/S" in o]
    formulas = [str(o.Alt) for o in elements if o.S == "/Formula"]
    latex = document.xpath("//*[@class='formula']/@aria-label")
    assert len(latex) > 1000
    assert sorted(formulas) == sorted(latex)
    assert {"/H1", "/H2", "/P", "/Table", "/L", "/Figure", "/Link"} <= {
        str(o.S) for o in elements if isinstance(o.S, pikepdf.Name)
    }
    assert all(str(o.get("/Alt", "")) for o in elements if o.S == "/Figure")


def test_the_title_page_says_who_wrote_which_version(pdf: pikepdf.Pdf, texts: list[str]) -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"Version {package['version']}" in texts[0]
    assert "the softmax-theory authors" in texts[0]
    assert str(pdf.docinfo.Author) == "The softmax-theory authors"


def test_a_label_of_the_bibliography_ends_before_the_entry(
    pdf: pikepdf.Pdf, texts: list[str]
) -> None:
    pages = " ".join(texts[page_numbers(pdf)["bibliography"] - 1 :])
    assert len(re.findall(r"\[\w{4,}\] \w", pages)) > 30
    assert re.findall(r"\[\w{4,}\]\w+", pages) == []


def test_only_code_that_draws_a_figure_is_left_out(document: html.HtmlElement) -> None:
    chapters = {chapter.get("id"): chapter.text_content() for chapter in document.iter("article")}
    assert chapters["errata"].index("import check_text") < chapters["errata"].index('said["loss"]')
    printed = "the divergence, and the length of the upright line: "
    assert chapters["geometry"].count(printed) == 2  # in the code, and below it
    assert 'axes.axis("off")' not in "".join(chapters.values())


def test_what_a_slip_changes_is_struck_through_in_red(path: Path, texts: list[str]) -> None:
    number = next(number for number, text in enumerate(texts) if "Leave out" in text)
    page = pypdfium2.PdfDocument(path)[number]
    words = page.get_textpage()
    above, below = (
        words.get_charbox(words.search(text).get_next()[0])
        for text in ("Leave out", "Does not hold: left = 0.25")
    )
    # What is cut off at the left, bottom, right and top, so that the equation stays.
    edges = (MARGIN, below[3], MARGIN, page.get_height() - above[1])
    equation = page.render(scale=2, crop=edges).to_pil().convert("RGB")
    colours = equation.getcolors(equation.width * equation.height)
    red = sum(count for count, (r, g, b) in colours if r > 140 and max(g, b) < 90)
    assert red > 50


def test_a_page_printed_from_a_browser_shows_what_the_book_says_to_a_slip(tmp_path: Path) -> None:
    target = tmp_path / "front-page.pdf"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        page = browser.new_page()
        page.goto((SITE / "index.html").as_uri())
        page.pdf(path=target)
    text = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(target))
    assert text.count("Does not hold") == 3


def test_no_line_of_code_is_wider_than_the_page_at_the_smallest_size(
    document: html.HtmlElement,
) -> None:
    cells = document.xpath("//div[contains(@class, 'cell_input')]//pre")
    widths = [max(map(len, cell.text_content().splitlines())) for cell in cells]
    assert len(widths) > 200
    assert max(widths) <= LEGIBLE
    assert [int(cell.get("style").removeprefix("--columns: ")) for cell in cells] == widths


def test_no_text_is_cut_off_or_in_a_margin(path: Path) -> None:
    outside = []
    for number, page in enumerate(pypdfium2.PdfDocument(path), 1):
        text = page.get_textpage()
        for i in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(i)
            across = left < MARGIN - OVERHANG or right > page.get_width() - MARGIN + OVERHANG
            if across or bottom < 10 * POINTS or top > page.get_height() - 8 * POINTS:
                outside.append((number, text.get_text_bounded(left, bottom, right, top)))
    assert outside == []
