"""What a check says: a mistake explained in steps, and the one line a student sees."""

__all__ = ["Mistake", "NotDone"]


class Mistake(Exception):
    """A wrong answer, explained in steps: each further step says more than the one before."""

    def __init__(self, *steps: str) -> None:
        super().__init__(steps[0])
        self.steps = steps


class NotDone(Exception):
    """Stops a notebook at an open exercise and shows one line in place of a traceback."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception for its own traceback before it draws one.
        return [str(self)]
