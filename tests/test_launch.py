"""The ways from the ledger into a notebook that runs: each claim opens at the cell that judged it."""

import json
import os
import subprocess
import sys
import time
from shutil import copytree
from urllib.parse import unquote

import pytest
from conftest import ROOT
from playwright.sync_api import expect
from test_site import soup


def where(notebook, claim):
    """The cells in which a search for the claim's name in quotes ends."""
    cells = json.loads((ROOT / notebook).read_text("utf-8"))["cells"]
    return [cell["id"] for cell in cells if f'"{claim}"' in "".join(cell["source"])]


def rows(site):
    """The ledger's row of each claim."""
    return {row.strong.text: row for row in soup(site, "book/ledger.html").select("table.ledger tbody tr")}


def links(row):
    return {link.text: link for link in row.find_all("a")}


def test_every_claim_can_be_doubted_where_it_was_judged(site):
    for claim, row in rows(site).items():
        path, anchor = row.select_one("a.judged")["href"].split("#")
        notebook, cell = path.removeprefix("../").replace(".html", ".ipynb"), anchor.removeprefix("cell-")
        binder, colab = links(row)["doubt this"], links(row)["in Colab"]
        assert "mybinder.org" in binder["href"]
        assert binder["href"].endswith(f"?urlpath=lab/tree/{notebook}%3Fcell%3D{cell}")
        assert binder["title"].endswith(f'cell {cell}: search for "{claim}"') and len(where(notebook, claim)) == 1
        assert colab["href"].startswith("https://colab.research.google.com/github/")
        assert colab["href"].endswith(f"/{notebook}#scrollTo={cell}")


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory):
    """The address of a JupyterLab with the notebooks, and with what `.binder/postBuild` adds to it."""
    home, work = tmp_path_factory.mktemp("jupyter"), tmp_path_factory.mktemp("work")
    copytree(ROOT / "chapters", work / "chapters")
    own = {f"JUPYTER_{kind}_DIR": str(home / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    own |= {f"JUPYTERLAB_{kind}_DIR": str(home / kind) for kind in ("SETTINGS", "WORKSPACES")}
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    env = os.environ | own | {"PATH": path, "JUPYTER_TOKEN": "secret"}
    added = [line for line in (ROOT / ".binder/postBuild").read_text("utf-8").splitlines() if "pip " not in line]
    subprocess.run(["bash", "-c", "\n".join(added)], cwd=ROOT, env=env, check=True)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.root_dir={work}"]
    with (home / "log").open("w") as log, subprocess.Popen(command, cwd=work, env=env, stderr=log) as server:
        try:
            yield address(home / "RUNTIME", server)
        finally:
            server.terminate()


def address(runtime, server):
    """Where a server says that it listens, once it does."""
    for _ in range(600):
        assert server.poll() is None, (runtime.parent / "log").read_text("utf-8")
        for told in runtime.glob("jpserver-*.json"):
            return json.loads(told.read_text("utf-8"))["url"]
        time.sleep(0.1)
    pytest.fail("JupyterLab did not start within a minute")


@pytest.mark.parametrize("claim", ["B4a", "K12"])
def test_jupyterlab_opens_at_the_cell_that_judged(site, browser, jupyterlab, claim):
    place = unquote(links(rows(site)[claim])["doubt this"]["href"].split("urlpath=")[1])
    page = browser.new_page()
    page.goto(f"{jupyterlab}{place}&token=secret")  # as Binder appends it
    active = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell.jp-mod-active")
    expect(active).to_contain_text(f"judge({claim}", timeout=60_000)
    expect(active).to_be_in_viewport()
    page.close()
