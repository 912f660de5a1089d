"""A gradebook of Canvas or Moodle, filled with the points of one lab."""

import csv
import html
import io
import re
from collections.abc import Mapping
from pathlib import Path

from .grading import Score, guarded

__all__ = ["filled"]

_Row = dict[str, str]
_WHO = ("ID", "SIS User ID", "SIS Login ID", "Student", "Identifier", "ID number", "Username", "Email address")
_NAMED = "Full name"
# Both systems put a number of their own into the names of the files that they hand out.
_CANVAS = re.compile(r"[^_]+_(?:late_)?(\d+)_\d+_", re.IGNORECASE)
_MOODLE = re.compile(r"(.+?)_(\d+)_assignsubmission_")


def filled(exported: Path, lab: str, most: int, scores: Mapping[str, Score]) -> tuple[str, list[str]]:
    """Fill in a gradebook as it was exported; give its text, and the students who are not in it.

    Of Canvas's columns only those remain that say who somebody is, so that no other grade is touched.
    Raises `FileNotFoundError` for a file that is no such gradebook.
    """
    text = exported.read_text(encoding="utf-8-sig", errors="replace")
    rows = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=text.partition("\n")[0].count), restval="")
    head, table = list(rows.fieldnames or []), list(rows)
    if not {*_WHO, _NAMED} & set(head):
        raise FileNotFoundError(f"{exported} is no gradebook: its first row has none of {', '.join(_WHO)}")
    columns, grade = _columns(head, lab)
    lost = []
    for row in table:
        row.setdefault(_NAMED, f"{row.get('First name', '')} {row.get('Last name', row.get('Surname', ''))}")
        row[grade] = row.get(grade) or (str(most) if row.get("Student", "").strip() == "Points Possible" else "")
    for student, score in sorted(scores.items(), key=lambda item: item[1].points):  # of two the better counts
        row = _found(student, table)
        if row is None:
            lost.append(student)
            continue
        row[grade] = str(score.points)
        row["Feedback comments"] = html.escape(" ".join(score.feedback))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(row.get(name, "")) for name in columns} for row in table)
    return out.getvalue(), sorted(lost)


def _columns(head: list[str], lab: str) -> tuple[list[str], str]:
    """Say which columns are written, and which of them holds the grade."""
    if "Identifier" in head and "Grade" in head:  # Moodle's worksheet of one assignment
        return head, "Grade"
    grade = next((name for name in head if name.startswith(lab)), lab)  # Canvas adds its number to the name
    who = head[: head.index("Section") + 1] if "Section" in head else [name for name in head if name != grade]
    return [*who, grade], grade


def _found(student: str, table: list[_Row]) -> _Row | None:
    """Find the row of a student, unless there are several of that name."""
    wanted = dict.fromkeys((*_WHO, _NAMED), student)
    if moodle := _MOODLE.match(student):
        wanted = {"Identifier": f"Participant {moodle[2]}", _NAMED: moodle[1]}
    elif canvas := _CANVAS.match(student):
        wanted = {"ID": canvas[1]}
    for who, name in wanted.items():
        hits = [row for row in table if row.get(who, "").strip().casefold() == name.casefold()]
        if len(hits) == 1:
            return hits[0]
    return None


def _cell(text: str) -> str:
    return text if text == "-" else guarded(text)  # Moodle's word for "never"
