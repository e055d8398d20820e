"""The built site in real browsers; `make test-browser` builds it first."""

import gzip
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

from softmax_theory import softmax

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
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) <= 300_000


def test_nothing_overflows_sideways_on_a_narrow_screen(page, address: str, name: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{address}/{name}")
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("theme", ["light", "dark"], indirect=True)
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_axe_finds_no_violation(page, address: str, name: str, theme: str) -> None:
    page.goto(f"{address}/{name}")
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


def shown_probabilities(page) -> tuple[list[float], list[float]]:
    """Return the numbers of the figure to play with, and the bars' parts of their tracks."""
    numbers = page.locator(".softmax-bar .softmax-number").all_text_contents()
    parts = page.evaluate(
        "[...document.querySelectorAll('.softmax-track')].map(track => "
        "track.firstChild.getBoundingClientRect().width / track.getBoundingClientRect().width)"
    )
    return [float(number) for number in numbers], parts


SETTINGS = [(1, 2, 0.5, 0), (-5, 5, 5, 0), (5, -5, 0, -1), (5, 5, -5, 1), (0.3, -2.7, 1.1, 0.35)]


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_figure_to_play_with_shows_the_softmax_function(page, address: str, setting) -> None:
    page.goto(f"{address}/softmax.html")
    for slider, value in zip(page.locator(".softmax-slider input").all(), setting, strict=True):
        slider.fill(str(value))
    *z, exponent = setting
    y = softmax(np.array(z) / 10**exponent)
    numbers, parts = shown_probabilities(page)
    np.testing.assert_allclose(numbers, y, rtol=0, atol=5.001e-5)
    np.testing.assert_allclose(parts, y, rtol=0, atol=2e-3)


def test_the_figure_to_play_with_works_by_keyboard(page, address: str) -> None:
    page.goto(f"{address}/softmax.html")
    first, second, _, tau = page.locator(".softmax-slider input").all()
    first.press("ArrowRight")
    second.press("Home")
    tau.press("End")
    numbers, _ = shown_probabilities(page)
    expected = softmax(np.array([1.1, -5, 0.5]) / 10)
    np.testing.assert_allclose(numbers, expected, rtol=0, atol=5.001e-5)
    page.locator("#softmax-figure button").press("Enter")
    numbers, _ = shown_probabilities(page)
    np.testing.assert_allclose(numbers, softmax([1, 2, 0.5]), rtol=0, atol=5.001e-5)


# Playwright can't touch the screen of this Firefox.
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_the_figure_to_play_with_works_by_touch(browser, address: str) -> None:
    with browser.new_page(viewport={"width": 360, "height": 800}, has_touch=True) as page:
        page.goto(f"{address}/softmax.html")
        third = page.locator(".softmax-slider input").nth(2)
        box = third.bounding_box()
        third.tap(position={"x": box["width"] - 2, "y": box["height"] / 2})
        z = np.array([1, 2, float(third.input_value())])
        assert z[2] > 4
        numbers, _ = shown_probabilities(page)
        np.testing.assert_allclose(numbers, softmax(z), rtol=0, atol=5.001e-5)
        page.locator("#softmax-figure button").tap()
        numbers, _ = shown_probabilities(page)
        np.testing.assert_allclose(numbers, softmax([1, 2, 0.5]), rtol=0, atol=5.001e-5)


@pytest.mark.parametrize("scripts", [False], indirect=True)
def test_without_a_script_the_figure_is_a_static_picture(page, address: str) -> None:
    page.goto(f"{address}/softmax.html")
    assert page.locator("#fig-temperature img").is_visible()
    assert page.locator("#softmax-figure").bounding_box()["height"] == 0
