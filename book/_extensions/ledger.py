"""The ledger: every verdict the notebooks reached, gathered from the outputs of their cells.

A cell that judges leaves `{"tricks": {"id": …, "verdict": …}}` in its output's metadata. From these come `claims.json`
at the root of the site, the table of the `{ledger}` directive, the badge of the role ``{verdict}`B3a` ``, which leads
to the row of the table and to the cell, and below the cell a link to the row.
"""

import json
from collections import Counter
from contextlib import suppress
from pathlib import Path

import nbformat
from article import otherwise, sentences
from committed import carried, repeats, stays
from docutils import nodes
from forest import choice, effect, failures, forest, legend, strip
from jupyter_cache import get_cache
from launch import doubt
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

logger = logging.getLogger(__name__)
PAGE = "book/ledger"
KINDS = ("confirmed", "refined", "equivalent", "inconclusive", "refuted")
PUBLISHED = (
    *("id", "statement", "source", "criterion", "verdict"),
    *("estimate", "low", "high", "n", "remark", "chapter"),
)


class badge(nodes.Inline, nodes.Element):
    """Where a chapter speaks of a verdict."""


class entries(nodes.General, nodes.Element):
    """Below a cell that judged: the way to its rows of the table."""


class ledger(nodes.General, nodes.Element):
    """Where the table goes."""


class VerdictRole(SphinxRole):
    def run(self):
        node = badge(claim=self.text.strip())
        self.set_source_info(node)
        return [node], []


class LedgerDirective(SphinxDirective):
    def run(self):
        return [ledger()]


def executed(app, page):
    """The notebook of a page as it ran, from the cache of results."""
    notebook = nbformat.read(Path(app.env.doc2path(page)), as_version=4)
    with suppress(KeyError):  # a notebook that failed has no results
        _, notebook = get_cache(app.config.nb_execution_cache_path).merge_match_into_notebook(notebook)
    return notebook


def cells_of(app, page):
    """Its cells; its copy in `_build/jupyter_execute` is written again.

    MyST-NB leaves the outputs out of that copy whenever they come from the cache.
    """
    notebook = executed(app, page)
    nbformat.write(notebook, Path(app.outdir).parent / "jupyter_execute" / f"{page}.ipynb")
    return notebook.cells


def is_cell(node):
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def collect(app, doctree):
    """Give each code cell an anchor from its id, and note what it judged."""
    page = app.env.docname
    app.env.verdicts = getattr(app.env, "verdicts", {})
    places, found = list(doctree.findall(is_cell)), []
    cells = cells_of(app, page) if places else []
    for place in places:
        cell = cells[place["cell_index"]]
        anchor = f"cell-{cell['id']}"
        place["ids"].append(anchor)
        where = {"chapter": page.rsplit("/", 1)[-1], "page": page, "anchor": anchor}
        metadata = (output.get("metadata", {}) for output in cell["outputs"])
        if here := [part["tricks"] | where for part in metadata if "tricks" in part]:
            found += here
            place += entries(claims=[verdict["id"] for verdict in here])
    app.env.verdicts[page] = found


def merge(app, env, docnames, other):
    """Pages are read by several processes: bring their findings together."""
    env.verdicts = getattr(env, "verdicts", {}) | {
        name: found for name, found in getattr(other, "verdicts", {}).items() if name in docnames
    }


def judged(env):
    """Every verdict of the book, in the order of the ids."""
    found = [verdict for page in sorted(env.verdicts) for verdict in env.verdicts[page]]
    return sorted(found, key=lambda v: (v["id"][0], int("".join(filter(str.isdigit, v["id"])) or 0), v["id"]))


def check(app, env):
    """One claim, one verdict: an id judged twice is an error, and so is a kind nobody knows."""
    for claim, times in Counter(v["id"] for v in judged(env)).items():
        if times > 1:
            pages = ", ".join(v["page"] for v in judged(env) if v["id"] == claim)
            logger.warning("claim %s is judged %d times: %s", claim, times, pages)
    for verdict in judged(env):
        if verdict["verdict"] not in KINDS:
            logger.warning("claim %s: unknown verdict %r", verdict["id"], verdict["verdict"])


def link(app, docname, verdict, *children, **attributes):
    """A link to the cell that judged."""
    return nodes.reference("", "", *children, internal=True, refuri=to_cell(app, docname, verdict), **attributes)


def to_cell(app, docname, verdict):
    """The address of the cell that judged, seen from a page."""
    return f"{app.builder.get_relative_uri(docname, verdict['page'])}#{verdict['anchor']}"


