"""Who works together, and what did they do? Rows of people, teams and their traces."""

from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    """Make users that sign in with an e-mail address."""

    use_in_migrations = True

    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        """Create a user; the address is stored in lower case."""
        if not email:
            raise ValueError("A user needs an e-mail address; an empty one was given.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        """Create an operator who may open the admin site."""
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **fields
        )


class User(AbstractUser):
    """A person, known by e-mail address."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name or self.email


class Role(models.TextChoices):
    """What a member may do; each role includes the ones below it."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    EDITOR = "editor", "Editor"
    VIEWER = "viewer", "Viewer"


class Team(models.Model):
    """People who decide together; every other row belongs to one team.

    Caps are in millionths of a US dollar, for a calendar month (UTC) and for one run;
    null is no cap.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    month_cap_micro = models.BigIntegerField(null=True, blank=True)
    run_cap_micro = models.BigIntegerField(null=True, blank=True)
    demands_two_step = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(month_cap_micro__isnull=True)
                | models.Q(run_cap_micro__isnull=True)
                | models.Q(run_cap_micro__lte=models.F("month_cap_micro")),
                name="run_cap_within_month_cap",
            )
        ]

    def __str__(self) -> str:
        return self.name


class TeamMonth(models.Model):
    """What a team's paid calls of one month cost: the other side of their attempts.

    In millionths of a US dollar. ``cap_micro`` is the team's cap, kept here too so that
    the database itself refuses to pass it; ``unknown_micro`` may have been billed
    without an answer; what a call cost above its reserve is overshoot.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="months")
    month = models.DateField(help_text="Its first day")
    cap_micro = models.BigIntegerField(null=True, blank=True)
    spent_micro = models.BigIntegerField(default=0)
    reserved_micro = models.BigIntegerField(default=0)
    unknown_micro = models.BigIntegerField(default=0)
    overshoot_micro = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["team", "month"], name="one_team_month"),
            models.CheckConstraint(
                condition=models.Q(cap_micro__isnull=True)
                | models.Q(
                    cap_micro__gte=models.F("spent_micro")
                    + models.F("reserved_micro")
                    + models.F("unknown_micro")
                ),
                name="month_within_cap",
            ),
        ]


class Membership(models.Model):
    """One person's role in one team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["team", "user"], name="one_membership")
        ]


class Invitation(models.Model):
    """An offer to join a team, bound to an address; only the token's hash is kept."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                "team",
                Lower("email"),
                condition=models.Q(used_at__isnull=True, revoked_at__isnull=True),
                name="one_open_invitation",
            )
        ]


class ApiToken(models.Model):
    """A key to the JSON API for one member in one team; shown once, stored hashed."""

    class Scope(models.TextChoices):
        """What the token may do; each scope includes the one before it."""

        READ = "read", "Read"
        RUN = "run", "Run"
        MANAGE = "manage", "Manage"

    team = models.ForeignKey(Team, models.CASCADE, related_name="api_tokens")
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12)
    token_sha256 = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.READ)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class SignInLink(models.Model):
    """A link that signs one person in, once, within minutes."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    token_sha256 = models.CharField(max_length=64, unique=True)
    next_path = models.CharField(max_length=500, default="/")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class OutgoingMail(models.Model):
    """A mail that waits for its server; gone once it is sent.

    Sealed whole, as its links let people in.
    """

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    sealed = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    next_try_at = models.DateTimeField(db_index=True)
    tries = models.IntegerField(default=0)


class AuditEvent(models.Model):
    """One act worth remembering: who, what, on what, when.

    Never changed or deleted: the database itself refuses. Only a team or an actor that
    is deleted becomes NULL; the actor's name stays.
    """

    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, related_name="audit_events"
    )
    actor = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    actor_name = models.CharField(max_length=120)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["team", "-at"], name="audit_by_team")
        ]
