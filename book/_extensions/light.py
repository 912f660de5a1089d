"""A page loads little: one style sheet without rules that no page uses, no script before the text, pictures when met.

The theme brings styles for every site that it could be. What is left out here is what no page of this one can use.
"""

import base64
import hashlib
import json
import re
import shutil
from collections import Counter
from itertools import pairwise
from os.path import normpath
from pathlib import Path

import tinycss2
from drawings import few_elements
from PIL import Image

SHEET = "_static/course.css"
OWN = ("tricks.css", "icons.css")  # written for this course: nothing in them is left out
ICONS = "vendor/fontawesome"  # the icons that are used are drawn in the course's own style sheet
ASSEMBLED = {"bs-tooltip-auto"}  # names that scripts put together of parts
SEARCH = ("searchtools.js", "language_data.js", "searchindex.js")  # the theme would search on every page, as one types
NEEDED_FOR = {
    "clipboard.min.js": 'class="highlight',
    "copybutton.js": 'class="highlight',
    "design-tabs.js": "sd-tab-set",
}
WHOLE, MENUS = (
    f"<script>{Path(__file__).with_name(name).read_text('utf-8')}</script>" for name in ("whole.js", "menus.js")
)
THEME = "pydata-sphinx-theme.js"
MARK = "e.tabIndex=e.scrollWidth>e.clientWidth||e.scrollHeight>e.clientHeight?0:-1"
RESIZED = 'window.addEventListener("resize",t)'
READY = '"loading"!=document.readyState?e():'
# It marks the blocks that scroll, and would lay out the page anew for each, even for those that are folded away or far
# below. First all are measured that can be seen, then those that scroll are marked; the others have their turn when
# they open or come near.
BETTER = {
    MARK: "if(!e.checkVisibility({contentVisibilityAuto:!0}))return;"
    f"const t{MARK[10:]};t===e.tabIndex||queueMicrotask(()=>{{e.tabIndex=t}})",
    RESIZED: f'{RESIZED},document.addEventListener("toggle",e,!0)'
    ',document.addEventListener("contentvisibilityautostatechange",e,!0)',
    READY: READY.replace("e()", "setTimeout(e)"),  # its nine parts start one by one: a reader's finger comes between
}
STYLE = re.compile(r'\s*<link [^>]*href="([^"?]+\.css)[^"]*"[^>]*>')
SCRIPT = re.compile(r'<script [^>]*src="([^"?]+)[^"]*"[^>]*></script>')
SETTING = re.compile(r"\s*<script>\s*DOCUMENTATION_OPTIONS\.[^<]*</script>")  # for a search while one types
PICTURE = re.compile(r'<img ([^>]*?src="([^"]+)"[^>]*?)\s*/?>')
WITHIN = re.compile(r'src="data:image/png;base64,([^"]+)"')
INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
NUMBERS = re.compile(r'<script type="application/json">([^<]{10000,})</script>')  # a figure's, if many
SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)(pt|px)?" height="([\d.]+)')
ADDRESS = re.compile(r"""url\((?!["']?(?:data:|#))["']?([^)"']+)["']?\)""")
WORD = re.compile(r"[\w-]+")
PLAIN = re.compile(r'<span class="(?:n|nn|o|p|w)">([^<]*)</span>')  # names, operators, brackets, spaces of code


def used(selector, words):
    """Whether a selector asks for no class and no identifier but those that occur."""
    dots = (after.value for before, after in pairwise(selector) if before == ".")
    names = (token.value for token in selector if token.type == "hash")
    return words.issuperset(dots) and words.issuperset(names)


def split(prelude):
    """The selectors of a rule."""
    selectors = [[]]
    for token in prelude:
        selectors.append([]) if token == "," else selectors[-1].append(token)
    return selectors


def thin(rules, words):
    """The text of those rules that can apply to something."""
    for rule in rules:
        if rule.type == "qualified-rule":
            kept = [tinycss2.serialize(s).strip() for s in split(rule.prelude) if used(s, words)]
            if kept:
                yield f"{','.join(kept)}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inner = "".join(thin(tinycss2.parse_rule_list(rule.content, True, True), words))
            if inner:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword not in ("import", "charset"):
            yield "" if ICONS in (text := rule.serialize()) else text


def rules_of(sheet):
    """The rules of a style sheet, those that it imports first."""
    rules = tinycss2.parse_stylesheet(sheet.read_text("utf-8"), True, True)
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword == "import":
            rules = rules_of(sheet.parent / rule.prelude[-1].value) + rules
    return rules


def join(sheets, words, out):
    """One style sheet of many, its addresses seen from where it lies."""
    joined = []
    for sheet in sheets:
        text = sheet.read_text("utf-8") if sheet.name in OWN else "\n".join(thin(rules_of(sheet), words))
        folder = sheet.parent.relative_to(out / "_static").as_posix()
        joined.append(ADDRESS.sub(lambda found, at=folder: f"url({normpath(f'{at}/{found[1]}')})", text))
    (out / SHEET).write_text("\n".join(joined), "utf-8")
    return hashlib.sha256("".join(joined).encode()).hexdigest()[:8]


