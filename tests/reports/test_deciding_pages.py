"""Editors accept or reject on a page that works without scripts; others read."""

import json
from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.test import Client
from django.utils import timezone

from advisor.accounts.models import Team, User
from advisor.reports.models import DecisionRecord
from advisor.reports.selectors import standing_record
from advisor.runs.models import Run
from advisor.runs.services import launch, run_inline
from tests.days import on_one_day
from tests.people import Browser
from tests.reports.reading import squeezed
from tests.runs.factory import keys, make_project, make_setup, right
from tests.runs.finished import finished, make_run, url_of

pytestmark = pytest.mark.django_db
GIVEN = {
    "verdict": "accepted",
    "reason": "Cheap and good enough.",
    "name": "Edith <b>Clarke</b>",
    "role": "Lead architect",
    "revisit_by": str(timezone.now().date() + timedelta(days=90)),
    "seen": "0",
}


@pytest.fixture
def run(team: Team) -> Run:
    return finished(team)


@pytest.fixture
def client(edith: User, browser: Browser) -> Client:
    return browser(edith)


def text(answer) -> str:
    return answer.content.decode()


def test_an_editor_is_asked_with_what_is_usual_filled_in(client: Client, run: Run):
    def asked(today: date) -> tuple[str, str]:
        return text(client.get(url_of(run, "accept/"))), str(today + timedelta(180))

    html, usual = on_one_day(asked)
    assert "Accept good for Tickets?" in html
    assert 'value="Edith"' in html
    assert usual in html
    assert 'name="verdict" value="accepted"' in html
    assert 'name="verdict" value="rejected"' in html


def test_accepting_signs_the_record_that_the_report_prints(client: Client, run: Run):
    answer = client.post(url_of(run, "accept/"), GIVEN)
    assert (answer.status_code, answer.url) == (302, url_of(run, "report/"))
    record = standing_record(run)
    assert (record.name, record.signer_name) == ("RS-0001", "Edith <b>Clarke</b>")
    html = text(client.get(answer.url))
    when = f"{record.signed_at:%-d %B %Y, %H:%M} UTC"
    for told in ("Decision record RS-0001", "Accepted: good", when, "Lead architect"):
        assert told in html
    assert "Edith &lt;b&gt;Clarke&lt;/b&gt;" in html
    assert "<b>Clarke" not in html
    assert f"{record.revisit_by:%-d %B %Y}" in html
    assert "Cheap and good enough." in html
    assert url_of(run, "accept/undo/") in html
    markdown = text(client.get(url_of(run, "report.md")))
    assert "Accepted: good because: Cheap and good enough." in markdown
    assert f"on {when}. Revisit by {record.revisit_by:%-d %B %Y}." in markdown


