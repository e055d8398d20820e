"""Print the built site as one PDF; run as `make pdf`.

Chromium can't write the number of another page, so the document is printed twice: the first print
tells on which page each target stands.
"""

from collections.abc import Iterator
from pathlib import Path

import chromium
import pikepdf
from joined import joined, text_of
from lxml import html
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build" / "html"
PAPER = ROOT / "_build" / "pdf"
STYLE = Path(__file__).with_name("paper.css")
LOAD_FONTS = "Promise.all([...document.fonts].map((face) => face.load())).then(() => null)"
FILL = """(numbers) => {
  for (const place of document.querySelectorAll("[data-page]"))
    place.textContent = numbers[place.dataset.page];
}"""


def print_page(page: Page, target: Path) -> None:
    """Print what a browser shows, with an outline and tags."""
    page.pdf(
        path=target, prefer_css_page_size=True, print_background=True, outline=True, tagged=True
    )


def page_numbers(pdf: pikepdf.Pdf) -> dict[str, int]:
    """Return the numbers of the pages, from 1, on which the named targets stand."""
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages, 1)}
    targets = pdf.Root.Dests.items()
    return {str(name).removeprefix("/"): numbers[place[0].objgen] for name, place in targets}


def mend_tags(pdf: pikepdf.Pdf, latex: set[str]) -> None:
    """Call formulas, which Chromium tags as figures, formulas, and what holds a figure a part."""
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Dictionary) or item.get("/S") != "/Figure":
            continue
        text = str(item.get("/Alt", ""))
        if not text:
            item.S = pikepdf.Name.Div
        elif text in latex:
            item.S = pikepdf.Name.Formula


def name_outline(pdf: pikepdf.Pdf, headings: list[str]) -> None:
    """Give the outline the text of the headings; Chromium doubles one that begins a page."""

    def items(level: list[pikepdf.OutlineItem]) -> Iterator[pikepdf.OutlineItem]:
        for item in level:
            yield item
            yield from items(item.children)

    with pdf.open_outline() as outline:
        for item, heading in zip(items(outline.root), headings, strict=True):
            item.title = heading


def pack(source: Path, target: Path, document: html.HtmlElement) -> None:
    """Write a print anew: smaller, without the time of day, and saying what it is."""
    headings = document.xpath("//body//*[self::h1 or self::h2 or self::h3 or self::h4]")
    with pikepdf.open(source) as pdf:
        name_outline(pdf, [text_of(heading) for heading in headings])
        mend_tags(pdf, set(document.xpath("//*[@class='formula']/@aria-label")))
        for time in ("/CreationDate", "/ModDate"):
            del pdf.docinfo[time]
        with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
            metadata["dc:title"] = document.findtext(".//title")
            metadata["dc:creator"] = document.xpath("//meta[@name='author']/@content")
            metadata["dc:language"] = {str(pdf.Root.Lang)}
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        pdf.save(
            target,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            recompress_flate=True,
        )


def print_document(document: html.HtmlElement, folder: Path, name: str) -> Path:
    """Print a document twice, with the numbers of the pages in the second, and return the PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    page_file, draft, target = (folder / f"{name}{end}" for end in (".html", "-draft.pdf", ".pdf"))
    page_file.write_bytes(html.tostring(document, doctype="<!doctype html>", encoding="utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        page = browser.new_page()
        page.goto(page_file.as_uri())
        page.evaluate(LOAD_FONTS)
        print_page(page, draft)
        with pikepdf.open(draft) as pdf:
            page.evaluate(FILL, page_numbers(pdf))
        print_page(page, draft)
    pack(draft, target, document)
    draft.unlink()
    return target


def main() -> None:
    """Print the book."""
    target = print_document(joined(SITE, STYLE), PAPER, "book")
    with pikepdf.open(target) as pdf:
        print(f"{len(pdf.pages)} pages, {target.stat().st_size / 1e6:.1f} MB: {target}")


if __name__ == "__main__":
    main()