def resolve(app, doctree, docname):
    """Now that all notebooks are read: fill the badges and the table."""
    verdicts = {v["id"]: v for v in judged(app.env)}
    for node in list(doctree.findall(badge)):
        if verdict := verdicts.get(node["claim"]):
            node.replace_self(both_ways(app, docname, verdict))
        else:
            logger.warning("no notebook judges claim %r", node["claim"], location=node)
            node.replace_self(nodes.Text(node["claim"]))
    for node in list(doctree.findall(entries)):
        node.replace_self(ways(app, docname, node["claims"]))
    for node in list(doctree.findall(ledger)):
        told = carried(app)
        key = [html(legend(told))] if told["claims"] else []
        node.replace_self([summary(verdicts), *key, table(app, docname, verdicts), html(choice())])


def both_ways(app, docname, verdict):
    """A badge in the text: the claim's name leads to the ledger, its verdict to the cell that judged."""
    claim, kind = verdict["id"], verdict["verdict"]
    cell = link(app, docname, verdict, nodes.Text(kind), reftitle=f"the cell that judged {claim}")
    parts = in_ledger(app, docname, claim), nodes.Text(" "), cell
    return nodes.inline("", "", *parts, classes=["judged", f"judged-{kind}"])


def in_ledger(app, docname, claim):
    """A link to the row of a claim."""
    address = f"{app.builder.get_relative_uri(docname, PAGE)}#claim-{claim}"
    return nodes.reference("", claim, internal=True, refuri=address, reftitle=f"{claim} in the ledger")


def ways(app, docname, claims):
    """Links to rows of the ledger."""
    links = (in_ledger(app, docname, claim) for claim in claims)
    told = [part for link in links for part in (nodes.Text(", "), link)][1:]
    return nodes.paragraph("", "", nodes.Text("In the ledger: "), *told, classes=["ledger-note"])


def html(text):
    return nodes.raw("", text, format="html")


def summary(verdicts):
    counts = Counter(v["verdict"] for v in verdicts.values())
    told = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts[kind])
    return nodes.paragraph("", f"{len(verdicts)} claims judged so far: {told or 'none'}.")


def elsewhere(verdict, told):
    """In how many worlds a claim holds, drawn, and where it fails; nothing of a verdict that has changed since."""
    for found in told["claims"]:
        if (found["id"], found["verdict"]) == (verdict["id"], verdict["verdict"]):
            what = found, told["worlds"], verdict.get("unit", "")
            note = f"holds in {found['holds']} of {found['of']} worlds"
            return [nodes.paragraph("", note, classes=["ledger-note"]), html(strip(*what))], [html(failures(*what))]
    return [], []


def table(app, docname, verdicts):
    """One row a claim."""
    repeated, told, article = repeats(app), carried(app), sentences(app.confdir)
    head = ("Claim", "Statement and source", "Criterion and scope", "Effect", "Verdict")
    group = nodes.tgroup("", *(nodes.colspec(colwidth=w) for w in (8, 36, 24, 18, 14)), cols=5)
    group += nodes.thead("", row("", *(nodes.Text(title) for title in head)))
    body = nodes.tbody()
    for v in verdicts.values():
        kind = nodes.inline("", v["verdict"])
        badge_of = link(app, docname, v, kind, classes=["judged", f"judged-{v['verdict']}"])
        drawn, failed = elsewhere(v, told)
        said = otherwise(article.get(v["id"]), verdicts, lambda claim: to_cell(app, docname, verdicts[claim]))
        body += row(
            f"claim-{v['id']}",
            nodes.strong("", v["id"]),
            [noted(v["statement"], v["source"]), html(said), *failed],
            noted(v["criterion"], v.get("scope", "")),
            nodes.inline("", "", nodes.Text(effect(v)), html(forest(v))),
            [beside(badge_of, stays(v, repeated.get(v["id"]))), doubt(app, v), *drawn],
        )
    group += body
    return nodes.table("", group, classes=["ledger"])


def noted(text, note):
    """A sentence, and below it in quieter type what belongs to it."""
    return beside(nodes.Text(text + " "), note)


def beside(node, note):
    return nodes.inline("", "", node, nodes.inline("", note, classes=["ledger-note"]))


def row(anchor, *cells):
    """A row of a table; a cell is what stands in its first paragraph, or a list that goes on below it."""
    parts = [cell if isinstance(cell, list) else [cell] for cell in cells]
    inner = (nodes.entry("", nodes.paragraph("", "", first), *more) for first, *more in parts)
    return nodes.row("", *inner, ids=[anchor] if anchor else [])


def publish(app, problem):
    """`claims.json`: the ledger for machines."""
    if problem is None:
        claims = [{key: v[key] for key in PUBLISHED} for v in judged(app.env)]
        path = Path(app.outdir) / "claims.json"
        path.write_text(json.dumps(claims, indent=1, ensure_ascii=False) + "\n", "utf-8")


def setup(app):
    app.add_node(badge)
    app.add_node(entries)
    app.add_node(ledger)
    app.add_role("verdict", VerdictRole())
    app.add_directive("ledger", LedgerDirective)
    app.connect("doctree-read", collect)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", check)
    app.connect("doctree-resolved", resolve)
    app.connect("build-finished", publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
