"""A refresh shows what it would change, and changes shared rows alone."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from advisor.accounts.models import Team
from advisor.catalog import facts, selectors
from advisor.catalog.facts import hub
from advisor.catalog.facts.price_file import PriceFileError, read_prices
from advisor.catalog.models import Change, ModelCard, Price
from advisor.catalog.services import import_facts
from advisor.sizing.architecture import from_config
from tests.catalog.conftest import make_card, make_price
from tests.catalog.hub import SHA, Hub, card_of, config_of, documents
from tests.days import on_one_day
from tests.engines.stub_server import Stub, reply

TODAY = date(2026, 11, 26)
HEAD = "model,vendor,input_per_1m,output_per_1m,source,as_of\n"
ID = "Qwen/qwen3-4b"


def refresh(*words: str) -> None:
    call_command("catalog", "refresh", *words)


@pytest.fixture
def served(settings: Any) -> Iterator[Stub]:
    with Stub(Hub(documents(ID))) as stub:
        settings.ALLOWED_PRIVATE_ENDPOINTS = [stub.host_port]
        yield stub


def url_of(stub: Stub) -> str:
    return f"http://{stub.host_port}"


def price_file(tmp_path: Path, text: str, name: str = "prices.csv") -> str:
    path = tmp_path / name
    path.write_text(text)
    return str(path)


def test_a_hubs_documents_become_facts():
    assert hub.card_facts(card_of(ID)) == {
        "parameters": 4_022_468_096,
        "licence": "apache-2.0",
        "languages": ["en", "de"],
    }
    found = hub.config_facts(config_of())
    assert found["context_tokens"] == 40_960
    assert found["kv_heads"] == 8
    assert found["tied_embeddings"] is True
    assert found["dtype"] == "bfloat16"
    # 36 layers x 2 x 8 heads x 128 numbers x 2 bytes
    assert found["kv_cache_bytes_per_token_16bit"] == 147_456


@pytest.mark.parametrize(
    ("card", "facts_of_it"),
    [
        ({}, {}),
        ({"cardData": None, "safetensors": None}, {}),
        (
            {"cardData": {"license": ["mit"], "language": "en"}},
            ["licence", "languages"],
        ),
        ({"cardData": {"license": "other", "license_name": "Qwen"}}, ["licence"]),
        ({"cardData": {"license": "other"}}, {}),
        ({"cardData": {"language": ["multilingual", 7, "English"]}}, {}),
        ({"safetensors": {"total": "many"}}, {}),
        ({"safetensors": {"total": -5}}, {}),
    ],
)
def test_what_a_card_does_not_say_is_no_fact(card, facts_of_it):
    assert list(hub.card_facts(card)) == list(facts_of_it)


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ({"license": "llama3.2"}, "llama-3.2-community"),
        ({"license": "other", "license_name": "mrl"}, "mistral-research"),
        ({"license": "other", "license_name": "my own terms"}, "my own terms"),
    ],
)
def test_a_licence_keeps_the_id_that_limits_allow(told, known):
    assert hub.card_facts(card_of(ID, cardData=told))["licence"] == known


def test_a_hybrid_has_no_cache_by_layers_and_a_seeing_model_a_decoder():
    mixed = config_of(layer_types=["linear_attention", "full_attention"] * 18)
    assert "kv_cache_bytes_per_token_16bit" not in hub.config_facts(mixed)
    nested = hub.config_facts({"text_config": config_of(), "vision_config": {}})
    assert nested["layers"] == 36
    odd = {"num_hidden_layers": "12", "hidden_size": -1, "vocab_size": True}
    assert hub.config_facts({**odd, "model_type": 7}) == {}


WINDOWED = ["sliding_attention"] * 5 + ["full_attention"]


@pytest.mark.parametrize(
    "config",
    [
        config_of(sliding_window=512, layer_types=WINDOWED * 6),
        config_of(sliding_window=128, layer_types=[WINDOWED[0], WINDOWED[-1]] * 18),
        config_of(sliding_window=4096, sliding_window_pattern=4),
        config_of(sliding_window=4096, use_sliding_window=True),
        config_of(sliding_window=32_768, use_sliding_window=False),
        config_of(
            intermediate_size=6144,
            moe_intermediate_size=768,
            num_experts=128,
            num_experts_per_tok=8,
        ),
    ],
)
def test_facts_of_a_configuration_have_its_shape(config):
    shape = from_config(config)
    assert from_config(facts.config_of(hub.config_facts(config)) or {}) == shape


def test_layers_that_no_pattern_tells_count_whole():
    config = config_of(sliding_window=512, layer_types=WINDOWED[::-1] * 6)
    shape = from_config(facts.config_of(hub.config_facts(config)) or {})
    assert shape.plain


@pytest.mark.django_db
def test_without_write_a_refresh_only_tells(served: Stub, card: ModelCard, capsys):
    card.facts["parameters"]["value"] = card.parameters = 4_000_000_000
    card.save()
    refresh("--hub", url_of(served))
    told = capsys.readouterr().out
    assert "model qwen3-4b: parameters 4000000000 -> 4022468096" in told
    assert "languages en -> en, de" in told
    assert f"revision none -> {SHA}" in told
    assert "Nothing was stored: add --write." in told
    card.refresh_from_db()
    assert card.parameters == 4_000_000_000
    assert not Change.objects.exists()


@pytest.mark.django_db
def test_a_refresh_writes_source_and_date_with_each_fact(
    served: Stub, card: ModelCard, team: Team
):
    own = make_card("qwen3-4b", team=team)
    days = [timezone.localdate().isoformat()]
    refresh("--hub", url_of(served), "--write")
    days.append(timezone.localdate().isoformat())
    card.refresh_from_db()
    assert (card.revision, card.languages) == (SHA, ["en", "de"])
    assert card.facts["licence"]["as_of"] in days
    assert card.facts["licence"] == {
        "value": "apache-2.0",
        "source": f"{url_of(served)}/{ID} @c1899de2",
        "as_of": card.facts["licence"]["as_of"],
        "unverified": False,
        "way": "hub",
    }
    assert set(Change.objects.values_list("fact", flat=True)) == {
        *("languages", "revision", "tied_embeddings", "dtype"),
    }
    before = own.facts
    own.refresh_from_db()
    assert (own.facts, own.revision) == (before, "")
    # Nothing is asked for the team's own, and every request says what it is.
    assert [one.line.split()[1] for one in served.requests] == list(documents(ID))
    assert served.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.django_db
def test_a_second_refresh_of_a_day_changes_nothing(
    served: Stub, card: ModelCard, capsys
):
    def told_twice(today: date) -> str:
        refresh("--hub", url_of(served), "--write")
        capsys.readouterr()
        refresh("--hub", url_of(served), "--write")
        return str(capsys.readouterr().out)

    assert "0 facts change, 0 rows are confirmed" in on_one_day(told_twice)


@pytest.mark.django_db
def test_a_model_that_cannot_be_read_stops_none_of_the_others(
    served: Stub, card: ModelCard, capsys
):
    make_card("a-gone-one")
    make_card("broken")
    make_card("behind-an-endpoint", source="")
    served.plan.documents["/api/models/Qwen/broken"] = reply(b"<html>")
    with pytest.raises(CommandError, match="2 models could not be read"):
        refresh("--hub", url_of(served), "--write")
    told = capsys.readouterr()
    assert "a-gone-one: " in told.err
    assert "broken: " in told.err
    card.refresh_from_db()
    assert card.revision == SHA


@pytest.mark.django_db
def test_a_gated_model_shows_its_card_alone(served: Stub, card: ModelCard):
    path = f"/{ID}/raw/{SHA}/config.json"
    served.plan.documents[path] = reply({"error": "gated"}, "403 Forbidden")
    refresh("--hub", url_of(served), "--only", "qwen3-4b", "--write")
    card.refresh_from_db()
    assert card.revision == SHA
    assert "way" not in card.facts["layers"]


@pytest.mark.django_db
def test_a_hub_that_redirects_or_is_closed_is_not_followed(
    served: Stub, card: ModelCard, capsys
):
    moved = reply({}, "307 Temporary Redirect", Location="http://169.254.169.254/")
    served.plan.documents[f"/api/models/{ID}"] = moved
    with pytest.raises(CommandError):
        refresh("--hub", url_of(served))
    assert "redirect" in capsys.readouterr().err
    with pytest.raises(CommandError):
        refresh("--hub", "http://10.0.0.1")
    assert "not reachable from here for safety" in capsys.readouterr().err


@pytest.mark.django_db
def test_an_import_keeps_what_was_read_later_and_nothing_else(served: Stub):
    import_facts()
    card = ModelCard.objects.get(slug="qwen3-0-6b")
    served.plan.documents |= documents(card.source)
    refresh("--hub", url_of(served), "--only", card.slug, "--write")
    again = import_facts()
    card.refresh_from_db()
    assert (again.added, again.corrected) == (0, 0)
    assert card.languages == ["en", "de"]
    assert card.facts["layers"]["way"] == "hub"
    old = {**card.facts["layers"], "as_of": "2020-01-01"}
    card.facts = {**card.facts, "layers": old}
    card.save()
    assert import_facts().corrected == 1
    card.refresh_from_db()
    assert card.facts["layers"] == {
        "value": 28,
        "source": facts.model(card.slug).facts["layers"].source,
        "as_of": facts.model(card.slug).facts["layers"].as_of,
        "unverified": False,
    }


def test_a_price_file_is_read_as_csv_and_json():
    csv_rows = read_prices(
        f"{HEAD}qwen3-4b,Contoso,0.1,0.40,list,2026-11-01\n".encode(), "p.csv", TODAY
    )
    document = {
        "source": "list",
        "as_of": "2026-11-01",
        "prices": [
            {
                "model": "qwen3-4b",
                "vendor": "Contoso",
                "input_per_1m": 0.1,
                "output_per_1m": "0.40",
            }
        ],
    }
    json_rows = read_prices(json.dumps(document).encode(), "P.JSON", TODAY)
    assert csv_rows == json_rows
    assert csv_rows[0].input_per_1m == Decimal("0.1")
    assert csv_rows[0].cached_input_per_1m is None


def test_all_that_is_wrong_in_a_price_file_is_said_at_once():
    text = (
        HEAD + "qwen3-4b,Contoso,-1,much,list,2026-11-01\n"
        ",Contoso,1,2,,2999-01-01\n"
        "x,y,nan,2,list,soon\n"
    )
    with pytest.raises(PriceFileError) as refused:
        read_prices(text.encode(), "p.csv", TODAY)
    assert len(refused.value.problems) == 7
    for words in ("Row 2: model is empty.", "Row 2: source is empty.", "'2999-01-01'"):
        assert words in str(refused.value)


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"", "p.csv", "lacks the column model"),
        (b"model,vendor\n", "p.csv", "lacks the column input_per_1m, output_per_1m"),
        (HEAD.encode(), "p.csv", "has 0 prices"),
        (b"\xff\xfe", "p.csv", "is not UTF-8"),
        (b"{", "p.json", "is no JSON"),
        (b"[1]", "p.json", "must hold a list of prices"),
        (b"[" * 9999, "p.json", "is no JSON"),
        (b'[{"modell": "x"}]', "p.json", "'modell' is not known. Did you mean model?"),
        (
            b'[{"model": "x", "vendor": "y", "input_per_1m": 1, "output_per_1m": 2,'
            b' "source": "s", "as_of": "2026-01-01", "currency": "EUR"}]',
            "p.json",
            "the currency is 'EUR'; give USD",
        ),
    ],
)
def test_a_file_that_is_no_price_file_says_why(content, name, told):
    with pytest.raises(PriceFileError) as refused:
        read_prices(content, name, TODAY)
    assert told in str(refused.value)


@pytest.mark.django_db
def test_a_price_file_adds_replaces_and_confirms(
    tmp_path: Path, card: ModelCard, team: Team, capsys
):
    same = make_price(card, "Same", as_of=date(2026, 10, 1))
    old = make_price(card, "Other", as_of=date(2026, 10, 1))
    newer = make_price(card, "Newer", as_of=date(2026, 11, 20))
    own = make_price(card, "Own", team=team)
    text = HEAD + "".join(
        f"QWEN3-4B,{vendor},{price},8,list 5,2026-11-01\n"
        for vendor, price in (("same", 2), ("Other", 3), ("Newer", 9), ("Own", 1))
    )
    path = price_file(tmp_path, text)
    refresh("--prices", path)
    told = capsys.readouterr().out
    assert "price other-qwen3-4b: input_per_1m 2.0 -> 3.0 (list 5, 2026-11-01)" in told
    assert "price own-qwen3-4b: added" in told
    assert Price.objects.count() == 4
    refresh("--prices", path, "--write")
    assert "2 facts change, 1 rows are confirmed" in capsys.readouterr().out
    held = {one.slug: one for one in selectors.current_prices(None)}
    assert held["same-qwen3-4b"].pk == same.pk
    assert held["same-qwen3-4b"].as_of == date(2026, 11, 1)
    assert held["other-qwen3-4b"].input_per_1m == 3
    assert held["newer-qwen3-4b"] == newer
    old.refresh_from_db()
    assert (old.input_per_1m, old.ended_at is None) == (2, False)
    own.refresh_from_db()
    assert (own.input_per_1m, own.ended_at) == (2, None)
    assert selectors.price_of(card, team) == own


@pytest.mark.django_db
def test_a_price_file_with_one_wrong_row_changes_nothing(
    tmp_path: Path, card: ModelCard
):
    row = "qwen3-4b,Contoso,1,2,list,2026-11-01\n"
    path = price_file(tmp_path, f"{HEAD}{row}qwen3-4bb,X,1,2,list,2026-11-01\n{row}")
    with pytest.raises(CommandError) as refused:
        refresh("--prices", path, "--write")
    told = str(refused.value)
    assert "Row 2: the catalog has no model 'qwen3-4bb'. Did you mean qwen3-4b?" in told
    assert "Row 3: qwen3-4b at Contoso stands in the file twice." in told
    assert not Price.objects.exists()


@pytest.mark.django_db
def test_a_shipped_price_neither_overwrites_a_newer_one_nor_doubles_it(tmp_path: Path):
    import_facts()
    text = f"{HEAD}gpt-4o,openai,2,9,list 5,2026-11-20\n"
    refresh("--prices", price_file(tmp_path, text), "--write")
    again = import_facts()
    assert (again.added, again.corrected) == (0, 0)
    held = Price.objects.get(slug="gpt-4o", ended_at__isnull=True)
    assert (held.input_per_1m, held.source) == (2, "list 5")
    assert Price.objects.filter(slug="gpt-4o").count() == 2


@pytest.mark.django_db
def test_a_shipped_price_that_is_newer_takes_the_place_of_the_one_before():
    import_facts()
    Price.objects.filter(slug="gpt-4o").update(input_per_1m=7, as_of="2026-01-01")
    done = import_facts()
    assert (done.added, done.corrected) == (0, 1)
    rows = Price.objects.filter(slug="gpt-4o").order_by("pk")
    assert [(row.input_per_1m, row.ended_at is None) for row in rows] == [
        (7, False),
        (Decimal("2.5"), True),
    ]
    change = Change.objects.get()
    assert (change.before, change.after, change.way) == (7.0, 2.5, "shipped")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Nothing to refresh from"),
        (("--prices", "/never/there.csv"), "cannot be read: No such file"),
    ],
)
def test_a_refresh_from_nowhere_says_what_to_give(words, told):
    with pytest.raises(CommandError, match=told):
        refresh(*words)
