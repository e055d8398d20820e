"""What is far from the window is laid out as the reader comes near, and nobody notices."""

import pytest

pytestmark = pytest.mark.browser

CELL = "article section > div.cell:not(details *)"
FORMULA = "article section section > div.math:not(details *)"
LAID_OUT = "(box) => box.firstElementChild.checkVisibility({ contentVisibilityAuto: true })"
LOADED = "(image) => image.complete && image.naturalWidth > 0"
# How much higher a picture is for its width than it was drawn.
STRETCHED = """(image) => {
  const { width, height } = image.getBoundingClientRect();
  return (height / width) * (image.naturalWidth / image.naturalHeight);
}"""
# How far the top of what the address names is from where a link should bring it.
OFFSET = """() => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const wanted = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop);
  return Math.abs(target.getBoundingClientRect().top - wanted);
}"""
STOPS = """(boxes) => {
  for (const box of boxes) box.scrollIntoView();
  return boxes.map((box) => box.scrollWidth > box.clientWidth);
}"""


def test_formulas_are_laid_out_as_one_comes_near(page, address: str) -> None:
    page.goto(f"{address}/classifier.html")
    last = page.locator(FORMULA).last
    assert not last.evaluate(LAID_OUT)
    last.scroll_into_view_if_needed()
    page.wait_for_function(LAID_OUT, arg=last.element_handle())


@pytest.mark.parametrize("width", [390, 1280])
def test_pictures_are_loaded_as_one_comes_near(page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}/accuracy.html")
    last = page.locator("article img").last
    assert not last.evaluate(LOADED)
    last.scroll_into_view_if_needed()
    page.wait_for_function(LOADED, arg=last.element_handle())
    assert last.evaluate(STRETCHED) == pytest.approx(1, abs=0.01)


def test_the_picture_of_the_first_window_is_loaded_at_once(page, address: str) -> None:
    page.goto(f"{address}/index.html")
    picture = page.locator("article img").first
    assert picture.evaluate("(image) => image.loading") != "lazy"
    assert picture.evaluate(LOADED)


@pytest.mark.parametrize(
    "target",
    [
        "cross-entropy.html#a-batch",
        "cross-entropy.html#equation-entropy",
        "classifier.html#how-long-a-step-may-be",
        "reference.html#softmax_theory.linear_cross_entropy",
        "reference.html#softmax_theory.LinearSoftmax.predict",
    ],
)
@pytest.mark.parametrize("width", [390, 1280])
def test_an_address_leads_to_its_place(page, address: str, target: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}/{target}")
    page.wait_for_function(f"({OFFSET})() < 24")
    page.wait_for_timeout(300)
    assert page.evaluate(OFFSET) < 24


def test_code_that_scrolls_is_reached_by_the_keyboard(page, address: str) -> None:
    page.set_viewport_size({"width": 800, "height": 900})
    page.goto(f"{address}/classifier.html")
    boxes = page.locator(f"{CELL} .cell_input pre")
    wide = boxes.evaluate_all(STOPS)
    assert {True, False} == set(wide)
    for number, scrolls in enumerate(wide):
        box = boxes.nth(number)
        box.scroll_into_view_if_needed()
        page.wait_for_function(
            "([box, stop]) => box.tabIndex === stop",
            arg=[box.element_handle(), 0 if scrolls else -1],
        )
