"""Every picture has words for those who cannot see it, and every notebook's picture a caption."""

import re

from docutils import nodes
from sphinx.util import logging

logger = logging.getLogger(__name__)
FILE_NAME = re.compile(r"^\S*[/\\]\S*$|\.(svg|png|jpe?g|gif)$", re.IGNORECASE)


def ancestors(node):
    while node := node.parent:
        yield node


def is_captioned(image):
    return any(isinstance(above, nodes.figure) and above.next_node(nodes.caption) for above in ancestors(image))


def check(app, doctree, docname):
    """Warn about pictures without alternative text (a file's name is none) or without caption."""
    for image in doctree.findall(nodes.image):
        if not image.get("alt", "").strip() or FILE_NAME.search(image["alt"].strip()):
            logger.warning("picture without alt text: set mystnb.image.alt in the cell's metadata", location=image)
        drawn = any(above.get("nb_element") == "cell_code" for above in ancestors(image))
        if drawn and not is_captioned(image):
            logger.warning("picture without caption: set mystnb.figure.caption in the cell's metadata", location=image)


def setup(app):
    app.connect("doctree-resolved", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
