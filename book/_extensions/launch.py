"""The addresses at which a notebook of the repository opens to be run: on Binder, or on Colab at one of its cells.

JupyterLab, which Binder opens, goes to a cell named in the address only once the notebook is open, not as it opens.
"""

from urllib.parse import quote


def repository(app):
    """Its name on GitHub, and its branch."""
    theme = app.config.html_theme_options
    return theme["repository_url"].removeprefix("https://github.com/"), theme["repository_branch"]


def on_binder(app, path):
    """The address at which Binder opens a notebook in JupyterLab."""
    name, branch = repository(app)
    binder = app.config.html_theme_options["launch_buttons"]["binderhub_url"]
    return f"{binder}/v2/gh/{name}/{branch}?urlpath=lab/tree/{path}"


def on_colab(app, path, cell):
    """The address at which Colab opens a notebook, and the cell that it is to scroll to."""
    name, branch = repository(app)
    colab = app.config.html_theme_options["launch_buttons"]["colab_url"]
    return f"{colab}/github/{name}/blob/{branch}/{path}#scrollTo={quote(cell)}"
