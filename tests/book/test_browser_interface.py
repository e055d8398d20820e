"""What stands around the text: icons, the search, what the keyboard reaches; without scripts too."""

import pytest
from fontTools.ttLib import TTFont

pytestmark = pytest.mark.browser

ICON_FONT = "_static/vendor/fontawesome/webfonts/fa-solid-900.woff2"
ICONS = """[...document.querySelectorAll("*")].flatMap((element) =>
  ["::before", "::after"].map((part) => getComputedStyle(element, part))
    .filter((style) => /Awesome.*Free/.test(style.fontFamily) && style.fontWeight === "900")
    .map((style) => style.content.match(/^"(.)"/u)?.[1].codePointAt(0))
    .filter((icon) => icon >= 0xe000 && icon <= 0xf8ff))"""


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_the_cut_icon_font_has_every_icon_of_a_page(page, address: str, site, name: str) -> None:
    page.goto(f"{address}/{name}")
    icons = set(page.evaluate(ICONS))
    assert len(icons) > 5
    assert icons - TTFont(site / ICON_FONT).getBestCmap().keys() == set()
