"""What stands around the text: icons, colours, the search, and what the keyboard reaches."""

from io import BytesIO

import numpy as np
import pytest
from fontTools.ttLib import TTFont

image = pytest.importorskip("PIL.Image")

pytestmark = pytest.mark.browser

ICON_FONT = "_static/vendor/fontawesome/webfonts/fa-solid-900.woff2"
ICONS = """[...document.querySelectorAll("*")].flatMap((element) =>
  ["::before", "::after"].map((part) => getComputedStyle(element, part))
    .filter((style) => /Awesome.*Free/.test(style.fontFamily) && style.fontWeight === "900")
    .map((style) => style.content.match(/^"(.)"/u)?.[1].codePointAt(0))
    .filter((icon) => icon >= 0xe000 && icon <= 0xf8ff))"""
# The contrast of each piece of code with its background, as WCAG defines it.
CONTRASTS = """[...document.querySelectorAll(".highlight span")].map((piece) => {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((value) =>
      value / 255 <= 0.04045 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = piece;
  while (behind.parentElement && / 0\\)$/.test(getComputedStyle(behind).backgroundColor))
    behind = behind.parentElement;
  const [darker, lighter] = [
    luminance(getComputedStyle(piece).color),
    luminance(getComputedStyle(behind).backgroundColor),
  ].sort((one, other) => one - other);
  return (lighter + 0.05) / (darker + 0.05);
})"""


# Which icons a page asks for does not depend on the engine.
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_the_cut_icon_font_has_every_icon_of_a_page(page, address: str, site, name: str) -> None:
    page.goto(f"{address}/{name}")
    icons = set(page.evaluate(ICONS))
    assert len(icons) > 5
    assert icons - TTFont(site / ICON_FONT).getBestCmap().keys() == set()


def test_the_magnifier_stands_before_the_text_of_the_search_field(page, address: str) -> None:
    page.goto(f"{address}/search.html")
    magnifier = page.locator("article form i, main form i").bounding_box()
    field = page.locator("main input[name=q]")
    padding = field.evaluate("e => parseFloat(getComputedStyle(e).paddingLeft)")
    assert magnifier["x"] + magnifier["width"] <= field.bounding_box()["x"] + padding


def test_search_results_quote_the_text_of_the_pages(page, address: str) -> None:
    page.goto(f"{address}/search.html?q=softmax")
    quotes = page.locator("#search-results .kind-text .context")
    quotes.nth(5).wait_for()
    for quote in quotes.all_text_contents():
        assert "softmax" in quote.lower()
        for label in (".ipynb", "Contents", "In code", "Show code", "Print to PDF"):
            assert label not in quote


@pytest.mark.parametrize("scripts", [False], indirect=True)
@pytest.mark.parametrize("theme", ["light", "dark"], indirect=True)
def test_code_is_readable_without_a_script(page, address: str) -> None:
    page.goto(f"{address}/softmax.html")
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 100
    assert min(contrasts) >= 4.5


@pytest.mark.parametrize("scripts", [False], indirect=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_chapters_and_downloads_are_reached_without_a_script(page, address: str, width) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}/softmax.html")
    assert page.locator("nav.bd-links a[href='classifier.html']").is_visible()
    assert page.locator("a[href='_sources/softmax.md']").is_visible()
    assert page.locator("button:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", ["light", "dark"], indirect=True)
def test_the_first_paint_has_the_colours_of_the_system(page, address: str, theme: str) -> None:
    page.route("**/pydata-sphinx-theme.js", lambda route: route.abort())
    page.goto(f"{address}/softmax.html")
    assert page.evaluate("document.documentElement.dataset.theme") == theme


@pytest.mark.parametrize("theme", ["dark"], indirect=True)
def test_a_dark_page_is_printed_light(page, address: str) -> None:
    page.goto(f"{address}/softmax.html")
    for event, theme in [("beforeprint", "light"), ("afterprint", "dark")]:
        page.evaluate("event => { dispatchEvent(new Event(event)) }", event)
        assert page.evaluate("document.documentElement.dataset.theme") == theme


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_no_line_of_code_is_cut_off_on_paper(page, address: str) -> None:
    page.set_viewport_size({"width": 680, "height": 900})
    page.emulate_media(media="print")
    page.goto(f"{address}/own-kernel.html")
    cut_off = "[...document.querySelectorAll('pre')].filter((e) => e.scrollWidth > e.clientWidth)"
    assert page.locator("pre").count() > 5
    assert page.evaluate(f"{cut_off}.length") == 0


REACHED = [
    "nav.bd-links a",
    ".primary-toggle",
    ".dropdown-download-buttons > button",
    ".theme-switch-button",
    ".math-box[tabindex]",
    "details.hide > summary",
    "details.mathcheck > summary",
    ".figure-controls input",
    ".figure-drawing .handle",
]


def brightness(page, clip) -> np.ndarray:
    """Return the pixels of a part of the window, from black 0 to white 255."""
    return np.array(image.open(BytesIO(page.screenshot(clip=clip))).convert("L"), dtype=int)


def ring(page, selector: str) -> float:
    """Return the width of the ring round an element that has the focus, in pixels."""
    element = page.locator(selector).locator("visible=true").first
    element.evaluate("e => e.scrollIntoView({ block: 'center' })")
    box = element.bounding_box()
    x, y = max(0, box["x"] - 6), max(0, box["y"] - 6)
    clip = {"x": x, "y": y, "width": box["width"] + 12, "height": box["height"] + 12}
    before = brightness(page, clip)
    element.evaluate("e => e.focus({ focusVisible: true, preventScroll: true })")
    changed = np.sum(np.abs(brightness(page, clip) - before) > 40)
    element.evaluate("e => e.blur()")
    return changed / (2 * (box["width"] + box["height"]))


@pytest.mark.parametrize("theme", ["light", "dark"], indirect=True)
def test_what_the_keyboard_reaches_has_a_ring(page, address: str) -> None:
    page.goto(f"{address}/softmax.html")
    page.add_style_tag(content="* { transition: none !important; scroll-behavior: auto; }")
    assert [selector for selector in REACHED if ring(page, selector) < 1.5] == []


@pytest.mark.parametrize("theme", ["dark"], indirect=True)
def test_bars_of_dark_boxes_are_dark(page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{address}/softmax.html")
    box = page.locator(".highlight pre").first
    assert box.evaluate("e => e.scrollWidth > e.clientWidth")
    bar = brightness(page, box.bounding_box())[-12:-2, 8:-8]
    assert bar.mean() < 128


def test_the_arrows_to_other_chapters_are_in_sight_on_a_phone(page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 900})
    page.goto(f"{address}/errata.html")
    arrows = "[...document.querySelectorAll('.prev-next-area i')]"
    assert page.evaluate(f"{arrows}.every(arrow => arrow.getBoundingClientRect().right <= 360)")
