"""What a page says of itself to search engines and to programs that show a preview of a link.

The tags stand in `book/_templates/layout.html`. What needs a full address is there if conf.py has
one: the picture, which `card` draws, and `sitemap.xml`.
"""

import posixpath
import re
import unicodedata
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from bs4 import BeautifulSoup, Tag
from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.util.typing import ExtensionMetadata

CONVERTER = LatexToMathML()
LENGTH = 200  # Search engines cut what is longer.
SCRIPTS = {
    "mfrac": "{}/{}",
    "msqrt": "√{}",
    "msub": "{}_{}",
    "munder": "{}_{}",
    "msup": "{}^{}",
    "msubsup": "{}_{}^{}",
    "munderover": "{}_{}^{}",
}


def one_line(element: Tag) -> str:
    """Return MathML as text in one line, such as (a + b)/2."""
    parts = [one_line(part) if isinstance(part, Tag) else str(part) for part in element.children]
    if element.name in SCRIPTS:
        grouped = (p if p.isalnum() or len(p) == 1 else f"({p})" for p in parts)
        return SCRIPTS[element.name].format(*grouped)
    text = "".join(parts)
    if element.name == "mo" and unicodedata.category(text) == "Sm":
        # Blanks stand around what relates or joins two sides, not around a sign before a number.
        left = element.find_previous_sibling()
        if left is not None and (left.name != "mo" or left.get_text() in ")]}"):
            return f" {text} "
    return text


def mathematics(latex: str) -> str:
    """Return LaTeX as text; where it cannot be read, the page itself has a warning."""
    try:
        mathml = CONVERTER.convert_with_local_state(latex, displaystyle=False)
    except LatexError:
        return latex
    text = one_line(BeautifulSoup(mathml, "html.parser"))
    return unicodedata.normalize("NFKC", text.replace("\N{FUNCTION APPLICATION}", " "))


def plain(node: nodes.Node) -> str:
    """Return the text of a node, with mathematics in one line and without citations."""
    if isinstance(node, nodes.math):
        return mathematics(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, nodes.Element) and "bibtex-citation" in node["classes"]:
        return ""
    return "".join(plain(child) for child in node.children)


def description(doctree: nodes.document) -> str:
    """Return the first sentences of the first paragraph: as many as fit, and at least one."""
    paragraphs = doctree.findall(nodes.paragraph)
    first = next((p for p in paragraphs if isinstance(p.parent, nodes.section)), nodes.paragraph())
    words = " ".join(plain(first).split())
    text = re.sub(r" (?=[.,;:?!])", "", words)  # where a citation stood
    ends = [stop.end() for stop in re.finditer(r"[.?!](?= |$)", text)]
    fitting = [end for end in ends if end <= LENGTH] or ends[:1]
    return text[: fitting[-1]] if fitting else ""


def describe(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Hand to the template of a page its description and the address of the picture."""
    title = BeautifulSoup(str(context.get("title", "")), "html.parser").get_text()
    fallback = f"{title}: a page of the book “{app.config.project}”."
    context["description"] = (doctree is not None and description(doctree)) or fallback
    if doctree is not None:
        context["picture"] = posixpath.join(app.config.html_baseurl, "_static", "card.png")


def write_sitemap(app: Sphinx, exception: Exception | None) -> None:
    """List the addresses of all pages with text."""
    if exception or app.builder.format != "html" or not app.config.html_baseurl:
        return
    pages = (app.builder.get_target_uri(name) for name in sorted(app.env.found_docs))
    urls = (escape(posixpath.join(app.config.html_baseurl, page)) for page in pages)
    (Path(app.outdir) / "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        + "".join(f"<url><loc>{url}</loc></url>\n" for url in urls)
        + "</urlset>\n",
        encoding="utf-8",
    )


def check_addresses(app: Sphinx, config: Config) -> None:
    """Refuse an address that is not complete."""
    addresses = {
        "html_baseurl, Documentation": config.html_baseurl,
        "repository_url, Repository": config.html_theme_options.get("repository_url"),
    }
    for name, address in addresses.items():
        parts = urlsplit(address or "https://none")
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ConfigError(
                f"{name} in pyproject.toml is {address!r}; expected an address such as "
                "'https://example.org/book/', or none"
            )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the steps."""
    app.connect("config-inited", check_addresses, priority=100)  # before others read them
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
