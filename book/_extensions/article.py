"""What the article behind the course said, and what is so, beside the claim that judged it: `book/article.toml`."""

import re
import tomllib
from html import escape
from pathlib import Path

CLAIM = re.compile(r"\(([A-Z]\d+[a-z]?)\)")


def sentences(root):
    """The statements of the article that do not hold, or only in part, each by the claim that judged it."""
    path = Path(root) / "book/article.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def stale(said, verdicts):
    """The claims that a sentence rests on and that have another verdict today, or none."""
    today = {claim: verdict["verdict"] for claim, verdict in verdicts.items()}
    return [claim for claim, verdict in said["rests_on"].items() if today.get(claim) != verdict]


def otherwise(said, verdicts, address):
    """HTML of both sentences, claims in brackets being links; nothing once what they rest on has changed."""
    if not said or stale(said, verdicts):
        return ""
    so = CLAIM.sub(lambda claim: f'(<a href="{address(claim[1])}">{claim[1]}</a>)', escape(said["so"]))
    return (
        '<details class="said ledger-note"><summary>What the article said</summary>'
        f"<p><em>The article said:</em> {escape(said['article'])}</p><p><em>What is so:</em> {so}</p></details>"
    )
