"""What if the mail server is down? Mail waits in the database and is sent later.

A page that writes a mail stores a row and answers at once, whatever the server does. A
worker sends what is due, tries again after 1, 2, 4 … 60 minutes, and gives up after
three days.
"""

import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils import timezone

from advisor.accounts.models import OutgoingMail
from advisor.web.secrets import UnsealError, seal, unseal

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
MOST_AT_ONCE = 50
FOR_GOOD = 500  # and above: the server asks not to be asked again (RFC 5321, 4.2.1)
DOWN = (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPHeloError,
    SMTPServerDisconnected,
)
FIELDS = ("subject", "body", "from_email", "to", "cc", "bcc", "reply_to")


class Outbox(BaseEmailBackend):
    """Django's way to the queue: what is sent is stored, and sent by a worker."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store mails; return how many. Raises ValueError for one with attachments."""
        now = timezone.now()
        rows = []
        for message in email_messages:
            key = uuid4()
            sealed = seal(_written(message), mail=key)
            rows.append(OutgoingMail(key=key, sealed=sealed, next_try_at=now))
        return len(OutgoingMail.objects.bulk_create(rows))


def mails_are_due(now: datetime) -> bool:
    """Say whether a mail waits for its next try."""
    return OutgoingMail.objects.filter(next_try_at__lte=now).exists()


def send_due_mails(now: datetime) -> int:
    """Send the mails that are due, the oldest first; return how many were sent.

    Each is taken for a minute at least, so that two workers do not both send it. A
    server that cannot be reached is asked no more this time: the rest waits as well.
    """
    sent = 0
    due = OutgoingMail.objects.filter(next_try_at__lte=now).order_by("created_at")
    for mail in due[:MOST_AT_ONCE]:
        pause = min(FIRST_PAUSE * 2 ** min(mail.tries, 6), LONGEST_PAUSE)
        # The mails before this one may have taken longer than its pause.
        again = max(now, timezone.now()) + pause
        mine = OutgoingMail.objects.filter(pk=mail.pk, tries=mail.tries)
        if not mine.update(tries=F("tries") + 1, next_try_at=again):
            continue
        try:
            _send(mail)
        except (OSError, UnsealError) as error:
            log.warning("A mail could not be sent: %s", type(error).__name__)
            if _is_refused(error):
                mail.delete()
            elif _is_down(error):
                due.update(next_try_at=again)
                break
        else:
            mail.delete()
            sent += 1
    _give_up_old(now)
    return sent


def _is_refused(error: Exception) -> bool:
    """Say whether the server will never take a mail to these addresses."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    return all(code >= FOR_GOOD for code, _ in error.recipients.values())


def _is_down(error: Exception) -> bool:
    """Say whether the server takes no mail at all; smtplib's errors are OSErrors."""
    about_a_mail = isinstance(error, SMTPException | UnsealError)
    return isinstance(error, DOWN) or not about_a_mail


def _give_up_old(now: datetime) -> None:
    old = OutgoingMail.objects.filter(created_at__lt=now - GIVE_UP_AFTER)
    lost, _ = old.delete()
    if lost:
        log.error("%s mails could not be sent for three days and are given up", lost)


def _send(mail: OutgoingMail) -> None:
    told = json.loads(unseal(mail.sealed, mail=mail.pk))
    alternatives = told.pop("alternatives")
    connection = get_connection(settings.MAIL_SENDER)
    message = EmailMultiAlternatives(**told, connection=connection)
    for content, kind in alternatives:
        message.attach_alternative(content, kind)
    message.send()


def _written(message: EmailMessage) -> str:
    """Return a mail as JSON."""
    if message.attachments:
        raise ValueError("A mail with attachments cannot wait; send a link instead.")
    told = {name: getattr(message, name) for name in FIELDS}
    others = getattr(message, "alternatives", [])
    told["alternatives"] = [(str(one[0]), str(one[1])) for one in others]
    told["headers"] = message.extra_headers
    return json.dumps(told, default=str)
