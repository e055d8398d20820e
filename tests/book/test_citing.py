"""How the book says that it is to be cited, and that all places say the same."""

import re
import tomllib
from pathlib import Path

import yaml
from citing import entry, tags
from sphinx.config import Config

ROOT = Path(__file__).parents[2]


def config(address: str = "") -> Config:
    values = {
        "project": "A Book",
        "author": "The Authors",
        "copyright": "2026, the authors",
        "release": "1.2",
        "language": "en",
    }
    result = Config(values)
    result.add("html_baseurl", address, "html", [str])
    return result


def test_the_entry_names_the_version_and_the_address_where_it_is_known() -> None:
    plain = entry(config())
    assert "author = {{The Authors}}," in plain
    assert "note = {Version 1.2}," in plain
    assert "year = {2026}," in plain
    assert "url" not in plain
    assert "url = {https://example.org/}," in entry(config("https://example.org/"))


def test_a_chapter_is_one_of_the_book() -> None:
    chapter = dict(tags(config(), "A Chapter", "https://example.org/a.html"))
    assert chapter["citation_title"] == "A Chapter"
    assert chapter["citation_inbook_title"] == "A Book"
    assert chapter["citation_public_url"] == "https://example.org/a.html"
    assert "citation_inbook_title" not in dict(tags(config(), "A Book", ""))


def test_every_page_has_its_tags(site) -> None:
    page = (site / "softmax.html").read_text(encoding="utf-8")
    assert '<meta name="citation_title" content="The softmax function">' in page
    assert '<meta name="citation_author" content="The softmax-theory authors">' in page
    assert re.search(r'<meta name="citation_publication_date" content="20\d\d">', page)


def test_the_version_is_the_same_everywhere(site) -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = package["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == version
    [newest, *_] = re.findall(r"(?m)^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"))
    assert newest == version
    text = re.sub("<[^>]*>", "", (site / "about.html").read_text(encoding="utf-8"))
    assert f"Version {version}" in text
