"""Submissions: notebooks in a folder, in folders of it, or in a zip; none of them is trusted."""

import json
import stat
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import NamedTuple

__all__ = ["Submission", "Unreadable", "code_cells", "submissions"]

LARGEST = 20 * 2**20  # bytes of one notebook; without pictures it has some thousand
_CODE = 2**18  # characters of its code, of which a lab has some thousand
_MOST = 2000  # notebooks of one class


class Unreadable(ValueError):
    """Why a notebook cannot be read, in words for its student."""


class Submission(NamedTuple):
    """A notebook as it came: who it is from, and the sources of its code cells or why there are none."""

    student: str
    cells: list[str]
    problem: str = ""


def submissions(place: Path, lab: str) -> list[Submission]:
    """Read the submissions at `place`, a notebook, a folder or a zip, in the order of their names.

    A student is named by the file; where it still has the lab's name, by the folder around it.
    """
    if not place.exists():
        raise FileNotFoundError(f"there is nothing at {place}")
    if place.is_dir():
        found = _of_folder(place)
    elif place.suffix == ".zip":
        found = _of_zip(place)
    else:
        found = iter([(place.name, *_read(place))])
    # Each is cut down to its code before the next is read: outputs may be large.
    read = sorted((path, *_cells(content, problem)) for path, content, problem in islice(found, _MOST + 1))
    if len(read) > _MOST:
        raise FileNotFoundError(f"{place} holds more than {_MOST} notebooks, which is no class")
    named: dict[str, Submission] = {}
    for path, cells, problem in read:
        name = _student(path, lab)
        student = name if name not in named else path.removesuffix(".ipynb")
        named[student] = Submission(student, cells, problem)
    return sorted(named.values())


def _student(path: str, lab: str) -> str:
    pure = PurePosixPath(path)
    by_folder = pure.stem == lab or "_assignsubmission_" in pure.parent.name  # as Moodle names folders
    return pure.parent.name if by_folder and pure.parent.name else pure.stem


def _cells(content: bytes, problem: str) -> tuple[list[str], str]:
    try:
        return ([], problem) if problem else (code_cells(content), "")
    except Unreadable as unreadable:
        return [], str(unreadable)


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
                yield name, *_unpacked(archive, info)
    except (zipfile.BadZipFile, OSError, NotImplementedError) as problem:
        raise FileNotFoundError(f"{place} cannot be read as a zip ({problem})") from None


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[bytes, str]:
    try:
        with archive.open(info) as file:
            content = file.read(LARGEST + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as problem:
        return b"", f"the zip does not give it out ({type(problem).__name__})"
    return (b"", "it is too large: clear its outputs") if len(content) > LARGEST else (content, "")


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
    if sum(map(len, texts)) > _CODE:
        raise Unreadable(f"it has more than {_CODE // 2**10} thousand characters of code")
    return texts
