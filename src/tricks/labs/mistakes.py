"""What a check says: a mistake explained in steps, and the one sentence a student sees."""

import textwrap

__all__ = ["Mistake", "NotDone"]


class Mistake(Exception):
    """A wrong answer, explained in steps: each further step says more than the one before."""

    def __init__(self, *steps: str) -> None:
        super().__init__(steps[0])
        self.steps = steps


class NotDone(Exception):
    """Stops a notebook at an open exercise and shows one sentence in place of a traceback."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception for its own traceback before it draws one.
        # JupyterLab would wrap a long line in the middle of a word.
        return textwrap.wrap(str(self), 88, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
