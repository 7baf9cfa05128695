"""How does a team begin? With a name, a slug of its own and one owner."""

from contextlib import suppress
from itertools import count

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from advisor.accounts.models import Membership, Role, Team, User
from advisor.accounts.services.audit import record

MOST_AT_ONCE = 20  # who open a team of one name at the same moment
LOCAL_OWNER = "owner@localhost.localdomain"


@transaction.atomic
def create_team(*, name: str, owner: User) -> Team:
    """Make a team and its first owner; the slug follows the name and is unique."""
    name = " ".join(name.split())
    if not name:
        raise ValueError("A team needs a name; an empty one was given.")
    team = _opened(name)
    Membership.objects.create(team=team, user=owner, role=Role.OWNER)
    record(team=team, actor=owner, action="team.created", target=team.name)
    return team


@transaction.atomic
def team_for_command_line(*, slug: str) -> Team:
    """Return the team of that slug; make it when missing, without any member."""
    team, made = Team.objects.get_or_create(
        slug=slug, defaults={"name": slug.replace("-", " ").capitalize()}
    )
    if made:
        record(team=team, actor=None, action="team.created", target=team.name)
    return team


@transaction.atomic
def local_owner(*, team: Team) -> User:
    """Return the person at this machine's console, as an owner of ``team``.

    The account has no password: it is entered by one-time links only, which whoever
    may run `manage.py` can make.
    """
    user = User.objects.filter(email=LOCAL_OWNER).first()
    user = user or User.objects.create_user(LOCAL_OWNER, None, name="Local owner")
    Membership.objects.get_or_create(
        team=team, user=user, defaults={"role": Role.OWNER}
    )
    return user


def _opened(name: str) -> Team:
    """Return a new team; where another takes its slug meanwhile, with the next one."""
    for _ in range(MOST_AT_ONCE):
        with suppress(IntegrityError), transaction.atomic():
            return Team.objects.create(name=name, slug=_free_slug(name))
    return Team.objects.create(name=name, slug=_free_slug(name))


def _free_slug(name: str) -> str:
    stem = slugify(name)[:50] or "team"
    candidates = (stem if n == 1 else f"{stem}-{n}" for n in count(1))
    return next(
        slug for slug in candidates if not Team.objects.filter(slug=slug).exists()
    )
