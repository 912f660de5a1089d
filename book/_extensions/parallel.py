"""Notebooks run two at a time while the book is read."""

import sphinx.builders


def share_out(app, config):
    """One page a block: in Sphinx's own, larger blocks one process may get all the notebooks."""
    sphinx.builders.make_chunks = lambda names, *_: [[name] for name in names]
    # It only numbers what has been read, in the main process, but does not say so.
    app.extensions["sphinx_multitoc_numbering"].parallel_read_safe = True


def setup(app):
    app.connect("config-inited", share_out)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
