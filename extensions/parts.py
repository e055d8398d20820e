"""Number the chapters of all parts in one sequence; Sphinx begins each table of contents at one."""

from collections.abc import Callable

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.util.typing import ExtensionMetadata

Assign = Callable[[TocTreeCollector, BuildEnvironment], list[str]]


def joined(doctree: nodes.document) -> nodes.document:
    """Return a page whose numbered tables of contents are one."""
    tables = [table for table in doctree.findall(addnodes.toctree) if table.get("numbered")]
    for table in tables[1:]:
        tables[0]["entries"] += table["entries"]
        table["numbered"] = 0
    return doctree


def numbering(assign: Assign) -> Assign:
    """Return how Sphinx numbers sections, if each page has one numbered table of contents."""

    def assigned(collector: TocTreeCollector, env: BuildEnvironment) -> list[str]:
        read = env.get_doctree
        # Each call reads the page anew, so what is changed here is seen by the numbering alone.
        env.get_doctree = lambda name: joined(read(name))
        try:
            return assign(collector, env)
        finally:
            del env.get_doctree

    return assigned


def setup(app: Sphinx) -> ExtensionMetadata:
    """Replace how Sphinx numbers sections, for which it has no setting."""
    TocTreeCollector.assign_section_numbers = numbering(TocTreeCollector.assign_section_numbers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
