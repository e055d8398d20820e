"""The picture of a figure of another chapter, drawn by the cells of that chapter."""

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)


class Picture(nodes.General, nodes.Element):
    """The place of a picture, filled in when the page is written."""


class PictureOf(SphinxDirective):
    """The place of the picture of a figure, named by its label; it leads to the figure."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the place."""
        place = Picture(label=self.arguments[0])
        self.set_source_info(place)
        return [place]


class ShowPictures(SphinxPostTransform):
    """Fill in the pictures of other chapters."""

    default_priority = 4  # before the references are resolved

    def run(self, **kwargs: object) -> None:
        """Replace each place by the picture, as a link to its figure."""
        labels = self.env.domains.standard_domain.anonlabels
        for place in list(self.document.findall(Picture)):
            docname, figure = labels.get(place["label"], ("", ""))
            image = picture(self.env.get_doctree(docname), figure) if docname else None
            if image is None:
                logger.warning("no figure has the label %s", place["label"], location=place)
                place.parent.remove(place)
                continue
            reference = addnodes.pending_xref(
                "",
                image,
                refdomain="std",
                reftype="ref",
                reftarget=place["label"],
                refdoc=self.env.docname,
                refexplicit=True,
                refwarn=True,
            )
            place.replace_self(nodes.paragraph("", "", reference, classes=["picture"]))


def picture(document: nodes.document, figure: str) -> nodes.image | None:
    """Return the picture of a figure, as lines if there are lines and dots."""
    found = [
        image
        for node in document.findall(nodes.figure)
        if figure in node["ids"]
        for image in node.findall(nodes.image)
    ]
    found.sort(key=lambda image: not image["uri"].endswith(".svg"))
    return found[0].deepcopy() if found else None


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive `picture-of`."""
    app.add_node(Picture)
    app.add_directive("picture-of", PictureOf)
    app.add_post_transform(ShowPictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
