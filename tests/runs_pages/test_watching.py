"""A run's page shows how far it is, polls while it moves, and stops at its end."""

import itertools
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisor.accounts.models import Team, User
from advisor.runs import services
from advisor.runs.models import Answer, Run, SpeedRecord
from advisor.runs.pages.trouble import meaning_of
from advisor.runs.services.cap_stop import stop_at_cap
from tests.people import Browser
from tests.reports.reading import texts
from tests.runs.factory import keys, right
from tests.runs.finished import finished, make_run, timed, url_of

pytestmark = pytest.mark.django_db


def html_of(user: User, browser: Browser, run: Run, rest: str = "") -> str:
    answer = browser(user).get(url_of(run, rest))
    assert answer.status_code in (200, 286)
    return answer.content.decode()


def test_a_waiting_run_polls_itself(team: Team, bob: User, browser: Browser):
    run = make_run(team)
    html = html_of(bob, browser, run)
    assert f'hx-get="{url_of(run, "status/")}?state=queued&amp;seen=' in html
    assert 'hx-trigger="every 2s"' in html
    assert "0 of 240 answers" in html
    rows = texts(html, "runs")[1:]
    assert [row[0] for row in rows] == ["big", "bad", "good"]
    assert all("Waiting" in row for row in rows)


def test_a_run_whose_work_nobody_takes_says_so(
    team: Team, bob: User, browser: Browser, settings
):
    run = make_run(team)
    before = html_of(bob, browser, run)
    assert "Nobody works on this." not in before
    settings.STUCK_SECONDS = 0
    after = html_of(bob, browser, run)
    assert "Nobody works on this." in after
    assert "no worker of default takes it" in after
    seen = [re.search(r"seen=(\w+)", html)[1] for html in (before, after)]
    assert seen[0] != seen[1]


def test_the_fragment_is_the_part_of_the_page_that_changes(
    team: Team, bob: User, browser: Browser
):
    run = make_run(team)
    services.begin(run.pk)
    answer = browser(bob).get(url_of(run, "status/"))
    fragment = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in fragment
    assert fragment.lstrip().startswith('<div class="mt-4" id="run"')


def test_polling_ends_with_286_when_nothing_more_will_change(
    team: Team, bob: User, browser: Browser
):
    run = make_run(team)
    assert browser(bob).get(url_of(run, "status/")).status_code == 200
    services.run_inline(run)
    answer = browser(bob).get(url_of(run, "status/"))
    assert answer.status_code == 286
    html = answer.content.decode()
    assert "hx-get" not in html
    assert "240 of 240 answers" in html
    assert "The run is done." in html
    assert f'href="{url_of(run, "compare/")}"' in html


@pytest.mark.parametrize(
    ("verb", "title"),
    [("cancel", "The run was cancelled."), ("pause", "Paused by a member.")],
)
def test_a_stopped_run_says_so(
    verb: str, title: str, team: Team, bob: User, browser: Browser
):
    run = make_run(team)
    services.begin(run.pk)
    getattr(services, verb)(run=run)
    html = html_of(bob, browser, run)
    assert title in html
    assert ("hx-get" in html) is (verb == "pause")


def test_what_went_wrong_is_explained(team: Team, bob: User, browser: Browser):
    refused = {"code": "http_401", "kind": "configuration", "message": "wrong key"}
    options = {"failures": dict.fromkeys(keys(80), refused)}
    gone = right(keys(80))
    del gone["s0001"]
    run = finished(
        team,
        candidates=[
            {"id": "shut", "options": options},
            {"id": "gaps", "answers": gone},
        ],
    )
    html = html_of(bob, browser, run)
    assert run.state == Run.State.PAUSED
    assert "wrong key" in html
    assert "No answer is recorded for sample" in html
    assert "Nothing so far." not in html


def test_the_log_tells_newest_first(team: Team, bob: User, browser: Browser):
    run = finished(team)
    html = html_of(bob, browser, run)
    assert html.index("The run started.") < html.index("The run was launched: 3 models")


