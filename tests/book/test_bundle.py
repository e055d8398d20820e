"""What every page loads is joined after the build, and no page looks different for it."""

import os
import re
from io import BytesIO
from pathlib import Path

import bundle
import pytest
from PIL import Image, ImageChops

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
PAGES = [path for path in SITE.rglob("*.html") if "_static" not in path.parts]
PAGE = """<head>
<link rel="stylesheet" type="text/css" href="{root}_static/styles/a.css?v=1" />
<link rel="stylesheet" href="{root}_static/b.css">
<noscript><link rel="stylesheet" href="{root}_static/plain.css"></noscript>
<script src="{root}_static/documentation_options.js?v=2"></script>
<script data-setting="x" src="{root}_static/c.js"></script>
<script type="module" src="{root}_static/figure.js"></script>
{own}
</head><body class="page"><p id="first"></p><script defer src="{root}_static/d.js"></script></body>
"""
SHEETS = {
    "styles/a.css": '@import "../base.css"; .page { background: url("../images/x.png") }',
    "base.css": '@charset "utf-8"; p { color: red }',
    "b.css": """.page p, .missing p { margin: 0 }
.missing, #absent { color: blue }
.by-script, #first:not(.missing) { color: green }
:is(.missing, p):hover { color: black }
@media print { .missing { color: red } }
@media screen { .missing { color: red } .page { padding: url(data:x) url(#y) } }
@font-face { font-family: x; src: url(x.woff2) }
""",
}
SCRIPTS = {
    "documentation_options.js": "const OPTIONS = {};",
    "c.js": "document.body.classList.add('by-script') // no line end",
    "d.js": "const last = 1;",
    "own.js": "",
    "figure.js": "",
}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    for name, text in (SHEETS | SCRIPTS).items():
        path = tmp_path / "_static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    own = '<script src="_static/own.js"></script>'
    (tmp_path / "index.html").write_text(PAGE.format(root="", own=own), "utf-8")
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "page.html").write_text(PAGE.format(root="../", own=""), "utf-8")
    bundle.bundle(tmp_path)
    return tmp_path


def tags(page: Path) -> list[str]:
    return re.findall("<(?:link|script|noscript)[^>]*>", page.read_text("utf-8"))


def test_a_page_loads_one_style_sheet_and_one_script(built: Path) -> None:
    [sheet, noscript, plain, options, script, module, own] = tags(built / "index.html")
    assert re.fullmatch(r'<link rel="stylesheet" href="_static/site\.css\?v=\w{8}">', sheet)
    assert (noscript, options) == ("<noscript>", "<script>")
    assert plain == '<link rel="stylesheet" href="_static/plain.css">'
    assert re.fullmatch(r'<script defer data-setting="x" src="_static/site\.js\?v=\w{8}">', script)
    assert module == '<script type="module" src="_static/figure.js">'
    assert own == '<script defer src="_static/own.js">'
    assert 'href="../_static/site.css?v=' in tags(built / "part" / "page.html")[0]


def test_the_script_is_all_scripts_in_their_order(built: Path) -> None:
    text = (built / "_static" / "site.js").read_text("utf-8")
    assert text == f"{SCRIPTS['c.js']}\n;\n{SCRIPTS['d.js']}"


def test_the_theme_does_not_ask_for_the_size_of_each_box() -> None:
    theme = (SITE / "_static" / "scripts" / "pydata-sphinx-theme.js").read_text("utf-8")
    assert len(bundle.TAB_STOPS.findall(theme)) == 1
    assert not bundle.TAB_STOPS.search((SITE / "_static" / "site.js").read_text("utf-8"))


def test_the_style_sheet_has_the_rules_that_may_apply(built: Path) -> None:
    text = (built / "_static" / "site.css").read_text("utf-8")
    assert text.startswith('@charset "utf-8";\n/* styles/a.css */\np {')
    assert text.count("@charset") == 1
    compact = re.sub(r"\s+", "", text)
    assert 'url("images/x.png")' in compact
    assert "url(x.woff2)" in compact
    assert "url(data:x)url(#y)" in compact
    assert ".pagep{" in compact
    assert ".by-script,#first:not(.missing){" in compact
    assert ":is(.missing,p):hover{" in compact
    assert "#absent" not in compact
    assert "print" not in compact
    assert ".missing{" not in compact


