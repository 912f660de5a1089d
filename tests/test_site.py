"""The site as a reader meets it: opened from the disk, in a real browser, in light and dark, on a phone."""

import re
from urllib.parse import unquote, urldefrag

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from bs4 import BeautifulSoup
from build import missing_pages, pages
from conftest import ROOT
from playwright.sync_api import expect

PAGES = [*pages(ROOT), "search.html", "genindex.html"]
ALWAYS = (  # a page of each kind; a browser opens all others in `make test-all`
    *("index.html", "chapters/07_capstone.html", "chapters/evidence/02_vanishing_gradients.html"),
    *("labs/solutions/00_diagnosis.html", "book/ledger.html"),
)
VISITED = [pytest.param(name, marks=[] if name in ALWAYS else pytest.mark.slow) for name in PAGES]
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,  # it would read style sheets by a request that browsers refuse on file://
}


def soup(site, name):
    return BeautifulSoup((site / name).read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def visit(site, browser):
    """Open a page once a colour scheme, and note what happens."""
    seen = {}

    def look(name, scheme):
        if (name, scheme) not in seen:
            seen[name, scheme] = examine(browser, (site / name).as_uri(), scheme)
        return seen[name, scheme]

    return look


def examine(browser, address, scheme):
    found = {"errors": [], "requests": []}
    with browser.new_context(color_scheme=scheme, reduced_motion="reduce") as context:
        page = context.new_page()
        page.on("console", lambda m: found["errors"].append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: found["errors"].append(str(error)))
        page.on("request", lambda request: found["requests"].append(request.url))
        page.goto(f"{address}#main-content", wait_until="load")  # a place: the page is laid out as a whole
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.evaluate(AXE_SCRIPT)
        report = page.evaluate("options => axe.run(document, options)", AXE)
        page.set_viewport_size({"width": 390, "height": 844})
        root = "document.documentElement"
        found["beyond"] = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
        found["axe"] = [f"{v['help']}: {v['nodes'][0]['html'][:200]}" for v in report["violations"]]
    return found


def test_every_page_of_the_contents_is_there(site):
    assert missing_pages(ROOT) == []


def test_the_landing_page_is_the_index_itself(site):
    page = soup(site, "index.html")
    assert page.h1.get_text().startswith("Training Tricks, Tested")
    assert not page.find("meta", {"http-equiv": "refresh"})


@pytest.mark.parametrize("name", VISITED)
def test_nothing_is_asked_of_another_server(visit, name):
    for scheme in ("light", "dark"):
        foreign = [r for r in visit(name, scheme)["requests"] if not r.startswith(("file:", "data:"))]
        assert foreign == []


@pytest.mark.parametrize("name", VISITED)
def test_the_console_is_silent(visit, name):
    assert visit(name, "light")["errors"] == visit(name, "dark")["errors"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", VISITED)
def test_axe_finds_nothing(visit, name, scheme):
    assert visit(name, scheme)["axe"] == []


@pytest.mark.parametrize("name", VISITED)
def test_nothing_scrolls_sideways_on_a_phone(visit, name):
    assert visit(name, "light")["beyond"] == 0


WRONGLY_MARKED = """() => [...document.querySelectorAll("pre, .cell_output > .output")].filter((e) => {
  const scrolls = e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight;
  return e.checkVisibility({ contentVisibilityAuto: true }) && scrolls !== (e.tabIndex === 0);
}).map((e) => e.textContent.slice(0, 60))"""


def test_code_that_scrolls_can_be_reached_by_keyboard_also_where_it_was_folded_away(site, browser):
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto((site / "chapters/01_activations.html").as_uri())
        reached = page.locator("pre[tabindex='0']")
        before = reached.count()
        assert before and page.evaluate(WRONGLY_MARKED) == []
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        expect(reached).not_to_have_count(before)
        assert page.evaluate(WRONGLY_MARKED) == []
        page.locator(
            "article pre"
        ).last.scroll_into_view_if_needed()  # what lies far below is marked when it comes near
        expect(page.locator("article pre").last).to_have_attribute("tabindex", re.compile("0|-1"))
        page.wait_for_function(f"({WRONGLY_MARKED})().length === 0")


def test_search_finds_a_page_by_its_title_without_a_server(site, browser):
    page = browser.new_page()
    page.goto((site / "search.html").as_uri() + "?q=ledger")
    page.wait_for_selector("#search-results li a", timeout=10_000)
    assert "ledger" in page.inner_text("#search-results").lower()


@pytest.mark.parametrize("name", pages(ROOT))
def test_every_picture_is_described_and_every_figure_has_its_caption(site, name):
    article = soup(site, name).find("article")
    for image in article.find_all("img"):
        assert image.get("alt") and not image["alt"].endswith((".svg", ".png")), image
    for image in article.select("div.cell_output img"):
        assert image.find_parent("figure").figcaption.get_text(strip=True), image


@pytest.mark.parametrize("name", pages(ROOT))
def test_every_page_says_what_it_is_about(site, name):
    description = soup(site, name).find("meta", {"name": "description"})
    assert len(description["content"]) >= 40
    assert soup(site, name).find("link", {"rel": "icon"})


def test_every_internal_link_leads_somewhere(site):
    targets = {name: soup(site, name) for name in PAGES}
    anchors = {name: {tag["id"] for tag in page.find_all(id=True)} for name, page in targets.items()}
    dead = []
    for name, page in targets.items():
        for link in page.find_all("a", href=True):
            path, anchor = urldefrag(link["href"])
            if path.startswith(("http:", "https:", "mailto:", "javascript:")):
                continue
            file = (site / name).parent / unquote(path) if path else site / name
            relative = file.resolve().relative_to(site.resolve()).as_posix()
            if not file.is_file() or (anchor and anchor not in anchors.get(relative, {anchor})):
                dead.append(f"{name}: {link['href']}")
    assert dead == []


SOLUTIONS = [name for name in PAGES if name.startswith("labs/solutions/")]


@pytest.mark.parametrize("name", SOLUTIONS)
def test_a_page_of_solutions_leads_to_the_empty_lab(site, name):
    page, lab = soup(site, name), name.replace("solutions/", "").replace(".html", ".ipynb")
    launch = [a["href"] for a in page.find_all("a", href=True) if "mybinder.org" in a["href"] or "colab" in a["href"]]
    assert len(launch) == 3 and all(address.endswith("/" + lab) for address in launch), launch
    assert "with solutions" in page.h1.get_text()
    folded = page.select("div.tag_exercise details.hide summary")
    assert folded and all("Show the solution" in summary.get_text() for summary in folded)


def test_buttons_are_named_by_what_they_do(site, browser):
    page = browser.new_page()
    for name in pages(ROOT):
        page.goto((site / name).as_uri())
        page.wait_for_timeout(500)  # the script that makes copy buttons may come late
        read = "found => found.map(b => [b.className, b.getAttribute('aria-label')])"
        made = page.locator("button.toggle-button, button.copybtn").evaluate_all(read)
        assert all(label == "Copy code" if "copybtn" in kind else label for kind, label in made), made
        assert page.locator("[aria-label='Toggle hidden content']").count() == 0, name


def test_a_citation_in_a_sentence_links_the_name_as_well(site):
    for name in pages(ROOT):
        bare = [a for a in soup(site, name).select("a.reference") if a.get_text().strip("[]()").isdigit()]
        assert [a for a in bare if "references.html" in a["href"]] == []
