"""How is an act remembered? One row, written in the transaction of the act itself."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from advisor.accounts.models import AuditEvent, Team, User

# From which address the act comes that is going on; None outside of requests.
_origin: ContextVar[str | None] = ContextVar("origin", default=None)


@contextmanager
def acting_from(ip: str | None) -> Iterator[None]:
    """Remember acts inside the block as coming from this address."""
    token = _origin.set(ip)
    try:
        yield
    finally:
        _origin.reset(token)


def record(
    *,
    team: Team | None,
    actor: User | None,
    action: str,
    target: str = "",
    detail: Mapping[str, object] | None = None,
) -> AuditEvent:
    """Remember who did what; ``actor`` None is the system itself.

    ``action`` is a dotted word such as ``invitation.sent``. Secrets never go into
    ``detail``. The address is that of the request, where there is one.
    """
    return AuditEvent.objects.create(
        team=team,
        actor=actor,
        actor_name=str(actor)[:120] if actor else "System",
        action=action,
        target=target[:200],
        detail=dict(detail or {}),
        ip=_origin.get(),
    )
