"""The picture of a figure of another chapter."""

from io import StringIO
from pathlib import Path

import pytest
from lxml import html
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

EXTENSIONS = Path(__file__).parents[2] / "extensions"
CONF = f"""
import sys
sys.path.insert(0, {str(EXTENSIONS)!r})
extensions = ["myst_parser", "pictures"]
"""
CONTENTS = "# Book\n\n```{toctree}\nparts/chapter\n```\n\n"
CHAPTER = "# Chapter\n\n```{figure} lines.svg\n:name: fig-lines\n:alt: Two lines.\nLines\n```\n"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


@pytest.mark.parametrize(
    ("label", "warned"), [("fig-lines", False), ("fig-none", True), ("chapter", True)]
)
def test_a_page_shows_the_picture_of_another_chapter(tmp_path, label: str, warned: bool) -> None:
    files = {
        "conf.py": CONF,
        "index.md": f"{CONTENTS}```{{picture-of}} {label}\n```\n",
        "parts/chapter.md": f"(chapter)=\n{CHAPTER}",
        "parts/lines.svg": PICTURE,
    }
    (tmp_path / "parts").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    out, warnings = tmp_path / "out", StringIO()
    with docutils_namespace():
        folders = (tmp_path, tmp_path, out, tmp_path / "doctrees")
        Sphinx(*folders, "html", status=None, warning=warnings).build()
    assert ("no figure with a picture has the label" in warnings.getvalue()) == warned
    found = html.parse(out / "index.html").xpath("//p[@class='picture']/a")
    assert len(found) == (not warned)
    for link in found:
        [image] = link
        assert link.get("href") == "parts/chapter.html#fig-lines"
        assert (image.get("alt"), image.get("src")) == ("Two lines.", "_images/lines.svg")
