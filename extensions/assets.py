"""Make the pages light: cut fonts, and figures for both themes."""

import html
import re
from io import BytesIO
from pathlib import Path
from unicodedata import normalize

import ziamath
from fontTools import subset
from fontTools.ttLib import TTFont
from ink import DARK_STYLE
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

MATH_FONT = Path(ziamath.__file__).parent / "fonts" / "STIXTwoMath-Regular.ttf"
# What browsers use in formulas: shapes of scripts and primes, dotless letters under accents, flat
# accents on capitals, marks and kerning. The others are choices of style.
FEATURES = ["ssty", "dtls", "flac", "ccmp", "kern"]
ICON_FONTS = "_static/vendor/fontawesome/webfonts"
# With every icon in it; no page loads it.
ICON_SCRIPT = "fontawesome.js"
ICON_CLASS = re.compile(r'((?:\.fa-[a-z0-9-]+,?)+)\{--fa:"\\([0-9a-f]+)"\}')
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
PRIVATE_USE_ESCAPE = re.compile(r"\\([ef][0-9a-f]{3})\b")
# Mathematical italics of Latin and Greek letters, by their plain letter; h has an older character.
ITALIC = {
    normalize("NFKC", chr(i)): i for i in [*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)]
}
ITALIC["h"] = 0x210E


def cut(font: Path | BytesIO, characters: set[int], target: Path) -> None:
    """Write the font, cut to the characters (the Unicode numbers), as WOFF2."""
    options = subset.Options(
        flavor="woff2", layout_features=FEATURES, hinting=False, name_IDs=[0, 1, 2, 13, 14]
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    cut_font = TTFont(font)
    subsetter.subset(cut_font)
    cut_font.flavor = "woff2"
    target.parent.mkdir(parents=True, exist_ok=True)
    cut_font.save(target)


def printed_mathematics(pages: list[str]) -> set[int]:
    """Return the Unicode numbers of the characters in the MathML of the pages.

    A browser draws a letter that stands alone in an `<mi>` with its mathematical italic, which is
    a character of its own, and before a root a sign that no text has.
    """
    formulas = "".join(
        formula for page in pages for formula in re.findall("<math.*?</math>", page, re.DOTALL)
    )
    characters = set(html.unescape(re.sub("<annotation[^<]*</annotation>|<[^>]*>", "", formulas)))
    roots = {ord("√")} if re.search("<(msqrt|mroot)", formulas) else set()
    return roots | {ord(c) for c in characters} | {ITALIC[c] for c in characters & ITALIC.keys()}


def icons(markup: list[str], css: str) -> set[int]:
    """Return the Unicode numbers of the icons that pages, scripts and style sheets show.

    Pages and scripts name an icon by its class; the icon font's own rules give the character of
    each of its 2000 classes. All other rules that write such a character show it.
    """
    names = set(re.findall(r"\bfa-([a-z0-9-]+)", " ".join(markup)))
    by_class = {
        int(code, 16)
        for selectors, code in ICON_CLASS.findall(css)
        if names & set(re.split(r",?\.fa-", selectors))
    }
    others = ICON_CLASS.sub("", css)
    escaped = {int(code, 16) for code in PRIVATE_USE_ESCAPE.findall(others)}
    return by_class | escaped | {ord(c) for c in PRIVATE_USE.findall(others)}


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Cut the fonts and give the figures their dark theme."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    paths = [*sorted(out.rglob("*.html")), *sorted(out.glob("_static/equations/**/*.js"))]
    pages = [path.read_text(encoding="utf-8") for path in paths]
    cut(MATH_FONT, printed_mathematics(pages), out / "_static/fonts/math.woff2")
    css = "".join(path.read_text(encoding="utf-8") for path in out.glob("_static/**/*.css"))
    scripts = [
        path.read_text(encoding="utf-8")
        for path in out.glob("_static/**/*.js")
        if path.name != ICON_SCRIPT
    ]
    shown = icons([*pages, *scripts], css)
    for font in (out / ICON_FONTS).glob("*.woff2"):
        cut(BytesIO(font.read_bytes()), shown, font)
    for figure in (out / "_images").glob("*.svg"):
        svg = figure.read_text(encoding="utf-8")
        if DARK_STYLE not in svg:
            figure.write_text(svg.replace("<defs>", DARK_STYLE + "<defs>", 1), encoding="utf-8")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the step."""
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
