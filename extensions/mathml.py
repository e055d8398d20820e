r"""Print mathematics as MathML, made at build time, so that no script runs in the browser.

The conversion is `math-core`'s. Its one gap in what the book writes is the environment `split`,
which is `aligned` here: Sphinx itself numbers the equations.
"""

import re
from html import escape
from itertools import groupby

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
CONVERTER = LatexToMathML(fancy_error=False, annotation=True)
ALIGNED = re.compile(r"\\(begin|end)\{(?:split|align|gather|equation)\*?\}")
ACCENT = re.compile('<mo stretchy="false">([^<]*</mo></mover>)')
# Firefox draws these as large as a sum where a formula is displayed.
CIRCLED = re.compile("<mo([^>]*>[⊙⊗⊕]</mo>)")
# For Firefox a sum with limits is an operator, which brackets around it need not hold; beside
# something else, be it nothing, it is none.
LIMITS = re.compile("<(munder|munderover)><mo[^>]*>[∑∏]</mo>(?:(?!<munder).)*?</\\1>")
ANNOTATION = re.compile("(<annotation [^>]*>)[^<]*")


def to_mathml(latex: str, *, display: bool, node: nodes.Element) -> str:
    """Return MathML, or warn at the node and return the LaTeX as code."""
    readable = ALIGNED.sub(r"\\\1{aligned}", latex)
    try:
        mathml = CONVERTER.convert_with_local_state(readable, displaystyle=display)
    except LatexError as error:
        logger.warning("cannot be printed: %s (%s)", latex, error, location=node, type="mathml")
        return f"<code>{nodes.fully_normalize_name(latex)}</code>"
    return completed(mathml, latex)


def completed(mathml: str, latex: str) -> str:
    """Return MathML that is annotated with the LaTeX as written, and drawn alike by all browsers.

    `math-core` forbids a hat or a bar to stretch; WebKit then draws it far above its letter.
    """
    written = escape(latex.strip(), quote=False)
    held = LIMITS.sub(r"<mrow>\g<0><mi></mi></mrow>", mathml)
    near = CIRCLED.sub(r'<mo largeop="false"\1', ACCENT.sub(r"<mo>\1", held))
    return ANNOTATION.sub(lambda start: start[1] + written, near)


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write mathematics in a line of text."""
    translator.body.append(translator.starttag(node, "span", "", CLASS="math"))
    translator.body.append(to_mathml(node.astext(), display=False, node=node) + "</span>")
    raise nodes.SkipNode


def visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed equation, which scrolls in its own box, and its number beside the box."""
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    # The theme's script lets the keyboard reach boxes of this class where they scroll.
    translator.body.append('<div class="math-box pst-scrollable-table-container">')
    translator.body.append(to_mathml(node.astext(), display=True, node=node) + "</div>")
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def pieces(node: nodes.Node) -> list[nodes.Node]:
    """Return a text as its first word, its middle and its last word; another node as it is."""
    if not isinstance(node, nodes.Text):
        return [node]
    words = re.fullmatch(r"(\S*)(.*?)(\S*)", node, flags=re.DOTALL)
    return [nodes.Text(part) for part in words.groups() if part]


def touches(node: nodes.Node) -> bool:
    """Return whether no blank parts the node from the next: a formula, or text without one."""
    return isinstance(node, nodes.math) or (
        isinstance(node, nodes.Text) and not re.search(r"\s", node)
    )


def unbroken(line: list[nodes.Node]) -> list[nodes.Node]:
    """Return the nodes of a line, with each formula and the text that touches it in one node."""
    result: list[nodes.Node] = []
    for touching, group in groupby((p for node in line for p in pieces(node)), key=touches):
        run = list(group)
        whole = touching and len(run) > 1 and any(isinstance(node, nodes.math) for node in run)
        result.extend([nodes.inline("", "", *run, classes=["unbroken"])] if whole else run)
    return result


class KeepTogether(SphinxPostTransform):
    """Keep an inline formula on one line with what touches it, such as a comma or a bracket.

    A browser may otherwise break the line between the two, as it may beside a picture.
    """

    default_priority = 900  # after the references are resolved
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Wrap the formulas of each line."""
        for line in dict.fromkeys(formula.parent for formula in self.document.findall(nodes.math)):
            line[:] = unbroken(line.children)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the renderer `mathml`."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.add_post_transform(KeepTogether)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
