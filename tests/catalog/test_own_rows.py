"""Editors keep models, machines and prices of the team; shared ones are read-only."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from advisor.accounts.models import AuditEvent, Team, User
from advisor.catalog import selectors
from advisor.catalog.models import Change, HardwareProfile, ModelCard, Price
from tests.catalog.conftest import SHAPE, make_card, make_price
from tests.people import Browser

pytestmark = pytest.mark.django_db
BASE = "/t/team-atlas/catalog/"
MODEL = {
    "name": "Claims-7B",
    "source": "atlas/claims-7b",
    "parameters": "7,241,000,000",
    "licence": "Proprietary",
    "languages": "en, DE",
    "told": "model registry",
    "as_of": "2026-11-20",
}
MACHINE = {
    "name": "Rack 4",
    "kind": "gpu",
    "memory_gb": "96",
    "price_per_hour": "1.25",
    "told": "contract 12",
    "as_of": "2026-11-20",
}
PRICE = {
    "model": "qwen3-4b",
    "vendor": "Contoso Cloud",
    "input_per_1m": "2.50",
    "output_per_1m": "10",
    "source": "contract 12",
    "as_of": "2026-11-20",
}
CONFIG = json.dumps(
    {
        "model_type": "qwen3",
        "num_hidden_layers": 36,
        "hidden_size": 2560,
        "intermediate_size": 9728,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "vocab_size": 151936,
        "max_position_embeddings": 40960,
        "torch_dtype": "bfloat16",
    }
)
ADDRESSES = (
    *("models/new/", "models/qwen3-4b/edit/", "models/qwen3-4b/delete/"),
    *("hardware/new/", "hardware/nvidia-l4/edit/", "hardware/nvidia-l4/delete/"),
    *("prices/new/", "prices/1/edit/", "prices/1/delete/"),
)


def actions(team: Team) -> list[str]:
    found = AuditEvent.objects.filter(team=team).order_by("pk")
    return [event.action for event in found if not event.action.startswith("team.")]


@pytest.mark.parametrize("address", ADDRESSES)
def test_viewers_may_not_write_and_other_teams_find_nothing(
    address: str, card, machine, bob: User, charlie: User, browser: Browser
):
    assert browser(bob).get(BASE + address).status_code == 403
    assert browser(bob).post(BASE + address, MODEL).status_code == 403
    assert browser(charlie).get(BASE + address).status_code == 404
    assert browser(charlie).post(BASE + address, MODEL).status_code == 404
    assert browser(None).get(BASE + address).status_code == 302


def test_an_editor_adds_a_private_model(team: Team, edith: User, browser: Browser):
    answer = browser(edith).post(f"{BASE}models/new/", {**MODEL, "config": CONFIG})
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/catalog/models/claims-7b/",
    )
    card = ModelCard.objects.get(team=team)
    assert (card.slug, card.parameters, card.licence) == (
        *("claims-7b", 7_241_000_000),
        "proprietary",
    )
    assert card.languages == ["en", "de"]
    # What the form leaves open, the configuration says.
    assert card.context_tokens == 40_960
    assert card.facts["layers"]["value"] == 36
    assert card.facts["kv_cache_bytes_per_token_16bit"]["value"] == 147_456
    assert card.facts["parameters"] == {
        "value": 7_241_000_000,
        "source": "model registry",
        "as_of": "2026-11-20",
        "unverified": False,
    }
    assert actions(team) == ["model.added"]
    html = browser(edith).get("/catalog/models/claims-7b/").content.decode()
    assert "Only Team Atlas" in html
    assert "model registry" in html


def test_a_context_that_no_model_has_is_no_fact(
    team: Team, edith: User, browser: Browser
):
    config = CONFIG.replace("40960", "4" * 12)
    given = {**MODEL, "context_tokens": "", "config": config}
    assert browser(edith).post(f"{BASE}models/new/", given).status_code == 302
    assert ModelCard.objects.get(team=team).context_tokens is None


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Enter name"),
        ("name", "!!!", "Enter a name with letters or digits"),
        ("name", "Taken.One", "Your team has a model called Taken.One."),
        ("parameters", "many", "Enter a whole number of parameters, such as"),
        ("parameters", "1.5", "Enter a whole number of parameters, such as"),
        ("context_tokens", "-1", "Enter a whole number of tokens, such as 32,768"),
        ("languages", "en, Germna", "“germna” is none"),
        ("config", "{}", "Paste a whole config.json, with num_hidden_layers in it"),
        ("config", "[" * 5000, "Paste a whole config.json"),
        ("config", CONFIG.replace("36", "3" * 9, 1), "Paste a whole config.json"),
        ("config", CONFIG.replace("128", "1" * 300, 1), "Paste a whole config.json"),
        ("told", "", "Enter source of these facts"),
        ("as_of", "2999-01-01", "Choose today or an earlier date"),
    ],
)
def test_what_is_wrong_with_a_model_is_said_at_its_field(
    field, value, message, team: Team, edith: User, browser: Browser
):
    make_card("taken-one", team=team)
    answer = browser(edith).post(f"{BASE}models/new/", {**MODEL, field: value})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert message in html
    assert "<title>Error: " in html
    assert ModelCard.objects.count() == 1


def test_own_facts_of_a_shared_model_keep_the_sources_of_the_others(
    team: Team, card: ModelCard, edith: User, browser: Browser
):
    client = browser(edith)
    page = client.get(f"{BASE}models/qwen3-4b/edit/").content.decode()
    assert 'value="4,022,468,096"' in page
    client.post(
        f"{BASE}models/qwen3-4b/edit/",
        {**MODEL, "name": "Qwen3-4B tuned", "parameters": "4,022,468,096"},
    )
    own = ModelCard.objects.get(team=team)
    assert (own.slug, own.name) == ("qwen3-4b", "Qwen3-4B tuned")
    assert own.facts["parameters"] == card.facts["parameters"]
    assert own.facts["licence"]["source"] == "model registry"
    assert {name for name in SHAPE if name in own.facts} == set(SHAPE)
    card.refresh_from_db()
    assert (card.team, card.licence) == (None, "apache-2.0")
    assert selectors.card_by_name(team, "qwen3-4b") == own


def test_a_change_says_what_was_and_what_is(
    team: Team, edith: User, bob: User, browser: Browser
):
    client = browser(edith)
    client.post(f"{BASE}models/new/", MODEL)
    client.post(f"{BASE}models/claims-7b/edit/", {**MODEL, "licence": "mit"})
    change = Change.objects.get(fact="licence")
    assert (change.before, change.after) == ("proprietary", "mit")
    assert (change.team, change.by, change.as_of) == (team, "Edith", "2026-11-20")
    assert actions(team) == ["model.added", "model.changed"]
    html = browser(bob).get("/catalog/changes/?q=claims").content.decode()
    assert html.index("Proprietary") < html.index(">MIT<")
    assert "1 to 2 of 2" in html


def test_a_deleted_model_makes_room_for_the_shared_one(
    team: Team, card: ModelCard, edith: User, browser: Browser
):
    own = make_card("qwen3-4b", team=team)
    lone = make_card("lone", team=team)
    kept, ended = make_price(own, team=team), make_price(lone, team=team)
    client = browser(edith)
    question = client.get(f"{BASE}models/qwen3-4b/delete/").content.decode()
    assert "Delete qwen3-4b?" in question
    assert ModelCard.objects.filter(pk=own.pk).exists()
    client.post(f"{BASE}models/qwen3-4b/delete/")
    client.post(f"{BASE}models/lone/delete/")
    assert list(ModelCard.objects.all()) == [card]
    assert selectors.price_of(card, team) == kept
    ended.refresh_from_db()
    assert ended.ended_at is not None
    assert actions(team) == ["model.deleted", "model.deleted"]


@pytest.mark.parametrize("room", ["models/qwen3-4b", "hardware/nvidia-l4"])
def test_shared_rows_are_nobodys_to_delete(
    room: str, card, machine, edith: User, browser: Browser
):
    assert browser(edith).post(f"{BASE}{room}/delete/").status_code == 404
    assert ModelCard.objects.count() == HardwareProfile.objects.count() == 1


def test_an_own_price_per_hour_counts_for_the_team_alone(
    team: Team, machine: HardwareProfile, edith: User, charlie: User, browser: Browser
):
    client = browser(edith)
    about = {**MACHINE, "name": "NVIDIA L4", "memory_gb": "24"}
    client.post(f"{BASE}hardware/nvidia-l4/edit/", {**about, "price_per_hour": "0,45"})
    own = selectors.hardware_by_name(team, "nvidia-l4")
    assert own is not None
    assert own.price_per_hour == Decimal("0.45")
    assert own.facts["memory_gb"] == machine.facts["memory_gb"]
    # Left empty, so no longer a fact of the team's machine.
    assert "memory_bandwidth_gbs" not in own.facts
    other = Team.objects.get(slug="elsewhere")
    assert selectors.hardware_by_name(other, "nvidia-l4") == machine
    change = Change.objects.get(fact="price_per_hour")
    assert (change.before, change.after) == (0.98, 0.45)


def test_a_machine_that_is_owned_costs_nothing_and_says_so(
    team: Team, edith: User, browser: Browser
):
    client = browser(edith)
    client.post(f"{BASE}hardware/new/", {**MACHINE, "price_per_hour": "0"})
    assert HardwareProfile.objects.get(team=team).price_per_hour == 0
    assert "Owned" in client.get("/catalog/hardware/").content.decode()
    client.post(f"{BASE}hardware/rack-4/delete/")
    assert not HardwareProfile.objects.exists()
    assert actions(team) == ["hardware.added", "hardware.deleted"]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("memory_gb", "Enter the memory in GB, such as 24"),
        ("price_per_hour", "Enter dollars an hour, 0 for a machine that you own"),
        ("kind", "Select a valid choice"),
    ],
)
def test_what_is_wrong_with_a_machine_is_said(
    field, message, team: Team, edith: User, browser: Browser
):
    answer = browser(edith).post(f"{BASE}hardware/new/", {**MACHINE, field: "-5"})
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not HardwareProfile.objects.exists()


def test_a_new_price_takes_the_place_of_the_old_one_and_keeps_it(
    team: Team, card: ModelCard, edith: User, browser: Browser
):
    make_price(card, as_of=timezone.localdate())
    client = browser(edith)
    client.post(f"{BASE}prices/new/", PRICE)
    first = Price.objects.get(team=team)
    assert selectors.price_of(card, team) == first
    page = client.get(f"{BASE}prices/{first.pk}/edit/").content.decode()
    assert 'value="2.5"' in page
    client.post(f"{BASE}prices/{first.pk}/edit/", {**PRICE, "input_per_1m": "1.8"})
    second = selectors.price_of(card, team)
    first.refresh_from_db()
    assert second is not None
    assert (second.slug, second.input_per_1m) == (first.slug, Decimal("1.8"))
    assert first.input_per_1m == Decimal("2.5")
    assert first.ended_at is not None
    assert first.ended_at >= second.since - timedelta(seconds=1)
    change = Change.objects.get(fact="input_per_1m")
    assert (change.before, change.after) == (2.5, 1.8)
    event = AuditEvent.objects.get(action="price.changed")
    assert event.detail == {"input_per_1m": [2.5, 1.8]}


def test_prices_of_two_vendors_stand_side_by_side_whatever_their_letters(
    team: Team, card: ModelCard, edith: User, browser: Browser
):
    client = browser(edith)
    long = make_card("a" * 79 + "7"), make_card("a" * 79 + "8")
    pairs = [(card.slug, "東京"), (card.slug, "大阪"), (card.slug, "Ü")]
    pairs += [(one.slug, "A cloud with a rather long name") for one in long]
    for model, vendor in (*pairs, pairs[0]):
        client.post(f"{BASE}prices/new/", {**PRICE, "model": model, "vendor": vendor})
    held = Price.objects.filter(team=team, ended_at__isnull=True)
    assert sorted((one.card.slug, one.vendor) for one in held) == sorted(pairs)


def test_a_price_that_is_moved_to_another_vendor_holds_no_longer_at_the_first(
    team: Team, card: ModelCard, edith: User, browser: Browser
):
    client = browser(edith)
    client.post(f"{BASE}prices/new/", {**PRICE, "vendor": "Contoso Clout"})
    first = Price.objects.get(team=team)
    client.post(f"{BASE}prices/{first.pk}/edit/", PRICE)
    assert Price.objects.get(team=team, ended_at__isnull=True).vendor == PRICE["vendor"]
    assert actions(team) == ["price.added", "price.deleted", "price.added"]


def test_a_deleted_price_holds_no_longer_and_stays_as_history(
    team: Team, card: ModelCard, edith: User, browser: Browser
):
    listed = make_price(card)
    client = browser(edith)
    client.post(f"{BASE}prices/new/", PRICE)
    own = Price.objects.get(team=team)
    client.post(f"{BASE}prices/{own.pk}/delete/")
    assert selectors.price_of(card, team) == listed
    assert Price.objects.filter(pk=own.pk).exists()
    assert client.get(f"{BASE}prices/{own.pk}/edit/").status_code == 404
    assert client.get(f"{BASE}prices/{listed.pk}/delete/").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("model", "unheard-of", "Select a valid choice"),
        ("vendor", "", "Enter vendor"),
        ("input_per_1m", "-1", "Enter dollars per million tokens, 0 or more"),
        ("output_per_1m", "", "Enter output"),
        ("cached_input_per_1m", "cheap", "Enter dollars per million tokens, 0 or more"),
        ("source", "", "Enter source"),
        ("as_of", "yesterday", "Choose today or an earlier date"),
    ],
)
def test_what_is_wrong_with_a_price_is_said(
    field, value, message, card, edith: User, browser: Browser
):
    answer = browser(edith).post(f"{BASE}prices/new/", {**PRICE, field: value})
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Price.objects.exists()


def test_what_holds_today_is_read_in_two_queries(
    team: Team, card: ModelCard, django_assert_num_queries
):
    make_price(card)
    own = make_price(card, "Contract", team=team)
    tuned = make_card("tuned", team=team, revision="v3")
    with django_assert_num_queries(2):
        found = selectors.current_of(team, ["qwen3-4b", "tuned", "unheard-of"])
    assert set(found) == {"qwen3-4b", "tuned"}
    assert found["qwen3-4b"].price == own
    assert (found["tuned"].card, found["tuned"].revision) == (tuned, "v3")
    assert found["tuned"].price is None


def test_a_model_of_the_team_is_found_by_the_place_of_its_weights(team: Team):
    shared = make_card("shared", source="/models/claims")
    own = make_card("own", team=team, source="/models/claims")
    assert selectors.card_by_name(team, "/models/claims") == own
    assert selectors.card_by_name(None, "/models/claims") == shared
    make_card("endpoint-only", source="")
    assert selectors.card_by_name(team, "") is None
