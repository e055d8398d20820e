"""Draw the picture that a link to the book is shown with."""

from pathlib import Path
from textwrap import fill

from matplotlib import rc_context
from matplotlib.figure import Figure
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

EQUATION = r"$\dfrac{\partial y_i}{\partial z_j} = y_i\,(\delta_{ij} - y_j)$"
PAPER, INK, ACCENT = "#ffffff", "#222832", "#176de8"


def draw(title: str, target: Path) -> None:
    """Write a PNG of 1200 by 630 pixels, the size that previews are made for."""
    with rc_context({"font.family": "STIXGeneral", "mathtext.fontset": "stix"}):
        figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=PAPER)
        figure.text(0.07, 0.88, fill(title, 24), size=64, color=INK, va="top", linespacing=1.3)
        figure.text(0.07, 0.26, EQUATION, size=58, color=ACCENT, va="center")
        figure.savefig(target)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Draw the picture if the site has an address, as previews load it by that."""
    if not exception and app.builder.format == "html" and app.config.html_baseurl:
        draw(app.config.project, Path(app.outdir) / "_static" / "card.png")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the step."""
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
