"""The directive `figure-controls`: what lets a reader change the numbers of the picture above it.

Its argument names a form of native controls in book/_templates/figures and a module in
book/_static/figures, which draws the picture anew. Each also has a page for itself,
figures/NAME.html, which is in no table of contents.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from docutils import nodes
from sklearn.datasets import load_iris
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from softmax_theory.testing import exact

FORMS = "_templates/figures"


def flowers() -> list[tuple[float, float, int]]:
    """Return the length and the width of the petals of each iris, and its species."""
    iris = load_iris()
    return list(zip(*iris.data[:, 2:].T.tolist(), iris.target.tolist(), strict=True))


def exact_digits() -> list[dict[str, tuple[float, float]]]:
    """Return the exact results for each size of the logits, as sums of two floats each.

    An offset of all logits changes none of them, and the logits of the page are exact floats.
    """
    z = np.arange(61.0)[:, np.newaxis] * [1, 0.5, 0]
    truth = np.zeros(len(z), dtype=int)
    columns = {
        "output": (exact.softmax(z), np.s_[:, 2]),
        "loss": (exact.cross_entropy(z, truth), np.s_[:]),
        "derivative": (exact.cross_entropy_gradient(z, truth), np.s_[:, 0]),
    }
    pairs = {
        name: zip(values.value[column].tolist(), values.rest[column].tolist(), strict=True)
        for name, (values, column) in columns.items()
    }
    return [dict(zip(pairs, row, strict=True)) for row in zip(*pairs.values(), strict=True)]


DATA: dict[str, Callable[[], object]] = {"training": flowers, "digits": exact_digits}


def controls(form: Path, root: str) -> str:
    """Return the HTML of a form, its data and its module; `root` leads from the page to the top."""
    html = form.read_text(encoding="utf-8")
    if form.stem in DATA:
        data = json.dumps(DATA[form.stem](), separators=(",", ":"))
        html = html.replace("</form>", f'<script type="application/json">{data}</script>\n</form>')
    return f'{html}<script type="module" src="{root}_static/figures/{form.stem}.js"></script>'


class FigureControls(SphinxDirective):
    """The controls of the figure that stands above."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the form and its module as HTML."""
        name = self.arguments[0]
        form = Path(self.env.srcdir, FORMS, f"{name}.html")
        if not form.exists():
            raise self.error(
                f"figure-controls: got {name!r}; expected the name of a form in {FORMS}"
            )
        self.env.note_dependency(str(form))
        root = "../" * self.env.docname.count("/")
        return [nodes.raw("", controls(form, root), format="html")]


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Give each figure a page for itself, with an empty picture that keeps the place of its own."""
    for form in sorted(Path(app.srcdir, FORMS).glob("*.html")):
        title = f"Figure: {form.stem}"
        html = controls(form, "../")
        size = html.partition('data-size="')[2].partition('"')[0]
        picture = f'<svg class="empty" viewBox="0 0 {size}"></svg>'
        body = (
            f"<h1>{title}</h1>\n"
            f'<div id="fig-{form.stem}" class="figure-drawing">{picture}</div>\n{html}'
        )
        yield f"figures/{form.stem}", {"title": title, "body": body}, "page.html"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive and the pages."""
    app.add_directive("figure-controls", FigureControls)
    app.connect("html-collect-pages", pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
