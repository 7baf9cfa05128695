"""A project's history names what happened, newest first, whoever did it."""

import pytest

from advisor.accounts.models import Team, User
from advisor.reports.pages.activity import PAGE
from advisor.reports.selectors.history import acts_of
from advisor.runs import services
from advisor.runs.models import Run, RunEvent
from tests.people import Browser
from tests.runs.finished import finished, make_run

pytestmark = pytest.mark.django_db


def address(run: Run, query: str = "") -> str:
    return f"/t/{run.team.slug}/p/{run.project.slug}/activity/{query}"


def test_it_tells_launches_ends_and_versions(team: Team, bob: User, browser: Browser):
    run = finished(team)
    answer = browser(bob).get(address(run))
    told = [row.text for row in answer.context["page"].rows]
    assert "Run 1 was launched with setup version 1." in told
    assert any(one.startswith("Run 1 ended: Use good") for one in told)
    assert any(one.startswith("Sample set version 1: 80 samples") for one in told)
    assert told[-1] == "The project was opened."
    assert b'aria-current="page">Activity' in answer.content


def test_a_step_of_a_run_is_told(team: Team):
    run = make_run(team)
    services.begin(run.pk)
    services.pause(run=run)
    told = [act.text for act in acts_of(run.project, 20)]
    assert "Run 1: Paused by a member." in told


def test_a_long_history_has_pages(team: Team, bob: User, browser: Browser):
    run = make_run(team)
    RunEvent.objects.bulk_create(
        RunEvent(run=run, kind="cap", text=f"The cap is now {at} USD.")
        for at in range(2 * PAGE)
    )
    client = browser(bob)
    first = client.get(address(run)).context["page"]
    second = client.get(address(run, "?page=2")).context["page"]
    assert len(first.rows) == len(second.rows) == PAGE
    assert first.rows[0].text == f"Run 1: The cap is now {2 * PAGE - 1} USD."
    assert not {row.text for row in first.rows} & {row.text for row in second.rows}
    assert client.get(address(run, "?page=x")).status_code == 200


def test_as_many_queries_for_a_longer_history(
    team: Team, bob: User, browser: Browser, django_assert_max_num_queries
):
    client, run = browser(bob), finished(team)
    client.get(address(run))
    make_run(team)
    make_run(team)
    with django_assert_max_num_queries(14):
        client.get(address(run))


def test_strangers_find_none(team: Team, charlie: User, browser: Browser):
    assert browser(charlie).get(address(make_run(team))).status_code == 404


def test_what_was_not_counted_is_not_told(team: Team, bob: User, browser: Browser):
    run = make_run(team, samples=[{"id": "s0000"}])
    RunEvent.objects.bulk_create(
        RunEvent(run=run, kind="cap", text=f"The cap is now {at} USD.")
        for at in range(2 * PAGE)
    )
    client = browser(bob)
    first = client.get(address(run)).content.decode()
    assert f"1 to {PAGE}</span>" in first
    last = client.get(address(run, "?page=3")).context["page"]
    past = client.get(address(run, "?page=7")).context["page"]
    assert last.paging.total == 2 * PAGE + len(last.rows)
    assert past.rows == last.rows
    assert any("Sample set version 1: 1 sample, " in row.text for row in last.rows)
