"""One notebook marked: its cells run in a sandbox, its answers checked on this side of it.

Run as a process, it reads one task a line and writes one result a line.
"""

import json
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pkgutil import iter_modules
from queue import SimpleQueue
from typing import Any, NamedTuple

import numpy as np
import torch

from . import exercises
from .lab import Lab, mark
from .mistakes import Mistake
from .sandbox import Sandbox, patience
from .suspicion import meddles
from .wire import Gone, decode, encode

__all__ = ["Task", "find_lab", "mark_notebook"]

_CHECKED = re.compile(r"\bcheck\(\s*[\"']?(\w+)")
_OVER = "the time for one notebook was used up before this"


class Task(NamedTuple):
    """A notebook to be marked: `seconds` of computing are for a cell or a check, ten times that for all."""

    lab: str
    opening: list[str]  # the cells before the first exercise, as they were handed out
    cells: list[str]
    seed: int
    seconds: float
    trusted: bool


def find_lab(name: str) -> Lab:
    """Find the exercises of the lab `name`, as 02_vanishing_gradients."""
    known = []
    for module in iter_modules(exercises.__path__):
        if module.name != name.split("_", 1)[-1]:
            continue
        lab = import_module(f"{exercises.__name__}.{module.name}").LAB
        known.append(lab.name)
        if lab.name == name:
            return lab
    raise FileNotFoundError(f"there is no lab {name}: a lab's name is that of its notebook, as 02_vanishing_gradients")


class _Remote:
    """The student of a check, in a sandbox: `student.f(x)` ships x there, and gets plain data."""

    def __init__(self, box: Sandbox) -> None:
        self._box = box

    def __getattr__(self, name: str) -> Any:
        reply = self._ask({"name": name}, [])
        if "callable" not in reply:
            return self._read(reply)

        def call(*arguments: Any) -> Any:
            functions: list[Callable[..., Any]] = []
            shipped = [encode(a, functions) for a in arguments]
            return self._read(self._ask({"name": name, "arguments": shipped}, functions))

        return call

    def _ask(self, order: dict[str, Any], functions: list[Callable[..., Any]]) -> dict[str, Any]:
        self._box.send(order)
        while "call back" in (reply := self._box.receive()):
            self._box.send(_called(reply, functions))
        return reply

    def _read(self, reply: dict[str, Any]) -> Any:
        if "mistake" in reply:
            raise Mistake(*(str(step)[:300] for step in list(reply["mistake"])[:3]))
        try:
            return decode(reply["value"])
        except Exception:
            raise Mistake("what comes back cannot be read: numbers, tensors or lists of them are expected") from None


def _called(reply: dict[str, Any], functions: list[Callable[..., Any]]) -> dict[str, Any]:
    """Call one of the functions that the check has handed over."""
    try:
        arguments = [decode(a) for a in reply["arguments"]]
        return {"value": encode(functions[reply["call back"]](*arguments))}
    except Exception as error:
        return {"mistake": f"{type(error).__name__}: {error}"[:300]}


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """Stop a check that an answer keeps busy on this side, by the time it computes, not by the clock."""

    def stop(*_: object) -> None:
        raise Gone("takes too long")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


class _Marking:
    """The state of one notebook: what passed, what was said, and which cells are left out."""

    def __init__(self, task: Task) -> None:
        self.task, self.lab = task, find_lab(task.lab)
        self.said: dict[str, str | None] = {}  # None for a right answer
        self.left_out: dict[int, str] = {}
        self.raised: dict[int, str] = {}
        self.dead: set[str] = set()  # exercises whose check ended the sandbox
        self.begin(10)

    def begin(self, parts: int) -> None:
        """Set the time for what comes next, in computing and by the clock."""
        self.left = parts * self.task.seconds
        self.until = time.monotonic() + parts * patience(self.task.seconds)

    @property
    def over(self) -> bool:
        """Say whether that time is used up."""
        return self.left <= 0 or time.monotonic() > self.until

    def check(self, name: str, box: Sandbox) -> None:
        """Mark one exercise unless it has passed; raises `Gone`."""
        if name not in self.lab.exercises or name in self.dead or self.said.get(name, "") is None:
            return
        place = list(self.lab.exercises).index(name)
        try:
            box.allow(self.task.seconds)
            with _no_longer_than(2 * self.task.seconds):
                mark(self.lab.exercises[name], _Remote(box), np.random.default_rng([self.task.seed, place]))
            self.said[name] = None
        except Mistake as mistake:
            self.said[name] = " ".join(mistake.steps[0].split())
        except Gone as gone:
            self.dead.add(name)
            self.said[name] = f"your answer {gone}"
            raise
        except Exception as error:
            self.said[name] = f"this answer cannot be read ({type(error).__name__})"

    def attend(self, cells: list[str], wanted: Callable[[str], bool], left_out: dict[int, str]) -> bool:
        """Run cells, marking where they ask for it; False, and one more left out, if that ended the sandbox."""
        running = None
        with Sandbox(self.lab, self.task.trusted) as box:
            try:
                for place, source in enumerate(cells):
                    if place in left_out:
                        continue
                    running = place
                    box.allow(min(self.task.seconds, self.left - box.spent))
                    box.send({"run": source})
                    raised = box.receive().get("raised")
                    running = None  # whatever ends the sandbox now is not this cell
                    if raised and cells is self.task.cells:
                        self.raised[place] = str(raised)[:200]
                    for name in filter(wanted, _CHECKED.findall(source)):
                        self.check(name, box)
                for name in filter(wanted, self.lab.exercises):
                    self.check(name, box)
            except Gone as gone:
                if running is not None:
                    left_out[running] = str(gone)
                return False
            finally:
                self.left -= box.spent
        return True


def mark_notebook(task: Task) -> dict[str, Any]:
    """Mark a notebook: for each exercise None or what is wrong, and which cells were left out."""
    marking = _Marking(task)
    done = False
    while not done and not marking.over:
        done = marking.attend(task.cells, lambda name: True, marking.left_out)
    if marking.left_out or marking.dead or any(map(meddles, task.cells)):
        for name in marking.lab.exercises:
            if marking.said.get(name, "") is not None:
                marking.begin(3)
                _mark_alone(marking, name)
    said = {name: marking.said.get(name, _OVER) for name in marking.lab.exercises}
    return {"said": said, "left out": marking.left_out, "raised": marking.raised}


def _mark_alone(marking: _Marking, name: str) -> None:
    """Mark an exercise again without the others' cells, which may have spoilt it."""
    start, own = 0, None
    for place, source in enumerate(marking.task.cells):
        asked = _CHECKED.findall(source)
        if name in asked:
            own = marking.task.cells[start : place + 1]
            break
        start = place + 1 if asked else start
    before = marking.said.get(name)
    marking.dead.discard(name)
    if own is not None and not (marking.attend([*marking.task.opening, *own], lambda n: n == name, {})):
        marking.dead.add(name)
    if marking.said.get(name, "") is not None and before:
        marking.said[name] = before


def _lines() -> Iterator[str]:
    """Give the lines of the standard input; when it ends, so does this process, whatever it is doing.

    It ends with the batch, however that ends; and the sandbox ends with this process.
    """
    lines: SimpleQueue[str] = SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield lines.get()


def main() -> None:
    """Mark one task a line, until there are no more."""
    torch.set_num_threads(1)  # as in the sandbox, so that training repeats bit for bit
    for line in _lines():
        task = Task(*json.loads(line))
        try:
            result = mark_notebook(task)
        except Exception as problem:
            result = {"problem": f"{problem}"[:500]}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
