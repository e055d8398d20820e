"""The published site in a browser, under the policy that it states: cells, answers, playground."""

import pytest

axe_module = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = [pytest.mark.site, pytest.mark.slow]

PATIENCE = 120_000
# Keeps all that the pages say about what goes on, some of which is over in no time.
WATCH = """() => {
  window.said = [];
  const look = () => document.querySelectorAll("[role=status]").forEach((line) => {
    const text = line.textContent;
    if (text && text !== window.said.at(-1)) window.said.push(text);
  });
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}"""


def cell(page, number: int):
    """The cell of a page, from 0."""
    return page.locator(".cell").nth(number)


def press(cell, words: str) -> None:
    cell.get_by_role("button", name=words, exact=True).click()


def ended(page, cell, words: str = "Done.") -> None:
    cell.get_by_text(words, exact=True).wait_for(timeout=PATIENCE)


def write(cell, code: str) -> None:
    press(cell, "Edit")
    cell.locator("textarea").fill(code)


@pytest.fixture
def chapter(page, published: str, errors, lay_out):
    """A chapter, which nothing went wrong on and which loaded nothing from elsewhere."""
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(f"{published}/softmax.html")
    lay_out(page)
    yield page
    assert errors == []
    assert all(address.startswith((published, "data:", "blob:")) for address in addresses)


def test_a_cell_runs_after_those_above_it(chapter) -> None:
    asked = chapter.locator(".cell", has_text="their logarithm")
    before = asked.locator(".cell_output table").inner_text()
    chapter.evaluate(WATCH)
    press(asked, "Run")
    ended(chapter, asked)
    ended(chapter, cell(chapter, 1))
    assert asked.locator(".live-html table").inner_text() == before
    said = chapter.evaluate("() => window.said")
    assert "Loading Python" in said
    assert said.index("Loading Python") < said.index("Running")
    note = asked.locator(".live-note").inner_text()
    assert "Python 3.14" in note
    assert "so last digits may differ" in note


def test_an_edited_cell_survives_a_reload_and_can_be_reset(chapter, lay_out) -> None:
    asked = cell(chapter, 1)
    before = asked.locator(".cell_output").inner_text()
    write(asked, "print(1 + 2)")
    press(asked, "Run")
    ended(chapter, asked)
    assert asked.locator(".live-text").inner_text().strip() == "3"
    chapter.reload()
    lay_out(chapter)
    assert asked.locator("textarea").input_value() == "print(1 + 2)"
    press(asked, "Reset")
    assert asked.locator("textarea").count() == 0
    assert asked.locator(".cell_output").inner_text() == before
    chapter.reload()
    assert asked.locator("textarea").count() == 0


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_an_error_shows_the_lines_of_the_reader(chapter) -> None:
    asked = cell(chapter, 0)
    write(asked, "import json\n\njson.loads('{')")
    asked.locator("textarea").press("Shift+Enter")
    ended(chapter, asked, "Ended with an error.")
    error = asked.locator(".live-error").inner_text()
    assert 'File "cell 1", line 3' in error
    assert "JSONDecodeError" in error
    assert ".py" not in error
    press(cell(chapter, 1), "Run")
    ended(chapter, cell(chapter, 1), "Not run: cell 1 did not come to its end.")


