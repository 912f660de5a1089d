"""The worker: runs a student's cells and functions inside the sandbox, and answers with plain data.

Nothing that it says is trusted: from the first cell on, this process belongs to the student.
"""

import os
import resource
import socket
import sys
from importlib import import_module
from typing import Any

import numpy as np
import torch
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from .mistakes import Mistake
from .student import Student, plain
from .wire import Channel, Gone, decode, encode

__all__ = ["main"]

_GIB = 2**30
# RLIMIT_DATA and not RLIMIT_AS: torch reserves far more addresses than it uses.
_LIMITS = {
    "DATA": 2 * _GIB,
    "FSIZE": 2**25,
    "NPROC": 64,
    "NOFILE": 256,
    "CPU": 900,
    "CORE": 0,
    "MEMLOCK": 0,
    "MSGQUEUE": 0,
}


def main() -> None:
    """Load the course, close the doors, then do what the grader asks until it hangs up."""
    number, lab = sys.argv[1:]
    channel = Channel(socket.socket(fileno=int(number)))
    import_module(lab)
    _close_doors()
    shell = _shell()
    channel.send({"ready": True})
    while True:
        try:
            order = channel.receive()
        except Gone:
            return
        channel.send(_answer(shell, channel, order))


def _close_doors() -> None:
    """Set the limits, which no later code can raise, and let nothing be printed."""
    for name, limit in _LIMITS.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        most = resource.getrlimit(kind)[1]
        limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(kind, (limit, limit))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _shell() -> InteractiveShell:
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    torch.manual_seed(0)  # the same notebook gets the same score again
    np.random.seed(0)
    return shell


def _answer(shell: InteractiveShell, channel: Channel, order: dict[str, Any]) -> dict[str, Any]:
    """Run a cell, read a name or call a function; whatever goes wrong is an answer too."""
    try:
        if "run" in order:
            result = shell.run_cell(order["run"])
            error = result.error_before_exec or result.error_in_exec
            return {"raised": f"{type(error).__name__}: {error}"[:300] if error else None}
        return _fetched(shell.user_ns, channel, order)
    except Mistake as mistake:
        return {"mistake": list(mistake.steps)}
    except BaseException as error:  # an exit and an interrupt as well
        return {"mistake": [f"your code raises {type(error).__name__}: {error}"[:300]]}


def _fetched(names: dict[str, Any], channel: Channel, order: dict[str, Any]) -> dict[str, Any]:
    def call_back(number: int, *arguments: Any) -> Any:
        channel.send({"call back": number, "arguments": [encode(plain(a)) for a in arguments]})
        reply = channel.receive()
        if "value" not in reply:
            raise TypeError(reply.get("mistake"))
        return decode(reply["value"])

    found = getattr(Student(names), order["name"])
    if "arguments" not in order:
        return {"callable": True} if callable(found) else {"value": encode(found)}
    return {"value": encode(found(*(decode(a, call_back) for a in order["arguments"])))}


if __name__ == "__main__":
    main()
