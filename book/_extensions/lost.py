"""404.html: what a reader sees who followed a link to a page that is not there, at whatever depth.

It stands alone, its look in its own head and its links from the root of the server, since it is shown at any address.
"""

import html
from pathlib import Path
from urllib.parse import urlsplit

from reading import question

PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>No page here · {project}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 40rem; margin: 4rem auto; padding: 0 1.2rem; font: 1.1rem/1.6 system-ui, sans-serif; }}
a {{ color: light-dark(#17606a, #7cc7cf); }}
</style>
</head>
<body>
<main>
<h1>There is no page here.</h1>
<p>A gradient of zero: from this address nothing leads down. Perhaps you were looking for one of these questions.</p>
<ul>
{links}
</ul>
<p><a href="{base}">To the first page</a></p>
</main>
</body>
</html>
"""


def write(app, problem):
    if problem is not None:
        return
    base = urlsplit(app.config.html_baseurl).path or "/"
    chapters = sorted(page for page in app.env.found_docs if Path(page).parent.as_posix() == "chapters")
    links = "\n".join(
        f'<li><a href="{base}{app.builder.get_target_uri(page)}">{html.escape(question(app.env, page))}</a></li>'
        for page in chapters
    )
    known = {"language": app.config.language, "project": html.escape(app.config.project), "base": base, "links": links}
    (Path(app.outdir) / "404.html").write_text(PAGE.format(**known), "utf-8")


def setup(app):
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
