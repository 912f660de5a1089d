"""A class graded: one row a student, one column an exercise, and nothing lost by a kill."""

import csv
import hashlib
import html
import io
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from tqdm import tqdm

from .lab import Lab
from .marking import Task, find_lab
from .release import student_text
from .sandbox import need_bubblewrap
from .submissions import Submission, Unreadable, code_cells, submissions

__all__ = ["Batch", "guarded", "summary"]

Result = dict[str, Any]


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
        self.seed = self._seed()

    def _seed(self) -> int:
        """The secret seed of all checks: kept, so that a batch taken up again ends the same."""
        path = self.kept / "seed"
        if not path.exists():
            _replace(path, str(secrets.randbits(63)))
        return int(path.read_text())

    def grade(self, jobs: int, seconds: float, trusted: bool = False) -> list[Result]:
        """Grade what has no result yet, `jobs` at a time; write the table; return all results."""
        if not trusted:
            need_bubblewrap()
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

        try:
            with ThreadPoolExecutor(jobs) as pool:
                graded = pool.map(one, self.submissions)
                results = list(tqdm(graded, total=len(self.submissions), unit=" notebook", disable=None))
        finally:
            for marker in own:
                marker.close()
        self._write(results)
        return results

    def _result(self, submission: Submission, marker: "_Marker", seconds: float, trusted: bool) -> Result:
        told = json.dumps([submission.student, submission.problem, self.lab.name, self.seed, seconds])
        key = hashlib.sha256(told.encode(errors="replace") + submission.content).hexdigest()
        path = self.kept / f"{key}.json"
        if path.exists():
            return json.loads(path.read_text())
        try:
            if submission.problem:
                raise Unreadable(submission.problem)
            cells = code_cells(submission.content)
            result = marker.mark(Task(self.lab.name, self.opening, cells, self.seed, seconds, trusted))
        except Unreadable as problem:
            result = {"unread": str(problem)}
        if "problem" not in result:  # what failed on this side is tried again
            _replace(path, json.dumps(result))
        return result

    def _write(self, results: list[Result]) -> None:
        """Write the table as a whole, and one page of feedback a student."""
        names, text = list(self.lab.exercises), io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(["student", "score", "out_of", *names, "feedback"])
        most = sum(exercise.points for exercise in self.lab.exercises.values())
        for submission, result in zip(self.submissions, results, strict=True):
            points = [self._points(name, result) for name in names]
            lines = feedback(result)
            rows.writerow([guarded(submission.student), sum(points), most, *points, guarded(" ".join(lines))])
            items = "".join(f"<li>{html.escape(guarded(line))}</li>\n" for line in lines)
            head = f'<meta charset="utf-8"><h1>{html.escape(guarded(submission.student))}: {sum(points)} of {most}</h1>'
            page = hashlib.sha256(submission.student.encode(errors="replace")).hexdigest()[:12]
            _replace(self.kept / f"{_safe(submission.student)}-{page}.html", f"{head}\n<ul>\n{items}</ul>\n")
        _replace(self.table, text.getvalue())

    def _points(self, name: str, result: Result) -> int:
        passed = "said" in result and result["said"][name] is None
        return self.lab.exercises[name].points if passed else 0


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
        timer = threading.Timer(120 + 40 * task.seconds, process.kill)
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
            self._process.communicate()


def _replace(path: Path, text: str) -> None:
    """Write a file as a whole, or not at all."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
    os.replace(aside, path)
