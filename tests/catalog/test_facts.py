"""The facts that ship: typed, sourced, dated, without a name twice."""

import datetime
import json
from collections import Counter

import pytest

from advisor.catalog import facts
from advisor.sizing.architecture import from_config


def every_fact():
    for thing in (*facts.models(), *facts.hardware()):
        yield from thing.facts.values()


def test_the_catalog_is_not_small():
    open_models = [model for model in facts.models() if model.source]

    assert len(open_models) == 77
    assert len(facts.models()) == 125
    assert len(facts.hardware()) == 36
    assert len(facts.prices()) == 110


@pytest.mark.parametrize("rows", [facts.models(), facts.hardware(), facts.prices()])
def test_no_name_stands_for_two_things(rows):
    names = Counter(
        name for row in rows for name in {row.slug, *getattr(row, "aliases", ())}
    )

    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("qwen3-0-6b", "qwen3-0-6b"),
        ("Qwen/Qwen3-0.6B", "qwen3-0-6b"),
        ("qwen3-0.6b", "qwen3-0-6b"),
        ("openai/gpt-3-175b", "gpt-3-175b"),
    ],
)
def test_a_model_is_found_by_slug_and_alias(name, slug):
    found = facts.model(name)

    assert found is not None
    assert found.slug == slug


def test_a_machine_is_found_by_slug_and_alias():
    found = facts.machine("NVIDIA L4 24GB")

    assert found is not None
    assert found.slug == "nvidia-l4"
    assert found.value("memory_gb") == 24
    assert facts.machine("nvidia-l5") is None


def test_a_fact_without_a_source_is_unverified_and_no_other():
    for fact in every_fact():
        assert fact.source
        assert fact.unverified == (fact.source == facts.UNSOURCED)
        assert not (fact.unverified and fact.as_of)


def test_known_values_of_one_model():
    # Computed from the shape by transformers, and equal in the checkpoint's index.
    model = facts.model("qwen3-0-6b")

    assert model is not None
    assert model.value("parameters") == 596_049_920
    assert model.value("licence") == "apache-2.0"
    assert model.facts["licence"].unverified
    assert not model.facts["parameters"].unverified
    assert model.value("no such fact") is None


def test_every_known_shape_describes_a_decoder():
    shapes = [model for model in facts.models() if model.config() is not None]

    assert len(shapes) == 62
    for model in shapes:
        found = from_config(model.config() or {}, model.value("parameters"))
        width = sum(layer.width for layer in found.layers)
        assert 2 * width == model.value("kv_cache_bytes_per_token_16bit"), model.slug


def test_a_hybrid_model_has_no_shape():
    model = facts.model("qwen3-5-2b")

    assert model is not None
    assert model.config() is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-08-05", datetime.date(2026, 8, 5)),
        ("2026-05", datetime.date(2026, 5, 1)),
        ("2025", datetime.date(2025, 1, 1)),
        (None, None),
    ],
)
def test_a_partial_date_is_its_first_day(text, day):
    assert facts.date_of(text) == day


def test_every_date_is_one():
    for row in (*every_fact(), *facts.prices()):
        day = facts.date_of(row.as_of)
        assert day is None or day.year >= 2020


def test_the_price_of_a_machine_is_the_newest_sourced_one():
    prices = {h.slug: h.price() for h in facts.hardware()}
    a100 = prices["nvidia-a100-sxm-80gb"]

    assert a100 is not None
    assert (a100.provider, a100.as_of) == ("Verda", "2026")
    assert prices["raspberry-pi-5"] is None


def test_prices_are_positive_dollars_of_known_cards():
    slugs = {model.slug for model in facts.models()}
    for price in facts.prices():
        assert price.currency == "USD"
        assert price.input_per_1m > 0
        assert price.output_per_1m > 0
        assert price.card is None or price.card in slugs


@pytest.mark.parametrize("name", ["models", "hardware", "prices"])
def test_every_source_of_a_file_is_used(name):
    text = (facts.DATA / f"{name}.json").read_text("utf-8")

    for key in json.loads(text)["sources"]:
        assert f'"from": "{key}"' in text
