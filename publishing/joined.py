"""Join the built pages of the book into one HTML document for paper.

The ids of a page get its name before them, so that none occurs twice, and links between pages lead
within the document. Only what can be read on paper stays.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import matplotlib as mpl
from lxml import html
from lxml.html import HtmlElement
from lxml.html.builder import E

FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
FACES = [
    ("Paper", "normal", "normal", "STIXGeneral"),
    ("Paper", "normal", "italic", "STIXGeneralItalic"),
    ("Paper", "bold", "normal", "STIXGeneralBol"),
    ("Paper", "bold", "italic", "STIXGeneralBolIta"),
    ("Paper Code", "normal", "normal", "DejaVuSansMono"),
    ("Paper Code", "bold", "normal", "DejaVuSansMono-Bold"),
    ("Paper Signs", "normal", "normal", "DejaVuSans"),
]
ABSENT = (
    "//script|//style|//button|//form|//template"
    "|//a[contains(@class, 'headerlink')]|//*[contains(@class, 'viewcode-link')]"
    "|//*[contains(@class, 'toctree-wrapper')]|//*[contains(@class, 'd-print-none')]"
    "|//details[contains(@class, 'mathcheck')]/*[not(self::summary)]"
)
# Folded code of which nothing but a figure comes; the notebooks have it.
DRAWS_ONLY = (
    "//details[contains(@class, 'hide')]"
    "[following-sibling::div[contains(@class, 'cell_output')]"
    "[* and not(*[not(descendant-or-self::img)])]]"
)
FRONT = "index"
# What can't be read, only used.
NOT_ON_PAPER = {"playground"}
SHORT = 20  # lines of code that stay on one page
THREE_LINES = 320  # characters of a paragraph
LEGIBLE = 119  # columns of code that fit at the smallest size, see paper.css


@dataclass(frozen=True)
class Section:
    """A line of the contents: where it leads, its heading, and 1 for chapters, 2 for sections."""

    target: str
    heading: str
    level: int


def children(element: HtmlElement, path: str) -> list[HtmlElement]:
    """Return what an XPath finds below an element."""
    return list(element.xpath(path.replace("//", ".//")))


def drop(element: HtmlElement) -> None:
    """Remove an element, but not the text behind it."""
    if element.getparent() is not None:
        element.drop_tree()


def names_of_pages(site: Path) -> list[str]:
    """Return the names of the pages in the order of the sidebar, the front page first."""
    front = html.parse(str(site / f"{FRONT}.html"))
    links = front.xpath("//nav[contains(@class, 'bd-links')]//a/@href")
    names = [Path(link).stem for link in links if not urlsplit(link).netloc and link != "#"]
    return [name for name in dict.fromkeys([FRONT, *names]) if name not in NOT_ON_PAPER]


def parts(site: Path) -> dict[str, str]:
    """Return the headings of the sidebar, by the names of the pages that follow them."""
    front = html.parse(str(site / f"{FRONT}.html"))
    captions = front.xpath("//nav[contains(@class, 'bd-links')]//p[contains(@class, 'caption')]")
    return {
        Path(caption.xpath("following-sibling::ul[1]//a/@href")[0]).stem: text_of(caption)
        for caption in captions
    }


def address(href: str, page: str, names: list[str]) -> str | None:
    """Return where a link of a page leads in the joined document, or None if nowhere."""
    parts = urlsplit(href)
    if parts.scheme:
        return href
    name = unquote(parts.path).removesuffix(".html") or page
    if name not in names:
        return None
    return f"#{name}--{unquote(parts.fragment)}" if parts.fragment else f"#{name}"


def relink(chapter: HtmlElement, page: str, names: list[str], site: Path) -> None:
    """Let the ids, links and pictures of a chapter be those of the joined document."""
    for element in children(chapter, "//*[@id]"):
        element.set("id", f"{page}--{element.get('id')}")
    for link in children(chapter, "//a[@href]"):
        target = address(link.get("href"), page, names)
        if target:
            link.set("href", target)
        else:
            del link.attrib["href"]
    for picture in children(chapter, "//img"):
        picture.set("src", (site / unquote(picture.get("src"))).as_uri())
        picture.attrib.pop("loading", None)  # nobody scrolls to a picture on paper


def name_formulas(chapter: HtmlElement) -> None:
    """Give each formula its LaTeX as the text that is read out and copied."""
    for formula in children(chapter, "//math"):
        latex = " ".join((formula.findtext(".//annotation") or formula.text_content()).split())
        tail, formula.tail = formula.tail, None
        box = E.span({"role": "img", "aria-label": latex, "class": "formula"})
        formula.getparent().replace(formula, box)
        box.append(formula)
        box.tail = tail


def unfold_code(chapter: HtmlElement) -> None:
    """Show the code that is folded on the page, but not that which only draws a figure."""
    for fold in children(chapter, DRAWS_ONLY):
        drop(fold)
    for fold in children(chapter, "//details[contains(@class, 'hide')]"):
        drop(fold.find("summary"))
        fold.drop_tag()


def move_solutions(chapter: HtmlElement, page: str) -> None:
    """Put the solutions of a chapter at its end; where one stood, a link says on which page."""
    solutions = children(chapter, "//details[contains(@class, 'solution')]")
    if not solutions:
        return
    end = E.section(E.h2("Solutions"), id=f"{page}--solutions")
    for solution in solutions:
        link = E.a("Solution on page ", E.i({"data-page": solution.get("id")}))
        link.set("href", f"#{solution.get('id')}")
        solution.addprevious(E.p(link, {"class": "to-solution"}))
        drop(solution)
        solution.tag, solution.find("summary").tag = "div", "p"
        solution.find("p").set("class", "admonition-title")
        end.append(solution)
    chapter.append(end)


def measure_code(chapter: HtmlElement) -> None:
    """Tell the style sheet how wide code is, for its size, and what may not be broken."""
    for code in children(chapter, "//pre"):
        lines = code.text_content().splitlines()
        lengths = sorted([0, 0, 0, *map(len, lines)])
        # One or two lines that are much longer than the others may wrap.
        columns = lengths[-1] if lengths[-1] <= LEGIBLE else lengths[-3]
        code.set("style", f"--columns: {columns}")
        if len(lines) <= SHORT:
            code.set("class", "short")


def keep_short_paragraphs(chapter: HtmlElement) -> None:
    """Mark the paragraphs of up to three lines.

    Chromium breaks one behind its second line, whatever number of widows is asked for.
    """
    for paragraph in children(chapter, "//p"):
        if len(text_of(paragraph)) <= THREE_LINES:
            paragraph.classes.add("short")


def chapter_of(site: Path, page: str, names: list[str]) -> HtmlElement:
    """Return a page as a chapter of the joined document."""
    document = html.fromstring((site / f"{page}.html").read_text(encoding="utf-8"))
    [body] = document.xpath("//article/section")
    chapter = E.article(*body, id=page)
    chapter.set("class", "bd-article chapter")
    anchor = E.span(id=body.get("id"))
    chapter.insert(0, anchor)
    if page == FRONT:  # its heading is the title of the book
        chapter.replace(chapter.find("h1"), E.h1("Preface"))
    for element in children(chapter, ABSENT):
        drop(element)
    for slip in children(chapter, "//details[contains(@class, 'slip')]"):
        # Of those with one name only one can be open.
        slip.attrib.pop("name")
        slip.set("open", "")
    unfold_code(chapter)
    relink(chapter, page, names, site)
    name_formulas(chapter)
    move_solutions(chapter, page)
    measure_code(chapter)
    keep_short_paragraphs(chapter)
    return chapter


def one_line(element: HtmlElement) -> str:
    """Return the text of an element in one line."""
    return " ".join(element.text_content().split())


def text_of(element: HtmlElement) -> str:
    """Return the text of a heading in one line, formulas as they are drawn."""
    text = "".join(element.xpath(".//text()[not(ancestor::annotation)]"))
    return " ".join(text.split())


def sections(chapter: HtmlElement) -> Iterator[Section]:
    """Yield the lines of the contents for a chapter."""
    yield Section(chapter.get("id"), text_of(chapter.find("h1")), 1)
    for section in children(chapter, "./section[h2]"):
        yield Section(section.get("id"), text_of(section.find("h2")), 2)


def contents(lines: list[Section], parts: dict[str, str]) -> HtmlElement:
    """Return the table of contents, whose page numbers are not known yet."""
    entries = []
    for line in lines:
        if line.target in parts:
            entries.append(E.p(parts[line.target], {"class": "part"}))
        link = E.a(E.span(line.heading), E.i({"data-page": line.target}), href=f"#{line.target}")
        entries.append(E.p(link, {"class": f"level-{line.level}"}))
    return E.section(E.h1("Contents"), *entries, {"class": "contents"})


def title_page(site: Path) -> HtmlElement:
    """Return the title, and who wrote which version under which licence."""
    front = html.parse(str(site / f"{FRONT}.html"))
    [title] = front.xpath("//article/section/h1")
    for link in children(title, ABSENT):
        drop(link)
    footer = front.xpath(
        "//footer[contains(@class, 'bd-footer-content')]//*[self::p or @class='extra_footer']"
    )
    lines = [E.p(one_line(part)) for part in footer]
    note = (
        "Printed from the pages of the book. Code that only draws a figure is left out; the "
        "notebooks that can be downloaded from the pages have it."
    )
    header = E.header(E.p(title.text_content(), {"class": "title"}), *lines, E.p(note))
    header.set("class", "title-page")
    return header


def author(site: Path) -> str:
    """Return who wrote the book, as its pages say it to the managers of references."""
    front = html.parse(str(site / f"{FRONT}.html"))
    return str(front.xpath("string(//meta[@name='citation_author']/@content)"))


def quoted(text: str) -> str:
    """Return a text as a string of CSS."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def style(chapters: list[HtmlElement]) -> str:
    """Return the fonts, and a running head for each chapter."""
    faces = (
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {slant}; '
        f'src: url("{(FONTS / file).with_suffix(".ttf").as_uri()}"); }}'
        for family, weight, slant, file in FACES
    )
    heads = (
        f"@page p-{chapter.get('id')} "
        f"{{ @top-right {{ content: {quoted(text_of(chapter.find('h1')))} }} }} "
        f"#{chapter.get('id')} {{ page: p-{chapter.get('id')} }}"
        for chapter in chapters
    )
    return "\n".join([*faces, *heads])


def joined(site: Path, style_sheet: Path) -> HtmlElement:
    """Return the document."""
    names = names_of_pages(site)
    chapters = [chapter_of(site, name, names) for name in names]
    lines = [line for chapter in chapters for line in sections(chapter)]
    sheets = [site / "_static" / name for name in ("pygments.css", "book.css", "print.css")]
    title = title_page(site)
    head = E.head(
        E.meta(charset="utf-8"),
        E.title(title.find("p").text_content()),
        E.meta(name="author", content=author(site)),
        *[E.link(rel="stylesheet", href=path.as_uri()) for path in [*sheets, style_sheet]],
        E.style(style(chapters)),
    )
    body = E.body(title, contents(lines, parts(site)), *chapters)
    return E.html(head, body, {"lang": "en", "data-theme": "light"})
