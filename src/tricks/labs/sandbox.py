"""The sandbox: bubblewrap around a worker, with nothing in reach but Python and the course."""

import math
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from .lab import Lab
from .wire import GLANCE, Channel, Gone

__all__ = ["Sandbox", "SandboxError", "need_bubblewrap", "patience", "sweep"]

MEMORY = 3 * 2**30  # bytes, for all processes of a sandbox together
_NOBODY = 65534
_START = 300.0  # seconds within which a worker has to be ready
_PACKAGE = Path(__file__).parents[1]
_GROUPS = (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max"))
_OURS = "tricks-sandbox-"
_BLANK = """def check(student, rng): ...
def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
"""
_SETTINGS = {
    "HOME": "/tmp",
    "USER": "student",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "TOKENIZERS_PARALLELISM": "false",
}


class SandboxError(RuntimeError):
    """Why no sandbox can be had here, in one sentence."""


def need_bubblewrap() -> None:
    """Raise `SandboxError` with the way to get it where bubblewrap is missing."""
    if not shutil.which("bwrap"):
        raise SandboxError(
            "students' code runs in a sandbox only, and bubblewrap is missing: `apt-get install bubblewrap` "
            "(Linux; elsewhere use a virtual machine), or `--trust-all` for notebooks that are your own"
        )


def patience(seconds: float) -> float:
    """Give the seconds by the clock within which `seconds` of computing must be over, on a busy machine too."""
    return 30 + 2 * seconds


def sweep() -> None:
    """Remove what a grader that was killed has left: empty folders, and groups without processes."""
    for root in (tempfile.gettempdir(), *(root for root, _ in _GROUPS)):
        for left in Path(root).glob(f"{_OURS}*"):
            owner = left.name.removeprefix(_OURS).split("-")[0]
            if owner.isdigit() and not psutil.pid_exists(int(owner)):
                _clear(left)


def _clear(folder: Path) -> None:
    """Remove a folder of ours; step by step, so that nothing goes that may be bound below it."""
    with suppress(OSError):
        for place in folder.iterdir() if folder.parent == Path(tempfile.gettempdir()) else ():
            place.rmdir() if place.is_dir() else place.unlink()
        folder.rmdir()


class Sandbox:
    """A worker that has loaded one lab: ask it, and leave the `with` block to end all of it."""

    spent = 0.0  # seconds of computing so far, of all its processes

    def __init__(self, lab: Lab, trusted: bool = False) -> None:
        checks = [sys.modules[exercise.check.__module__] for exercise in lab.exercises.values()]
        package = checks[0].__name__.rpartition(".")[0]
        mine, theirs = socket.socketpair()
        worker = [sys.executable, "-I", "-B", "-m", "tricks.labs.worker", str(theirs.fileno()), package]
        self._stage, self._group = Path(tempfile.mkdtemp(prefix=f"{_OURS}{os.getpid()}-")), None
        self._stage.chmod(0o755)
        if not trusted:
            self._group = _memory_group()
            worker = _confined(worker, [Path(str(check.__file__)) for check in checks], self._stage, self._group)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115, closed on leaving
        self._process = subprocess.Popen(
            worker, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self._errors, cwd="/", env=_SETTINGS, start_new_session=True,
        )  # fmt: skip
        theirs.close()
        self._channel, self._socket = Channel(mine, self._watch), mine
        self._most, self._until, self._looked = math.inf, time.monotonic() + _START, 0.0

    def __enter__(self) -> "Sandbox":
        try:
            self._channel.receive()
        except Gone:
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip().splitlines()
            self.__exit__()
            raise SandboxError(f"the sandbox does not start: {said[-1] if said else 'no reason given'}") from None
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._socket.close()
        self._errors.close()
        if self._group:
            _empty(self._group)
        _clear(self._stage)

    def allow(self, seconds: float) -> None:
        """Set how many seconds of computing the next orders may take together."""
        self._look()
        self._most, self._until = self.spent + seconds, time.monotonic() + patience(seconds)

    def send(self, order: dict[str, Any]) -> None:
        """Give the worker an order; raises `Gone`."""
        self._channel.send(order)

    def receive(self) -> dict[str, Any]:
        """Wait for what the worker says; raises `Gone`."""
        return self._channel.receive()

    def _watch(self) -> float:
        """Give the seconds left by the clock; raises `Gone` after them, or after too much computing."""
        if time.monotonic() > self._looked + GLANCE:
            self._look()
        left = self._until - time.monotonic()
        if left <= 0 or self.spent > self._most:
            raise Gone("takes too long")
        return left

    def _look(self) -> None:
        """Add up what all processes use; raises `Gone` for too much memory, with or without a kernel's group."""
        used = spent = 0.0
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self._process.pid)
            for process in [first, *first.children(recursive=True)]:
                with suppress(psutil.Error):
                    used += process.memory_info().rss
                    spent += sum(process.cpu_times()[:4])  # its own, and that of its children that have ended
        self._looked, self.spent = time.monotonic(), max(self.spent, spent)
        if used > MEMORY:
            raise Gone("takes more memory than there is for it")


