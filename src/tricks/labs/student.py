"""The student's side of a check: names looked up, functions called, plain data handed over."""

import dataclasses
import linecache
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from .mistakes import Mistake

__all__ = ["Student", "plain"]

_ATOMS = (type(None), bool, int, float, str)


def plain(value: Any) -> Any:
    """Copy an answer into plain data, the only thing that passes between student and check.

    Numbers and strings stay; NumPy arrays become tensors; data arrays and data classes such as
    `Claim` become dictionaries; lists, tuples and dictionaries are copied member by member.
    Raises `Mistake` for anything else.
    """
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, _ATOMS):
        return value
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().clone()
    if isinstance(value, np.ndarray):
        return torch.tensor(value) if value.dtype.kind in "biuf" else value.tolist()
    if isinstance(value, list | tuple):
        return type(value)(plain(v) for v in value) if type(value) in (list, tuple) else plain(list(value))
    if isinstance(value, Mapping):
        return {plain(k): plain(v) for k, v in value.items()}
    return _record(value)


def _record(value: Any) -> dict[str, Any]:
    """Turn a labelled array or a data class into a dictionary."""
    if hasattr(value, "dims") and hasattr(value, "coords"):
        coords = {str(k): plain(np.asarray(v)) for k, v in value.coords.items()}
        return {"dims": [str(d) for d in value.dims], "coords": coords, "values": plain(value.values)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    kind = type(value).__name__
    raise Mistake(f"a {kind} comes back; numbers, tensors or lists of them are expected")


class Student:
    """A student's answers by name: `student.f(x)` calls a function, `student.x` reads a value.

    Arguments are copied on the way in and answers on the way out, so that nothing a student's
    function does to its arguments can reach the check.
    """

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        if name not in self._names:
            raise Mistake(f"there is no `{name}` yet: run the cell above first")
        found = self._names[name]
        return _shipped(found) if callable(found) else plain(found)


def _shipped(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a student's function: copies in, plain data out, its errors in one line."""

    def call(*arguments: Any) -> Any:
        try:
            answer = function(*(a if callable(a) else plain(a) for a in arguments))
        except NotImplementedError:
            answer = None
        except Exception as error:
            raise Mistake(*_blame(error, function)) from None
        if answer is None:
            raise Mistake("nothing comes back yet: write your answer and return it")
        return plain(answer)

    return call


def _blame(error: Exception, function: Callable[..., Any]) -> tuple[str, str]:
    """Say which line of the student's cell raised, first shortly, then with the line itself."""
    says = (str(error).splitlines() or [""])[0][:160]
    own = getattr(getattr(function, "__code__", None), "co_filename", None)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == own]
    if not frames:
        return (f"your code raises {type(error).__name__}: {says}",) * 2
    frame = frames[-1]
    text = (frame.line or linecache.getline(frame.filename, frame.lineno or 0)).strip()
    short = f"line {frame.lineno} raises {type(error).__name__}: {says}"
    return short, f"{short}; the line is `{text}`: print the shapes of what stands in it"
