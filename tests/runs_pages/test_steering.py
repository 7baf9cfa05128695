"""Editors steer; viewers see no buttons and are refused; strangers find nothing."""

import pytest
from django.test import Client

from advisor.accounts.models import Team, User
from advisor.runs import services
from advisor.runs.models import Answer, Run
from tests.people import Browser
from tests.runs.factory import keys, right
from tests.runs.finished import finished, make_run, url_of

pytestmark = pytest.mark.django_db
VERBS = ("pause", "resume", "cancel", "retry", "others", "raise-cap")


def buttons(user: User, browser: Browser, run: Run) -> set[str]:
    html = browser(user).get(url_of(run)).content.decode()
    return {verb for verb in VERBS if f'action="{url_of(run, f"{verb}/")}"' in html}


@pytest.fixture
def run(team: Team) -> Run:
    return make_run(team)


def test_each_state_offers_what_it_allows(edith: User, browser: Browser, run: Run):
    assert buttons(edith, browser, run) == {"cancel"}
    services.begin(run.pk)
    assert buttons(edith, browser, run) == {"pause", "cancel"}
    services.pause(run=run)
    assert buttons(edith, browser, run) == {"resume", "cancel"}
    services.cancel(run=run)
    assert buttons(edith, browser, run) <= {"retry"}


def test_every_button_that_is_shown_works(edith: User, browser: Browser, run: Run):
    services.begin(run.pk)
    client = browser(edith)
    for verb, state in (
        ("pause", "paused"),
        ("resume", "running"),
        ("cancel", "cancelled"),
    ):
        answer = client.post(url_of(run, f"{verb}/"))
        assert (answer.status_code, answer.url) == (302, url_of(run))
        run.refresh_from_db()
        assert run.state == state


def test_failed_answers_can_be_tried_again(team: Team, edith: User, browser: Browser):
    answers = right(keys(80))
    del answers["s0001"]
    run = finished(team, candidates=[{"id": "gaps", "answers": answers}])
    assert buttons(edith, browser, run) == {"retry"}
    browser(edith).post(url_of(run, "retry/"))
    run.refresh_from_db()
    assert (run.state, run.generation) == ("running", 2)


def test_a_step_that_cannot_be_taken_is_told(edith: User, browser: Browser, run: Run):
    answer = browser(edith).post(url_of(run, "resume/"), follow=True)
    assert answer.status_code == 200
    assert "Run 1 is queued." in answer.content.decode()


def test_viewers_see_no_buttons_and_are_told_whom_to_ask(
    team: Team, bob: User, browser: Browser, run: Run
):
    services.begin(run.pk)
    assert buttons(bob, browser, run) == set()
    for verb in VERBS:
        answer = browser(bob).post(url_of(run, f"{verb}/"))
        assert answer.status_code == 403
        assert "Ask an editor of Team Atlas" in answer.content.decode()
    run.refresh_from_db()
    assert run.state == "running"


def test_strangers_steer_nothing(charlie: User, browser: Browser, run: Run):
    for verb in VERBS:
        assert browser(charlie).post(url_of(run, f"{verb}/")).status_code == 404
        assert browser(None).post(url_of(run, f"{verb}/")).status_code == 302
    run.refresh_from_db()
    assert run.state == "queued"


def test_looking_changes_nothing(edith: User, browser: Browser, run: Run):
    for verb in VERBS:
        assert browser(edith).get(url_of(run, f"{verb}/")).status_code == 405
    run.refresh_from_db()
    assert run.state == "queued"


def test_a_step_needs_the_pages_token(edith: User, run: Run):
    client = Client(enforce_csrf_checks=True)
    client.force_login(edith, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(url_of(run, "cancel/")).status_code == 403


def test_an_unknown_step_is_404(edith: User, browser: Browser, run: Run):
    assert browser(edith).post(url_of(run, "explode/")).status_code == 404


def race(team: Team) -> Run:
    """A race in which the cheaper of two is certified."""
    answers = right(keys(300), wrong=6)
    price = {"output_per_1m": 0.0}
    return finished(
        team,
        samples=[{"id": key} for key in keys(300)],
        reference={"id": "big", "answers": answers},
        candidates=[
            {"id": "cheap", "answers": answers, "price": {**price, "input_per_1m": 1}},
            {"id": "dear", "answers": answers, "price": {**price, "input_per_1m": 9}},
        ],
        constraints={"quality_margin": 0.05},
        objective="cost",
        stop="decided",
    )


def test_what_a_certificate_spared_is_run_on_one_click(
    team: Team, edith: User, browser: Browser
):
    run = race(team)
    html = browser(edith).get(url_of(run)).content.decode()
    assert buttons(edith, browser, run) == {"others"}
    made = Answer.objects.filter(trial__run=run).count()
    assert f"of 900, {900 - made} saved" in html
    cheap = run.candidates.get(key="cheap")
    assert f"Certified after {cheap.decided_after}" in html
    browser(edith).post(url_of(run, "others/"))
    assert services.run_inline(run).state == "completed"
    assert run.candidates.get(key="dear").decision == "certified"
    assert buttons(edith, browser, run) == set()


def test_a_run_that_stopped_at_its_cap_goes_on_with_a_higher_one(
    edith: User, browser: Browser, run: Run
):
    services.begin(run.pk)
    Run.objects.filter(pk=run.pk).update(
        state="budget_stopped", cap_micro=2_000_000, spent_micro=1_500_000
    )
    assert "raise-cap" in buttons(edith, browser, run)
    client = browser(edith)
    low = client.post(url_of(run, "raise-cap/"), {"cap_usd": "1"})
    assert low.status_code == 422
    assert "Give at least that." in low.content.decode()
    assert "<title>Error: Run 1" in low.content.decode()
    assert 'href="#id_cap_usd"' in low.content.decode()
    odd = client.post(url_of(run, "raise-cap/"), {"cap_usd": "a lot"})
    assert "Enter an amount of 0 or more" in odd.content.decode()
    answer = client.post(url_of(run, "raise-cap/"), {"cap_usd": "3"})
    assert (answer.status_code, answer.url) == (302, url_of(run))
    run.refresh_from_db()
    assert (run.state, run.cap_micro) == ("running", 3_000_000)
