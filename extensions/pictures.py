"""The picture of a figure of another chapter, drawn by the cells of that chapter."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)


class Picture(nodes.General, nodes.Element):
    """The place of a picture, filled in when the page is written."""


class PictureOf(SphinxDirective):
    """The place of the picture of a figure, which is named by its label."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the place."""
        place = Picture(label=self.arguments[0])
        self.set_source_info(place)
        return [place]


def show_pictures(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace each place by the picture, as a link to its figure."""
    labels = app.env.domains.standard_domain.anonlabels
    for place in list(doctree.findall(Picture)):
        chapter, figure = labels.get(place["label"], ("", ""))
        image = picture(app.env.get_doctree(chapter), figure) if chapter else None
        if image is None:
            message = "picture-of: no figure with a picture has the label %s"
            logger.warning(message, place["label"], location=place)
            place.parent.remove(place)
            continue
        target = f"{app.builder.get_relative_uri(docname, chapter)}#{figure}"
        link = nodes.reference("", "", image, refuri=target, internal=True)
        place.replace_self(nodes.paragraph("", "", link, classes=["picture"]))


def picture(document: nodes.document, figure: str) -> nodes.image | None:
    """Return the picture of a figure; of several formats that which is drawn by lines."""
    images = [
        image
        for node in document.findall(nodes.figure)
        if figure in node["ids"]
        for image in node.findall(nodes.image)
    ]
    images.sort(key=lambda image: not image["uri"].endswith(".svg"))
    return images[0].deepcopy() if images else None


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive `picture-of`."""
    app.add_node(Picture)
    app.add_directive("picture-of", PictureOf)
    app.connect("doctree-resolved", show_pictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
