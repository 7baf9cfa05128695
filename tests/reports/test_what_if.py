"""Limits are tried beside the comparison, and kept as the next version on request."""

import html
import json
from typing import Any

import pytest
from django.test import Client

from advisor.accounts.models import Team, User
from advisor.projects.models import Setup
from advisor.runs.models import Run
from advisor.runs.services import launch, run_inline
from tests.people import Browser
from tests.runs.factory import keys, make_project, make_setup, right


@pytest.fixture
def run(team: Team) -> Run:
    setup = make_setup(
        reference={"id": "large", "answers": right(keys(120))},
        candidates=[
            {"id": "small", "answers": right(keys(120), wrong=20), "parameters": 10},
            {"id": "medium", "answers": right(keys(120), wrong=2), "parameters": 99},
        ],
        samples=120,
        project=make_project(team),
        constraints={
            "quality_margin": {"limit": 0.05, "level": "must"},
            "monthly_requests": 1_000_000,
        },
        objective="size",
    )
    return run_inline(launch(setup=setup, started_by=None))


def base(run: Run) -> str:
    return f"/t/{run.team.slug}/p/{run.project.slug}/runs/{run.number}/"


@pytest.fixture
def client(edith: User, browser: Browser) -> Client:
    return browser(edith)


def answer(client: Client, run: Run, **limits: str) -> str:
    fragment = {"HX-Request": "true"}
    told = client.get(f"{base(run)}what-if/", limits, headers=fragment)
    return told.content.decode()


def test_the_panel_holds_the_limits_of_the_setup(client: Client, run: Run):
    page = client.get(f"{base(run)}compare/").content.decode()
    panel = page.split('id="what-if-h"')[1].split("</aside>")[0]
    assert 'name="margin" inputmode="decimal" value="5"' in panel
    assert 'value="1,000,000"' in panel
    assert 'name="p95"' not in panel
    assert "Would use medium" in panel


def test_a_moved_limit_ranks_again_and_tells_what_was_recorded(client, run):
    told = answer(client, run, margin="30", volume="1,000,000")
    assert "Would use small" in told
    assert "Recorded: medium." in told
    assert told.index("<b>small</b>") < told.index("<b>medium</b>")
    assert "Save as setup version 2" in told


def test_the_limits_of_the_run_give_its_own_answer(client: Client, run: Run):
    told = answer(client, run, margin="5", volume="1000000")
    assert "Would use medium" in told
    assert "Recorded" not in told
    assert "Save as" not in told


def test_it_tells_where_the_answer_changes(client: Client, run: Run):
    told = answer(client, run, margin="5", volume="1000000")
    assert "Where the answer changes" in told
    # The 20 samples that small got wrong, of 120.
    assert "Loss against the reference below 1.6 points: keep the reference" in told
    assert "from 16.7 points: small" in told


def test_without_scripts_the_page_itself_answers(client: Client, run: Run):
    page = client.get(f"{base(run)}compare/", {"margin": "30", "volume": ""})
    panel = page.content.decode().split('id="what-if-h"')[1].split("</aside>")[0]
    assert "Would use small" in panel


def test_opened_by_itself_it_leads_to_the_comparison(client: Client, run: Run):
    told = client.get(f"{base(run)}what-if/", {"margin": "30", "volume": ""})
    assert told.status_code == 302
    assert told["Location"] == f"{base(run)}compare/?margin=30&volume=#what-if-h"


def test_a_limit_that_is_not_given_stays_as_it_is(client: Client, run: Run):
    told = answer(client, run, volume="2,000,000")
    assert "Would use medium" in told
    assert 'name="margin" value="5' in told
    assert "None" not in told


@pytest.mark.parametrize("typed", ["x", "0.1", "99"])
def test_a_wrong_number_is_told_in_words(client: Client, run: Run, typed: str):
    told = answer(client, run, margin=typed)
    assert "Enter a margin between 0.5 and 30 points" in told
    assert "Would use" not in told


def drawn(told: str, name: str) -> dict[str, Any]:
    """The figure that takes the place of the one on the page."""
    place = told.split(f'id="chart-{name}"')[1]
    text = place[place.index(">") + 1 : place.index("</div>")]
    return dict(json.loads(html.unescape(text)))


def test_the_charts_move_with_the_limits_and_say_so(client: Client, run: Run):
    told = answer(client, run, margin="30", volume="1,000,000")
    assert "Under the limits you try: 2 of 2 candidates meet every constraint." in told
    floor = next(one for one in drawn(told, "trade-off")["layout"]["shapes"])
    assert floor["x0"] == pytest.approx(70)
    told = answer(client, run, margin="5", volume="1,000,000")
    assert "Under the limits you try" not in told
    assert 'data-summary="1 of 2 candidates meets every constraint.' in told


def test_a_page_without_scripts_keeps_its_charts_to_itself(client: Client, run: Run):
    page = client.get(f"{base(run)}compare/", {"margin": "30"}).content.decode()
    assert page.count('id="chart-trade-off"') == 1
    assert "hx-swap-oob" not in page


def test_trying_changes_nothing(client: Client, run: Run):
    document = run.recommendation.document
    answer(client, run, margin="30")
    run.recommendation.refresh_from_db()
    assert run.recommendation.document == document
    assert Setup.objects.count() == 1


def test_the_limits_are_kept_as_the_next_version(client: Client, run: Run):
    typed = {"margin": "30", "volume": "2,000,000"}
    saved = client.post(f"{base(run)}what-if/save/", typed)
    assert saved.url.endswith("/setup/review/")
    told = client.get(saved.url).content.decode()
    assert "Setup version 2 has the limits that you tried." in told
    draft = Setup.objects.get(state=Setup.State.DRAFT)
    assert draft.version == 2
    assert draft.document["constraints"] == {
        "quality_margin": {"limit": 0.3, "level": "must"},
        "monthly_requests": 2_000_000,
    }
    assert len(draft.document["candidates"]) == 2


def test_a_viewer_may_try_and_not_keep(run: Run, bob: User, browser: Browser):
    viewer = browser(bob)
    told = answer(viewer, run, margin="30")
    assert "Would use small" in told
    assert "Save as" not in told
    saved = viewer.post(f"{base(run)}what-if/save/", {"margin": "30"})
    assert saved.status_code == 403
    assert Setup.objects.count() == 1


def test_nobody_else_finds_it(run: Run, charlie: User, browser: Browser):
    assert browser(charlie).get(f"{base(run)}what-if/").status_code == 404
    assert browser(charlie).post(f"{base(run)}what-if/save/").status_code == 404
    assert browser(None).get(f"{base(run)}what-if/").status_code == 302


def test_a_run_without_a_recommendation_has_nothing_to_try(client, run, team):
    setup = make_setup(
        candidates=[{"id": "a", "answers": right(keys(10))}],
        samples=10,
        project=make_project(team),
    )
    waiting = launch(setup=setup, started_by=None)
    assert client.get(f"{base(waiting)}what-if/").status_code == 404
