"""Editors talk in plain text, each about their own; viewers read along."""

import pytest
from django.test import Client

from advisor.accounts.models import Team, User
from advisor.reports.models import Comment
from advisor.reports.pages.commenting import PAGE
from advisor.reports.pages.samples import sample_url
from advisor.runs.models import Run
from tests.people import Browser
from tests.runs.finished import finished, url_of

pytestmark = pytest.mark.django_db
EVIL = '<script>alert(1)</script> \u202e "quoted" & <b>x'


@pytest.fixture
def run(team: Team) -> Run:
    return finished(team)


def say(client: Client, run: Run, words: str, query: str = ""):
    return client.post(url_of(run, f"comments/{query}"), {"text": words})


def read(client: Client, run: Run, query: str = "") -> str:
    return client.get(url_of(run, f"comments/{query}")).content.decode()


def test_words_are_shown_as_they_are_and_run_nothing(
    run: Run, edith: User, bob: User, browser: Browser
):
    answer = say(browser(edith), run, EVIL)
    assert (answer.status_code, answer.url) == (302, url_of(run, "comments/"))
    html = read(browser(bob), run)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; [U+202E]" in html
    assert "<script>alert" not in html
    assert "Viewers read comments. An editor can write them." in html


def test_a_sample_has_its_own_comments(run: Run, edith: User, browser: Browser):
    client, key = browser(edith), run.setup.sample_set.samples.first().key
    say(client, run, "About the whole.")
    say(client, run, "About this sample.", f"?sample={key}")
    whole, one = read(client, run), read(client, run, f"?sample={key}")
    assert "About the whole." in whole
    assert "About this sample." not in whole
    assert "About this sample." in one
    missing = client.get(url_of(run, "comments/?sample=no-such-key"))
    assert missing.status_code == 404
    assert client.get(url_of(run, "comments/?sample=%00")).status_code == 404


def test_only_its_author_changes_a_comment(
    run: Run, edith: User, alice: User, browser: Browser
):
    say(browser(edith), run, "First words.")
    comment = Comment.objects.get()
    where = url_of(run, f"comments/{comment.pk}/")
    assert browser(alice).post(where, {"text": "Not mine."}).status_code == 404
    assert browser(edith).post(where, {"text": ""}).status_code == 422
    assert browser(edith).post(where, {"text": "Better words."}).status_code == 302
    comment.refresh_from_db()
    assert comment.text == "Better words."
    assert ", changed " in read(browser(edith), run)


def test_author_and_admin_delete_others_do_not(
    run: Run, edith: User, alice: User, bob: User, charlie: User, browser: Browser
):
    say(browser(edith), run, "One.")
    say(browser(alice), run, "Two.")
    ediths, alices = Comment.objects.order_by("pk")
    of_alice = url_of(run, f"comments/{alices.pk}/delete/")
    assert browser(edith).post(of_alice).status_code == 403
    assert browser(bob).post(of_alice).status_code == 403
    assert browser(charlie).post(of_alice).status_code == 404
    of_edith = url_of(run, f"comments/{ediths.pk}/delete/")
    assert browser(alice).post(of_edith).status_code == 302
    assert list(Comment.objects.all()) == [alices]


def test_who_only_reads_writes_nothing(
    run: Run, bob: User, charlie: User, browser: Browser
):
    assert say(browser(bob), run, "Me too.").status_code == 403
    assert say(browser(charlie), run, "Me too.").status_code == 404
    assert not Comment.objects.exists()


def test_many_comments_come_page_by_page_newest_first(
    run: Run, edith: User, browser: Browser
):
    Comment.objects.bulk_create(
        Comment(run=run, author=edith, author_name="Edith", text=f"Number {at}.")
        for at in range(PAGE + 3)
    )
    first, second = (read(browser(edith), run, f"?page={n}") for n in (1, 2))
    assert f"Number {PAGE + 2}." in first
    assert "Number 0." not in first
    assert "Number 0." in second


def test_a_fragment_comes_without_the_page_around_it(
    run: Run, edith: User, browser: Browser
):
    answer = browser(edith).get(
        url_of(run, "comments/"), headers={"HX-Request": "true"}
    )
    assert b"<html" not in answer.content
    assert b'id="comments"' in answer.content


def test_a_sample_leads_to_its_comments(run: Run, bob: User, browser: Browser):
    key = run.setup.sample_set.samples.first().key
    html = browser(bob).get(sample_url(run, key)).content.decode()
    assert f'hx-get="../comments/?sample={key}"' in html
    assert f'href="../comments/?sample={key}"' in html
