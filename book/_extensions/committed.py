"""What the long runs of `make evidence` and `make worlds` found, as far as it is committed."""

import json
from pathlib import Path


def repeats(app):
    """What `make evidence` found for each claim under other sets of seeds, as far as it is committed."""
    path = Path(app.confdir) / "book/evidence.json"
    rows = json.loads(path.read_text("utf-8")) if path.is_file() else []
    return {row["id"]: row for row in rows}


def stays(verdict, repeated):
    """How many other sets of seeds give the same verdict; nothing is said of one that has changed since."""
    if not repeated or repeated["verdict"] != verdict["verdict"]:
        return ""
    given = repeated["verdicts"]
    same = f"{given.count(verdict['verdict'])} of {len(given)} other sets of seeds"
    return f"fragile: only in {same}" if repeated["fragile"] else f"so in {same}"


def carried(app):
    """What `make worlds` found in other worlds, as far as it is committed."""
    path = Path(app.confdir) / "book/worlds.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else {"worlds": [], "claims": []}
