"""What passes between the grader and a sandbox: lines of JSON, which cannot run code."""

import base64
import json
import math
import socket
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .student import plain

__all__ = ["Channel", "Gone", "decode", "encode"]

LARGEST = 16 * 2**20  # bytes of one message; an answer takes a few thousand
GLANCE = 0.2  # seconds between two looks at what the sandbox uses
_DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64")


class Gone(Exception):
    """The sandbox is of no more use; the text says what ended it, as in "this cell ..."."""


def encode(value: Any, functions: list[Callable[..., Any]] | None = None) -> Any:
    """Write plain data as JSON; `functions` collects what is to be called back."""
    if functions is not None and callable(value):
        functions.append(value)
        return {"function": len(functions) - 1}
    return _written(plain(value))


def _written(value: Any) -> Any:
    if isinstance(value, Tensor):
        raw = value.contiguous().flatten().view(torch.uint8).numpy().tobytes()
        return {"tensor": [str(value.dtype).split(".")[1], list(value.shape), base64.b64encode(raw).decode()]}
    if isinstance(value, list):
        return [_written(v) for v in value]
    if isinstance(value, tuple):
        return {"tuple": [_written(v) for v in value]}
    if isinstance(value, dict):
        return {"dict": [[_written(k), _written(v)] for k, v in value.items()]}
    return value


def decode(data: Any, call: Callable[..., Any] | None = None) -> Any:
    """Read what `encode` wrote; `call(number, *arguments)` stands behind functions.

    Raises `ValueError` or `TypeError` for anything else.
    """
    if isinstance(data, list):
        return [decode(d, call) for d in data]
    if not isinstance(data, dict):
        return data
    ((kind, content),) = data.items()
    if kind == "tensor":
        return _tensor(*content)
    if kind == "tuple":
        return tuple(decode(d, call) for d in content)
    if kind == "dict":
        return {decode(k, call): decode(v, call) for k, v in content}
    if kind == "function" and call is not None:
        return lambda *arguments: call(content, *arguments)
    raise ValueError(f"unknown kind {kind!r}")


def _tensor(dtype: str, shape: list[int], text: str) -> Tensor:
    if dtype not in _DTYPES or any(type(n) is not int or n < 0 for n in shape) or len(shape) > 16:
        raise ValueError("no tensor")
    kind, raw = getattr(torch, dtype), bytearray(base64.b64decode(text, validate=True))
    if math.prod(shape) * kind.itemsize != len(raw):
        raise ValueError("a tensor's data do not fit its shape")
    if not raw:
        return torch.empty(shape, dtype=kind)
    if kind is torch.bool:  # a byte that is neither 0 nor 1 would be no bool
        return torch.frombuffer(raw, dtype=torch.uint8).ne(0).reshape(shape)
    return torch.frombuffer(raw, dtype=kind).reshape(shape)


class Channel:
    """One end of the line: a message out, a message in.

    `watch()` is asked again and again how many seconds there are left, and raises `Gone` after them.
    """

    def __init__(self, end: socket.socket, watch: Callable[[], float] = lambda: 10.0**6) -> None:
        self._end, self._watch, self._buffer = end, watch, bytearray()

    def send(self, message: dict[str, Any]) -> None:
        """Send a message; raises `Gone` where nobody takes it in time."""
        try:
            self._end.settimeout(self._watch())
            self._end.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            raise Gone("ends the process, or no longer listens") from None

    def receive(self) -> dict[str, Any]:
        """Wait for a message; raises `Gone` where none comes in time, or one that is none."""
        seen = 0
        while (place := self._buffer.find(b"\n", seen)) < 0:
            seen = len(self._buffer)
            if seen > LARGEST:
                raise Gone("answers without end")
            self._buffer += self._more()
        line, self._buffer = bytes(self._buffer[:place]), self._buffer[place + 1 :]
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            raise Gone("answers in no known form") from None
        if not isinstance(message, dict):
            raise Gone("answers in no known form")
        return message

    def _more(self) -> bytes:
        while True:
            self._end.settimeout(min(self._watch(), GLANCE))
            try:
                chunk = self._end.recv(2**18)
            except TimeoutError:
                continue
            except OSError:
                chunk = b""
            if not chunk:
                raise Gone("ends the process")
            return chunk