def _memory_group() -> Path | None:
    """Make a control group with a limit of memory, where this user may."""
    for root, file in _GROUPS:
        group = Path(root) / f"{_OURS}{os.getpid()}-{time.monotonic_ns()}"
        with suppress(OSError):
            group.mkdir()
            try:
                (group / file).write_text(str(MEMORY))
                return group
            except OSError:
                group.rmdir()
    return None


def _empty(group: Path) -> None:
    """Remove a control group, whose processes may take a moment to vanish."""
    for _ in range(100):
        with suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.02)


def _confined(worker: list[str], checks: list[Path], stage: Path, group: Path | None) -> list[str]:
    """Put bubblewrap around a command; root first becomes nobody, who may not see root's folders.

    Those are bound below `stage`, in a mount namespace of its own, and from there into the sandbox.
    """
    blank = stage / "blank.py"
    blank.write_text(_BLANK)
    blank.chmod(0o644)
    folders = list(dict.fromkeys(Path(p) for p in (sys.prefix, sys.base_prefix, _PACKAGE) if p != "/usr"))
    if os.getuid():
        return _bubblewrap(worker, {folder: folder for folder in folders}, checks, blank)
    places = {folder: stage / str(number) for number, folder in enumerate(folders)}
    script = ["set -e"]
    script += [f"echo $$ > {shlex.quote(str(group / 'cgroup.procs'))}"] if group else []
    for folder, place in places.items():
        script.append(f"mkdir {place}; mount --rbind {shlex.quote(str(folder))} {place}")
    drop = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--inh-caps=-all"]
    script.append("exec " + shlex.join([*drop, *_bubblewrap(worker, places, checks, blank)]))
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", "\n".join(script)]


def _bubblewrap(worker: list[str], places: dict[Path, Path], checks: Iterable[Path], blank: Path) -> list[str]:
    """Build the call: what can be seen, all of it read-only but a small /tmp."""
    command = ["bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"]
    command += ["--uid", "1000", "--gid", "1000", "--cap-drop", "ALL", "--hostname", "lab", "--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        folder = Path("/", name)
        if folder.is_symlink():
            command += ["--symlink", os.readlink(folder), str(folder)]
        elif folder.is_dir():
            command += ["--ro-bind", str(folder), str(folder)]
    command += ["--proc", "/proc", "--dev", "/dev", "--size", str(2**26), "--tmpfs", "/dev/shm"]
    command += ["--size", str(2**27), "--tmpfs", "/tmp"]
    for folder, place in places.items():  # after /tmp, where the course may lie
        command += ["--ro-bind", str(place), str(folder)]
    for check in checks:  # what a check knows is none of the student's business
        command += ["--ro-bind", str(blank), str(check)]
    for cache in dict.fromkeys(check.parent / "__pycache__" for check in checks):
        command += ["--tmpfs", str(cache), "--remount-ro", str(cache)] if cache.is_dir() else []
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", *worker]
