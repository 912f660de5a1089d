"""The student's desk, `my-labs/`: labs are laid there once, and never over a student's work."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["DESK", "course_folder", "lay_out", "open_lab"]

DESK = "my-labs"


def course_folder(start: Path) -> Path:
    """Find the course's folder, the one that holds `labs/solutions/`, from `start` upwards.

    Raises `FileNotFoundError` with one sentence where there is none.
    """
    for folder in (start, *start.parents):
        if (folder / "labs" / "solutions").is_dir():
            return folder
    raise FileNotFoundError(f"no labs/ in {start} or above it: go to the course's folder first")


def lay_out(course: Path, name: str | None = None) -> dict[Path, bool]:
    """Copy `labs/*.ipynb`, or one of them, to the desk; say for each whether it is new.

    A notebook that is there already stays as it is, whatever it holds. Raises
    `FileNotFoundError` where there is no such lab.
    """
    found = sorted((course / "labs").glob("*.ipynb"))
    chosen = [path for path in found if name in (None, path.stem, path.name)]
    if not chosen:
        known = ", ".join(path.stem for path in found) or "none yet: make them by `tricks release`"
        raise FileNotFoundError(f"there is no lab {name or ''}".rstrip() + f": there is {known}")
    desk = course / DESK
    desk.mkdir(exist_ok=True)
    return {desk / path.name: _copy_new(path, desk / path.name) for path in chosen}


def _copy_new(source: Path, target: Path) -> bool:
    """Copy a file to a name that nothing has yet; False where something has it.

    Written aside first, then linked: `link` refuses a name that exists, and does it in one
    step, so neither a second copier nor a crash half-way can harm or truncate a notebook.
    """
    if target.exists() or target.is_symlink():
        return False
    handle, aside = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(source.read_bytes())
            file.flush()
            os.fsync(file.fileno())
        os.chmod(aside, 0o644)
        return _name_new(aside, target)
    finally:
        Path(aside).unlink(missing_ok=True)


def _name_new(aside: str, target: Path) -> bool:
    """Give the finished file its name, unless the name is taken."""
    try:
        if os.name == "nt":
            os.rename(aside, target)  # on Windows, and only there, it refuses a taken name
        else:
            os.link(aside, target)
    except FileExistsError:
        return False
    except OSError:  # a file system without links: not in one step, but never over a file
        return _write_new(Path(aside).read_bytes(), target)
    return True


def _write_new(content: bytes, target: Path) -> bool:
    """Write a file that must not exist yet."""
    try:
        with target.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True


def open_lab(course: Path, browser: bool) -> int:
    """Run JupyterLab, opened at the desk, until it is closed; return its exit status."""
    # Rooted at the course, so that a lab's links to its chapter lead somewhere.
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{DESK}"]
    try:
        command += [] if browser else ["--no-browser"]
        return subprocess.run(command, cwd=course, check=False).returncode
    except KeyboardInterrupt:
        return 0
