"""Build the site: execute the notebooks, write `_build/html`, check that every page is there.

`python book/build.py [folder]` builds the book in a folder (this one, unless told). Nothing changed: nothing is done.
Anything changed: every page is written afresh, but only those notebooks run again whose cells changed, or all of them
after a change of `src/`, of `requirements.txt` or of the seeds.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import yaml
from jupyter_book.sphinx import build_sphinx
from jupyter_cache import get_cache
from jupyter_cache.cache.db import NbCacheRecord
from sqlalchemy.exc import DatabaseError

CODE = ("src", "requirements.txt")
TEXT = ("_config.yml", "_toc.yml", "book", "chapters", "labs")
OFFLINE = "training-tricks-tested"
SPACE = 200  # MB: enough for the site and the results of its notebooks


def digest(root: Path, names: Iterable[str]) -> str:
    """One short name for the contents of files and folders of the project, and for the set of seeds."""
    found = hashlib.sha256(os.environ.get("TRICKS_SEED_SET", "0").encode())
    for path in (root / name for name in names):
        for file in sorted(path.rglob("*") if path.is_dir() else [path]):
            name = file.relative_to(root)
            left_over = any(part.startswith(".") or part == "__pycache__" or "egg-info" in part for part in name.parts)
            if file.is_file() and not left_over:
                found.update(name.as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:16]


def pages(root: Path) -> list[str]:
    """Every page of the table of contents, as its path below `_build/html`."""

    def walk(entry: dict) -> Iterable[str]:
        if "file" in entry:
            yield entry["file"] + ".html"
        for group in ("parts", "chapters", "sections"):
            for child in entry.get(group, []):
                yield from walk(child)

    return ["index.html", *walk(yaml.safe_load((root / "_toc.yml").read_text("utf-8")))]


def missing_pages(root: Path) -> list[str]:
    """Pages of the table of contents that the site lacks."""
    return [page for page in pages(root) if not (root / "_build/html" / page).is_file()]


def results(root: Path) -> Path:
    """The folder of notebook results that belong to today's `src/` and lock; older ones go."""
    current = root / "_build/.jupyter_cache" / digest(root, CODE)
    for old in current.parent.glob("*"):
        if old != current:
            shutil.rmtree(old)
    try:
        get_cache(str(current)).list_cache_records()  # made now, so that parallel readers find it made
    except DatabaseError:  # written half, by a run that was killed
        shutil.rmtree(current)
        get_cache(str(current)).list_cache_records()
    return current


def without_halves(folder: Path) -> Path:
    """The same folder of results, without what a killed run left unreadable."""
    cache = get_cache(str(folder))
    for record in cache.list_cache_records():
        try:
            cache.get_cache_bundle(record.pk)
        except (OSError, ValueError, KeyError):
            NbCacheRecord.remove_record(record.pk, cache.db)
            shutil.rmtree(folder / "executed" / record.hashkey, ignore_errors=True)
    return folder


def render(root: Path) -> bool:
    """Execute the notebooks and write every page; False after any error or warning."""
    os.environ["TRICKS_RENDER"] = "book"
    shutil.rmtree(root / "_build/html", ignore_errors=True)
    failure = build_sphinx(
        str(root),
        str(root / "_build/html"),
        noconfig=True,
        path_config=str(root / "_config.yml"),
        confoverrides={
            "nb_execution_cache_path": str(without_halves(results(root))),
            "latex_individualpages": False,  # build_sphinx asks for it
        },
        doctreedir=str(root / "_build/.doctrees"),
        freshenv=True,
        warningiserror=True,
        keep_going=True,
        quiet=True,
        jobs=2,
    )
    if isinstance(failure, Exception):  # Sphinx names the notebook; its cause tells what happened in it
        told = str(getattr(failure, "traceback", failure.__cause__))
        print(told.split("\nThe above exception")[0], file=sys.stderr)
    return not failure


def pack(site: Path) -> None:
    """The whole site in one file, for where there is no network; equal sites make equal files."""
    with ZipFile(site / f"{OFFLINE}.zip", "w") as whole:
        for file in sorted(path for path in site.rglob("*") if path.is_file() and path.suffix != ".zip"):
            entry = ZipInfo(f"{OFFLINE}/{file.relative_to(site).as_posix()}")  # of no date
            entry.create_system = 3  # nor of a system
            whole.writestr(entry, file.read_bytes(), ZIP_DEFLATED)


def build(root: Path) -> int:
    """Bring the site in `root` up to date: 0 when every page is there and nothing warned."""
    stamp, contents = root / "_build/.built", digest(root, CODE + TEXT)
    stamp.parent.mkdir(exist_ok=True)
    if not (stamp.is_file() and stamp.read_text() == contents) or missing_pages(root):
        stamp.unlink(missing_ok=True)
        if (free := shutil.disk_usage(stamp.parent).free // 10**6) < SPACE:
            print(
                f"The site was not built: {stamp.parent} has {free} MB left, and {SPACE} are needed.", file=sys.stderr
            )
            return 1
        if not render(root):
            print("The site was not built: see the messages above.", file=sys.stderr)
            return 1
        if missing := missing_pages(root):
            print(f"The site lacks {', '.join(missing)}, which _toc.yml names.", file=sys.stderr)
            return 1
        pack(root / "_build/html")
        stamp.write_text(contents)
    print(f"The site is ready. Open {(root / '_build/html/index.html').as_uri()}")
    return 0


if __name__ == "__main__":
    here = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parents[1]
    try:
        sys.exit(build(here.resolve()))
    except OSError as error:
        sys.exit(f"The site was not built: {error.strerror}: {error.filename}")