def test_undo_makes_it_proposed_again(client: Client, run: Run):
    client.post(url_of(run, "accept/"), GIVEN)
    answer = client.post(url_of(run, "accept/undo/"), follow=True)
    assert "RS-0001 is proposed again." in text(answer)
    assert standing_record(run).signed_at is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"verdict": "rejected", "reason": ""}, "Enter why you reject it"),
        ({"verdict": ""}, "Choose Accept or Reject"),
        ({"name": " "}, "Enter your name"),
        ({"revisit_by": "2020-01-01"}, "Choose a day from tomorrow on"),
        ({"revisit_by": "someday"}, "Enter a day, such as 2027-05-31"),
        ({"seen": "4"}, "The decision that you saw was taken back"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_signed(
    client: Client, run: Run, changes: dict[str, str], told: str
):
    answer = client.post(url_of(run, "accept/"), {**GIVEN, **changes})
    assert answer.status_code == 422
    assert told in text(answer)
    assert not DecisionRecord.objects.exclude(verdict="").exists()


def test_a_viewer_reads_who_may_accept_and_signs_nothing(
    run: Run, bob: User, charlie: User, browser: Browser
):
    viewer, stranger = browser(bob), browser(charlie)
    html = text(viewer.get(url_of(run, "report/")))
    assert "An editor can accept this." in html
    assert url_of(run, "accept/") not in html
    refused = viewer.post(url_of(run, "accept/"), GIVEN)
    assert refused.status_code == 403
    assert "Viewers cannot accept recommendations." in text(refused)
    assert viewer.post(url_of(run, "accept/undo/")).status_code == 403
    assert stranger.post(url_of(run, "accept/"), GIVEN).status_code == 404
    assert not DecisionRecord.objects.exclude(verdict="").exists()


def test_where_nothing_is_recommended_there_is_nothing_to_accept(
    client: Client, team: Team
):
    run = finished(team, constraints={"quality_margin": 0.1, "p95_latency_ms": 10})
    assert client.get(url_of(run, "accept/")).status_code == 404
    assert "There is no model to accept." in text(client.get(url_of(run, "report/")))
    waiting = make_run(team, name="Waiting")
    assert client.get(url_of(waiting, "accept/")).status_code == 404


def test_records_are_listed_searched_and_filtered_by_the_address(
    client: Client, team: Team, charlie: User, browser: Browser
):
    for name in ("Claims inbox", "Ticket desk"):
        run = finished(team, name=name)
        client.post(url_of(run, "accept/"), GIVEN)
    client.post(url_of(run, "accept/"), {**GIVEN, "seen": "2", "verdict": "rejected"})
    where = f"/t/{team.slug}/reports/"

    def names(query: str) -> list[str]:
        found = client.get(where + query).context["page"].rows
        return [row.name for row in found]

    assert names("") == ["RS-0003", "RS-0002", "RS-0001"]
    assert names("?q=claims") == ["RS-0001"]
    assert names("?q=rs-0002") == ["RS-0002"]
    assert names("?show=accepted") == ["RS-0001"]
    assert names("?show=rejected&q=Ticket") == ["RS-0003"]
    assert names("?show=superseded") == ["RS-0002"]
    assert "Superseded by RS-0003" in text(client.get(where))
    assert names("?q=nothing+like+it") == []
    assert browser(charlie).get(where).status_code == 404


@pytest.fixture
def race(team: Team) -> Run:
    """A cheap model is certified before the dear one is asked anything."""
    answers = {"answers": right(keys(120))}
    price = {"input_per_1m": 1.0, "output_per_1m": 1.0}
    setup = make_setup(
        reference={"id": "large", **answers},
        candidates=[
            {"id": "cheap", "parameters": 10, "price": price, **answers},
            {"id": "dear", "parameters": 99, "price": price, **answers},
        ],
        samples=120,
        project=make_project(team),
        constraints={"quality_margin": 0.2},
        objective="size",
        stop="decided",
    )
    return run_inline(launch(setup=setup, started_by=None))


def test_what_a_certificate_spared_is_run_on_request(
    client: Client, race: Run, bob: User, browser: Browser
):
    page = url_of(race, "compare/")
    told = "dear was not run: cheap was certified first."
    assert told in text(browser(bob).get(page))
    assert "Run the others too" not in text(browser(bob).get(page))
    html = text(client.get(page))
    assert told in html
    assert f'action="{url_of(race, "others/")}"' in html
    answer = client.post(url_of(race, "others/"))
    assert answer.url == url_of(race)
    run_inline(race)
    assert "was not run" not in text(client.get(page))


def test_a_decision_about_another_answer_than_the_run_now_gives_says_so(
    client: Client, run: Run
):
    assert client.post(url_of(run, "accept/"), GIVEN).status_code == 302
    # The run went on, what had failed was asked again, and "bad" came out.
    stored = run.recommendation
    document = json.loads(stored.document)
    document["recommended"] = "bad"
    for one in document["candidates"]:
        names = {"good": "qualifies", "bad": "recommended"}
        one["verdict"] = names.get(one["id"], one["verdict"])
    stored.document = json.dumps(document)
    stored.recommended = "bad"
    stored.sha256 = sha256(stored.document.encode()).hexdigest()
    stored.save()
    Run.objects.filter(pk=run.pk).update(generation=run.generation + 1)
    told = "RS-0001 was signed on good. The run went on since, and names bad now."
    for rest in ("compare/", "report/", "report.md"):
        html = text(client.get(url_of(run, rest)))
        assert told in html.replace("\\", "")
    board = text(client.get(f"/t/{run.team.slug}/"))
    assert told in board
    assert ">Accepted<" not in squeezed(board)
    again = {**GIVEN, "seen": "1", "reason": "So be it."}
    assert client.post(url_of(run, "accept/"), again).status_code == 302
    board = text(client.get(f"/t/{run.team.slug}/"))
    assert "went on since" not in board
    assert ">Accepted<" in squeezed(board)
