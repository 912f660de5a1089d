"""The ledger as a reader meets it: every claim in its row, with what was judged, and ways to the cell and back."""

import json
from functools import cache
from urllib.parse import urldefrag, urljoin

import pytest
from conftest import ROOT
from test_site import PAGES, soup

KEYS = ["id", "statement", "source", "criterion", "verdict", "estimate", "low", "high", "n", "remark", "chapter"]
VERDICTS = {"confirmed", "refuted", "equivalent", "refined", "inconclusive"}


def test_the_claims_are_published_and_are_those_of_the_ledger(site):
    claims = json.loads((site / "claims.json").read_text("utf-8"))
    assert claims and all(list(claim) == KEYS for claim in claims)
    assert len({claim["id"] for claim in claims}) == len(claims)
    for claim in claims:
        assert claim["verdict"] in VERDICTS, claim
        assert claim["n"] is None or claim["low"] <= claim["estimate"] <= claim["high"], claim
    rows = soup(site, "book/ledger.html").select("table.ledger tbody tr")
    told = [(row.find("strong").get_text(), row.select_one("a.judged").get_text()) for row in rows]
    assert told == [(claim["id"], claim["verdict"]) for claim in claims]


def test_a_verdict_of_two_arms_is_told_with_both(site):
    claims = json.loads((site / "claims.json").read_text("utf-8"))
    rows = {row["id"]: row for row in soup(site, "book/ledger.html").select("table.ledger tbody tr")}
    two = [claim for claim in claims if claim["remark"]]
    assert {claim["id"] for claim in claims if claim["verdict"] == "refined"} <= {claim["id"] for claim in two}
    for claim in two:
        assert claim["remark"].strip() in rows[f"claim-{claim['id']}"].get_text()


def test_the_ledger_can_be_narrowed_and_draws_what_it_says(site, browser):
    claims = json.loads((site / "claims.json").read_text("utf-8"))
    chapter, kind = claims[0]["chapter"][:2], claims[0]["verdict"]
    wanted = [c["id"] for c in claims if c["chapter"].startswith(chapter) and c["verdict"] == kind]
    page = browser.new_page()
    page.goto((site / "book/ledger.html").as_uri())
    assert page.inner_text(".ledger-choice [role=status]") == f"{len(claims)} of {len(claims)} claims"
    page.get_by_label("chapter").select_option(chapter)
    page.get_by_label("verdict").select_option(kind)
    assert page.locator("table.ledger tbody tr:visible strong").all_inner_texts() == wanted
    page.reload()
    assert page.locator("table.ledger tbody tr:visible strong").all_inner_texts() == wanted
    assert page.locator("svg.forest").count() == sum(claim["n"] is not None for claim in claims)
    page.close()


REPEATED = ROOT / "book/evidence.json"


@pytest.mark.skipif(not REPEATED.is_file(), reason="no book/evidence.json: `make evidence` writes it")
def test_the_ledger_says_how_many_other_sets_of_seeds_agree(site):
    repeated = {row["id"]: row for row in json.loads(REPEATED.read_text("utf-8"))}
    said = 0
    for row in soup(site, "book/ledger.html").select("table.ledger tbody tr"):
        found, last = repeated.get(row.find("strong").get_text()), row.find_all("td")[-1]
        if found and found["verdict"] == last.select_one("a.judged").get_text():
            note = last.select_one(".ledger-note").get_text()
            assert f"{found['verdicts'].count(found['verdict'])} of {len(found['verdicts'])} other" in note
            assert note.startswith("fragile") == found["fragile"]
            said += 1
    assert said > len(repeated) / 2


def test_a_claim_leads_to_the_cell_that_judged_it_and_the_cell_back_to_its_row(site):
    page = cache(lambda name: soup(site, name))
    rows = page("book/ledger.html").select("table.ledger tbody tr")
    assert len({row["id"] for row in rows}) == len(rows) > 100
    for row in rows:
        name, anchor = urldefrag(row.select_one("a.judged")["href"])
        cell = page(name.removeprefix("../")).find(id=anchor)
        back = [link["href"] for link in cell.select("p.ledger-note a")]
        assert any(link.endswith(f"ledger.html#{row['id']}") for link in back), row["id"]


def test_a_badge_in_the_text_leads_to_its_row_and_to_the_cell_that_judged(site):
    rows = {row["id"]: row for row in soup(site, "book/ledger.html").select("table.ledger tbody tr")}
    told = [(name, badge) for name in PAGES for badge in soup(site, name).select("span.judged")]
    assert len(told) > 20
    for name, badge in told:
        row, cell = (urljoin(name, link["href"]) for link in badge.find_all("a"))
        address, anchor = urldefrag(row)
        assert address == "book/ledger.html" and rows[anchor].strong.text == badge.a.text
        judged = rows[anchor].select_one("a.judged")
        assert cell == urljoin("book/", judged["href"]) and badge.find_all("a")[1].text == judged.text