def size(picture):
    """Width and height of a picture in pixels, as attributes."""
    if picture.suffix != ".svg":
        width, height = Image.open(picture).size
    elif found := SIZE.search(picture.read_text("utf-8")):
        unit = 4 / 3 if found[2] == "pt" else 1
        width, height = (round(unit * float(found[side])) for side in (1, 3))
    else:
        return ""
    return f' width="{width}" height="{height}"'


def lazy_pictures(text, folder):
    """Every picture leaves its room free, and waits until a reader comes near."""

    def patient(found):
        in_text = "_images/" in found[2] and "width=" not in found[1]
        return f'<img {found[1]}{size(folder / found[2]) if in_text else ""} loading="lazy" decoding="async">'

    return PICTURE.sub(patient, text)


def kept(content, name, out, up):
    """The address of a file of its own for what stood in a page."""
    name = name.format(hashlib.sha256(content).hexdigest()[:16])
    (out / name).write_bytes(content)
    return f'src="{up}{name}"'


def unpacked(text, out, up):
    """Pictures that a page held are files, which wait; so is a long script held twice, with its many numbers."""
    links = []

    def later(found):
        name = f"numbers-{len(links)}"
        fill = f'document.getElementById("{name}").textContent={json.dumps(found[1])}'
        links.append(kept(fill.encode(), "_static/{}.js", out, up))
        return f'<script type="application/json" id="{name}"></script>'

    shared = [script for script, times in Counter(INLINE.findall(text)).items() if times > 1 and len(script) > 1000]
    text = NUMBERS.sub(later, text) if shared else text
    for script in shared:
        links.append(kept(script.encode(), "_static/{}.js", out, up))
        text = text.replace(f"<script>{script}</script>", "")
    text = text.replace("</head>", "".join(f"<script {link}></script>" for link in links) + "</head>", 1)
    return WITHIN.sub(lambda found: kept(base64.b64decode(found[1]), "_images/{}.png", out, up), text)


def few_scripts(text, searches):
    """Scripts wait for the text, that of the menus for the reader; those that a page cannot need are left out."""

    def wanted(found):
        name = Path(found[1]).name
        if name == "bootstrap.js":
            return f'<link rel="prefetch" href="{found[1]}">{MENUS}'
        idle = (name in SEARCH and not searches) or NEEDED_FOR.get(name, "") not in text
        return "" if idle else found[0].replace("<script ", "<script defer ").replace("defer defer", "defer")

    return SCRIPT.sub(wanted, SETTING.sub("", text))


def plain_code(text):
    """Code whose parts in the colour of the text are no elements of their own: they would be half of a page's."""
    return PLAIN.sub(r"\1", text)


def retouch(script):
    """The theme's script starts part by part, and measures the page before it changes it."""
    text = script.read_text("utf-8")
    for part, better in BETTER.items():
        if better not in text:
            assert text.count(part) == 1, f"{script.name} is another version: where does it say {part}?"
            text = text.replace(part, better)
    script.write_text(text, "utf-8")


def leave_out(static):
    """What no page loads any more."""
    (static / "scripts/fontawesome.js").unlink(missing_ok=True)
    shutil.rmtree(static / "vendor", ignore_errors=True)
    for source in static.rglob("*.map"):
        source.unlink()


def linked(pages, kind):
    """The files that pages link to, in their order."""
    return list(dict.fromkeys((page.parent / link).resolve() for page in pages for link in kind.findall(pages[page])))


def lighten(app, problem):
    """Rewrite what has been built; a build that failed is left as it is."""
    if problem:
        return
    out = Path(app.outdir).resolve()
    found = (page for page in out.rglob("*.html") if out / "_static" not in page.parents)
    pages = {page: page.read_text("utf-8") for page in found}
    scripts = linked(pages, SCRIPT)
    texts = [*pages.values(), *(script.read_text("utf-8") for script in scripts)]
    version = join(linked(pages, STYLE), ASSEMBLED.union(*map(WORD.findall, texts)), out)
    for page, text in pages.items():
        up = "../" * (len(page.relative_to(out).parts) - 1)
        link = iter([f'\n{WHOLE}<link rel="stylesheet" href="{up}{SHEET}?v={version}">'])
        text = STYLE.sub(lambda _, once=link: next(once, ""), text)
        text = lazy_pictures(unpacked(plain_code(text), out, up), page.parent)
        text = few_scripts(text, page.name == "search.html")
        page.write_text(text, "utf-8")
    for script in scripts:
        if script.name == THEME:
            retouch(script)
    for drawing in out.glob("_images/*.svg"):
        drawing.write_text(few_elements(drawing.read_text("utf-8")), "utf-8")
    leave_out(out / "_static")


def setup(app):
    app.connect("build-finished", lighten, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
