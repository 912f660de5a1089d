"""A page of solutions leads to the empty lab: by its rocket, and by its link, which opens the lab on Binder.

The link itself says `../NAME.ipynb`, so that it works in JupyterLab as well.
"""

from launch import on_binder

SOLUTIONS, LABS = "labs/solutions/", "labs/"


def turn_links(app, docname, source):
    if docname.startswith(SOLUTIONS):
        lab = docname.removeprefix(SOLUTIONS) + ".ipynb"
        source[0] = source[0].replace(f"](../{lab})", f"]({on_binder(app, LABS + lab)})")


def turn_rockets(app, pagename, templatename, context, doctree):
    if not pagename.startswith(SOLUTIONS):
        return
    for group in context.get("header_buttons", []):
        if group.get("label") == "launch-buttons":
            for button in group["buttons"]:
                button["url"] = button["url"].replace(SOLUTIONS, LABS)


def setup(app):
    app.connect("source-read", turn_links)
    app.connect("html-page-context", turn_rockets, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
