"""Samples can be filtered and opened; each shows every answer side by side."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from advisor.accounts.models import Team, User
from advisor.runs.models import Run
from tests.people import Browser
from tests.runs.factory import keys, right
from tests.runs.finished import finished, timed, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(team: Team) -> Run:
    return finished(team)


@pytest.fixture
def client(bob: User, browser: Browser, run: Run) -> Client:
    return browser(bob)


def listed(client: Client, run: Run, query: str = "", **headers: str):
    answer = client.get(f"{url_of(run, 'samples/')}{query}", headers=headers)
    assert answer.status_code == 200
    page = answer.context.get("page")
    return answer, page.samples if page else answer.context["list"]


def test_all_samples_are_listed_page_by_page(client: Client, run: Run):
    seen: list[str] = []
    for number in (1, 2, 3, 4):
        _, found = listed(client, run, f"?show=all&page={number}")
        seen += [row.key for row in found.rows]
        assert (found.paging.total, found.total) == (80, "80 of 80 samples")
    assert sorted(seen) == keys(80)
    assert found.paging.next is None
    assert found.columns == ("good", "bad", "big")


def test_failures_are_those_of_candidates(client: Client, run: Run):
    _, found = listed(client, run, "?show=failures")
    assert found.paging.total == 50
    assert all(any(bad for *_, bad in row.scores) for row in found.rows)
    told = [label for _, label, chosen in found.shows if chosen]
    assert told == ["A candidate failed (50)"]


def test_different_are_those_on_which_scores_differ(client: Client, run: Run):
    _, found = listed(client, run, "?show=different")
    assert found.paging.total == 48
    assert all(len({text for _, text, _ in row.scores}) == 2 for row in found.rows)


def test_none_are_those_that_every_candidate_failed(client: Client, run: Run):
    _, found = listed(client, run, "?show=none")
    assert found.paging.total == 3


def test_at_first_those_are_shown_where_the_recommended_model_was_worse(
    client: Client, run: Run
):
    _, found = listed(client, run)
    told = [label for _, label, chosen in found.shows if chosen]
    assert told == ["good worse than the reference (1)"]
    assert [row.key for row in found.rows] == ["s0002"]


@pytest.mark.parametrize(
    ("query", "total"),
    [("q=input of s0002", 1), ("q=S0003", 1), ("q=no", 50), ("tag=vip", 20)],
)
def test_samples_are_found_by_text_and_tag(
    client: Client, run: Run, query: str, total: int
):
    _, found = listed(client, run, f"?show=all&{query}")
    assert found.paging.total == total


def test_any_page_number_shows_a_page(client: Client, run: Run):
    for number in ("0", "-1", "99", "x", "", "9" * 5000):
        _, found = listed(client, run, f"?show=all&page={number}")
        assert found.rows


def test_an_unknown_filter_is_the_first_one(client: Client, run: Run):
    for query in ("?show=nonsense", "?show=all&tag=nobody"):
        _, found = listed(client, run, query)
        assert found.paging.total in (0, 1)


def test_htmx_gets_the_list_and_others_the_page(client: Client, run: Run):
    fragment, _ = listed(client, run, "", **{"HX-Request": "true"})
    assert fragment.content.lstrip().startswith(b'<div id="sample-list"')
    assert b"<html" not in fragment.content
    assert fragment["HX-Push-Url"] == url_of(run, "compare/#samples")
    whole, _ = listed(client, run)
    assert b"<html" in whole.content
    assert b'<div id="sample-list"' in whole.content


def test_a_sample_shows_input_expected_and_all_answers(client: Client, run: Run):
    answer = client.get(url_of(run, "sample/?sample=s0002"))
    page = answer.context["page"]
    assert (page.input, page.expected, page.tags) == ("input of s0002", "yes", "other")
    told = {card.who: (card.text, card.verdict.text) for card in page.answers}
    assert told == {
        "big (reference)": ("yes", "1.00"),
        "bad": ("no", "0.00"),
        "good": ("no", "0.00"),
    }
    assert [card.who for card in page.answers if card.recommended] == ["good"]
    assert "702 ms" in page.answers[-1].note
    wrong = page.answers[0].pieces
    assert [(piece.text, piece.kind) for piece in wrong] == [("no", "wrong")]


def test_samples_are_walked_in_the_order_of_the_run(client: Client, run: Run):
    _, found = listed(client, run, "?show=all")
    url, seen = found.rows[0].url, []
    for _ in range(5):
        page = client.get(url).context["page"]
        seen.append(page.key)
        url = page.next
    assert seen == [row.key for row in found.rows[:5]]
    first = client.get(found.rows[0].url).context["page"]
    assert first.previous is None


def test_a_sample_that_is_not_there_is_404(client: Client, run: Run):
    for key in ("", "nothing", "a\x00b", "x" * 3000, "%00"):
        url = url_of(run, f"sample/?{urlencode({'sample': key})}")
        assert client.get(url).status_code == 404


def test_a_missing_answer_is_a_gap_and_no_zero(team: Team, bob: User, browser: Browser):
    answers = right(keys(80))
    del answers["s0005"]
    run = finished(team, candidates=[{"id": "gaps", "answers": answers}])
    page = browser(bob).get(url_of(run, "sample/?sample=s0005")).context["page"]
    card = page.answers[0]
    assert (card.text, card.verdict.text) == (None, "No answer")
    assert "No answer is recorded" in card.note


def test_an_answer_that_took_several_tries_says_so(
    team: Team, bob: User, browser: Browser
):
    options = {"default": "upper", "fail_first": {"s0005": 2}}
    run = finished(team, candidates=[{"id": "a", "options": options}])
    notes = [
        browser(bob).get(url_of(run, f"sample/?sample={key}")).context["page"].answers
        for key in ("s0005", "s0006")
    ]
    assert ["asked 3 times" in cards[0].note for cards in notes] == [True, False]


def test_repeats_are_shown_one_by_one(team: Team, bob: User, browser: Browser):
    run = finished(team, repeats=2, candidates=[{"id": "a", "answers": timed(0, 40)}])
    answer = browser(bob).get(url_of(run, "sample/?sample=s0005"))
    page = answer.context["page"]
    assert [card.who for card in page.answers] == [
        "a",
        "a, repeat 2",
        "big (reference)",
        "big (reference), repeat 2",
    ]


def test_the_list_asks_the_database_no_more_for_longer_pages(
    client: Client, run: Run, django_assert_num_queries
):
    url = url_of(run, "samples/")
    client.get(url)
    for query in ("?show=all&page=4", "?show=all&page=1", "?show=failures"):
        with django_assert_num_queries(6):
            client.get(f"{url}{query}")


def test_a_link_opens_the_comparison_at_one_sample(client: Client, run: Run):
    url = url_of(run, "compare/?show=failures&sample=s0004")
    page = client.get(url).context["page"]
    assert page.samples.detail.key == "s0004"
    assert "show=failures" in page.samples.detail.next
    assert [row.key for row in page.samples.rows if row.picked] in (["s0004"], [])


def test_a_sample_opens_below_the_list_and_in_the_address(client: Client, run: Run):
    url = url_of(run, "sample/?show=all&sample=s0004")
    answer = client.get(url, headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    there = url_of(run, "compare/?show=all&sample=s0004#samples")
    assert answer["HX-Push-Url"] == there
