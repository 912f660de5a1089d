"""Write requirements.txt: every package that pyproject.toml needs, at the version installed here.

The packages are found by walking the installed metadata for each system and Python the course supports; what only some
of them need gets a marker. Packages that this system does not need are looked up with pip.
"""

import json
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
SYSTEMS = {
    "linux": {"platform_system": "Linux", "os_name": "posix"},
    "darwin": {"platform_system": "Darwin", "os_name": "posix"},
    "win32": {"platform_system": "Windows", "os_name": "nt"},
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
EVERYWHERE = {(system, python) for system in SYSTEMS for python in PYTHONS}
MARKERS = [
    *(f'sys_platform == "{system}"' for system in SYSTEMS),
    *(f'sys_platform != "{system}"' for system in SYSTEMS),
    *(f'python_version < "{python}"' for python in PYTHONS[1:]),
    *(f'python_version >= "{python}"' for python in PYTHONS[1:]),
]
# CUDA comes with torch where torch wants it; the course does not ask for it. Tools of installing are not pinned.
LEFT_OUT = ("nvidia-", "cuda-", "triton", "setuptools", "pip", "wheel")


def environment(system: str, python: str) -> dict[str, str]:
    """What markers read on a system with a Python."""
    common = {"python_version": python, "python_full_version": f"{python}.0", "extra": ""}
    machine = {"platform_machine": "x86_64", "platform_python_implementation": "CPython"}
    return common | machine | {"sys_platform": system, "implementation_name": "cpython"} | SYSTEMS[system]


def dependencies(name: str, extras: set[str], where: dict[str, str]) -> list[Requirement]:
    """What an installed package asks for in an environment; nothing is known of one that is not installed."""
    try:
        wanted = map(Requirement, metadata.requires(name) or [])
    except metadata.PackageNotFoundError:
        return []
    places = [where | {"extra": extra} for extra in ("", *extras)]
    return [r for r in wanted if not r.marker or any(r.marker.evaluate(place) for place in places)]


def direct() -> list[Requirement]:
    """What pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [Requirement(r) for r in project["dependencies"] + project["optional-dependencies"]["course"]]


def needed(where: dict[str, str]) -> set[str]:
    """The canonical names of all packages that an environment needs."""
    found, open_ = set(), direct()
    while open_:
        requirement = open_.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key not in found and not name.startswith(LEFT_OUT):
            found.add(key)
            open_ += dependencies(name, requirement.extras, where)
    return {name for name, _ in found}


def version(name: str) -> str:
    """The version installed here, without a local part; of a foreign package, the newest."""
    try:
        return Version(metadata.version(name)).public
    except metadata.PackageNotFoundError:
        target = ["--dry-run", "--quiet", "--no-deps", "--report=-", "--target=nowhere"]
        foreign = ["--only-binary=:all:", "--platform=win_amd64", "--platform=any", "--python-version=3.11"]
        command = [sys.executable, "-m", "pip", "install", *target, *foreign, name]
        report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return report["install"][0]["metadata"]["version"]


def marker(places: set[tuple[str, str]]) -> str:
    """The condition under which a package is needed, as pip reads it."""
    if places == EVERYWHERE:
        return ""
    for text in MARKERS:
        test = Requirement(f"x; {text}").marker
        if places == {place for place in EVERYWHERE if test.evaluate(environment(*place))}:
            return f" ; {text}"
    raise SystemExit(f"No single marker says where it is needed: {sorted(places)}. Add one to MARKERS.")


def main() -> None:
    """Write the lock."""
    wanted = {place: needed(environment(*place)) for place in EVERYWHERE}
    names = sorted(set.union(*wanted.values()))
    lines = [f"{name}=={version(name)}{marker({p for p in EVERYWHERE if name in wanted[p]})}" for name in names]
    head = "# Every package of the course, pinned: made from pyproject.toml by `make lock`.\n"
    (ROOT / "requirements.txt").write_text(head + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
