"""Editors steer; viewers see no buttons and are refused; strangers find nothing."""

import pytest
from django.test import Client

from advisor.accounts.models import Team, User
from advisor.runs import services
from advisor.runs.models import Run
from tests.people import Browser
from tests.runs.factory import keys, right
from tests.runs.finished import finished, make_run, url_of

pytestmark = pytest.mark.django_db
VERBS = ("pause", "resume", "cancel", "retry")


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
