"""How long a page takes to read, told below the title of every page that was executed.

200 words a minute, what is folded away not counted, and ten seconds for each picture.
"""

import math

from docutils import nodes

WORDS, PICTURE = 200, 1 / 6  # a minute; in minutes
FOLDED = {"dropdown", "toggle", "tag_hide-input", "cell_input"}


def is_folded(node):
    while node is not None:
        if FOLDED & set(getattr(node, "attributes", {}).get("classes", [])):
            return True
        node = node.parent
    return False


def minutes(doctree):
    """The time for the sentences and the pictures of a page, in whole minutes."""
    sentences = [node for node in doctree.findall(nodes.paragraph) if not is_folded(node)]
    words = sum(len(sentence.astext().split()) for sentence in sentences)
    return math.ceil(words / WORDS + PICTURE * len(list(doctree.findall(nodes.image))))


def tell(app, doctree, docname):
    title = next(iter(doctree.findall(nodes.title)), None)
    executed = any("cell" in node.get("classes", []) for node in doctree.findall(nodes.container))
    if executed and title is not None:
        words = f"{minutes(doctree)} minutes to read, without the exercises"
        title.parent.insert(title.parent.index(title) + 1, nodes.paragraph("", words, classes=["reading-time"]))


def setup(app):
    app.connect("doctree-resolved", tell)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
