"""Terms of the glossary: where a page first uses one, it is a link that tells, when pointed at, what the word means.

The meaning stands unseen behind the link, which it describes: a screen reader tells it as well.
"""

import html
import re
from pathlib import Path

from docutils import nodes

GLOSSARY, WHERE = "book/glossary", ("chapters/", "labs/solutions/")
LEFT_ALONE = (nodes.reference, nodes.literal, nodes.title, nodes.strong, nodes.image, nodes.raw, nodes.caption)


def meanings(env):
    """Each term with its anchor and its sentence."""
    found = {}
    for item in env.get_doctree(GLOSSARY).findall(nodes.definition_list_item):
        term, means = item[0], item[1][0].astext()
        found[term.astext()] = term["ids"][0], means.rsplit(". ", 1)[0] + "."
    return found


def pattern(terms):
    """Finds any of the terms as a word, in the plural as well; the longest first."""
    words = "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])({words})(s?)(?![\w-])", re.IGNORECASE)


def is_sentence(text):
    """Whether it stands in a paragraph, and nothing around it is a link, code or a heading."""
    around, node = False, text.parent
    while node is not None:
        if isinstance(node, LEFT_ALONE) or "math" in node.tagname or "cell_output" in node.get("classes", []):
            return False
        around |= isinstance(node, nodes.paragraph)
        node = node.parent
    return around


def marked(text, found, seen, address):
    """The same words as a list of nodes, every new term a link."""
    parts, after = [], 0
    for match in pattern(found).finditer(text):
        name = next(term for term in found if term.lower() == match[1].lower())
        if name in seen:
            continue
        seen.add(name)
        anchor, sentence = found[name]
        means = f"means-{anchor}"
        link = f'<a class="term" href="{address}#{anchor}" aria-describedby="{means}">{html.escape(match[0])}</a>'
        told = f'<span class="term-means" role="tooltip" id="{means}">{html.escape(sentence)}</span>'
        parts += [nodes.Text(text[after : match.start()]), nodes.raw("", link + told, format="html")]
        after = match.end()
    return [*parts, nodes.Text(text[after:])] if parts else []


def explain(app, doctree, docname):
    if GLOSSARY not in app.env.found_docs or not docname.startswith(WHERE):
        return
    found, seen = meanings(app.env), set()
    address = app.builder.get_relative_uri(docname, GLOSSARY)
    for text in list(doctree.findall(nodes.Text)):
        if is_sentence(text) and (parts := marked(text.astext(), found, seen, address)):
            text.parent.replace(text, parts)
    if seen:
        script = Path(__file__).with_name("terms.js").read_text("utf-8")
        doctree += nodes.raw("", f"<script>{script}</script>", format="html")


def setup(app):
    app.connect("doctree-resolved", explain)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
