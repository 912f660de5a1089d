"""A page of solutions leads to the empty lab: by its rocket, and by its link, which opens the lab on Binder.

The link itself says `../NAME.ipynb`, so that it works in JupyterLab as well.
"""

SOLUTIONS, LABS = "labs/solutions/", "labs/"


def on_binder(app, path):
    """The address at which Binder opens a notebook of the repository."""
    theme = app.config.html_theme_options
    name = theme["repository_url"].removeprefix("https://github.com/")
    binder = theme["launch_buttons"]["binderhub_url"]
    return f"{binder}/v2/gh/{name}/{theme['repository_branch']}?urlpath=lab/tree/{path}"


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
