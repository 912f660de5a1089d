"""A class graded: one row a student, one column an exercise, and nothing lost by a kill."""

import csv
import fcntl
import hashlib
import html
import io
import json
import os
import secrets
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

from tqdm import tqdm

from .lab import Lab
from .marking import Task, find_lab
from .release import student_text
from .sandbox import need_bubblewrap, patience, sweep
from .submissions import Submission, submissions

__all__ = ["Batch", "Score", "guarded", "summary"]

Result = dict[str, Any]


class Score(NamedTuple):
    """What a student gets: points, in all and for each exercise, and sentences."""

    points: int
    each: list[int]
    feedback: list[str]


def guarded(text: str) -> str:
    """Make a cell of the table harmless: a spreadsheet runs what looks like a formula."""
    text = "".join(c if c.isprintable() else " " for c in text.encode(errors="replace").decode())
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@", "|", "%") else text


class Batch:
    """The submissions of one lab, and where their results are kept until the table is complete."""

    def __init__(self, course: Path, lab: str, place: Path, table: Path) -> None:
        self.lab: Lab = find_lab(lab)
        self.table, self.kept = table, table.with_name(table.stem + "-results")
        self.submissions: list[Submission] = submissions(place, lab)
        released = json.loads(student_text(course / "labs" / "solutions" / f"{lab}.ipynb"))["cells"]
        tags = [cell["metadata"].get("tags", []) for cell in released]
        first = next(place for place, own in enumerate(tags) if "exercise" in own)
        self.opening = ["".join(c["source"]) for c in released[:first] if c["cell_type"] == "code"]
        self.kept.mkdir(parents=True, exist_ok=True)
        self.kept.chmod(0o700)
        self._lock = (self.kept / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FileExistsError(f"{table} is being written by another `tricks grade`: wait for its end") from None
        for part in self.kept.glob("*.part"):  # of a run that was killed
            part.unlink()
        self.seed = self._seed()

    def _seed(self) -> int:
        """The secret seed of all checks: kept, so that a batch taken up again ends the same."""
        path = self.kept / "seed"
        if not path.exists():
            self.replace(path, str(secrets.randbits(63)))
        return int(path.read_text())

    def replace(self, path: Path, text: str) -> None:
        """Write a file as a whole, or not at all."""
        aside = self.kept / f"{path.name}.part"
        with aside.open("w", encoding="utf-8", errors="replace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)

    def grade(self, jobs: int, seconds: float, trusted: bool = False) -> list[Result]:
        """Grade what has no result yet, `jobs` at a time; write the table; return all results."""
        if not trusted:
            need_bubblewrap()
            sweep()
        markers: SimpleQueue[_Marker] = SimpleQueue()
        own = [_Marker() for _ in range(jobs)]
        for marker in own:
            markers.put(marker)

        def one(submission: Submission) -> Result:
            marker = markers.get()
            try:
                return self._result(submission, marker, seconds, trusted)
            finally:
                markers.put(marker)

        pool = ThreadPoolExecutor(jobs)
        try:
            graded = pool.map(one, self.submissions)
            results = list(tqdm(graded, total=len(self.submissions), unit=" notebook", disable=None))
        finally:  # an interrupt does not wait for the notebooks that are being marked
            pool.shutdown(wait=False, cancel_futures=True)
            for marker in own:
                marker.close()
        self.scores = {s.student: self._score(r) for s, r in zip(self.submissions, results, strict=True)}
        self._write()
        return results

    def _result(self, submission: Submission, marker: "_Marker", seconds: float, trusted: bool) -> Result:
        if submission.problem:
            return {"unread": submission.problem}
        told = json.dumps([*submission, self.lab.name, self.seed, seconds])
        path = self.kept / f"{hashlib.sha256(told.encode()).hexdigest()}.json"
        if path.exists():
            return json.loads(path.read_text())
        result = marker.mark(Task(self.lab.name, self.opening, submission.cells, self.seed, seconds, trusted))
        if "problem" not in result:  # what failed on this side is tried again
            self.replace(path, json.dumps(result))
        return result

    @property
    def most(self) -> int:
        """The points of the whole lab."""
        return sum(exercise.points for exercise in self.lab.exercises.values())

    def _write(self) -> None:
        """Write the table as a whole, and one page of feedback a student."""
        names, most, text = list(self.lab.exercises), self.most, io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(["student", "score", "out_of", *names, "feedback"])
        for student, (points, each, lines) in self.scores.items():
            rows.writerow([guarded(student), points, most, *each, guarded(" ".join(lines))])
            items = "".join(f"<li>{html.escape(guarded(line))}</li>\n" for line in lines)
            head = f'<meta charset="utf-8"><h1>{html.escape(guarded(student))}: {points} of {most}</h1>'
            page = hashlib.sha256(student.encode(errors="replace")).hexdigest()[:12]
            self.replace(self.kept / f"{_safe(student)}-{page}.html", f"{head}\n<ul>\n{items}</ul>\n")
        self.replace(self.table, text.getvalue())

    def _score(self, result: Result) -> Score:
        said = result.get("said", {})
        each = [e.points if said.get(name, "") is None else 0 for name, e in self.lab.exercises.items()]
        return Score(sum(each), each, feedback(result))


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:60]


def feedback(result: Result) -> list[str]:
    """Say in sentences what a student should know."""
    if "said" not in result:
        if "unread" in result:
            return [f"This notebook was not graded: {result['unread']}."]
        return [f"This notebook could not be graded: {result['problem']}."]
    lines = [f"{name}: {said or 'right'}." for name, said in result["said"].items()]
    lines += [f"Code cell {int(n) + 1} was left out: it {why}." for n, why in result["left out"].items()]
    first = [] if all(said is None for said in result["said"].values()) else list(result["raised"].items())[:3]
    return lines + [f"Code cell {int(n) + 1} raises {error}." for n, error in first]


def summary(results: list[Result], most: int = 5) -> list[str]:
    """Count the commonest hints of a class."""
    said = [f"{name}: {hint}" for r in results for name, hint in r.get("said", {}).items() if hint]
    return [guarded(f"{count} times  {hint}") for hint, count in Counter(said).most_common(most)]


class _Marker:
    """A process that marks notebooks; one that does not come back is replaced."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def mark(self, task: Task) -> Result:
        """Have one notebook marked; a marker that dies or stays away says so in the result."""
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-m", "tricks.labs.marking"]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
            )
        process = self._process
        assert process.stdin and process.stdout
        timer = threading.Timer(40 * patience(task.seconds), process.kill)
        timer.start()
        try:
            process.stdin.write(json.dumps(task) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())
        except (OSError, ValueError):
            process.kill()
            return {"problem": "its marking ended before its time"}
        finally:
            timer.cancel()

    def close(self) -> None:
        """Let the process go."""
        if self._process:
            self._process.kill()
            with suppress(OSError, ValueError):  # where another thread still listens
                self._process.communicate()
