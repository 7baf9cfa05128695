"""An import fills the shared catalog, corrects it, and touches nobody's own rows."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from advisor.accounts.models import Team
from advisor.catalog import selectors
from advisor.catalog.models import HardwareProfile, ModelCard, Price
from advisor.catalog.services import ensure_facts, import_facts

pytestmark = pytest.mark.django_db


def test_it_fills_an_empty_catalog_once():
    first = import_facts()
    second = import_facts()

    total = (
        ModelCard.objects.count()
        + Price.objects.count()
        + HardwareProfile.objects.count()
    )
    assert first.added == total
    assert (second.added, second.corrected, second.unchanged) == (0, 0, total)


def test_it_carries_value_source_and_date():
    ensure_facts()

    card = ModelCard.objects.get(slug="gpt-3-175b")
    price = Price.objects.get(slug="gpt-4o")
    machine = HardwareProfile.objects.get(slug="nvidia-l4")

    assert card.parameters == 174_604_259_328
    assert card.facts["context_tokens"]["as_of"] == "2020-05"
    assert price.output_per_1m == Decimal(10)
    assert str(price.as_of) == "2026-08-05"
    assert price.card is not None
    assert price.card.slug == "gpt-4o"
    assert machine.price_per_hour == Decimal("0.9776")
    assert machine.facts["price_per_hour"]["provider"] == "AWS EC2"


def test_it_corrects_shared_rows_and_leaves_the_rows_of_a_team():
    import_facts()
    team = Team.objects.create(name="A", slug="a")
    own = ModelCard.objects.create(team=team, slug="qwen3-0-6b", name="Ours")
    ModelCard.objects.filter(team=None, slug="qwen3-0-6b").update(parameters=1)

    done = import_facts()

    own.refresh_from_db()
    assert (done.added, done.corrected) == (0, 1)
    assert ModelCard.objects.get(team=None, slug="qwen3-0-6b").parameters == 596_049_920
    assert (own.name, own.parameters) == ("Ours", None)


def test_the_command_says_what_it_did(capsys):
    call_command("catalog", "import")

    assert " added, 0 corrected, 0 unchanged." in capsys.readouterr().out


def test_a_team_finds_its_own_card_first_and_nobody_elses():
    import_facts()
    team = Team.objects.create(name="A", slug="a")
    other = Team.objects.create(name="B", slug="b")
    own = ModelCard.objects.create(
        team=team, slug="qwen3-0-6b", name="Ours", aliases=["mine"]
    )

    assert selectors.card_by_name(team, "qwen3-0-6b") == own
    assert selectors.card_by_name(team, "mine") == own
    assert selectors.card_by_name(other, "mine") is None
    shared = selectors.card_by_name(other, "Qwen/Qwen3-0.6B")
    assert shared is not None
    assert shared.team is None


def test_hardware_is_found_by_slug_and_alias():
    import_facts()
    team = Team.objects.create(name="A", slug="a")

    by_alias = selectors.hardware_by_name(team, "NVIDIA L4 24GB")

    assert by_alias == selectors.hardware_by_name(team, "nvidia-l4")
    assert by_alias is not None
    assert selectors.hardware_by_name(team, "nvidia-l5") is None


def test_a_card_goes_by_the_teams_price_then_by_the_newest():
    import_facts()
    team = Team.objects.create(name="A", slug="a")
    card = selectors.card_by_name(team, "gpt-oss-20b")
    assert card is not None

    newest = selectors.price_of(card, team)
    own = Price.objects.create(
        team=team, slug="ours", card=card, vendor="us", input_per_1m=1, source="typed"
    )

    assert newest is not None
    assert newest.slug == "groq-gpt-oss-20b"
    assert selectors.price_of(card, team) == own


def test_cards_come_smallest_first_and_unknown_sizes_last():
    import_facts()
    team = Team.objects.create(name="A", slug="a")

    sizes = [card.parameters for card in selectors.cards_of(team)]

    known = [size for size in sizes if size is not None]
    assert known == sorted(known)
    assert sizes[: len(known)] == known
