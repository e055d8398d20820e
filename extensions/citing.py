"""How to cite the book: an entry of BibTeX, and the tags that reference managers read.

The tags, which Highwire Press introduced, stand in `book/_templates/layout.html`.
"""

import posixpath

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata


def year(config: Config) -> str:
    """Return the year of the copyright, with which its line begins."""
    return str(config.copyright).split(",")[0]


def entry(config: Config) -> str:
    """Return the entry of the book in BibTeX; with its address where that is known."""
    fields = {
        # Braces keep a name of several words together.
        "author": f"{{{{{config.author}}}}}",
        "title": f"{{{config.project}}}",
        "year": f"{{{year(config)}}}",
        "note": f"{{Version {config.release}}}",
    }
    if config.html_baseurl:
        fields["url"] = f"{{{config.html_baseurl}}}"
    lines = [f"  {name} = {value}," for name, value in fields.items()]
    return "\n".join(["@misc{softmax-theory,", *lines, "}"])


class CitationEntry(SphinxDirective):
    """The entry of the book in BibTeX."""

    def run(self) -> list[nodes.Node]:
        """Return it as a block to copy."""
        text = entry(self.config)
        return [nodes.literal_block(text, text, language="bibtex")]


def tags(config: Config, title: str, address: str) -> list[tuple[str, str]]:
    """Return the names and contents of the tags of a page.

    Parameters
    ----------
    config : Config
        Of the book.
    title : str
        Of the page; a chapter is told to be one of the book, whose title is another.
    address : str
        Of the page, or empty where the book has none.
    """
    found = [
        ("citation_title", title),
        ("citation_author", config.author),
        ("citation_publication_date", year(config)),
        ("citation_language", config.language),
    ]
    if title != config.project:
        found.append(("citation_inbook_title", config.project))
    if address:
        found.append(("citation_public_url", address))
    return found


def hand_over(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Hand the tags of a page to its template."""
    if doctree is None:
        return
    title = doctree.next_node(nodes.title).astext()
    base = app.config.html_baseurl
    address = posixpath.join(base, app.builder.get_target_uri(pagename)) if base else ""
    context["citation"] = tags(app.config, title, address)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive, and connect the step."""
    app.add_directive("citation-entry", CitationEntry)
    app.connect("html-page-context", hand_over)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
