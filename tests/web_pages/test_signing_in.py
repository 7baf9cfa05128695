"""Signing up, in and out at the addresses of the house, in its words."""

import pytest
from django.core import mail

from advisor.accounts.models import Team, User

from .conftest import PASSWORD, Browser

pytestmark = pytest.mark.django_db


def test_somebody_new_signs_up_makes_a_team_and_owns_it(browser: Browser):
    client = browser(None)
    answer = client.post(
        "/sign-up/",
        {"name": "Dora", "email": "Dora@example.com", "password1": PASSWORD},
    )
    assert answer.url == "/"
    assert client.get("/").url == "/teams/new/"
    answer = client.post("/teams/new/", {"name": "Team Atlas"})
    assert answer.url == "/t/team-atlas/"
    assert client.get("/").url == "/t/team-atlas/"
    member = Team.objects.get().memberships.get()
    assert (member.user.email, member.role) == ("dora@example.com", "owner")


def test_a_wrong_password_never_says_which_part_was_wrong(
    alice: User, browser: Browser
):
    pages = [
        browser(None).post("/sign-in/", {"login": login, "password": "wrong wrong"})
        for login in (alice.email, "nobody@example.com")
    ]
    words = "The e-mail or password is not right. Check both, or reset your password."
    assert [words in page.content.decode() for page in pages] == [True, True]


def test_signing_in_leads_where_somebody_wanted_to_go(alice: User, browser: Browser):
    client = browser(None)
    answer = client.post(
        "/sign-in/",
        {"login": alice.email, "password": PASSWORD, "next": "/account/"},
    )
    assert answer.url == "/account/"


def test_signing_out_takes_a_button(alice: User, browser: Browser):
    client = browser(alice)
    assert client.get("/sign-out/").status_code == 200
    assert "_auth_user_id" in client.session
    client.post("/sign-out/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("password", ["short", "password1234", "qwerty123456"])
def test_a_weak_password_is_refused(password: str, browser: Browser):
    browser(None).post(
        "/sign-up/",
        {"name": "Dora", "email": "dora@example.com", "password1": password},
    )
    assert not User.objects.exists()


def test_a_reset_link_is_of_site_url_and_works_once(alice: User, browser: Browser):
    client = browser(None)
    client.post("/password/reset/", {"email": alice.email})
    link = next(x for x in mail.outbox[0].body.split() if x.startswith("http"))
    assert link.startswith("http://127.0.0.1:8000/password/reset/")
    path = link.partition("8000")[2]
    page = client.get(path, follow=True)
    new = "grey window and a spoon"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    alice.refresh_from_db()
    assert alice.check_password(new)
    again = browser(None).get(path, follow=True)
    assert "This link has ended" in again.content.decode()


def test_two_teams_of_one_name_have_addresses_of_their_own(
    alice: User, browser: Browser
):
    client = browser(alice)
    assert client.post("/teams/new/", {"name": "Atlas"}).url == "/t/atlas/"
    assert client.post("/teams/new/", {"name": "Atlas"}).url == "/t/atlas-2/"


def test_the_front_door_has_a_sign_in_form_and_says_what_it_is(browser: Browser):
    page = browser(None).get("/").content.decode()
    assert "no one-size-fits-all solution" in page
    assert 'action="/sign-in/"' in page
    assert 'name="login"' in page


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in/",
        "/sign-up/",
        "/password/reset/",
        "/password/reset/sent/",
        "/password/reset/done/",
        "/confirm-email/",
        "/account/inactive/",
    ],
)
def test_account_pages_are_ours(path: str, browser: Browser):
    page = browser(None).get(path)
    assert page.status_code == 200
    assert 'class="topbar"' in page.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/account/password/",
        "/account/two-step/",
        "/account/email/",
        "/account/confirm/",
        "/account/two-step/recovery-codes/",
        "/account/two-step/totp/activate/",
    ],
)
def test_pages_of_somebody_signed_in_are_ours(path: str, alice: User, browser: Browser):
    client = browser(None)
    client.post("/sign-in/", {"login": alice.email, "password": PASSWORD})
    page = client.get(path, follow=True)
    assert 'class="topbar"' in page.content.decode()


@pytest.mark.parametrize(
    ("path", "label"),
    [("/account/password/set/", "Password"), ("/account/email/", "Work e-mail")],
)
def test_forms_of_an_account_speak_in_our_words(
    path: str, label: str, browser: Browser
):
    nobody_yet = User.objects.create_user("new@example.com", None, name="New")
    client = browser(None)
    client.force_login(nobody_yet, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(path, follow=True).content.decode()
    assert f">{label}" in page
    assert "placeholder" not in page
    assert "can’t be" not in page
