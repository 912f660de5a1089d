"""Submissions: notebooks in a folder, in folders of it, or in a zip; none of them is trusted."""

import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

__all__ = ["Submission", "Unreadable", "code_cells", "submissions"]

LARGEST = 20 * 2**20  # bytes of one notebook; without pictures it has some thousand
_MOST = 2000  # notebooks of one class


class Unreadable(ValueError):
    """Why a notebook cannot be read, in words for its student."""


class Submission(NamedTuple):
    """A notebook as it came: who it is from, and its bytes or why there are none."""

    student: str
    content: bytes
    problem: str = ""


def submissions(place: Path, lab: str) -> list[Submission]:
    """Read the submissions at `place`, a notebook, a folder or a zip, in the order of their names.

    A student is named by the file; where it still has the lab's name, by the folder around it.
    """
    if not place.exists():
        raise FileNotFoundError(f"there is nothing at {place}")
    if place.is_dir():
        found = list(_of_folder(place))
    elif place.suffix == ".zip":
        found = list(_of_zip(place))
    else:
        found = [(place.name, *_read(place))]
    if len(found) > _MOST:
        raise FileNotFoundError(f"{place} holds {len(found)} notebooks: more than {_MOST} are no class")
    named: dict[str, Submission] = {}
    for path, content, problem in sorted(found):
        name = _student(path, lab)
        student = name if name not in named else path.removesuffix(".ipynb")
        named[student] = Submission(student, content, problem)
    return sorted(named.values())


def _student(path: str, lab: str) -> str:
    pure = PurePosixPath(path)
    return pure.parent.name if pure.stem == lab and pure.parent.name else pure.stem


def _of_folder(folder: Path) -> Iterator[tuple[str, bytes, str]]:
    for path in sorted(folder.rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            yield path.relative_to(folder).as_posix(), *_read(path)


def _read(path: Path) -> tuple[bytes, str]:
    """Read a plain file of a sane size; a link could lead to somebody else's."""
    about = path.lstat()
    if not stat.S_ISREG(about.st_mode):
        return b"", "it is no plain file"
    if about.st_size > LARGEST:
        return b"", f"it has more than {LARGEST // 2**20} MB: clear its outputs"
    return path.read_bytes(), ""


def _of_zip(place: Path) -> Iterator[tuple[str, bytes, str]]:
    """Read a zip's notebooks into memory: nothing is unpacked, so that no path can escape."""
    try:
        with zipfile.ZipFile(place) as archive:
            for info in archive.infolist()[: 5 * _MOST]:
                name = info.filename
                if not name.endswith(".ipynb") or "__MACOSX" in name or ".ipynb_checkpoints" in name:
                    continue
                with archive.open(info) as file:
                    content = file.read(LARGEST + 1)
                big = len(content) > LARGEST
                yield name, b"" if big else content, "it is too large: clear its outputs" if big else ""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as problem:
        raise FileNotFoundError(f"{place} cannot be read as a zip ({problem})") from None


def code_cells(content: bytes) -> list[str]:
    """Return the sources of a notebook's code cells; raises `Unreadable`."""
    try:
        cells = json.loads(content)["cells"]
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
        texts = ["".join(source) for source in sources]
    except (ValueError, TypeError, KeyError, RecursionError, MemoryError) as problem:
        raise Unreadable(f"it cannot be read as a notebook ({type(problem).__name__})") from None
    if not texts:
        raise Unreadable("it has no code cells")
    return texts
