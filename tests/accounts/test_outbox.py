"""The mail server is down (F43): nothing answers 500, and mail is sent later."""

from datetime import timedelta

import pytest
from django.core.mail import send_mail
from django.test import Client
from django.utils import timezone

from advisor.accounts.models import OutgoingMail, Team, User
from advisor.accounts.services import mails_are_due, send_due_mails
from advisor.accounts.tasks import hint_mails
from tests.accounts.smtp_stub import Watching, mail_server
from tests.people import Browser
from tests.services import free_port

pytestmark = pytest.mark.django_db
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture(autouse=True)
def port(settings) -> int:
    """As with an EMAIL_URL; nobody listens on the port yet."""
    settings.MAIL_SENDER, settings.EMAIL_BACKEND = (
        SMTP,
        "advisor.accounts.services.Outbox",
    )
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    return settings.EMAIL_PORT


def in_minutes(count: int):
    return timezone.now() + timedelta(minutes=count)


def write(*names: str) -> None:
    for name in names:
        send_mail(f"Hello {name}", "Come in.", None, [f"{name}@example.org"])


def test_pages_answer_and_mails_come_when_the_server_is_back(
    port: int,
    team: Team,
    alice: User,
    browser: Browser,
    django_capture_on_commit_callbacks,
):
    invite = {"emails": "zoe@example.org", "role": "viewer"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser(alice).post(f"/t/{team.slug}/settings/invitations/", invite)
    assert answer.status_code in (200, 302)
    answer = Client().post("/password/reset/", {"email": alice.email})
    assert answer.status_code == 302
    assert OutgoingMail.objects.count() == 2

    hint_mails(queue_answers=False)
    assert OutgoingMail.objects.count() == 2
    assert not mails_are_due(timezone.now())

    with mail_server(port) as server:
        assert send_due_mails(in_minutes(2)) == 2
    assert sorted(reader for reader, _ in server.mails) == [
        alice.email,
        "zoe@example.org",
    ]
    assert all("http" in text for _, text in server.mails)
    assert not OutgoingMail.objects.exists()


def test_a_mail_that_waits_is_sealed():
    write("ann")
    row = OutgoingMail.objects.get()
    assert "ann" not in row.sealed
    assert "Come in" not in row.sealed


def test_pauses_grow_and_after_three_days_it_is_given_up():
    write("ann")
    waits = []
    now = timezone.now()
    for _ in range(9):
        assert send_due_mails(now) == 0
        after = OutgoingMail.objects.get().next_try_at
        waits.append((after - now) // timedelta(minutes=1))
        now = after
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    send_due_mails(now + timedelta(days=3))
    assert not OutgoingMail.objects.exists()


def test_a_mail_that_is_sent_late_in_a_long_round_is_sent_by_nobody_else(settings):
    settings.MAIL_SENDER = "tests.accounts.smtp_stub.Watching"
    Watching.due.clear()
    write("ann")
    OutgoingMail.objects.update(next_try_at=in_minutes(-6))
    assert send_due_mails(in_minutes(-5)) == 1
    assert Watching.due == [False]


def test_a_refused_address_stops_no_other_mail(port: int):
    write("gone", "later", "ann")
    with mail_server(port, gone=550, later=450) as server:
        assert send_due_mails(in_minutes(0)) == 1
        assert [reader for reader, _ in server.mails] == ["ann@example.org"]
        # The one that is refused for good is forgotten, the other one waits.
        assert OutgoingMail.objects.get().tries == 1
        server.refusals.clear()
        assert send_due_mails(in_minutes(5)) == 1
    assert not OutgoingMail.objects.exists()
