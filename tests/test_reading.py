"""What makes the site easy to read: ways on, terms that explain themselves, cards to guess at, a copy to take along."""

import os
import re
from zipfile import ZipFile

import pytest
from build import OFFLINE, pack, pages
from conftest import ROOT
from playwright.sync_api import expect
from test_site import soup

CHAPTERS = [name for name in pages(ROOT) if re.match(r"chapters/\d", name)]


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_says_how_long_it_takes_to_read_and_to_run(site, name):
    told = soup(site, name).find("p", class_="reading-time").text
    assert re.fullmatch(r"\d+ minutes to read, without the exercises; about \d+ seconds to run", told)


def test_the_next_chapter_is_named_by_its_question(site):
    page = soup(site, "labs/solutions/00_diagnosis.html")
    asked = page.find("a", class_="right-next").find("p", class_="prev-next-title").text
    assert asked.startswith("Guess the sum of three units")


def test_a_lost_reader_finds_every_chapter_at_any_depth(site):
    lost = soup(site, "404.html")
    links = [a["href"] for a in lost.find_all("a")]
    base = links[-1]
    assert base.startswith("/") and all(link.startswith(base) for link in links)
    assert "Guess the sum of three units." in lost.text
    assert [link.removeprefix(base) for link in links[:-1]] == CHAPTERS
    assert not lost.find_all(["script", "link", "img"])


def test_the_whole_site_is_in_one_file(site):
    with ZipFile(site / f"{OFFLINE}.zip") as whole:
        names = set(whole.namelist())
        here = {f"{OFFLINE}/{p.relative_to(site).as_posix()}" for p in site.rglob("*") if p.is_file()}
        assert names == here - {f"{OFFLINE}/{OFFLINE}.zip"}
        assert whole.read(f"{OFFLINE}/index.html") == (site / "index.html").read_bytes()


def test_equal_sites_make_equal_files(tmp_path):
    for name in ("one", "another"):
        (tmp_path / name / "chapters").mkdir(parents=True)
        for page in ("index.html", "chapters/00.html"):
            (tmp_path / name / page).write_text("A page.")
        os.utime(tmp_path / name / "index.html", (0, len(name)))
        pack(tmp_path / name)
    one, another = (tmp_path / name / f"{OFFLINE}.zip" for name in ("one", "another"))
    assert one.read_bytes() == another.read_bytes()


@pytest.mark.parametrize("name", CHAPTERS)
def test_terms_are_explained_where_a_page_first_uses_them(site, name):
    glossary = soup(site, "book/glossary.html")
    page = soup(site, name)
    terms = page.find_all("a", class_="term")
    assert terms and len({a["href"] for a in terms}) == len(terms)
    for term in terms:
        entry = glossary.find(id=term["href"].split("#")[1])
        assert term.text.lower().startswith(entry.text.strip("#¶ \n").lower())
        (told,) = page.find_all(id=term["aria-describedby"])
        assert told["role"] == "tooltip" and told.text.rstrip(".") in entry.find_next("dd").text.replace("\n", " ")


def meaning(term):
    """The box that tells what a term means."""
    return term.page.locator(f"#{term.get_attribute('aria-describedby')}")


def test_a_term_tells_its_meaning_when_it_is_pointed_at_or_reached_by_keyboard(site, browser):
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto((site / CHAPTERS[0]).as_uri())
        term = page.locator("a.term").first
        box = meaning(term)
        assert box.is_hidden()
        expect(term).to_have_accessible_description(box.text_content())
        term.hover()
        assert box.is_visible() and box.bounding_box()["y"] + box.bounding_box()["height"] <= 844
        page.mouse.move(0, 0)
        page.keyboard.press("Tab")
        term.focus()
        assert box.is_visible()
        page.keyboard.press("Escape")
        assert box.is_hidden()
        page.locator(".bd-article h1").hover()
        assert box.is_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_where_nothing_hovers_a_touch_shows_the_meaning_and_a_second_one_leads_on(site, browser):
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        page.goto((site / CHAPTERS[0]).as_uri())
        term = page.locator("a.term").first
        term.tap()
        assert meaning(term).is_visible()
        term.tap()
        page.wait_for_url("**/book/glossary.html#*")


def test_without_scripts_a_term_tells_its_meaning_and_leads_to_the_glossary(site, browser):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((site / CHAPTERS[0]).as_uri())
        term = page.locator("a.term").first
        term.hover()
        assert meaning(term).is_visible()
        term.click()
        assert "/book/glossary.html#" in page.url


GUESSES = {"false": 1, "true": 0, "half true": 2}


@pytest.mark.parametrize("answer", GUESSES)
def test_a_guess_turns_the_card_and_the_last_one_counts(site, browser, answer):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((site / "index.html").as_uri())
        cards, told = page.locator("details.guess"), page.locator(".guess-told")
        assert cards.count() == 3 and not any(card.is_visible() for card in cards.all())
        for choice, card in zip(page.locator(".guess-choice").all(), cards.all(), strict=True):
            choice.get_by_role("button", name=answer, exact=True).click()
            assert card.is_visible() and card.locator("img").evaluate("i => i.decode().then(() => i.naturalWidth)") > 0
            choice.get_by_role("button", name="true", exact=True).click(force=True)  # too late
        assert told.inner_text() == f"You got {GUESSES[answer]} of 3. Begin."
        told.get_by_role("link").click()
        assert page.url.endswith(CHAPTERS[0])


