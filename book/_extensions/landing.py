"""The landing page is `index.html` itself, at the root of the site; every page's head says what it is about.

Pages of text write `{{ repository }}` and `{{ name }}`; the address stands in _config.yml and nowhere else.
"""

import html

from docutils import nodes
from sphinx.builders.html import StandaloneHTMLBuilder


class Site(StandaloneHTMLBuilder):
    """Sphinx's HTML builder, with the root document of the contents at the root of the site."""

    def get_target_uri(self, docname, typ=None):
        return "index.html" if docname == self.config.root_doc else super().get_target_uri(docname)

    def get_outfilename(self, pagename):
        return super().get_outfilename("index" if pagename == self.config.root_doc else pagename)


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
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
