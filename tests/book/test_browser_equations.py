"""The page of all equations, and the marks, as a reader meets them."""

import pytest

pytestmark = pytest.mark.browser
ENTRY = ".equation-entry"


def unfold(page, address: str) -> None:
    """Show the page of all equations with every chapter open."""
    page.goto(f"{address}/equations.html")
    page.evaluate(
        "document.querySelectorAll('.equation-entries').forEach(fold => fold.open = true)"
    )


def test_a_chapter_opens_by_keyboard(page, address: str) -> None:
    page.goto(f"{address}/equations.html")
    entry = page.locator(ENTRY).first
    assert not entry.is_visible()
    page.locator(".equation-entries > summary").first.press("Enter")
    assert entry.is_visible()


def test_a_long_equation_of_the_list_scrolls_by_keyboard(page, address: str) -> None:
    page.set_viewport_size({"width": 320, "height": 900})
    unfold(page, address)
    page.wait_for_function("""() => {
        const boxes = [...document.querySelectorAll(".equation-entry .math-box")];
        const long = boxes.filter((box) => box.scrollWidth > box.clientWidth);
        return long.length > 5 && long.every((box) => box.tabIndex === 0);
    }""")


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_on_paper_every_chapter_is_open(page, address: str) -> None:
    page.emulate_media(media="print")
    page.goto(f"{address}/equations.html")
    assert all(entry.is_visible() for entry in page.locator(ENTRY).all())


def test_all_is_in_sight_on_a_phone(page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    unfold(page, address)
    parts = f"[...document.querySelectorAll('{ENTRY}, {ENTRY} > *, {ENTRY} button')]"
    assert page.evaluate(f"{parts}.length") > 300
    assert page.evaluate(f"{parts}.every(part => part.getBoundingClientRect().right <= 390)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_equation_is_copied_at_a_click(page, address: str) -> None:
    unfold(page, address)
    entry = page.locator(ENTRY).nth(30)
    latex = entry.locator("annotation").text_content()
    button = entry.locator("button.copybtn")
    assert button.evaluate("button => getComputedStyle(button).opacity") == "1"
    page.route("**/*", lambda route: route.abort())
    button.click()
    page.evaluate("document.body.append(document.createElement('textarea'))")
    field = page.locator("textarea").last
    field.focus()
    page.keyboard.press("Control+v")
    assert field.input_value().strip() == latex


def test_an_equation_leads_to_its_place(page, address: str) -> None:
    unfold(page, address)
    for entry in (page.locator(ENTRY).first, page.locator(f"{ENTRY}:has-text('line')").first):
        unfold(page, address)
        latex = entry.locator("annotation").text_content()
        entry.locator("p > a").first.click()
        page.wait_for_url("**#*")
        place = page.evaluate("decodeURIComponent(location.hash.slice(1))")
        target = page.locator(f"[id='{place}']")
        assert target.locator("annotation").first.text_content() == latex
        assert target.bounding_box()["y"] < 900


def test_each_mark_says_in_words_what_its_sign_does(page, address: str) -> None:
    page.goto(f"{address}/softmax.html")
    for mark in page.locator("details.mathcheck > summary").all():
        assert mark.text_content().strip()
        assert len(mark.get_attribute("title")) >= len("definition")
