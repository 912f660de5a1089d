"""Where a notebook of the repository opens to be run: on Binder or on Colab, and for a claim at the cell that judged.

JupyterLab, which Binder opens, goes to a cell by the extension that `.binder/postBuild` installs there.
"""

from urllib.parse import quote

from docutils import nodes


def repository(app):
    """Its name on GitHub, and its branch."""
    theme = app.config.html_theme_options
    return theme["repository_url"].removeprefix("https://github.com/"), theme["repository_branch"]


def on_binder(app, path, cell=None):
    """The address at which Binder opens a notebook in JupyterLab, and the cell that it is to go to."""
    name, branch = repository(app)
    binder = app.config.html_theme_options["launch_buttons"]["binderhub_url"]
    place = quote(f"?cell={cell}") if cell else ""
    return f"{binder}/v2/gh/{name}/{branch}?urlpath=lab/tree/{path}{place}"


def on_colab(app, path, cell):
    """The address at which Colab opens a notebook, and the cell that it is to scroll to."""
    name, branch = repository(app)
    colab = app.config.html_theme_options["launch_buttons"]["colab_url"]
    return f"{colab}/github/{name}/blob/{branch}/{path}#scrollTo={quote(cell)}"


def doubt(app, verdict):
    """Links that open the cell that judged, to change a number and run it again."""
    path, cell = f"{verdict['page']}.ipynb", verdict["anchor"].removeprefix("cell-")
    here = f'Run {verdict["id"]} yourself, cell {cell}: search for "{verdict["id"]}"'
    binder = nodes.reference("", "doubt this", refuri=on_binder(app, path, cell), reftitle=here)
    colab = nodes.reference("", "in Colab", refuri=on_colab(app, path, cell), reftitle=here)
    return nodes.paragraph("", "", binder, nodes.Text(", or "), colab, classes=["ledger-note"])
