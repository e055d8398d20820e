"""Mathematics on the built site as Chromium and Firefox draw it and copy it."""

from io import BytesIO

import numpy as np
import pytest

image = pytest.importorskip("PIL.Image")
pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
LATEX = r"""\begin{aligned}
\xi(\mathbf{t}, \mathbf{z}) &= -\log(P(\mathbf{t} \mid \mathbf{z})) \\
&= -\log\left(\prod_{c=1}^{C} y_c^{t_c}\right) = -\sum_{c=1}^{C} t_c \log(y_c)
\end{aligned}"""


def opened(page, url: str, size: dict[str, int] = DESKTOP):
    """Return the page with its own fonts in place."""
    page.set_viewport_size(size)
    page.goto(url)
    page.evaluate("document.fonts.ready.then(() => true)")
    return page


def test_no_displayed_equation_is_wrapped(page, address: str, name: str) -> None:
    """It is as high in its box as in one with room for any equation."""
    opened(page, f"{address}/{name}")
    heights = (
        "[...document.querySelectorAll('.math-box > math')]"
        ".map(formula => Math.round(formula.getBoundingClientRect().height))"
    )
    shown = page.evaluate(heights)
    page.set_viewport_size(PHONE)
    shown_on_a_phone = page.evaluate(heights)
    page.add_style_tag(content=".math-box { min-width: 4000px !important }")
    assert shown_on_a_phone == page.evaluate(heights)
    page.set_viewport_size(DESKTOP)
    assert shown == page.evaluate(heights)


def test_equations_and_numbers_are_seen_whole_on_a_phone(page, address: str, name: str) -> None:
    opened(page, f"{address}/{name}", PHONE)
    page.evaluate(
        "document.querySelectorAll('.equation-entries').forEach(fold => fold.open = true)"
    )
    # What has just been unfolded may be the first formula, whose font is loaded then.
    page.evaluate("document.fonts.load('1em Book Math').then(() => true)")
    wide = page.evaluate(
        "[...document.querySelectorAll('.math-box, .output:has(> table.numbers)')]"
        ".filter(box => box.scrollWidth > box.clientWidth)"
        ".map(box => box.textContent)"
    )
    assert wide == []


def test_brackets_hold_a_sum_with_its_limits(page, address: str) -> None:
    opened(page, f"{address}/classifier.html")
    heights = page.evaluate(
        """() => [...document.querySelectorAll("#equation-curvature-bound msup > mrow")]
            .filter((row) => row.querySelector("munderover"))
            .map((row) => ["mo", "munderover"].map((part) =>
                row.querySelector(part).getBoundingClientRect().height))"""
    )
    assert heights
    assert all(bracket > 0.8 * inside for bracket, inside in heights)


@pytest.mark.parametrize("accent", ["&#x2DC;", "&#x2C6;"], ids=["tilde", "hat"])
def test_an_accent_stands_clear_of_its_letter(page, address: str, accent: str) -> None:
    """A twentieth of the size of the letters lies between them, a pixel in a line of text."""
    opened(page, f"{address}/notation.html")
    page.evaluate(
        """accent => document.body.innerHTML = `<math style="font-size: 100px; margin: 1em">
            <mover accent="true"><mi>&#x1D41B;</mi><mo>${accent}</mo></mover></math>`""",
        accent,
    )
    drawn = image.open(BytesIO(page.locator("math").screenshot())).convert("L")
    inked = np.flatnonzero((np.array(drawn) < 128).any(axis=1))
    assert np.diff(inked).max() > 5


@pytest.mark.parametrize("theme", ["light", "dark"], scope="session")
def test_an_equation_shows_a_shadow_where_it_goes_on(page, address: str) -> None:
    opened(page, f"{address}/logistic.html", {"width": 280, "height": 844})
    scrolling = []
    for box in page.locator(".bd-article > section .math-box:visible").all():
        shadowed = box.screenshot(animations="disabled")
        box.evaluate("box => { box.style.background = 'none' }")
        plain = box.screenshot(animations="disabled")
        scrolling.append(box.evaluate("box => box.scrollWidth > box.clientWidth"))
        shows_a_shadow = shadowed != plain
        assert shows_a_shadow == scrolling[-1]
    assert set(scrolling) == {True, False}


@pytest.mark.parametrize("chapter", ["cross-entropy", "softmax-derivative"])
@pytest.mark.parametrize("theme", ["light", "dark"], scope="session")
def test_what_covers_a_shadow_has_the_colour_behind_it(page, address: str, chapter: str) -> None:
    """On the page, in a theorem, in a solution."""
    opened(page, f"{address}/{chapter}.html")
    pairs = page.evaluate(
        """[...document.querySelectorAll('.math-box')].map(box => {
            const clear = 'rgba(0, 0, 0, 0)', colour = e => getComputedStyle(e).backgroundColor;
            let behind = box.parentElement;
            while (colour(behind) === clear) behind = behind.parentElement;
            box.style.background = 'var(--cover)';
            return [colour(box), colour(behind)];
        })"""
    )
    assert [pair for pair in pairs if pair[0] != pair[1]] == []