def test_a_cap_shows_beside_what_was_spent(team: Team, bob: User, browser: Browser):
    run = make_run(team, budget_usd=5)
    assert "of $5.00 cap" in html_of(bob, browser, run)
    free = make_run(team, name="Free")
    assert "no cap" in html_of(bob, browser, free)


@pytest.fixture
def stopped(team: Team) -> Run:
    """A run of 240 trials that reached its cap; its first block was answered."""
    run = make_run(team, budget_usd=5)
    services.begin(run.pk)
    one = services.due_candidates([run.pk])[0]
    answered = itertools.count()
    services.drive(
        run_id=run.pk, candidate_id=one.pk, enough=lambda: next(answered) > 0
    )
    stop_at_cap(run.pk, 1)
    services.finish(run.pk)
    run.refresh_from_db()
    return run


def test_what_a_stopped_run_did_not_ask_is_not_done(
    stopped: Run, bob: User, browser: Browser
):
    html = html_of(bob, browser, stopped)
    made = Answer.objects.filter(trial__run=stopped).count()
    assert 0 < made < 80
    assert f"{made} of 240 answers, {240 - made} not asked" in html
    assert all("Stopped" in row for row in texts(html, "runs")[1:])
    assert "measuring speed" not in html


def test_what_is_left_of_a_cap_and_what_passed_it_is_shown(
    stopped: Run, bob: User, browser: Browser
):
    Run.objects.update(spent_micro=1_250_000, unknown_micro=250_000)
    told = "of $5.00 cap, $3.50 left, possibly $0.25 more"
    assert told in html_of(bob, browser, stopped)
    Run.objects.update(overshoot_micro=30_000_000)
    html = html_of(bob, browser, stopped)
    assert "$31.25" in html
    assert "of $5.00 cap, $0 left, possibly $0.25 more, $30.00 of it above" in html
    assert "Dearer than promised" in html


def test_every_failure_has_a_name_and_a_meaning():
    for code in ("http_503", "overloaded", "bad_response:json", "poison", "claims"):
        assert meaning_of(code) is not None
    assert meaning_of("http_503") == meaning_of("server_error")
    assert meaning_of("never_heard_of") is None


def test_all_runs_of_a_project_are_listed(team: Team, bob: User, browser: Browser):
    first = finished(team)
    second = make_run(team)
    answer = browser(bob).get(f"/t/{team.slug}/p/tickets/runs/")
    rows = texts(answer.content.decode(), "table")[1:]
    assert [row[:2] for row in rows] == [["Run 2", "Queued"], ["Run 1", "Done"]]
    assert rows[1][-1].startswith("Use good: it scores 96.2%")
    assert (first.number, second.number) == (1, 2)


def test_a_project_without_runs_leads_to_its_setup(
    team: Team, bob: User, browser: Browser
):
    run = make_run(team)
    run.delete()
    answer = browser(bob).get(f"/t/{team.slug}/p/tickets/runs/")
    assert b"No runs yet" in answer.content
    assert f'href="/t/{team.slug}/p/tickets/setup/"'.encode() in answer.content


@pytest.mark.parametrize("rest", ["", "status/"])
def test_members_watch_and_strangers_find_nothing(
    rest: str, team: Team, bob: User, charlie: User, browser: Browser
):
    run = make_run(team)
    assert browser(bob).get(url_of(run, rest)).status_code == 200
    assert browser(charlie).get(url_of(run, rest)).status_code == 404
    elsewhere = url_of(run, rest).replace(team.slug, "elsewhere")
    assert browser(charlie).get(elsewhere).status_code == 404
    assert browser(None).get(url_of(run)).status_code == 302
    assert (
        browser(None)
        .get(url_of(run, "status/"), headers={"HX-Request": "true"})
        .headers["HX-Redirect"]
    )


@pytest.mark.parametrize("number", ["99", "9" * 30])
def test_a_run_that_is_not_there_is_404(
    number: str, team: Team, bob: User, browser: Browser
):
    make_run(team)
    assert (
        browser(bob).get(f"/t/{team.slug}/p/tickets/runs/{number}/").status_code == 404
    )


