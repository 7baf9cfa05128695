"""The dashboard tells of each project how it stands and what its model costs."""

from datetime import date, timedelta

import pytest

from advisor.accounts.models import Team, User
from advisor.projects import services as projects
from advisor.runs import services
from advisor.runs.models import Run
from tests.days import on_one_day
from tests.people import Browser
from tests.reports.reading import texts
from tests.reports.signing import sign
from tests.runs.factory import keys, right
from tests.runs.finished import finished, make_run, timed

pytestmark = pytest.mark.django_db


def rows_of(user: User, team: Team, browser: Browser) -> dict[str, list[str]]:
    answer = browser(user).get(f"/t/{team.slug}/")
    assert answer.status_code == 200
    listed = texts(answer.content.decode(), "dash")[1:]
    return {row[0]: row[1:] for row in listed}


def test_without_projects_editors_are_asked_to_begin(
    team: Team, alice: User, bob: User, browser: Browser
):
    address = f"/t/{team.slug}/"
    assert b"No projects yet" in browser(alice).get(address).content
    assert b"projects/new/" in browser(alice).get(address).content
    assert b"projects/new/" not in browser(bob).get(address).content


def test_each_outcome_has_its_words(team: Team, bob: User, browser: Browser):
    bad = [{"id": "bad", "answers": timed(50, 90)}]
    finished(team, name="Recommended one")
    finished(team, name="None", candidates=bad)
    finished(team, name="Kept", candidates=bad, constraints={"quality_margin": 0.1})
    finished(team, name="Open", constraints={"quality_margin": 0.02}, promise="traffic")
    make_run(team, name="Waiting")
    services.cancel(run=make_run(team, name="Ended"))
    projects.create_project(team=team, name="Drafted", created_by=None)
    rows = rows_of(bob, team, browser)
    assert {name: row[0] for name, row in rows.items()} == {
        "Recommended one": "Recommended",
        "None": "None qualifies",
        "Kept": "Keep the reference",
        "Open": "Undecided",
        "Waiting": "Queued",
        "Ended": "Cancelled",
        "Drafted": "Draft, step 1 of 5",
    }
    assert rows["Recommended one"][1:4] == ["good", "recorded answers", "96.2"]
    assert rows["None"][1] == "Closest: bad"
    assert rows["Kept"][1:3] == ["big", "no small model does"]
    assert rows["Waiting"][1:5] == ["–", "–", "–", "–"]


def test_costs_of_model_and_reference_stand_side_by_side(
    team: Team, bob: User, browser: Browser
):
    def priced(name: str, wrong: int, price: float) -> dict[str, object]:
        return {
            "id": name,
            "price": {"input_per_1m": price, "output_per_1m": price},
            "answers": {
                key: {"output": out, "prompt_tokens": 500, "completion_tokens": 500}
                for key, out in right(keys(80), wrong).items()
            },
        }

    finished(
        team,
        reference=priced("big", 2, 30),
        candidates=[priced("good", 3, 1)],
        constraints={"quality_margin": 0.1, "monthly_requests": 100_000},
        objective="cost",
    )
    assert rows_of(bob, team, browser)["Tickets"][4:7] == ["$100", "$3,000", "97%"]


def test_the_latest_run_tells(team: Team, bob: User, browser: Browser):
    finished(team)
    make_run(team)
    assert rows_of(bob, team, browser)["Tickets"][0] == "Queued"


def test_it_shows_no_project_of_another_team(
    team: Team, charlie: User, browser: Browser
):
    finished(team)
    own = browser(charlie).get("/t/elsewhere/")
    assert b"Tickets" not in own.content
    assert browser(charlie).get(f"/t/{team.slug}/").status_code == 404


def test_it_asks_the_database_no_more_for_more_projects(
    team: Team, bob: User, browser: Browser, django_assert_num_queries
):
    client, url = browser(bob), f"/t/{team.slug}/"
    finished(team, name="Number one")
    client.get(url)
    with django_assert_num_queries(10):
        client.get(url)
    for number in range(3):
        finished(team, name=f"Further {number}")
        run = make_run(team, name=f"Going {number}")
        Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING)
    client.get(url)
    # One more counts what the runs that go on have done.
    with django_assert_num_queries(11):
        client.get(url)


def shown(user: User, team: Team, browser: Browser, query: str = "") -> str:
    return browser(user).get(f"/t/{team.slug}/{query}").content.decode()


def test_an_archived_project_leaves_the_list_and_comes_back(
    team: Team, edith: User, bob: User, browser: Browser
):
    run = finished(team, name="Old one")
    make_run(team, name="New one")
    base = f"/t/{team.slug}/p/{run.project.slug}/"
    assert "Archived" not in shown(bob, team, browser)
    assert browser(bob).post(f"{base}archive/").status_code == 403
    assert b"Archive project" not in browser(bob).get(f"{base}activity/").content
    answer = browser(edith).post(f"{base}archive/", follow=True)
    assert "Old one is archived. Nothing of it is deleted." in answer.content.decode()
    assert list(rows_of(bob, team, browser)) == ["New one"]
    page = shown(bob, team, browser, "?show=archived")
    assert "Archived 1" in page
    assert [row[0] for row in texts(page, "dash")[1:]] == ["Old one"]
    assert browser(bob).get(f"{base}runs/1/compare/").status_code == 200
    browser(edith).post(f"{base}restore/")
    assert set(rows_of(bob, team, browser)) == {"New one", "Old one"}


@pytest.mark.parametrize(
    ("days", "told"),
    [(8, ""), (5, ": 5 days left."), (0, ": today."), (-2, ", 2 days ago.")],
)
def test_a_day_that_draws_near_needs_attention_until_it_is_decided(
    days: int, told: str, team: Team, edith: User, browser: Browser
):
    runs = []

    def seen(today: date) -> bool:
        day = today + timedelta(days=days)
        runs.append(finished(team, name="Soon", decide_by=day.isoformat()))
        page = shown(edith, team, browser)
        return f"To be decided by {day:%-d %b %Y}{told}" in page

    assert on_one_day(seen) == bool(told)
    for run in runs:
        sign(run, edith)
    assert "To be decided by" not in shown(edith, team, browser)
