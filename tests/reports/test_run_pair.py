"""Two runs of a project are compared sample by sample, on the samples they share."""

import pytest

from advisor.accounts.models import Team, User
from advisor.reports.pages.run_pair import RunPairPage
from advisor.runs.models import Run
from advisor.runs.services import launch, run_inline
from tests.people import Browser
from tests.runs.factory import keys, make_project, make_samples, make_setup, right

pytestmark = pytest.mark.django_db
NAMES = keys(60)


def finished(project, answers: dict[str, str], **setup: object) -> Run:
    made = make_setup(
        project=project,
        reference={"id": "large", "answers": right(NAMES, 1)},
        candidates=[{"id": "small", "answers": answers}],
        samples=60,
        constraints={"quality_margin": 0.2},
        **setup,
    )
    return run_inline(launch(setup=made, started_by=None))


@pytest.fixture
def runs(team: Team) -> list[Run]:
    project = make_project(team)
    better = {**right(NAMES, 10), "s0002": "yes", "s0003": "yes", "s0040": "no"}
    return [finished(project, right(NAMES, 10)), finished(project, better, seed=1)]


def page_of(browser: Browser, user: User, run: Run, query: str = "") -> RunPairPage:
    project = run.project
    url = f"/t/{project.team.slug}/p/{project.slug}/runs/compare/{query}"
    answer = browser(user).get(url)
    assert answer.status_code == 200
    page: RunPairPage = answer.context["page"]
    return page


def test_what_changed_is_counted(browser: Browser, bob: User, runs: list[Run]):
    page = page_of(browser, bob, runs[0])
    told = {stat.label: stat.value for stat in page.stats}
    assert told == {
        "Newly right": "2",
        "Newly wrong": "1",
        "Unchanged": "57",
        "Shared samples": "60",
    }
    assert "2 answers newly right and 1 newly wrong, 1 more right" in page.headline
    assert page.samples == "Both runs asked the same 60 samples."


def test_the_test_says_whether_there_is_any_difference(
    browser: Browser, bob: User, runs: list[Run]
):
    # Two against one of three that changed: as even as three can be.
    assert "p = 1.000 by the exact McNemar test" in page_of(browser, bob, runs[0]).test


def test_the_address_says_who_and_what(browser: Browser, bob: User, runs: list[Run]):
    page = page_of(browser, bob, runs[0], "?a=2&b=1&show=newly_wrong")
    assert {row.key for row in page.rows} == {"s0002", "s0003"}
    assert {(row.before, row.after) for row in page.rows} == {("yes", "no")}
    same = page_of(browser, bob, runs[0], "?a=1&b=1&model_a=small&model_b=large")
    assert same.stats[0].value == "9"


def test_different_sets_are_compared_on_equal_samples(
    browser: Browser, bob: User, runs: list[Run]
):
    project = runs[0].project
    rows = [{"id": key, "input": f"input of {key}"} for key in NAMES[:40]]
    other = make_samples(project, [*rows, {"id": "new", "input": "something else"}])
    setup = make_setup(
        project=project,
        candidates=[{"id": "small", "answers": right([*NAMES[:40], "new"], 4)}],
    )
    setup.sample_set = other
    setup.save()
    run_inline(launch(setup=setup, started_by=None))
    page = page_of(browser, bob, runs[0], "?a=1&b=3")
    assert page.stats[3].value == "40"
    assert "20 only in the first and 1 only in the second" in page.samples
    assert "different sample sets" in page.samples


def test_one_run_has_nothing_beside_it(browser: Browser, bob: User, team: Team):
    run = finished(make_project(team), right(NAMES, 3))
    assert page_of(browser, bob, run).empty is not None


def test_a_run_that_is_not_there_is_404(browser: Browser, bob: User, runs: list[Run]):
    project = runs[0].project
    url = f"/t/{project.team.slug}/p/{project.slug}/runs/compare/?a=77"
    assert browser(bob).get(url).status_code == 404
