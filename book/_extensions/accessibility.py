"""What the theme leaves out for keyboards and screen readers."""

import re

# What the theme or docutils writes, and what it should have written.
REPAIRS = (
    ('role="doc-biblioentry"', 'role="listitem"'),  # the other is deprecated, and no child of a list
)


def name_toggles(write):
    """The sidebar's toggles are arrows without a name: say what they open."""

    def named(*args, **kwargs):
        return re.sub("<summary>", '<summary aria-label="Its pages">', str(write(*args, **kwargs)))

    return named


def repair(app, pagename, templatename, context, doctree):
    context["generate_toctree_html"] = name_toggles(context["generate_toctree_html"])
    for written, right in REPAIRS:
        context["body"] = context.get("body", "").replace(written, right)


def setup(app):
    app.connect("html-page-context", repair, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
