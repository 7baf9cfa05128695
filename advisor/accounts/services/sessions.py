"""Where is somebody signed in, and how does that end? One row a browser.

A session ends after SESSION_SECONDS, and earlier when nobody used it for
SESSION_IDLE_SECONDS. Its time of last use is written at most every five minutes, so
that reading pages does not write.
"""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from advisor.accounts.models import User
from advisor.accounts.services.audit import record

SEEN = "seen"
TOUCHED_EVERY = timedelta(minutes=5)
LONGEST_AGENT = 200


def session_began(*, request: HttpRequest, user: User, ip: str | None) -> None:
    """Start the clock of a session, and list it where the browser is known."""
    request.session[SEEN] = timezone.now().timestamp()
    if ip is None or request.session.session_key is None:
        return
    UserSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "ip": ip,
            "user_agent": request.META.get("HTTP_USER_AGENT", "")[:LONGEST_AGENT],
        },
    )


def is_idle(session: SessionBase, now: datetime) -> bool:
    """Return whether nobody used the session for too long."""
    seen = session.get(SEEN)
    return seen is not None and now.timestamp() - seen > settings.SESSION_IDLE_SECONDS


def touch(session: SessionBase, now: datetime) -> None:
    """Note that the session is in use; most calls write nothing."""
    seen = session.get(SEEN)
    if seen is not None and now.timestamp() - seen < TOUCHED_EVERY.total_seconds():
        return
    session[SEEN] = now.timestamp()
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now)


@transaction.atomic
def end_session(*, session: UserSession, by: User) -> None:
    """Sign a browser out."""
    session.end()
    record(team=None, actor=by, action="session.ended", target=session.ip)


@transaction.atomic
def end_other_sessions(*, user: User, keep: str | None) -> int:
    """Sign a person out everywhere but in the session ``keep``; return how many."""
    others = UserSession.objects.filter(user=user).exclude(session_key=keep)
    ended = [session.end() for session in others]
    if ended:
        record(team=None, actor=user, action="session.ended_elsewhere")
    return len(ended)