def test_the_number_of_an_equation_stands_above_its_mark(page, address: str, lay_out) -> None:
    opened(page, f"{address}/softmax.html")
    page.locator("details.solution").evaluate_all("all => all.forEach(one => { one.open = true })")
    lay_out(page)
    edge = """part => {
        const range = document.createRange();
        range.selectNodeContents(part.firstChild);
        return range.getBoundingClientRect().right;
    }"""
    numbers = page.locator("div.math .eqno")
    marks = page.locator("details.mathcheck > summary")
    assert numbers.count() == marks.count() > 5
    for number, mark in zip(numbers.all(), marks.all(), strict=True):
        box = mark.bounding_box()
        assert number.evaluate(edge) == pytest.approx(box["x"] + box["width"], abs=1)


def test_the_number_of_an_equation_stands_below_it_on_a_phone(page, address: str) -> None:
    opened(page, f"{address}/softmax.html", PHONE)
    for equation in page.locator("div.math:has(.eqno)").all():
        box = equation.locator(".math-box").bounding_box()
        number = equation.locator(".eqno").bounding_box()
        assert number["y"] > box["y"] + box["height"] - 1


@pytest.mark.parametrize("chapter", ["cross-entropy", "softmax"])
def test_no_line_starts_with_what_touches_a_formula(page, address: str, chapter: str) -> None:
    opened(page, f"{address}/{chapter}.html")
    parted = []
    for width in range(300, 700, 20):
        page.set_viewport_size({"width": width, "height": 900})
        parted += page.evaluate(
            """[...document.querySelectorAll('p .math')].map(formula => {
                const text = formula.nextSibling;
                if (!/^\\S/.test(text?.data ?? '')) return null;
                const range = document.createRange();
                range.setStart(text, 0);
                range.setEnd(text, 1);
                const [first, second] = [formula, range].map(part => part.getBoundingClientRect());
                return second.top > first.bottom ? formula.textContent + text.data : null;
            }).filter(text => text)"""
        )
    assert parted == []


def test_the_latex_of_a_formula_is_neither_drawn_nor_read_out(page, address: str, engine) -> None:
    opened(page, f"{address}/softmax.html")
    annotations = page.locator("annotation")
    sizes = annotations.evaluate_all("parts => parts.map(part => part.getClientRects().length)")
    assert set(sizes) == {0}
    if engine == "chromium":
        session = page.context.new_cdp_session(page)
        session.send("Accessibility.enable")
        tree = session.send("Accessibility.getFullAXTree")["nodes"]
        read_out = {node.get("name", {}).get("value", "") for node in tree}
        assert "𝐳" in read_out  # noqa: RUF001
        assert {
            text for text in annotations.all_text_contents() if "\\" in text
        } & read_out == set()


def pasted(page) -> str:
    """Return what a text field takes from the clipboard."""
    page.evaluate(
        "document.querySelector('.bd-article').prepend("
        "Object.assign(document.createElement('textarea'), { id: 'pasted' }))"
    )
    page.locator("#pasted").focus()
    page.keyboard.press("Control+v")
    return page.locator("#pasted").input_value()


def copied(page, start: str, end: str) -> str:
    """Return what is pasted after a selection from one element's start to another's end."""
    page.evaluate(
        "([start, end]) => getSelection().setBaseAndExtent("
        "document.querySelector(start), 0,"
        "document.querySelector(end), document.querySelector(end).childNodes.length)",
        [start, end],
    )
    page.keyboard.press("Control+c")
    return pasted(page)


def test_copied_text_has_the_latex_of_its_formulas(page, address: str) -> None:
    opened(page, f"{address}/softmax.html")
    sentence = "#definition > p"
    assert copied(page, sentence, sentence).startswith(
        "The model computes a score for each of the $C$ classes."
    )


def test_a_copied_equation_is_its_latex_as_written(page, address: str) -> None:
    opened(page, f"{address}/cross-entropy.html")
    equation = "#equation-cross-entropy"
    text = copied(page, f"{equation} .math-box", f"{equation} .math-box")
    assert text.strip() == f"$${LATEX}$$"


def test_a_formula_that_is_selected_in_part_is_copied_whole(page, address: str) -> None:
    opened(page, f"{address}/cross-entropy.html")
    part = "#equation-cross-entropy mtd:last-child mi"
    assert copied(page, part, part).strip() == f"$${LATEX}$$"


def test_a_whole_page_is_copied_with_what_is_far_from_the_window(page, address: str) -> None:
    opened(page, f"{address}/softmax.html")
    text = copied(page, "main", "main")
    assert "The model computes a score for each of the $C$ classes." in text
    formulas = page.locator("article div.math:not(details *) annotation").all_text_contents()
    assert len(formulas) > 10
    assert [formula for formula in formulas if f"$${formula}$$" not in text] == []


def test_copying_from_a_field_takes_the_text_of_the_field(page, address: str) -> None:
    """Also while formulas are selected on the page, a selection that Firefox keeps beside it."""
    opened(page, f"{address}/softmax.html")
    copied(page, "#definition > p", "#definition > p")
    field = page.locator("#pasted")
    field.fill("softmax")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#definition > p'))")
    field.click()
    for keys in ("Control+a", "Control+c", "End", "Control+v"):
        page.keyboard.press(keys)
    assert field.input_value() == "softmaxsoftmax"


def test_a_mark_holds_the_latex_and_a_button_that_copies_it(page, address: str) -> None:
    opened(page, f"{address}/cross-entropy.html")
    mark = page.locator("#equation-cross-entropy + .equation-code details")
    mark.locator("summary").press("Enter")
    source = mark.locator("pre")
    assert source.inner_text().strip() == LATEX
    source.hover()
    mark.locator("button.copybtn").click()
    assert pasted(page).strip() == LATEX
