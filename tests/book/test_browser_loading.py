"""What a page loads only when it is wanted: search and menus."""

import pytest

pytestmark = pytest.mark.browser


def scripts(page) -> set[str]:
    """Return the names of the scripts that the page has loaded."""
    entries = "performance.getEntriesByType('resource').map((entry) => entry.name)"
    names = {name.split("/")[-1].split("?")[0] for name in page.evaluate(entries)}
    return {name for name in names if name.endswith(".js")}


def test_search_as_one_types_is_loaded_at_the_first_letter(
    page, errors: list[str], address: str
) -> None:
    page.goto(f"{address}/softmax.html")
    page.keyboard.press("Control+k")
    assert not {"searchtools.js", "searchindex.js"} & scripts(page)
    field = page.locator("#pst-search-dialog input[name=q]")
    field.press_sequentially("simplex", delay=20)
    result = page.locator("#pst-search-dialog ul.search > li a").first
    result.wait_for()
    assert {"searchtools.js", "searchindex.js"} <= scripts(page)
    assert field.input_value() == "simplex"
    field.fill("temperature")
    page.locator("#pst-search-dialog ul.search > li a", has_text="The softmax function").wait_for()
    assert page.locator("#pst-search-dialog ul.search").count() == 1
    target = result.evaluate("link => link.href")
    result.click()
    page.wait_for_url(target)
    assert page.locator("article mark, article .highlighted").count() > 0
    assert errors == []


SEARCH = """(queries) => {
  for (const query of queries) {
    document.getElementById("search-results").replaceChildren();
    Search.performSearch(query);
  }
}"""


def test_results_of_an_earlier_search_are_not_among_those_of_the_next(page, address: str) -> None:
    page.goto(f"{address}/search.html?q=temperature")
    page.locator(".search-summary", has_text="finished").wait_for()
    titles = page.locator("ul.search > li > a")
    alone = titles.all_inner_texts()
    page.evaluate(SEARCH, ["softmax", "temperature"])
    titles.nth(len(alone) - 1).wait_for()
    page.wait_for_timeout(500)
    assert titles.all_inner_texts() == alone


def test_nothing_is_found_though_an_earlier_search_finds_much(page, address: str) -> None:
    page.goto(f"{address}/search.html?q=temperature")
    page.locator(".search-summary", has_text="finished").wait_for()
    page.evaluate(SEARCH, ["softmax"])
    page.locator("ul.search > li").first.wait_for()
    page.evaluate(SEARCH, ["nosuchword"])
    page.wait_for_timeout(500)
    assert "did not match" in page.locator(".search-summary").inner_text()
    assert page.locator("ul.search > li").count() == 0


def test_search_works_at_the_page_for_missing_addresses(page, address: str, site) -> None:
    text = (site / "404.html").read_text("utf-8")
    page.route("**/no/such/page", lambda route: route.fulfill(body=text, content_type="text/html"))
    page.goto(f"{address}/no/such/page")
    page.keyboard.press("Control+k")
    page.keyboard.type("simplex")
    result = page.locator("#pst-search-dialog ul.search > li a").first
    result.wait_for()
    assert result.evaluate("link => link.href").startswith(f"{address}/")
    assert "/no/" not in result.evaluate("link => link.href")


def test_a_click_on_a_menu_is_not_lost_while_its_script_is_loaded(
    page, errors: list[str], address: str
) -> None:
    page.goto(f"{address}/softmax.html")
    assert "bootstrap.js" not in scripts(page)
    page.route("**/bootstrap.js", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.locator(".theme-switch-button:visible").first.click()
    page.locator(".dropdown-menu.show [data-mode='dark']").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert errors == []
