"""The dashboard adds up, points at trouble, is searched by its address and exported."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from advisor.accounts.models import Team, User
from advisor.projects import services as projects
from advisor.runs.models import Run, Trial
from tests.people import Browser
from tests.reports.reading import texts
from tests.runs.factory import keys, right
from tests.runs.finished import finished, make_run, timed

pytestmark = pytest.mark.django_db


def priced(name: str, wrong: int, price: float) -> dict[str, Any]:
    answers = {
        key: {"output": out, "prompt_tokens": 500, "completion_tokens": 500}
        for key, out in right(keys(80), wrong).items()
    }
    dollars = {"input_per_1m": price, "output_per_1m": price}
    return {"id": name, "price": dollars, "answers": answers}


def decided(team: Team, name: str, price: float) -> Run:
    return finished(
        team,
        name=name,
        reference=priced("big", 2, 30),
        candidates=[priced("good", 3, price)],
        constraints={"quality_margin": 0.1, "monthly_requests": 100_000},
        objective="cost",
    )


@pytest.fixture
def client(bob: User, browser: Browser) -> Client:
    return browser(bob)


def names(client: Client, team: Team, query: str = "") -> list[str]:
    page = client.get(f"/t/{team.slug}/{query}").content.decode()
    return [row[0] for row in texts(page, "dash")[1:]]


def test_totals_are_those_of_decided_projects(client: Client, team: Team):
    decided(team, "Alpha", 1)
    decided(team, "Beta", 3)
    projects.create_project(team=team, name="Drafted", created_by=None)
    page = client.get(f"/t/{team.slug}/").content.decode()
    told = " ".join(" ".join(row) for row in texts(page, "statline"))
    for figure in ("$400", "$6,000", "$5,600", "93%", "2 decided projects"):
        assert figure in told, figure
    assert "Runs this month" in told


def test_without_costs_there_is_no_total(client: Client, team: Team):
    finished(team)
    page = client.get(f"/t/{team.slug}/").content.decode()
    assert "no decided project has costs yet" in page
    assert "$0" not in " ".join(sum(texts(page, "dash"), []))


def test_what_needs_somebody_stands_on_top(client: Client, team: Team):
    finished(team, name="Fine")
    finished(team, name="Nobody", candidates=[{"id": "bad", "answers": timed(50, 90)}])
    page = client.get(f"/t/{team.slug}/").content.decode()
    told = " ".join(sum(texts(page, "alerts"), []))
    assert "Nobody" in told
    assert "No candidate meets every constraint." in told
    assert "Fine" not in told


def test_the_address_searches_filters_and_sorts(client: Client, team: Team):
    decided(team, "Zebra", 1)
    decided(team, "Apple", 9)
    make_run(team, name="Waiting")
    assert names(client, team) == ["Waiting", "Apple", "Zebra"]
    assert names(client, team, "?sort=name") == ["Apple", "Waiting", "Zebra"]
    assert names(client, team, "?sort=saving")[:2] == ["Zebra", "Apple"]
    assert names(client, team, "?show=open") == ["Waiting"]
    assert names(client, team, "?show=decided&sort=name") == ["Apple", "Zebra"]
    assert names(client, team, "?q=ZEB") == ["Zebra"]
    assert names(client, team, "?q=nothing") == ["No project is like that."]
    assert len(names(client, team, "?sort=warp&show=warp")) == 3


def test_the_table_is_taken_away_as_it_is_shown(client: Client, team: Team):
    decided(team, "Zebra", 1)
    decided(team, "=Apple", 9)
    answer = client.get(f"/t/{team.slug}/projects.csv?sort=name")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="team-atlas-projects.csv"'
    )
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["Project", "Status", "Right-sized model"]
    assert [row[0] for row in rows[1:]] == ["'=Apple", "Zebra"]
    assert rows[2][4:7] == ["$100", "$3,000", "97%"]


def test_the_table_is_the_teams_alone(team: Team, charlie: User, browser: Browser):
    assert browser(charlie).get(f"/t/{team.slug}/projects.csv").status_code == 404
    assert browser(None).get(f"/t/{team.slug}/projects.csv").status_code == 302


def test_a_run_that_waits_shows_no_share_and_one_that_goes_on_does(
    client: Client, team: Team
):
    run = make_run(team)
    Trial.objects.filter(run=run).update(state=Trial.State.SKIPPED)
    assert run.state == Run.State.QUEUED
    page = client.get(f"/t/{team.slug}/").content.decode()
    assert "Queued" in page
    assert "100%" not in " ".join(texts(page, "dash")[1])
    Run.objects.update(state=Run.State.RUNNING)
    half = Trial.objects.filter(run=run).order_by("pk")[: run.trials.count() // 2]
    Trial.objects.filter(pk__in=list(half.values_list("pk", flat=True))).update(
        state=Trial.State.PENDING
    )
    page = client.get(f"/t/{team.slug}/").content.decode()
    assert "Running, 50%" in " ".join(texts(page, "dash")[1])
