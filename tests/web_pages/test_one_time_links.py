"""A one-time link signs one person in, once, and only by its button."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from advisor.accounts import services
from advisor.accounts.models import Membership, Role, SignInLink, User

from .conftest import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(alice: User) -> str:
    return services.one_time_sign_in_link(alice, "/account/").partition("8000")[2]


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_opening_it_neither_signs_in_nor_spends_it(link: str, browser: Browser):
    client = browser(None)
    answer = client.get(link)
    assert "Sign in as Alice" in answer.content.decode()
    assert not signed_in(client)
    assert SignInLink.objects.get().used_at is None


def test_its_button_signs_in_and_leads_on(link: str, alice: User, browser: Browser):
    client = browser(None)
    assert client.post(link).url == "/account/"
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_it_works_once(link: str, browser: Browser):
    browser(None).post(link)
    second = browser(None)
    assert second.post(link).status_code == 404
    assert second.get(link).status_code == 404
    assert not signed_in(second)


def test_it_dies_after_its_time(link: str, browser: Browser):
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client = browser(None)
    assert client.get(link).status_code == 404
    assert client.post(link).status_code == 404
    assert not signed_in(client)


def test_it_opens_nothing_for_a_closed_account(
    link: str, alice: User, browser: Browser
):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert browser(None).post(link).status_code == 404


def test_signing_in_changes_the_session(link: str, browser: Browser):
    client = browser(None)
    client.get("/sign-in/")
    before = client.session.session_key
    client.post(link)
    assert client.session.session_key != before


def test_only_the_hash_is_stored(link: str):
    token = link.strip("/").rpartition("/")[2]
    assert SignInLink.objects.get().token_sha256 == services.digest(token)


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/x"])
def test_it_leads_nowhere_else(alice: User, path: str):
    with pytest.raises(ValueError, match="path of this site"):
        services.one_time_sign_in_link(alice, path)


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("sign_in_link", *arguments, stdout=out)
    return out.getvalue().strip()


def test_the_console_gets_a_link_for_the_local_owner(browser: Browser):
    client = browser(None)
    address = printed("--next", "/account/").partition("8000")[2]
    assert client.post(address).url == "/account/"
    assert client.get("/").url == "/t/local/"
    assert printed() != printed()
    assert Membership.objects.get().role == Role.OWNER


def test_the_console_gets_a_link_for_somebody_by_address(alice: User, browser: Browser):
    client = browser(None)
    client.post(printed("Alice@example.com").partition("8000")[2])
    assert client.session["_auth_user_id"] == str(alice.pk)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nobody@example.com",), "Nobody here has the address nobody@example.com"),
        (("--next", "https://evil.example/"), "path of this site"),
    ],
)
def test_the_console_is_told_what_was_wrong(arguments, words):
    with pytest.raises(CommandError, match=words):
        printed(*arguments)


def test_the_local_owner_has_no_password(browser: Browser):
    printed()
    user = User.objects.get()
    assert not user.has_usable_password()
