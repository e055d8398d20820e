"""What the pages say of themselves, in the built site and in small books with other addresses.

The small books have the settings, extensions and templates of the book itself.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from lxml import html

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
SOURCES = sorted((ROOT / "book").glob("*.md"))
ADDRESS = "https://example.org/books/small/"
REPOSITORY = "https://github.com/someone/small"
URLS = f'[project.urls]\nDocumentation = "{ADDRESS}"\nRepository = "{REPOSITORY}"\n'
INDEX = r"""---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3}
---

# A *small* book

```{symbols}
c          : index 3 : - : class
\mathbf{y} : real[3] : - : output
\mathbf{t} : real[3] : - : target
```

The loss has the derivative $\frac{y_c - t_c}{2}$ & more {cite}`bishop2006`.
A second sentence has the code `x = "a"`. The last one of these is so long that it does not fit
beside the two before it, which is why it has to be left out of the description, to its last word.

A second paragraph.

```{code-cell} ipython3
1 + 1
```

```{exercise}
:label: first
One.
```

```{exercise}
:label: second
Two.
```

```{toctree}
:hidden:

part/page
```
"""
PAGE = "# A page\n\nIts text.\n\n```{bibliography}\n```\n"


def tree(page: Path) -> html.HtmlElement:
    return html.fromstring(page.read_text(encoding="utf-8"))


def meta(page: Path) -> dict[str, str]:
    tags = tree(page).iter("meta")
    return {tag.get("name") or tag.get("property", ""): tag.get("content", "") for tag in tags}


def small_book(root: Path, urls: str) -> Path:
    """Copy the project with other pages, another version and other addresses."""
    for folder in ("src", "extensions", "book/_static", "book/_templates"):
        shutil.copytree(ROOT / folder, root / folder)
    files = ["book/matplotlibrc", "book/references.bib", "conf.py", "requirements.txt", "README.md"]
    for file in [*files, "LICENSE", "LICENSE-TEXT"]:
        shutil.copy(ROOT / file, root / file)
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    project = re.sub(r'(?m)^version = ".*"', 'version = "12.3.4"', project)
    project = re.sub(r"\[project\.urls\]\n(.+\n)*", "", project)
    (root / "pyproject.toml").write_text(f"{project}\n{urls}", "utf-8")
    (root / "book" / "index.md").write_text(INDEX, "utf-8")
    (root / "book" / "part").mkdir()
    (root / "book" / "part" / "page.md").write_text(PAGE, "utf-8")
    return root


def build(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "-c", ".", "book", "_build/html"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def unpublished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = small_book(tmp_path_factory.mktemp("unpublished"), "")
    built = build(root)
    assert built.stdout + built.stderr == ""
    assert built.returncode == 0
    return root / "_build" / "html"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = small_book(tmp_path_factory.mktemp("published"), URLS)
    built = build(root)
    assert built.stdout + built.stderr == ""
    assert built.returncode == 0
    return root / "_build" / "html"


def test_no_id_occurs_twice_on_a_page() -> None:
    pages = [page for page in SITE.rglob("*.html") if "_static" not in page.parts]
    assert len(pages) > len(SOURCES)
    for page in pages:
        ids = Counter(tree(page).xpath("//@id"))
        assert [name for name, times in ids.items() if times > 1] == [], page


def test_each_page_has_a_description_of_its_own() -> None:
    tags = {source.stem: meta(SITE / f"{source.stem}.html") for source in SOURCES}
    descriptions = {name: tag["description"] for name, tag in tags.items()}
    assert len(set(descriptions.values())) == len(SOURCES)
    for name, description in descriptions.items():
        assert re.fullmatch(r"[A-Z][^$\\\[\]{}]{20,300}[.?!]", description), name
        assert tags[name]["og:description"] == description
        heading = tree(SITE / f"{name}.html").xpath("string(//article//h1)")
        assert tags[name]["og:title"] == re.sub(r"^\d+\. |#$", "", heading)


def test_the_description_is_the_first_sentences_as_text(unpublished: Path) -> None:
    assert meta(unpublished / "index.html")["description"] == (
        'The loss has the derivative (y_c − t_c)/2 & more. A second sentence has the code x = "a".'  # noqa: RUF001
    )
    assert meta(unpublished / "index.html")["og:title"] == "A small book"
    assert meta(unpublished / "part" / "page.html")["description"] == "Its text."


def test_a_page_with_formulas_asks_for_their_font_first(unpublished: Path) -> None:
    asked = {
        page: tree(unpublished / page).xpath("//link[@rel='preload']/@href")
        for page in ("index.html", "part/page.html", "genindex.html")
    }
    assert asked == {
        "index.html": ["_static/fonts/math.woff2"],
        "part/page.html": [],
        "genindex.html": [],
    }


def test_the_footer_has_the_version_of_the_package(unpublished: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    for page, expected in ((SITE / "index.html", version), (unpublished / "index.html", "12.3.4")):
        footer = tree(page).xpath("//footer[contains(@class, 'bd-footer-content')]")
        assert f"Version {expected}" in " ".join(footer[0].text_content().split())


def test_without_addresses_nothing_needs_one(unpublished: Path) -> None:
    assert not (unpublished / "sitemap.xml").exists()
    assert not (unpublished / "_static" / "card.png").exists()
    for page in unpublished.rglob("*.html"):
        document = tree(page)
        assert document.xpath("//link[@rel='canonical']") == []
        assert not {"og:url", "og:image", "twitter:card"} & meta(page).keys()
        hrefs = document.xpath("//a/@href[not(starts-with(., '#'))]")
        assert [href for href in hrefs if urlsplit(href).netloc or not href] == []


def test_the_site_knows_its_address(published: Path) -> None:
    pages = {"index.html", "part/page.html"}
    for page in pages:
        [canonical] = tree(published / page).xpath("//link[@rel='canonical']/@href")
        tags = meta(published / page)
        assert canonical == tags["og:url"] == ADDRESS + page
        assert tags["og:image"].startswith(ADDRESS)
        png = (published / tags["og:image"].removeprefix(ADDRESS)).read_bytes()
        assert png.startswith(b"\x89PNG")
        size = (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big"))
        assert size == (int(tags["og:image:width"]), int(tags["og:image:height"]))
    sitemap = ElementTree.parse(published / "sitemap.xml").getroot()
    assert {loc.text for loc in sitemap.findall(".//{*}loc")} == {ADDRESS + page for page in pages}


def test_each_page_leads_to_the_repository_and_to_its_source_there(published: Path) -> None:
    for page in ("index", "part/page"):
        hrefs = tree(published / f"{page}.html").xpath("//a/@href")
        assert REPOSITORY in hrefs
        assert f"{REPOSITORY}/edit/main/book/{page}.md" in hrefs


@pytest.mark.parametrize("site", ["unpublished", "published"])
def test_the_page_for_missing_addresses_works_at_any_depth(
    site: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(site)
    base = "/" if site == "unpublished" else urlsplit(ADDRESS).path
    document = tree(folder / "404.html")
    assert set(document.xpath("//h1/text()")) == {"Page not found"}
    links = document.xpath("//a/@href | //link/@href | //script/@src | //form/@action")
    inside = [link for link in links if not link.startswith(("#", REPOSITORY, ADDRESS))]
    assert base + "index.html" in inside
    assert base + "part/page.html" in inside
    for link in inside:
        assert link.startswith(base), link
        assert (folder / urlsplit(link).path.removeprefix(base)).is_file(), link


@pytest.mark.parametrize(
    ("name", "address"),
    [("Documentation", "example.org/book"), ("Repository", "git@example.org:a/b.git")],
)
def test_an_incomplete_address_is_refused(tmp_path: Path, name: str, address: str) -> None:
    built = build(small_book(tmp_path, f'[project.urls]\n{name} = "{address}"\n'))
    assert built.returncode != 0
    assert f"{name} in pyproject.toml is {address!r}; expected" in built.stderr
    assert "UserWarning" not in built.stderr


def test_a_cell_that_fails_is_shown_with_its_error(tmp_path: Path) -> None:
    root = small_book(tmp_path, "")
    (root / "book" / "index.md").write_text(INDEX.replace("1 + 1", "1 / 0"), "utf-8")
    built = build(root)
    assert built.returncode != 0
    assert "ZeroDivisionError" in built.stderr
    assert [path for path in root.rglob("*") if path.is_socket()] == []
