"""How is an act remembered? One row, written in the transaction of the act itself."""

from collections.abc import Mapping

from advisor.accounts.models import AuditEvent, Team, User


def record(
    *,
    team: Team | None,
    actor: User | None,
    action: str,
    target: str = "",
    detail: Mapping[str, object] | None = None,
    ip: str | None = None,
) -> AuditEvent:
    """Remember who did what; ``actor`` None is the system itself.

    ``action`` is a dotted word such as ``invitation.sent``. Secrets never go into
    ``detail``.
    """
    return AuditEvent.objects.create(
        team=team,
        actor=actor,
        actor_name=str(actor)[:120] if actor else "System",
        action=action,
        target=target[:200],
        detail=dict(detail or {}),
        ip=ip,
    )
