"""What is known of models, machines and prices? Rows of facts with source and date."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from advisor.accounts.models import Team


class Hosting(models.TextChoices):
    """Where a model runs, and so who sees the text."""

    DEVICE = "device", "On the device"
    OWN_SERVER = "own_server", "On premises"
    PRIVATE_CLOUD = "private_cloud", "Private cloud"
    PUBLIC_API = "public_api", "Vendor API"


class ModelCard(models.Model):
    """What is known of one model; a card without team belongs to everybody.

    `facts` maps a fact's name to ``{"value", "source", "as_of", "unverified"}``;
    the columns repeat the values that lists are filtered by.
    """

    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="model_cards"
    )
    slug = models.SlugField(max_length=80)
    aliases = models.JSONField(default=list, blank=True)
    name = models.CharField(max_length=120)
    family = models.CharField(max_length=60, blank=True)
    source = models.CharField(
        max_length=400,
        blank=True,
        help_text="builtin/NAME, a hub id or a folder that the operator allows",
    )
    revision = models.CharField(max_length=64, blank=True)
    parameters = models.BigIntegerField(null=True, blank=True)
    context_tokens = models.IntegerField(null=True, blank=True)
    licence = models.CharField(max_length=80, blank=True)
    languages = models.JSONField(default=list, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=models.Q(team__isnull=True),
                name="one_shared_card_per_slug",
            ),
            models.UniqueConstraint(fields=["team", "slug"], name="one_card_per_slug"),
        ]

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """What a model costs by the token at one vendor, in US dollars per million.

    Never changed: a new row takes its place from ``since`` on, ``ended_at`` of the old.
    """

    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="prices"
    )
    slug = models.SlugField(max_length=100)
    card = models.ForeignKey(
        ModelCard, models.SET_NULL, null=True, blank=True, related_name="prices"
    )
    vendor = models.CharField(max_length=60)
    currency = models.CharField(max_length=3, default="USD")
    input_per_1m = models.DecimalField(
        max_digits=14, decimal_places=6, null=True, blank=True
    )
    output_per_1m = models.DecimalField(
        max_digits=14, decimal_places=6, null=True, blank=True
    )
    cached_input_per_1m = models.DecimalField(
        max_digits=14, decimal_places=6, null=True, blank=True
    )
    source = models.CharField(max_length=300)
    as_of = models.DateField(null=True, blank=True)
    unverified = models.BooleanField(default=False)
    since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=models.Q(team__isnull=True, ended_at__isnull=True),
                name="one_shared_price_per_slug",
            ),
            models.UniqueConstraint(
                fields=["team", "slug"],
                condition=models.Q(ended_at__isnull=True),
                name="one_price_per_slug",
            ),
        ]


class HardwareProfile(models.Model):
    """Memory, bandwidth, compute, power and price per hour of one machine."""

    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="hardware"
    )
    slug = models.SlugField(max_length=80)
    aliases = models.JSONField(default=list, blank=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=20)
    memory_gb = models.FloatField(null=True, blank=True)
    price_per_hour = models.DecimalField(
        max_digits=10, decimal_places=4, null=True, blank=True
    )
    facts = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=models.Q(team__isnull=True),
                name="one_shared_hardware_per_slug",
            ),
            models.UniqueConstraint(
                fields=["team", "slug"], name="one_hardware_per_slug"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Endpoint(models.Model):
    """An OpenAI-compatible server of a team; its key is sealed to team, id and origin.

    `key_sealed` holds the AES-GCM envelope; a change of origin clears it.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="endpoints")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=80)
    base_url = models.CharField(max_length=2048)
    model = models.CharField(max_length=200)
    card = models.ForeignKey(
        ModelCard, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    region = models.CharField(max_length=60, blank=True)
    hosting = models.CharField(
        max_length=20, choices=Hosting, default=Hosting.PUBLIC_API
    )
    input_per_1m = models.DecimalField(
        max_digits=14, decimal_places=6, null=True, blank=True
    )
    output_per_1m = models.DecimalField(
        max_digits=14, decimal_places=6, null=True, blank=True
    )
    price_as_of = models.DateField(null=True, blank=True)
    operator_allowed = models.BooleanField(
        default=False,
        help_text="Entered on the operator's command line: its address may be private",
    )
    key_sealed = models.TextField(blank=True)
    key_last4 = models.CharField(max_length=4, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["team", "slug"], name="one_endpoint_per_slug"
            )
        ]

    def __str__(self) -> str:
        return self.name


class EndpointCheck(models.Model):
    """One test of an endpoint: a request for one token, made by a worker.

    ``started_at`` claims it; ``succeeded`` is None until it is finished.
    """

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="checks")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    succeeded = models.BooleanField(null=True)
    sentence = models.CharField(max_length=300, blank=True)
    latency_ms = models.FloatField(null=True, blank=True)
    models_served = models.JSONField(default=list, blank=True)


class Change(models.Model):
    """One fact that changed: what it was, what it is, who says so. Never changed.

    ``team`` is empty for shared rows; ``fact`` names what changed, or is a `Deed`.
    """

    class Kind(models.TextChoices):
        """What the fact is about."""

        MODEL = "model", "Model"
        HARDWARE = "hardware", "Hardware"
        PRICE = "price", "Price"
        ENDPOINT = "endpoint", "Endpoint"

    class Deed(models.TextChoices):
        """A whole row that came or went."""

        ADDED = "added", "Added"
        DELETED = "deleted", "Deleted"

    class Way(models.TextChoices):
        """How the change came about."""

        MEMBER = "member", "Typed by a member"
        SHIPPED = "shipped", "Shipped with a release"
        HUB = "hub", "Read from a hub"
        FILE = "file", "Read from a price file"
        MADE = "made", "Made here"

    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    slug = models.SlugField(max_length=100)
    name = models.CharField(max_length=160)
    fact = models.CharField(max_length=60)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    source = models.CharField(max_length=400, blank=True)
    as_of = models.CharField(max_length=10, blank=True)
    way = models.CharField(max_length=10, choices=Way)
    by = models.CharField(max_length=120, default="System")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["team", "-at"], name="changes_by_team"),
            models.Index(fields=["slug"], name="changes_by_slug"),
        ]
