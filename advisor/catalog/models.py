"""What is known of models, machines and prices? Rows of facts with source and date."""

from typing import ClassVar

from django.db import models

from advisor.accounts.models import Team


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
    """What a model costs by the token at one vendor, in US dollars per million."""

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

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=models.Q(team__isnull=True),
                name="one_shared_price_per_slug",
            ),
            models.UniqueConstraint(fields=["team", "slug"], name="one_price_per_slug"),
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
    hosting = models.CharField(max_length=20, default="public_api")
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
