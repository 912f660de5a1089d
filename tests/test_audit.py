"""What a page weighs, how it is measured, and what the site leaves out to be light."""

import gzip
import re
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from audit import BUDGET, complaints, loaded, misses, packed, scores, served, weight
from build import pages
from conftest import ROOT

REPORT = {
    "categories": {
        "performance": {"score": 0.954, "auditRefs": [{"id": "paint", "weight": 10}, {"id": "hint", "weight": 0}]},
        "accessibility": {"score": 1, "auditRefs": []},
        "best-practices": {"score": 0.78, "auditRefs": [{"id": "console", "weight": 1}]},
        "seo": {"score": 1, "auditRefs": []},
    },
    "audits": {
        "paint": {"title": "First paint", "score": 0.95},
        "hint": {"title": "A hint", "score": 0},
        "console": {"title": "Browser errors were logged", "score": 0, "displayValue": "two"},
    },
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "page.html").write_text("<link rel='stylesheet' href='a.css'><img src='far.svg' loading='lazy'>" * 9)
    (tmp_path / "a.css").write_text("body { margin: 9999px 0 }")
    (tmp_path / "far.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")
    (tmp_path / "unused.css").write_text("p { color: red }")
    return tmp_path


def test_text_is_served_gzipped_and_whole(folder):
    with served(folder) as address:
        answer = urlopen(address + "page.html?v=1")
        body = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip" and answer.headers["Content-Type"] == "text/html"
        assert gzip.decompress(body) == (folder / "page.html").read_bytes()
        assert len(body) == weight([folder / "page.html"]) < (folder / "page.html").stat().st_size
        with pytest.raises(HTTPError):
            urlopen(address + "missing.html")


def test_pictures_and_fonts_are_sent_as_they_are(folder):
    (folder / "a.woff2").write_bytes(b"x" * 500)
    assert packed(folder / "a.woff2") == b"x" * 500


def test_a_visit_counts_what_lies_further_down_and_nothing_else(folder, browser):
    assert {file.name for file in loaded(browser, folder / "page.html")} == {"page.html", "a.css", "far.svg"}


def test_scores_are_of_a_hundred_and_what_costs_points_is_named():
    assert scores(REPORT) == {"performance": 95, "accessibility": 100, "best_practices": 78, "seo": 100}
    assert complaints(REPORT) == ["Browser errors were logged (two)"]


def test_a_page_misses_the_goals_that_it_misses():
    assert misses({**scores(REPORT), "bytes_gzip": BUDGET}) == ["best_practices"]
    assert misses({**scores(REPORT), "best_practices": 100, "bytes_gzip": BUDGET + 1}) == ["bytes_gzip"]


@pytest.mark.parametrize("name", pages(ROOT))
def test_a_page_with_all_it_loads_stays_within_the_budget(site, browser, name):
    files = loaded(browser, site / name)
    heaviest = sorted(files, key=lambda file: -len(packed(file)))[:4]
    assert weight(files) <= BUDGET, {file.name: len(packed(file)) for file in heaviest}


@pytest.mark.parametrize("name", pages(ROOT))
def test_no_script_holds_up_the_text_and_one_style_sheet_does(site, name):
    text = (site / name).read_text("utf-8")
    held_up_by = [tag for tag in re.findall(r"<script [^>]*src=[^>]*>", text) if "defer" not in tag]
    assert held_up_by == []
    assert len(re.findall(r"<link [^>]*stylesheet", text)) == 1


@pytest.mark.parametrize("name", pages(ROOT))
def test_pictures_keep_their_room_free_and_wait(site, name):
    for picture in re.findall(r"<img [^>]*_images/[^>]*>", (site / name).read_text("utf-8")):
        assert all(part in picture for part in ("width=", "height=", 'loading="lazy"')), picture


@pytest.mark.parametrize("name", pages(ROOT))
def test_every_icon_is_drawn_in_the_course_s_own_style_sheet(site, name):
    drawn = set(re.findall(r"\.(fa-[\w-]+) \{ --icon", (ROOT / "book/_static/icons.css").read_text("utf-8")))
    kinds = re.findall(r'class="([^"]*\b(?:fa-solid|fas|fab)\b[^"]*)"', (site / name).read_text("utf-8"))
    assert kinds
    for kind in kinds:
        assert drawn & set(kind.split()), kind