def test_without_scripts_the_cards_are_there_to_be_opened(site, browser):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((site / "index.html").as_uri())
        page.locator("details.guess summary").first.click()
        assert page.get_by_text("There is no cliff at three").is_visible()


PLACE = "document.getElementById(location.hash.slice(1)).getBoundingClientRect().top"


def test_one_comes_to_the_place_one_wanted_though_a_long_page_is_laid_out_bit_by_bit(site, browser):
    address = (site / "chapters/06_dropout.html").as_uri()
    sections = [
        section["id"] for section in soup(site, "chapters/06_dropout.html").select("article > section > section")
    ]
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(address)
        seen = "all => all.filter(s => s.firstElementChild.checkVisibility({contentVisibilityAuto: true})).length"
        assert page.locator("article > section > section").evaluate_all(seen) < len(sections) / 2
        for name in (sections[5], sections[2]):
            page.locator(f".bd-sidebar-secondary a[href='#{name}']").click()
            page.wait_for_function(f"Math.abs({PLACE} - 64) < 20")
        page.reload()
        page.wait_for_function(f"Math.abs({PLACE} - 64) < 20")
        page.close()
        for name in (sections[4], sections[8]):
            page = context.new_page()
            page.goto(f"{address}#{name}")
            page.wait_for_timeout(1000)
            assert abs(page.evaluate(PLACE) - 64) < 20
            page.close()


@pytest.mark.parametrize("way", ["click", "tap", "press"])
def test_the_first_touch_of_a_menu_opens_it(site, browser, way):
    with browser.new_context(has_touch=True) as context:
        page = context.new_page()
        page.goto((site / CHAPTERS[0]).as_uri())
        assert not page.evaluate("'bootstrap' in window")
        button = page.locator(".dropdown-launch-buttons button")
        getattr(button, way)(*["Enter"] * (way == "press"))
        expect(page.locator(".dropdown-launch-buttons .dropdown-menu")).to_be_visible()


def test_a_menu_opens_also_when_its_script_comes_after_the_key(site, browser):
    with browser.new_context() as context:
        page, held = context.new_page(), []
        page.route("**/bootstrap.js", lambda route: held.append(route))  # a slow line
        page.goto((site / CHAPTERS[3]).as_uri())
        page.wait_for_function("document.getElementById('pst-primary-sidebar').scrollTop > 0")  # by the theme itself
        page.wait_for_timeout(300)
        assert page.locator("script[src*='bootstrap']").count() == 0
        button, menu = (page.locator(f".dropdown-launch-buttons {part}") for part in ("button", ".dropdown-menu"))
        button.press("Enter")
        page.wait_for_timeout(300)
        assert held and menu.is_hidden()
        for route in held:
            route.continue_()
        expect(menu).to_be_visible()


def test_a_section_that_waits_keeps_more_room_than_a_phone_shows_so_that_no_footer_jumps(site, browser):
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto((site / "book/notation.html").as_uri())
        rooms = page.evaluate("""[...document.querySelectorAll(".bd-article > section > section")]
            .map((section) => getComputedStyle(section))
            .filter((style) => style.contentVisibility === "auto")
            .map((style) => parseFloat(style.containIntrinsicHeight.replace("auto ", "")))""")
        assert len(rooms) == 4 and min(rooms) > 844


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_figure_of_a_chapter_finds_its_numbers_and_wakes_when_it_is_near(site, browser, name):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((site / name).as_uri())
        figures = page.locator("figure.xp").all()
        for figure in figures:
            figure.evaluate("figure => figure.scrollIntoView()")  # also out of a section that was not laid out yet
            expect(figure).to_have_attribute("data-at", re.compile(r"^[\d,]+$"))
        names = page.locator("figure.xp [id]").evaluate_all("found => found.map(e => e.id)")
        assert names or not figures
        assert [name for name in names if " " in name] == []  # an id is one word
        assert len(figures) >= 2 or "08" in name


RINGED = """(() => {
    const on = document.activeElement, styles = [on, on.firstElementChild ?? on].map((e) => getComputedStyle(e));
    return [on.className, styles.some((style) => style.outlineStyle != "none" || style.boxShadow != "none")];
})()"""


def test_whoever_moves_by_keyboard_sees_where_the_focus_is(site, browser):
    page = browser.new_page()
    page.goto((site / CHAPTERS[0]).as_uri())
    met = {}
    while not any("theme-switch-button" in name for name in met) and len(met) < 100:  # the last of the page's head
        page.keyboard.press("Tab")
        name, ringed = page.evaluate(RINGED)
        met[name] = met.get(name, True) and ringed
    assert len(met) > 5 and all(met.values()), met
    page.close()
