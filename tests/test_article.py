"""What the article said and what is so: every sentence follows from today's verdicts, and stands beside its claim."""

import json
import re

import pytest
from conftest import ROOT
from test_site import soup

# Numbers of the article's statements that hold only in part, or not at all: claims begin with them.
DOUBTFUL = "A2 A4 B3 B4 B6 B7 B8 B9 B10 B11 B13 B16 C1 C2 C5 C7 C8 D1 D2 D3 E2 E3 E4 F2 F3 G2 G3 G4 G5 G7 G8"
JUDGED = re.compile(r"(\w+) (confirmed|refined|equivalent|inconclusive|refuted): ")


@pytest.fixture(scope="module")
def article():
    import article

    return article


@pytest.fixture(scope="module")
def said(article):
    return article.sentences(ROOT)


def outputs():
    """What the cells of all chapters put out, as it is committed."""
    for path in (ROOT / "chapters").rglob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                yield "".join(output.get("data", {}).get("text/plain", ""))


@pytest.fixture(scope="module")
def verdicts():
    return {found[1]: {"verdict": found[2]} for text in outputs() if (found := JUDGED.match(text))}


def test_every_doubtful_statement_of_the_article_has_its_sentences(said):
    assert " ".join(re.match(r"[A-Z]\d+", claim)[0] for claim in said) == DOUBTFUL


def test_every_sentence_follows_from_todays_verdicts(article, said, verdicts):
    assert {claim: article.stale(one, verdicts) for claim, one in said.items() if article.stale(one, verdicts)} == {}


def test_a_sentence_rests_on_its_own_claim_and_on_those_that_it_names(article, said):
    assert all(set(one["rests_on"]) == {claim, *article.CLAIM.findall(one["so"])} for claim, one in said.items())


def test_once_a_verdict_is_another_nothing_is_said(article, said, verdicts):
    def told(today):
        return article.otherwise(said["B3b"], today, "../there.html#{}".format)

    assert '<a href="../there.html#B3c">B3c</a>' in told(verdicts)
    assert told(verdicts | {"B3c": {"verdict": "refuted"}}) == told({}) == ""


def test_the_ledger_says_it_in_the_row_of_the_claim(site, said):
    rows = soup(site, "book/ledger.html").select("table.ledger tbody tr")
    found = {row.find("strong").get_text(): row.select_one("details.said") for row in rows}
    told = {claim: [p.get_text() for p in row.find_all("p")] for claim, row in found.items() if row}
    wanted = {c: [f"The article said: {s['article']}", f"What is so: {s['so']}"] for c, s in said.items()}
    assert told == wanted


def test_the_rows_of_the_article_can_be_seen_alone(site, browser, said):
    page = browser.new_page()
    page.goto((site / "book/ledger.html").as_uri())
    assert page.get_by_text("There is no wall at three").is_hidden()
    page.get_by_label("only what the article said otherwise").check()
    assert page.locator("table.ledger tbody tr:visible").count() == len(said)
    assert page.get_by_text("There is no wall at three").is_visible()
    page.reload()
    assert page.locator("table.ledger tbody tr:visible details.said[open]").count() == len(said)
    page.close()
