"""The command `tricks`: labs for those who do them, and for those who write them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .desk import DESK, course_folder, lay_out, open_lab
from .release import ReleaseError, out_of_step, release

_LAB = f"""\
Copies the labs to {DESK}/ and opens JupyterLab there. A notebook that is in {DESK}/ already is
left alone, whatever it holds: to begin one again, rename yours or delete it first.

  tricks lab                               all labs
  tricks lab 02_vanishing_gradients        one of them
  tricks lab --copy-only                   copy, and open nothing"""
_RELEASE = """\
Makes labs/NAME.ipynb, the notebook a student opens, from labs/solutions/NAME.ipynb, the only one
that is edited by hand. In a cell tagged `exercise` all below the line `# solution` is cut; write
`# solution: what to do` to say what belongs there. Cells tagged `answer` are left out,
and so is ", with solutions" in the title.

  tricks release                           all labs
  tricks release --check                   change nothing; exit 1 if one is out of step"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tricks", description="Training Tricks, Tested: the labs, at the command line."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary, text in (
        ("lab", "open the labs in JupyterLab, your work kept", _LAB),
        ("release", "make the students' notebooks from the solutions", _RELEASE),
    ):
        command = commands.add_parser(
            name, help=summary, description=text, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        command.add_argument("name", nargs="?", help="one lab only, as 02_vanishing_gradients")
    lab, making = (commands.choices[name] for name in ("lab", "release"))
    lab.add_argument("--no-browser", action="store_true", help="start JupyterLab, open no browser")
    lab.add_argument("--copy-only", action="store_true", help="copy the labs, start nothing")
    making.add_argument("--check", action="store_true", help="change nothing, only compare")
    return parser


def _lab(course: Path, options: argparse.Namespace) -> int:
    for path, new in lay_out(course, options.name).items():
        said = "new" if new else "yours, kept as it is"
        print(f"{path.relative_to(course).as_posix()}: {said}")
    return 0 if options.copy_only else open_lab(course, not options.no_browser)


def _release(course: Path, options: argparse.Namespace) -> int:
    labs = course / "labs"
    if not options.check:
        for path in release(labs, options.name):
            print(f"{path.relative_to(course).as_posix()}: made from its solutions")
        return 0
    stale = [path.relative_to(course).as_posix() for path in out_of_step(labs, options.name)]
    for path in stale:
        print(f"{path}: out of step with labs/solutions/: run `tricks release`", file=sys.stderr)
    return bool(stale)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status: 0, or 1 after one sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        course = course_folder(Path.cwd())
        return (_lab if options.command == "lab" else _release)(course, options)
    except (FileNotFoundError, ReleaseError) as problem:
        print(f"tricks {options.command}: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
