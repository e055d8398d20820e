"""Write a page of the book, once its references are resolved, as the Markdown of a notebook.

Each kind of node has one small function with the name of the kind: one of `inline` if the node
stands in a line of text, one of `blocks` otherwise. A kind without a function is an error, so that
nothing is left out unnoticed. Exercises, theorems and other boxes become quotes; a cell of code may
interrupt them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import singledispatch
from html.parser import HTMLParser
from itertools import groupby, takewhile
from urllib.parse import urljoin, urlsplit

import nbformat
from docutils import nodes
from mathml import ALIGNED
from sphinx import addnodes
from sphinx.errors import ExtensionError
from sphinx.util.logging import get_node_location
from sphinx_proof.nodes import proof_node

PLAIN = r"[^\s()<>]+"  # an address that Markdown takes without angle brackets
Piece = str | int  # a block of Markdown, or the place of a code cell in the executed notebook


@dataclass(frozen=True)
class Page:
    """What a node has to know of its page."""

    address: str = ""  # on the site; empty where the site's address is not known
    numbers: Mapping[str, str] = field(default_factory=dict)  # by the ids of what is numbered
    anchors: frozenset[str] = frozenset()  # the ids that links of the page itself lead to
    inside: str = ""  # "quote" or "table": what a formula has to be written for


def unknown(node: nodes.Node) -> ExtensionError:
    """Return the error for a node that has no function here."""
    return ExtensionError(
        f"{get_node_location(node) or 'a page'}: the notebook of a chapter has no way to show a "
        f"node of the kind {type(node).__name__!r}; add one to extensions/notebooks.py"
    )


@singledispatch
def inline(node: nodes.Node, page: Page) -> str:
    """Return the Markdown of a node that stands in a line of text."""
    raise unknown(node)


@singledispatch
def blocks(node: nodes.Node, page: Page) -> list[Piece]:
    """Return the Markdown of a node that stands for itself, block by block."""
    raise unknown(node)


def line(node: nodes.Element, page: Page) -> str:
    """Return the Markdown of all that stands in the node's line of text."""
    return "".join(inline(child, page) for child in node.children)


def column(children: Sequence[nodes.Node], page: Page) -> list[Piece]:
    """Return the blocks of nodes that stand below one another."""
    return [piece for child in children for piece in blocks(child, page)]


def joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the pieces, with the Markdown between two cells put into one."""
    for is_cell, group in groupby(pieces, lambda piece: isinstance(piece, int)):
        some = list(group)
        yield from some if is_cell else ["\n\n".join(some)]


def anchor(node: nodes.Element, page: Page) -> str:
    """Return the places that links of the page lead to, if any leads to the node."""
    return "".join(f'<a id="{name}"></a>' for name in node["ids"] if name in page.anchors)


def number(node: nodes.Element, page: Page) -> str:
    """Return the number that the site shows for the node, or nothing."""
    return next((page.numbers[name] for name in node["ids"] if name in page.numbers), "")


# In a line of text


@inline.register
def text(node: nodes.Text, page: Page) -> str:
    special = r"[\\`*_~\[\]<&$|]" if page.inside == "table" else r"[\\`*_~\[\]<&$]"
    return re.sub(special, r"\\\g<0>", node.astext())


@inline.register
def emphasis(node: nodes.emphasis, page: Page) -> str:
    return f"*{line(node, page)}*"


@inline.register
def strong(node: nodes.strong, page: Page) -> str:
    return f"**{line(node, page)}**"


@inline.register
def literal(node: nodes.literal, page: Page) -> str:
    code = node.astext().replace("|", r"\|") if page.inside == "table" else node.astext()
    marks = "`" * (1 + max((len(run) for run in re.findall("`+", code)), default=0))
    return f"{marks} {code} {marks}" if "`" in code else f"{marks}{code}{marks}"


@inline.register
def math(node: nodes.math, page: Page) -> str:
    latex = " ".join(node.astext().split())
    if page.inside == "table":  # a bar would end the cell
        latex = latex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
    return f"${latex}$"


@inline.register
def span(node: nodes.inline, page: Page) -> str:
    return line(node, page)


@inline.register
def reference(node: nodes.reference, page: Page) -> str:
    label = line(node, page)
    before = label[: len(label) - len(label.lstrip())]
    target = node["refuri"]
    return f"{before}[{label.strip()}]({target if re.fullmatch(PLAIN, target) else f'<{target}>'})"


# Blocks


@blocks.register
def paragraph(node: nodes.paragraph, page: Page) -> list[Piece]:
    # What begins like a quote, a heading or an item of a list is none here.
    return [re.sub(r"(?m)^(?=>|#+\s|[+-]\s)|^\d+(?=[.)]\s)", r"\g<0>\\", line(node, page))]


@blocks.register
def section(node: nodes.section, page: Page) -> list[Piece]:
    return column(node.children, page)


@blocks.register
def title(node: nodes.title, page: Page) -> list[Piece]:
    if not isinstance(node.parent, nodes.section):
        raise unknown(node)
    depth, above = 0, node.parent
    while isinstance(above, nodes.section):
        depth, above = depth + 1, above.parent
    before = anchor(node.parent, page) + (n + ". " if (n := number(node.parent, page)) else "")
    return [f"{'#' * depth} {before}{line(node, page)}"]


@blocks.register
def math_block(node: nodes.math_block, page: Page) -> list[Piece]:
    lines = ALIGNED.sub(r"\\\1{aligned}", node.astext()).split("\n")
    tag = rf"\tag{{{n}}}" if (n := number(node, page)) else ""
    # Jupyter would print the marks of a quote that stand within a formula.
    between = " " if page.inside == "quote" else "\n"
    latex = between.join(part for part in ["$$", *lines, tag, "$$"] if part.strip())
    return [*filter(None, [anchor(node, page)]), latex]


@blocks.register
def literal_block(node: nodes.literal_block, page: Page) -> list[Piece]:
    code = node.astext()
    marks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
    return [f"{marks}{node.get('language', '')}\n{code}\n{marks}"]


@blocks.register
def transition(node: nodes.transition, page: Page) -> list[Piece]:
    return ["---"]


@blocks.register(nodes.target)  # its place is handed on to what follows
@blocks.register(nodes.comment)
def hidden(node: nodes.Element, page: Page) -> list[Piece]:
    return []


@blocks.register
def compound(node: nodes.compound, page: Page) -> list[Piece]:
    return column(node.children, page)


@blocks.register
def toctree(node: addnodes.toctree, page: Page) -> list[Piece]:
    if not node["hidden"]:
        raise unknown(node)
    return []


@blocks.register
def bullet_list(node: nodes.bullet_list, page: Page) -> list[Piece]:
    return ["\n".join(item(child, "- ", page) for child in node.children)]


@blocks.register
def enumerated_list(node: nodes.enumerated_list, page: Page) -> list[Piece]:
    start = node.get("start", 1)
    return ["\n".join(item(c, f"{n}. ", page) for n, c in enumerate(node.children, start))]


def item(node: nodes.Element, mark: str, page: Page) -> str:
    """Return an item of a list, its lines below the mark."""
    return mark + "\n\n".join(column(node.children, page)).replace("\n", "\n" + " " * len(mark))


@blocks.register
def tgroup(node: nodes.tgroup, page: Page) -> list[Piece]:
    rows = [
        [" ".join(cell_of_a_table(entry, page).split()) for entry in row.children]
        for row in node.findall(nodes.row)
    ]
    rows.insert(1, ["---"] * len(rows[0]))
    return ["\n".join(f"| {' | '.join(row)} |" for row in rows)]


def cell_of_a_table(node: nodes.Element, page: Page) -> str:
    """Return the text of a cell, which Markdown wants in one line."""
    for child in node.children:
        if not isinstance(child, nodes.paragraph):
            raise unknown(child)
    return " ".join(line(child, replace(page, inside="table")) for child in node.children)


@blocks.register
def table(node: nodes.table, page: Page) -> list[Piece]:
    return column(node.children, page)


@blocks.register
def block_quote(node: nodes.block_quote, page: Page) -> list[Piece]:
    return quoted(column(node.children, replace(page, inside="quote")))


def quoted(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces as a quote, which is interrupted by the cells among them."""
    return [
        piece if isinstance(piece, int) else re.sub("(?m)^", "> ", piece).replace("> \n", ">\n")
        for piece in joined(pieces)
    ]


@blocks.register
def box(node: nodes.Admonition, page: Page) -> list[Piece]:
    inner = replace(page, inside="quote")
    head, rest = box_title(node, inner)
    return quoted([*head, *column(rest, inner)])


def box_title(node: nodes.Element, page: Page) -> tuple[list[Piece], list[nodes.Node]]:
    """Return the title of a box as the site shows it, and what stands below it.

    The extensions leave the number to the writer: sphinx-proof with the kind of the theorem,
    sphinx-exercise with a pattern in the title.
    """
    heading, *rest = node.children
    if not isinstance(heading, nodes.title):
        own_name = [] if type(node) is nodes.admonition else [f"**{node.tagname.capitalize()}**"]
        return own_name, node.children
    kind = f"{node['realtype'].title()} %s" if "realtype" in node else heading.get("title", "")
    name = kind.replace("%s", number(node, page)) + line(heading, page)
    return [f"{anchor(node, page)}**{' '.join(name.split())}**"], rest