def test_an_endless_loop_can_be_stopped(chapter) -> None:
    asked = cell(chapter, 0)
    write(asked, "while True:\n    pass")
    press(asked, "Run")
    ended(chapter, asked, "Running")
    press(asked, "Stop")
    ended(chapter, asked, "Stopped.")
    press(asked, "Reset")
    press(cell(chapter, 1), "Run all above")
    ended(chapter, cell(chapter, 1))


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
@pytest.mark.parametrize("theme", ["dark"], indirect=True)
def test_a_figure_is_drawn_where_it_was_and_keeps_its_caption(chapter) -> None:
    figure = chapter.locator("#fig-temperature")
    asked = chapter.locator(".cell", has=figure)
    words = figure.locator("figcaption").inner_text()
    asked.locator("summary").click()
    press(asked, "Run")
    ended(chapter, asked)
    image = figure.locator("img")
    assert image.get_attribute("src").startswith("data:image/svg+xml,")
    assert image.evaluate("image => image.complete && image.naturalWidth > 100")
    assert figure.locator("figcaption").inner_text() == words
    # The theme lays something pale behind pictures, on which pale letters would not be seen.
    assert image.evaluate("image => getComputedStyle(image).backgroundColor") == "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_a_cell_that_cannot_run_says_why(page, published: str) -> None:
    page.goto(f"{published}/scale.html")
    words = page.get_by_text("This cell can't run in a browser: it needs dask.")
    assert words.count() == 3
    page.goto(f"{published}/libraries.html")
    assert page.get_by_text("it needs processes of its own").count() == 1


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_a_page_that_is_opened_as_a_file_says_that_its_cells_need_a_server(page, site) -> None:
    page.goto((site.with_name("site") / "softmax.html").as_uri())
    assert page.get_by_text("they need a server").count() == 1
    assert page.locator(".live-bar button").count() == 0


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_what_no_page_contains_does_not_run(page, published: str) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"{published}/softmax.html")
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      setTimeout("window.evaluated = true");
      return new Promise((done) => setTimeout(done, 100));
    }""")
    assert page.evaluate("() => [window.ran, window.evaluated]") == [None, None]
    assert sum("Content Security Policy" in text for text in refused) >= 2


def test_every_page_works_under_the_policy(page, published: str, site, errors) -> None:
    for path in sorted(site.with_name("site").glob("*.html")):
        # What a page still asks for when it is left fails.
        page.goto(f"{published}/{path.name}", wait_until="networkidle")
    assert errors == []


def verdict(page, kind: str):
    page.locator(f"#playground-form .verdict.{kind}").wait_for(timeout=PATIENCE)
    return page.locator(".live-message").last.inner_text()


def test_the_playground_judges_an_equation_of_the_book_as_one_types(
    page, published: str, errors
) -> None:
    page.goto(f"{published}/playground.html#softmax-derivative/softmax-gradient")
    verdict(page, "proved")
    equation = page.get_by_label("Equation", exact=True).and_(page.locator("textarea"))
    equation.fill(equation.input_value().replace("-", "+"))
    message = verdict(page, "failed")
    assert "read as minus" in message
    page.reload()
    assert verdict(page, "failed") == message
    assert errors == []


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_the_playground_opens_an_erratum(page, published: str, errors) -> None:
    page.goto(f"{published}/playground.html")
    assert page.locator(".live-verdict").count() == 0
    page.get_by_label("Chapter").select_option("errata")
    verdict(page, "failed")
    page.get_by_label("Equation").and_(page.locator("select")).last.select_option("loss")
    page.get_by_text("the second = does not hold").wait_for(timeout=PATIENCE)
    page.get_by_label("Symbols").fill("C")
    page.get_by_text("In the symbols").wait_for(timeout=PATIENCE)
    assert "expected symbol : type" in page.locator(".live-message").first.inner_text()
    assert errors == []


def test_an_answer_is_checked(page, published: str, errors) -> None:
    page.goto(f"{published}/softmax.html")
    answer = page.locator(".answer")
    press(answer, "Solve it here")
    press(answer, "Check my answer")
    ended(page, answer, "2 of 3 tests fail.")
    answer.locator("textarea").fill(
        "import numpy as np\n\ndef repaired(z):\n"
        "    e = np.exp(z - np.max(z))\n    return e / e.sum()"
    )
    press(answer, "Check my answer")
    ended(page, answer, "Right: all 3 tests pass.")
    page.reload()
    assert "e.sum()" in answer.locator("textarea").input_value()
    assert errors == []


def violations(page) -> list[str]:
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    options = {"runOnly": {"type": "tag", "values": tags}}
    found = axe_module.Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


# axe computes contrasts from the style sheets, so one engine is enough.
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
@pytest.mark.parametrize("theme", ["light", "dark"], indirect=True)
def test_axe_finds_no_violation_in_what_a_click_opens(
    page, published: str, theme: str, lay_out
) -> None:
    page.goto(f"{published}/softmax.html")
    write(cell(page, 0), "print(1)\n1 / 0")
    press(cell(page, 0), "Run")
    ended(page, cell(page, 0), "Ended with an error.")
    answer = page.locator(".answer")
    press(answer, "Solve it here")
    press(answer, "Check my answer")
    ended(page, answer, "2 of 3 tests fail.")
    lay_out(page)
    assert violations(page) == []
    page.goto(f"{published}/playground.html#errata/loss")
    verdict(page, "failed")
    assert violations(page) == []
