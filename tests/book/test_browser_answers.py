"""Equations that answer: marks that open, slips, letters and references, as a reader meets them."""

import pytest

pytestmark = pytest.mark.browser
CHAPTER = "softmax-derivative.html"
EQUATION = "[id='equation-softmax-gradient']"
MARK = f"{EQUATION} + .equation-code details.mathcheck"


@pytest.mark.parametrize("scripts", [True, False], indirect=True)
def test_the_front_page_lets_a_reader_break_an_equation(page, address: str) -> None:
    page.goto(f"{address}/index.html")
    slips = page.locator(".breakable details.slip")
    assert slips.count() == 3
    for slip in slips.all():
        # In the first screen, and hidden until it is asked for.
        assert slip.bounding_box()["y"] + slip.bounding_box()["height"] < 900
        assert not slip.locator(".finding").is_visible()
    # Without scripts Playwright can't wait for an element of Firefox to rest.
    place = slips.first.locator("summary").bounding_box()
    page.mouse.click(place["x"] + 20, place["y"] + place["height"] / 2)
    finding = slips.first.locator(".finding")
    assert finding.is_visible()
    assert finding.evaluate("e => getComputedStyle(e, '::before').content").startswith('"✗')
    assert "left = " in finding.text_content()
    assert " at C\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}2" in finding.text_content()
    assert slips.first.locator("math [style*='#FF0000']").text_content() == "+"


def test_a_mark_opens_by_keyboard_and_steps_through_numbers(page, address: str, errors) -> None:
    page.goto(f"{address}/{CHAPTER}")
    mark = page.locator(MARK)
    summary = mark.locator(":scope > summary")
    assert summary.bounding_box()["height"] >= 24
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    summary.focus()
    page.keyboard.press("Enter")
    numbers = mark.locator(".sample")
    first = numbers.text_content()
    assert first.startswith("left = right = code = ")
    button = mark.get_by_role("button", name="Other numbers")
    button.wait_for()
    # Once, and not before the mark was opened.
    assert len([url for url in asked if "/equations/" in url]) == 1
    button.focus()
    texts = {first}
    for _ in range(19):
        page.keyboard.press("Enter")
        texts.add(numbers.text_content())
    assert len(texts) == 20
    page.keyboard.press("Enter")
    assert numbers.text_content() == first
    assert errors == []


def test_an_opened_mark_has_slips_and_letters(page, address: str) -> None:
    page.goto(f"{address}/{CHAPTER}")
    mark = page.locator(MARK)
    mark.locator(":scope > summary").click()
    slip = mark.locator("details.slip").first
    slip.locator("summary").focus()
    page.keyboard.press("Enter")
    assert slip.locator(".finding").is_visible()
    letters = mark.locator(".letters")
    assert "the logits (real[C]; z in Python)" in letters.text_content()
    button = mark.locator("button.copybtn")
    button.scroll_into_view_if_needed()
    assert button.bounding_box()["height"] >= 24


def test_a_mark_leads_to_the_playground_where_there_is_one(page, address: str) -> None:
    for published in (False, True):
        page.goto(f"{address}/{CHAPTER}")
        if published:
            # As the published pages name it; this one is not run.
            live = "{ type: 'text/plain', src: '_static/live/cells.js' }"
            script = f"Object.assign(document.createElement('script'), {live})"
            page.evaluate(f"document.body.append({script})")
        mark = page.locator(MARK)
        mark.locator(":scope > summary").click()
        mark.locator(".letters").wait_for()
        links = mark.get_by_role("link", name="Open in the playground")
        assert links.count() == published
        for link in links.all():
            target = f"{address}/playground.html#softmax-derivative/softmax-gradient"
            assert link.evaluate("link => link.href") == target


def test_answers_that_were_not_loaded_are_asked_for_again(page, address: str) -> None:
    page.route("**/_static/equations/*.js", lambda route: route.abort(), times=1)
    page.goto(f"{address}/{CHAPTER}")
    mark = page.locator(MARK)
    summary = mark.locator(":scope > summary")
    with page.expect_event("requestfailed"):
        summary.click()
    for opened in (False, True):
        summary.click()
        page.wait_for_function(
            "([mark, opened]) => mark.open === opened", arg=[mark.element_handle(), opened]
        )
    mark.locator(".letters").wait_for()


def test_a_letter_says_what_it_is_and_a_reference_shows_its_equation(page, address: str) -> None:
    page.goto(f"{address}/{CHAPTER}")
    note = page.locator(".equation-note")
    page.locator(f"{EQUATION} mi", has_text="z").first.hover()
    note.wait_for()
    assert "the logits" in note.text_content()
    page.keyboard.press("Escape")
    assert not note.is_visible()
    for target in ("^='#equation-'", "*='.html#equation-'"):
        page.locator(f"article p > a.reference.internal[href{target}]:visible").first.focus()
        note.wait_for()
        assert note.locator("math").count() == 1
        page.keyboard.press("Escape")
