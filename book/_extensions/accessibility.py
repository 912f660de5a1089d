"""What the theme and other extensions leave out for keyboards and screen readers."""

import re
from pathlib import Path

from sphinx.util import logging

logger = logging.getLogger(__name__)

# What the theme or docutils writes, and what it should have written.
REPAIRS = (
    ('role="doc-biblioentry"', 'role="listitem"'),  # the other is deprecated, and no child of a list
    ('<summary aria-label="Toggle hidden content">', "<summary>"),  # its visible text is a better name
    ("<th></th>", "<td></td>"),  # the corner of a table of pandas is no header
)
MADE = "thisButton = document.getElementById(buttonID);"
NAMED = 'thisButton.setAttribute("aria-label", title.textContent.trim());'
# The same for the scripts that make buttons.
SCRIPTS = {
    "togglebutton.js": (MADE, f"{MADE} {NAMED}"),
    "copybutton.js": ('<button class="copybtn', '<button aria-label="Copy code" class="copybtn'),
}


def name_toggles(write):
    """The sidebar's toggles are arrows without a name: say what they open."""

    def named(*args, **kwargs):
        return re.sub("<summary>", '<summary aria-label="Its pages">', str(write(*args, **kwargs)))

    return named


def repair(app, pagename, templatename, context, doctree):
    context["generate_toctree_html"] = name_toggles(context["generate_toctree_html"])
    for written, right in REPAIRS:
        context["body"] = context.get("body", "").replace(written, right)


def name_buttons(app, problem):
    """Buttons for folding and copying are pictures: say what they fold, and that they copy."""
    for name, (written, right) in () if problem else SCRIPTS.items():
        path = Path(app.outdir) / "_static" / name
        text = path.read_text("utf-8")
        if text.count(written) != 1:
            logger.warning("%s has changed: its buttons get no names", name)
        path.write_text(text.replace(written, right), "utf-8")


def setup(app):
    app.connect("html-page-context", repair, priority=900)
    app.connect("build-finished", name_buttons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
