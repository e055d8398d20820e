"""The built site in real browsers; `make test-browser` builds it first."""

import gzip
from pathlib import Path
from urllib.parse import urlsplit

import pytest

axe_module = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = pytest.mark.browser
PICTURES = {".svg", ".png", ".ico"}


def test_a_page_loads_quietly_lightly_and_from_one_host(
    page, errors: list[str], address: str, site: Path, name: str
) -> None:
    urls = []
    page.on("request", lambda request: urls.append(request.url))
    page.goto(f"{address}/{name}")
    page.evaluate("document.fonts.ready")
    assert errors == []
    assert [url for url in urls if not url.startswith((address, "data:"))] == []
    # Firefox fetches the next page ahead, which is no part of this one.
    ahead = page.evaluate("document.querySelector('link[rel=next]')?.href")
    paths = {
        urlsplit(url).path.lstrip("/") for url in urls if url.startswith("http") and url != ahead
    }
    files = [site / path for path in paths if Path(path).suffix not in PICTURES]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) <= 130_000
    assert len(files) <= 12


def test_nothing_overflows_sideways_on_a_narrow_screen(page, address: str, name: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{address}/{name}")
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("theme", ["light", "dark"], indirect=True)
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_axe_finds_no_violation(page, address: str, name: str, theme: str, lay_out) -> None:
    page.goto(f"{address}/{name}")
    lay_out(page)
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    results = axe_module.Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    violations = {
        violation["id"]: [node["html"][:160] for node in violation["nodes"]]
        for violation in results.response["violations"]
    }
    assert violations == {}


def test_mathematics_is_drawn_in_the_book_s_font(page, address: str) -> None:
    page.goto(f"{address}/softmax.html")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('16px \"Book Math\"')")
    # A bracket round three rows is stretched: taller than a plain one.
    heights = page.evaluate(
        "[...document.querySelectorAll('math[display=block] mo')]"
        ".filter(e => e.textContent === '[').map(e => e.getBoundingClientRect().height)"
    )
    assert min(heights) > 40


@pytest.mark.parametrize("theme", ["light", "dark"], indirect=True)
def test_a_page_follows_the_theme_of_the_system(page, address: str, theme: str) -> None:
    page.goto(f"{address}/softmax.html")
    assert page.evaluate("document.documentElement.dataset.theme") == theme


def test_the_theme_switch_changes_the_theme(page, address: str) -> None:
    page.goto(f"{address}/softmax.html")
    for theme in ("dark", "light"):
        page.locator(".theme-switch-button:visible").first.click()
        page.locator(f".theme-change-button[data-mode={theme}]:visible").first.click()
        assert page.evaluate("document.documentElement.dataset.theme") == theme


def test_search_finds_a_chapter(page, address: str) -> None:
    page.goto(f"{address}/search.html?q=Jacobian")
    page.locator("#search-results li a").first.wait_for()
    assert page.locator("#search-results a[href*='softmax-derivative']").count() >= 1


def test_a_solution_unfolds_by_the_keyboard(page, address: str) -> None:
    page.goto(f"{address}/logistic.html")
    solution = page.locator("details.solution").first
    content = solution.locator("p").first
    assert not content.is_visible()
    solution.locator("> summary").press("Enter")
    assert content.is_visible()
    assert solution.locator(".cell_output").first.is_visible()