def test_a_page_that_did_not_change_gets_the_new_files(built: Path) -> None:
    before = tags(built / "part" / "page.html")[0]
    (built / "index.html").write_text(PAGE.format(root="", own=""), "utf-8")
    (built / "_static" / "b.css").write_text(".page { margin: 1px }", "utf-8")
    bundle.bundle(built)
    sheets = [tags(built / page)[0] for page in ("index.html", "part/page.html")]
    assert sheets[1] != before
    assert sheets[1] == sheets[0].replace('"_static', '"../_static')
    assert "margin: 1px" in (built / "_static" / "site.css").read_text("utf-8")


def test_a_page_that_an_older_build_left_does_not_keep_files_apart(built: Path) -> None:
    left = built / "left.html"
    left.write_text(
        re.sub(r"<script .*d\.js.*</script>", "", PAGE.format(root="", own="")), "utf-8"
    )
    os.utime(left, (1, 1))
    (built / "index.html").write_text(PAGE.format(root="", own=""), "utf-8")
    bundle.bundle(built, began=2)
    assert SCRIPTS["d.js"] in (built / "_static" / "site.js").read_text("utf-8")
    assert bundle.loaded((built / "index.html").read_text("utf-8"))[:2] == [
        *("_static/site.css", "_static/site.js"),
    ]
    assert bundle.loaded(left.read_text("utf-8")) == ["_static/site.css", "_static/site.js"]


def test_code_without_a_colour_of_its_own_has_no_elements(built: Path) -> None:
    code = '<span class="n">x</span><span class="w"> </span><span class="ow">in</span>'
    (built / "index.html").write_text(PAGE.format(root="", own=f"<pre>{code}</pre>"), "utf-8")
    bundle.bundle(built)
    page = (built / "index.html").read_text("utf-8")
    assert '<pre>x <span class="ow">in</span></pre>' in page


def test_every_page_of_the_book_is_rewritten() -> None:
    assert len(PAGES) > 20
    for page in PAGES:
        loaded = bundle.loaded(page.read_text("utf-8"))
        assert loaded[:2] == ["_static/site.css", "_static/site.js"], page


ORIGINAL = re.compile(r"/\* (\S+\.css) \*/")
FROZEN = "*, ::before, ::after { transition: none !important; animation: none !important }"
# By so much of 255 a pixel at an edge may differ.
EDGE = 32
LOOKS = {
    "phone": {"viewport": {"width": 390, "height": 800}},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "paper": {"viewport": {"width": 700, "height": 800}},
}


def unfold(page) -> None:
    """Open what has its content in the page; marks may load theirs, at a time of its own."""
    folded = "document.querySelectorAll('article details:not(.mathcheck)')"
    page.evaluate(f"{folded}.forEach((part) => {{ part.open = true }})")


def open_menu(page) -> None:
    page.locator(".theme-switch-button:visible").first.click()


def search(page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("simplex")
    page.locator("#pst-search-dialog ul.search li p.context").first.wait_for()
    page.locator("#pst-search-dialog .search-summary", has_text="finished").wait_for()


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("name", "prepare"),
    [("index", open_menu), ("softmax", unfold), ("notation", search), ("own-kernel", unfold)],
)
def test_a_page_looks_as_with_the_original_style_sheets(
    browser, address: str, site: Path, name: str, prepare, look: str, lay_out
) -> None:
    originals = ORIGINAL.findall((site / bundle.SHEET).read_text("utf-8"))
    assert len(originals) > 5
    imports = "".join(f'@import "{path}";\n' for path in originals)
    shots = []
    for sheet in (None, imports):
        with browser.new_context(**LOOKS[look]) as context:
            page = context.new_page()
            if sheet:
                page.route(
                    "**/site.css*",
                    lambda route: route.fulfill(body=imports, content_type="text/css"),
                )
            page.goto(f"{address}/{name}.html", wait_until="networkidle")
            page.add_style_tag(content=FROZEN)
            page.emulate_media(media="print" if look == "paper" else "screen")
            if look != "paper":
                prepare(page)
            lay_out(page)
            page.evaluate("document.fonts.ready")
            shots.append(page.screenshot(full_page=True, animations="disabled", caret="hide"))
    ours, theirs = (Image.open(BytesIO(shot)).convert("RGB") for shot in shots)
    assert ours.size == theirs.size
    # The edge of a box between two rows of pixels is rounded to either of them, from run to run.
    assert max(high for _, high in ImageChops.difference(ours, theirs).getextrema()) <= EDGE
