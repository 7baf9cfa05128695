"""T42: a session is new at sign-in, and ends with the password, idle, or by hand."""

from datetime import timedelta

import pytest
from allauth.mfa.signals import authenticator_added
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils import timezone

from advisor.accounts import services
from advisor.accounts.models import AuditEvent, Team, User
from advisor.accounts.pages.account import browser_name
from tests.people import PASSWORD, Browser

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)
NEW = "another walk on a warm beach"


def signed_in(agent: str = FIREFOX, ip: str = "192.0.2.1") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=ip)
    client.get("/sign-in/")
    data = {"login": "alice@example.com", "password": PASSWORD}
    assert client.post("/sign-in/", data).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return bool(client.get("/account/").status_code == 200)


def test_signing_in_changes_the_cookie(alice: User):
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    client.post("/sign-in/", {"login": alice.email, "password": PASSWORD})
    assert client.session.session_key != session.session_key
    assert is_in(client)


def test_another_password_signs_out_every_other_browser(alice: User):
    here, there = signed_in(), signed_in(EDGE)
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post("/account/password/", data).status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_each_browser_is_listed_with_where_and_since_when(alice: User):
    here, _ = signed_in(), signed_in(EDGE, "198.51.100.7")
    text = here.get("/account/sessions/").content.decode()
    for words in ("Firefox on Linux", "This one", "Edge on Windows", "198.51.100.7"):
        assert words in text
    assert text.count("<button") - text.count("btn--quiet") >= 2


def test_one_browser_is_signed_out_by_another(alice: User):
    here, there = signed_in(), signed_in(EDGE)
    row = UserSession.objects.get(user_agent=EDGE)
    answer = here.post(f"/account/sessions/{row.pk}/end/")
    assert answer.url == "/account/sessions/"
    assert is_in(here)
    assert not is_in(there)
    assert AuditEvent.objects.filter(actor=alice, action="session.ended").exists()


def test_everywhere_else_is_one_press(alice: User):
    here, *others = signed_in(), signed_in(EDGE), signed_in(EDGE)
    here.post("/account/sessions/end/")
    assert is_in(here)
    assert not any(map(is_in, others))


def test_nobody_ends_the_session_of_somebody_else(
    alice: User, charlie: User, browser: Browser
):
    there = signed_in()
    row = UserSession.objects.get(user=alice)
    answer = browser(charlie).post(f"/account/sessions/{row.pk}/end/")
    assert answer.status_code == 404
    assert is_in(there)


def test_a_browser_left_alone_is_signed_out(alice: User, settings):
    client = signed_in()
    session = client.session
    session["seen"] -= settings.SESSION_IDLE_SECONDS + 1
    session.save()
    assert not is_in(client)


def test_reading_pages_writes_the_clock_every_five_minutes(
    alice: User, django_assert_num_queries
):
    client = signed_in()
    row = UserSession.objects.get(user=alice)
    client.get("/help/")
    assert UserSession.objects.get().last_seen_at == row.last_seen_at
    session = client.session
    session["seen"] -= timedelta(minutes=6).total_seconds()
    session.save()
    client.get("/help/")
    assert UserSession.objects.get().last_seen_at > row.last_seen_at


def test_a_second_step_signs_out_the_browsers_without(alice: User):
    here, there = signed_in(), signed_in(EDGE)
    request = RequestFactory().get("/")
    request.session = here.session
    authenticator_added.send(User, request=request, user=alice, authenticator=None)
    assert is_in(here)
    assert not is_in(there)


def test_who_was_removed_is_out_at_the_next_request(
    alice: User, bob: User, team: Team, browser: Browser
):
    client = browser(bob)
    assert client.get(f"/t/{team.slug}/settings/members/").status_code == 200
    owner = team.memberships.get(user=alice)
    services.leave_or_remove(member=team.memberships.get(user=bob), by=owner)
    for path in ("settings/members/", "", "settings/tokens/"):
        assert client.get(f"/t/{team.slug}/{path}").status_code == 404


def test_what_somebody_signed_in_saw_stays_in_no_cache(alice: User):
    client = signed_in()
    for path in ("/account/", "/help/", "/account/sessions/"):
        kept = client.get(path).headers["Cache-Control"]
        assert "no-store" in kept
        assert "private" in kept


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (EDGE, "Edge on Windows"),
        ("curl/8.5.0", "curl"),
        ("", "Unknown browser"),
        ("\u202emoc.live", "[U+202E]moc.live"),
    ],
)
def test_a_browser_is_told_in_two_words(agent: str, name: str):
    assert browser_name(agent) == name


def test_sessions_end_in_the_end(alice: User):
    client = signed_in()
    expires = client.session.get_expiry_date()
    assert expires <= timezone.now() + timedelta(days=14, seconds=5)
