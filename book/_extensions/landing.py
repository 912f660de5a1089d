"""The landing page is `index.html` itself, at the root of the site; every page's head says what it is about.

A figure of a notebook can be shown there as well: `{explorable} chapters/02_vanishing_gradients 02-drag`, or a picture,
by `{picture}` and the same two words. Its dropdowns of the class `guess` become cards to guess at (guesses.js).
Pages of text write `{{ repository }}` and `{{ name }}`; the address stands in _config.yml and nowhere else.
"""

import html
from pathlib import Path

from docutils import nodes
from ledger import executed
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)


class Site(StandaloneHTMLBuilder):
    """Sphinx's HTML builder, with the root document of the contents at the root of the site."""

    def get_target_uri(self, docname, typ=None):
        return "index.html" if docname == self.config.root_doc else super().get_target_uri(docname)

    def get_outfilename(self, pagename):
        return super().get_outfilename("index" if pagename == self.config.root_doc else pagename)


class explorable(nodes.General, nodes.Element):
    """Where a figure of a notebook goes."""


class picture(nodes.General, nodes.Element):
    """Where a picture of a notebook goes."""


class Borrowed(SphinxDirective):
    """What a cell of another page shows: an explorable figure, or a picture."""

    required_arguments = 2

    def run(self):
        page, cell = self.arguments
        node = {"explorable": explorable, "picture": picture}[self.name](page=page, cell=cell)
        self.set_source_info(node)
        return [node]


def borrow(app, doctree, docname):
    """Now that all notebooks are read: the picture that a cell put out, with its words."""
    for node in list(doctree.findall(picture)):
        anchor = f"cell-{node['cell']}"
        cells = [c for c in app.env.get_doctree(node["page"]).findall(nodes.container) if anchor in c["ids"]]
        found = [image for cell in cells for image in cell.findall(nodes.image)]
        if not found:
            logger.warning("no cell %s of %s puts out a picture", node["cell"], node["page"], location=node)
        copies = [image.deepcopy() for image in found[:1]]
        for image in copies:
            app.env.images.add_file(docname, image["uri"])
        node.replace_self(copies)


def guesses(app, doctree, docname):
    """Let the reader commit before a card turns over; without scripts it is a dropdown."""
    if docname == app.config.root_doc:
        script = Path(__file__).with_name("guesses.js").read_text("utf-8")
        doctree += nodes.raw("", f"<script>{script}</script>", format="html")


def show(app, doctree, docname):
    """Now that all notebooks have run: the HTML that the cell put out."""
    for node in list(doctree.findall(explorable)):
        outputs = [o for cell in executed(app, node["page"]).cells if cell.id == node["cell"] for o in cell.outputs]
        found = [o.data["text/html"] for o in outputs if "text/html" in o.get("data", {})]
        if not found:
            logger.warning("no cell %s of %s puts out a figure", node["cell"], node["page"], location=node)
        node.replace_self(
            nodes.container("", *(nodes.raw("", text, format="html") for text in found), classes=["xp-page"])
        )


def shorten(text, limit=160):
    """The text in one line, cut after a whole word."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


def describe(app, pagename, templatename, context, doctree):
    """Give each page a description: its own, or its title and first paragraph; and each its one address."""
    if pagename == app.config.root_doc:
        context["pageurl"] = app.config.html_baseurl
    if 'name="description"' in context.get("metatags", ""):
        return
    first = next(iter(doctree.findall(nodes.paragraph)), None) if doctree else None
    title = app.env.titles[pagename].astext() if doctree else pagename.capitalize()
    text = shorten(f"{title}. {first.astext() if first else app.config.project}")
    context["metatags"] = context.get("metatags", "") + (f'<meta name="description" content="{html.escape(text)}" />')


def fill_in(app, docname, source):
    """Put the repository's address where a page asks for it, in code as well."""
    repository = app.config.html_theme_options["repository_url"]
    name = repository.rsplit("/", 1)[-1]
    source[0] = source[0].replace("{{ repository }}", repository).replace("{{ name }}", name)


def setup(app):
    app.connect("source-read", fill_in)
    app.add_builder(Site, override=True)
    app.add_node(explorable)
    app.add_node(picture)
    app.add_directive("explorable", Borrowed)
    app.add_directive("picture", Borrowed)
    app.connect("doctree-resolved", show)
    app.connect("doctree-resolved", borrow)
    app.connect("doctree-resolved", guesses)
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
