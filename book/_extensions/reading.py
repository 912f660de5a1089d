"""How long a page takes, told below the title of every page that was executed; and where the ways on lead.

To read: 200 words a minute, what is folded away not counted, and ten seconds for each picture. To run: as `make bench`
measured it on two cores. The links to the next page and the one before ask the question that it opens with.
"""

import html
import json
import math
from pathlib import Path

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


def running(app, docname):
    """The time that its cells take, if it was measured."""
    measured = Path(app.confdir) / "book/speed/bench.json"
    notebooks = json.loads(measured.read_text("utf-8"))["seconds"]["notebooks"] if measured.is_file() else {}
    seconds = notebooks.get(f"{docname}.ipynb")
    return f"; about {math.ceil(seconds / 5) * 5} seconds to run" if seconds else ""


def question(env, docname):
    """What a page asks first, in bold; if it does not, its title."""
    first = next(iter(env.get_doctree(docname).findall(nodes.paragraph)), nodes.paragraph())
    words = next((part for part in first if part.astext()), None)
    return " ".join((words if isinstance(words, nodes.strong) else env.titles[docname]).astext().split())


def lead_on(app, pagename, templatename, context, doctree):
    """Name the next page and the one before by their question."""
    _, before, after = app.builder.relations.get(pagename, (None, None, None))
    for way, page in (("prev", before), ("next", after)):
        if page:
            context[f"{way}_title"] = html.escape(question(app.env, page))


def tell(app, doctree, docname):
    title = next(iter(doctree.findall(nodes.title)), None)
    executed = any("cell" in node.get("classes", []) for node in doctree.findall(nodes.container))
    if executed and title is not None:
        words = f"{minutes(doctree)} minutes to read, without the exercises{running(app, docname)}"
        title.parent.insert(title.parent.index(title) + 1, nodes.paragraph("", words, classes=["reading-time"]))


def setup(app):
    app.connect("doctree-resolved", tell)
    app.connect("html-page-context", lead_on)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
