"""The downloads of a chapter, clicked in browsers; `make test-browser` builds the site first."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser


def test_the_notebook_downloads_as_a_file(page, address: str, site: Path) -> None:
    page.goto(f"{address}/softmax.html")
    page.get_by_label("Download this page").click()
    link = page.get_by_role("link", name="Notebook (.zip)")
    # The theme opens a tab for it, in which Playwright does not see that Firefox downloads a file.
    link.evaluate("link => link.removeAttribute('target')")
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "softmax.zip"
    content = Path(download.value.path()).read_bytes()
    assert content == (site / "_downloads" / "softmax.zip").read_bytes()


def test_the_source_can_be_had(page, address: str, site: Path) -> None:
    page.goto(f"{address}/softmax.html")
    href = page.locator("a[href$='_sources/softmax.md']").first.get_attribute("href")
    response = page.request.get(f"{address}/{href}")
    assert response.body() == (site.parents[1] / "book" / "softmax.md").read_bytes()