@blocks.register
def proof(node: proof_node, page: Page) -> list[Piece]:
    return column(node.children, page)  # a box that holds a box


@blocks.register
def container(node: nodes.container, page: Page) -> list[Piece]:
    if node.get("nb_element") == "cell_code":
        captions = [caption(figure, page) for figure in node.findall(nodes.figure)]
        return [node["cell_index"], *captions]
    if "equation-code" in node["classes"]:
        # The mark behind the code opens to say how the site checked the equation.
        code = takewhile(lambda child: not isinstance(child, nodes.raw), node.children)
        return column(list(code), page)
    return column(node.children, page)


def caption(node: nodes.figure, page: Page) -> str:
    """Return the number and the caption of a figure that a cell draws."""
    words = " ".join(line(part, page) for part in node.findall(nodes.caption))
    return f"{anchor(node, page)}**Fig. {number(node, page)}** {words}"


class Label(HTMLParser):
    """Finds the label and the id of the first element that has a label."""

    label, place = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the label of the element."""
        values = dict(attrs)
        if not self.label and values.get("aria-label"):
            self.label, self.place = values["aria-label"], values.get("id", "")


@blocks.register
def raw(node: nodes.raw, page: Page) -> list[Piece]:
    """HTML may need the site's scripts; a notebook names it by its label."""
    found = Label()
    found.feed(node.astext())
    if not found.label:
        raise unknown(node)
    where = "on the page of this chapter"
    if page.address:
        where = f"[{where}]({page.address}#{found.place})"
    return [f"*This stands only {where}: {found.label}.*"]


# The page as a whole


def with_links_resolved(document: nodes.document, address: str) -> nodes.document:
    """Return a copy whose links can be followed from a notebook.

    A link to another page of the site becomes plain text where the site's address is not known.
    Pieces of code that then stand side by side are made one, as Markdown wants it.
    """
    copy = document.deepcopy()
    for node in list(copy.findall(nodes.reference)):
        target = node.get("refuri") or f"#{node['refid']}"
        if target.startswith("#") or urlsplit(target).scheme:
            node["refuri"] = target
        elif address:
            node["refuri"] = urljoin(address, target)
        else:
            node.replace_self(node.children)
    for node in list(copy.findall(nodes.literal)):
        place = node.parent.index(node)
        if place and isinstance(before := node.parent[place - 1], nodes.literal):
            node.insert(0, before.children)
            node.parent.remove(before)
    return copy


def cited(document: nodes.document) -> list[Piece]:
    """Return the list of the works that the page cites, each once."""
    works = {
        link.astext(): link["reftitle"]
        for citation in document.findall(nodes.inline)
        if "bibtex-citation" in citation["classes"]
        for link in citation.findall(nodes.reference)
    }
    entries = [f"[{label}] {work}" for label, work in sorted(works.items())]
    lines = [f"- {inline(nodes.Text(entry), Page())}" for entry in entries]
    return ["**Works cited**", "\n".join(lines)] if lines else []


def written(document: nodes.document, numbers: Mapping[str, str], address: str) -> list[Piece]:
    """Return a page as blocks of Markdown and the places of its code cells."""
    resolved = with_links_resolved(document, address)
    links = (node["refuri"] for node in resolved.findall(nodes.reference))
    anchors = frozenset(link[1:] for link in links if link.startswith("#"))
    return column(resolved.children, Page(address, numbers, anchors)) + cited(document)


def as_notebook(pieces: Sequence[Piece], executed: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook with the pieces as its text, and its code cells with their outputs."""
    code = [place for place, cell in enumerate(executed.cells) if cell.cell_type == "code"]
    if code != [piece for piece in pieces if isinstance(piece, int)]:
        raise ExtensionError(
            "the code cells of a notebook to download are not those of its page, each once and in "
            f"their order: expected {code}, got {[p for p in pieces if isinstance(p, int)]}"
        )
    cells = []
    for place, piece in enumerate(joined(pieces), start=1):
        if isinstance(piece, int):
            cell = executed.cells[piece]
            if "hide-input" in cell.metadata.get("tags", []):
                cell.metadata["jupyter"] = {"source_hidden": True}
        else:
            cell = nbformat.v4.new_markdown_cell(piece)
        cell.id = f"cell-{place}"
        cells.append(cell)
    metadata = {name: executed.metadata[name] for name in ("kernelspec", "language_info")}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)