def test_it_asks_the_database_no_more_for_more_candidates(
    team: Team, bob: User, browser: Browser, django_assert_num_queries
):
    few = make_run(team, name="Few")
    many = make_run(
        team,
        name="Many",
        candidates=[
            {"id": f"m{at}", "answers": right(keys(80), at)} for at in range(7)
        ],
    )
    client = browser(bob)
    for run in (few, many):
        client.get(url_of(run))
        with django_assert_num_queries(14):
            client.get(url_of(run))


def test_a_run_that_many_watch_is_read_once_a_moment(
    team: Team, bob: User, browser: Browser
):
    client, url = browser(bob), url_of(make_run(team), "status/")
    client.get(url)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        return len(asked)

    # A test that stands still for longer than the moment looks again.
    assert any(queries() == 4 for _ in range(20))


def test_where_nothing_changed_the_page_stays_as_it_is(
    team: Team, bob: User, browser: Browser
):
    run = make_run(team)
    client = browser(bob)
    page = client.get(url_of(run)).context["page"]
    poll = url_of(run, f"status/?state={page.state}&seen={page.seen}")
    assert client.get(poll).status_code == 204
    assert client.get(url_of(run, "status/?seen=before")).status_code == 200


def test_a_run_that_was_paused_loads_its_page_again(
    team: Team, bob: User, browser: Browser
):
    run = make_run(team)
    services.begin(run.pk)
    services.pause(run=run)
    answer = browser(bob).get(url_of(run, "status/?state=running"))
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


def test_p95_so_far_stands_beside_its_limit(team: Team, bob: User, browser: Browser):
    run = make_run(team, name="Timed")
    html = html_of(bob, browser, run)
    assert "p95 so far<small>limit 500 ms</small>" in html
    rows = {row[0]: row for row in texts(html, "runs")[1:]}
    assert rows["good"][-2:] == ["–", "–"]
    good = run.candidates.get(key="good")
    run.candidates.filter(pk=good.pk).update(state="speed")
    SpeedRecord.objects.bulk_create(
        SpeedRecord(candidate=good, phase=phase, index=index, total_ms=ms + index)
        for phase, ms in (("warm_up", 9_000), ("single", 100), ("load", 300))
        for index in range(40)
    )
    rows = {row[0]: row for row in texts(html_of(bob, browser, run), "runs")[1:]}
    assert rows["good"][-2] == "337 ms"
    assert rows["bad"][-2] == "–"


def test_p95_of_a_run_that_ended_is_the_one_decided_on(
    team: Team, bob: User, browser: Browser
):
    html = html_of(bob, browser, finished(team, name="Ended"))
    assert "p95<small>limit 500 ms</small>" in html
    rows = {row[0]: row for row in texts(html, "runs")[1:]}
    assert rows["good"][-2] == "306 ms"


def test_a_cap_of_nothing_is_a_cap(team: Team, bob: User, browser: Browser):
    run = make_run(team, budget_usd=0)
    html = html_of(bob, browser, run)
    assert "of $0 cap" in html
    assert "no cap" not in html


def test_a_p95_that_failures_leave_without_an_end_is_no_dash(
    team: Team, bob: User, browser: Browser
):
    failed = {key: {"error": "timeout"} for key in keys(80)[:10]}
    run = finished(
        team,
        candidates=[{"id": "flaky", "answers": {**timed(3, 300), **failed}}],
        constraints={"quality_margin": 0.1},
    )
    rows = texts(html_of(bob, browser, run), "runs")[1:]
    (row,) = (row for row in rows if row[0] == "flaky")
    assert "unbounded" in row


def test_a_paused_run_shows_no_model_as_running_and_each_line_with_its_sign(
    team: Team, bob: User, browser: Browser
):
    run = make_run(team)
    services.begin(run.pk)
    first = run.candidates.order_by("position").first()
    assert first is not None
    run.candidates.filter(pk=first.pk).update(state="ready")
    services.pause(run=run)
    html = html_of(bob, browser, run)
    rows = texts(html, "runs")[1:]
    assert "Paused" in rows[0]
    assert not any("Running" in row for row in rows)
    log = html[html.index('<ol class="log">') :]
    newest = log[: log.index("</li>")]
    assert "Paused by a member." in newest
    assert "i-warn" in newest
