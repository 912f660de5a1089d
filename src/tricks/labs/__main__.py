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


_GRADE = """\
Grades a class: SUBMISSIONS is a folder or a zip of notebooks, or one notebook. Students' code runs
in a sandbox (bubblewrap: `apt-get install bubblewrap`), without network, files or much memory.
The table has a row a student, a column an exercise, and feedback in a sentence each; the folder
FILE-results holds a page of feedback for each student. Stopped half-way, give the same command again:
what is graded already is not graded twice.

  tricks grade 02_vanishing_gradients submissions/ -o grades.csv -j 2

With --gradebook EXPORT.csv, a file that Canvas or Moodle has exported, FILE-gradebook.csv is that file with
the points filled in, to be imported there. Students are found by the names that the two give to what you
download, or where a file is named by the student's number, login or email address."""


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
    grading = commands.add_parser(
        "grade", help="grade a class", description=_GRADE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    grading.add_argument("name", metavar="LAB", help="the lab's notebook, as 02_vanishing_gradients")
    grading.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="a folder, a zip or a notebook")
    grading.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.csv", help="the table to be written")
    grading.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="notebooks at a time (2)")
    grading.add_argument("--seconds", type=float, default=60, help="of computing, for a cell and for a check (60)")
    grading.add_argument("--gradebook", type=Path, metavar="EXPORT.csv", help="of Canvas or Moodle, to be filled in")
    grading.add_argument("--trust-all", action="store_true", help="no sandbox: for notebooks of your own only")
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


def _grade(course: Path, options: argparse.Namespace) -> int:
    from .gradebook import filled  # loads torch, which the other commands need not wait for
    from .grading import Batch, guarded, summary

    if options.trust_all:
        print("--trust-all: this code can do all that you can do on this computer", file=sys.stderr)
    batch = Batch(course, options.name.removesuffix(".ipynb"), options.submissions, options.output)
    results = batch.grade(max(1, options.jobs), options.seconds, options.trust_all)
    print(f"{options.output}: {len(results)} notebooks")
    for line in summary(results):
        print(f"  {line}")
    if options.gradebook:
        text, lost = filled(options.gradebook, batch.lab.name, batch.most, batch.scores)
        place = options.output.with_name(f"{options.output.stem}-gradebook.csv")
        batch.replace(place, text)
        print(f"{place}: {len(batch.scores) - len(lost)} filled in")
        for student in lost:
            print(f"  not in {options.gradebook}: {guarded(student)}", file=sys.stderr)
    failed = sum("problem" in result for result in results)
    if failed:
        print(f"{failed} could not be graded: give the command again", file=sys.stderr)
    return bool(failed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status: 0, or 1 after one sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        course = course_folder(Path.cwd())
        return {"lab": _lab, "release": _release, "grade": _grade}[options.command](course, options)
    except (OSError, ReleaseError, RuntimeError) as problem:
        of_the_disk = isinstance(problem, OSError) and problem.errno  # as a full or a read-only one
        said = f"{problem.strerror}: {problem.filename}" if of_the_disk else problem
        print(f"tricks {options.command}: {said}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"tricks {options.command}: stopped; what is done is kept", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
