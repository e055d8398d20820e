r"""Print mathematics as MathML, made at build time, so that no script runs in the browser.

The conversion is `math-core`'s. Its one gap in what the book writes is the environment `split`,
which is `aligned` here: Sphinx itself numbers the equations.
"""

import re

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
CONVERTER = LatexToMathML(fancy_error=False)
ALIGNED = re.compile(r"\\(begin|end)\{(?:split|align|gather|equation)\*?\}")


def to_mathml(latex: str, *, display: bool, node: nodes.Element) -> str:
    """Return MathML, or warn at the node and return the LaTeX as code."""
    readable = ALIGNED.sub(r"\\\1{aligned}", latex)
    try:
        return CONVERTER.convert_with_local_state(readable, displaystyle=display)
    except LatexError as error:
        logger.warning("cannot be printed: %s (%s)", latex, error, location=node, type="mathml")
        return f"<code>{nodes.fully_normalize_name(latex)}</code>"


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


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the renderer `mathml`."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
