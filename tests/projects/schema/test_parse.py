"""A setup is read as typed, and everything wrong with it comes at once."""

import json
from typing import Any

import pytest
import yaml

from advisor.projects.schema import Known, Setup, SetupInvalid, parse_setup
from advisor.sizing.constraints import Constraint

TINY: dict[str, Any] = {"id": "tiny", "engine": "transformers", "model": "builtin/a"}
LARGE: dict[str, Any] = {"id": "large", "engine": "recorded", "file": "large.jsonl"}
SETUP: dict[str, Any] = {
    "project": "Ticket routing",
    "samples": "tickets.jsonl",
    "candidates": [TINY],
    "reference": LARGE,
}
EXAMPLE = """
project: Support ticket routing
samples: tickets.jsonl
prompt: "Name the intent of this ticket.\\n{input}\\nIntent:"
scorer: exact_match
max_output_tokens: 32
reference: {id: gpt3-175b, engine: recorded, file: recorded/a.jsonl, card: gpt-3-175b}
candidates:
  - {id: tiny, engine: transformers, model: builtin/NAME, hardware: this-machine}
  - id: qwen
    engine: openai
    base_url: "http://127.0.0.1:8000/v1"
    model: qwen3-0.6b
    api_key_env: QWEN_KEY
  - id: old
    engine: recorded
    file: old.jsonl
    price: {input_per_1m: 0.5, output_per_1m: 1.5}
repeats: 1
accept_at: 1.0
constraints:
  quality_margin: 0.05
  min_quality: 0.80
  slices: {vip: 0.85}
  p95_latency_ms: 800
  ttft_ms: 300
  monthly_requests: 300000
  peak_requests_per_second: 3
  monthly_budget_usd: 400
  hosting: [device, own_server, private_cloud]
  local_only: true
  max_memory_gb: 8
  hardware: [nvidia-l4]
  licences: [apache-2.0, mit]
  languages: [en, de]
  context_tokens: 8192
objective: cost
confidence: 0.95
promise: traffic
stop: decided
budget_usd: 5
seed: 7
"""


def told(setup, **options):
    with pytest.raises(SetupInvalid) as refused:
        parse_setup(setup, **options)
    return {problem.path: problem for problem in refused.value.problems}


def only(change, **options):
    problems = told({**SETUP, **change}, **options)
    assert len(problems) == 1, list(problems.values())
    return next(iter(problems.values()))


def test_the_documented_example_is_a_setup():
    setup = parse_setup(EXAMPLE)

    assert [one.id for one in setup.all_candidates] == [
        "tiny",
        "qwen",
        "old",
        "gpt3-175b",
    ]
    assert setup.seed == 7
    assert len(setup.limits()) == 15


def test_three_keys_are_enough_with_a_floor():
    setup = parse_setup(
        {
            "project": "One",
            "samples": 3,
            "candidates": [{**TINY}],
            "constraints": {"min_quality": 0.8},
        }
    )

    assert setup.prompt == "{input}"
    assert (setup.objective, setup.promise, setup.stop) == (
        "cost",
        "traffic",
        "decided",
    )
    assert setup.confidence == 0.95
    assert setup.scoring().name == "exact_match"


def test_a_reference_brings_a_margin_of_5_points():
    assert parse_setup(SETUP).limits() == (
        Constraint(name="quality_margin", limit=0.05),
    )


def test_yaml_json_and_mapping_give_the_same_setup():
    from_mapping = parse_setup(yaml.safe_load(EXAMPLE))

    assert parse_setup(EXAMPLE) == from_mapping
    assert parse_setup(json.dumps(yaml.safe_load(EXAMPLE))) == from_mapping


def test_a_document_parses_to_the_same_setup():
    setup = parse_setup(EXAMPLE)

    assert parse_setup(json.loads(json.dumps(setup.document()))) == setup


def test_emptied_fields_count_as_left_out():
    assert parse_setup({**SETUP, "budget_usd": None, "seed": None}) == parse_setup(
        SETUP
    )


def test_everything_wrong_comes_at_once_in_the_order_of_the_keys():
    problems = told(
        """
projct: X
samples: [a]
scorer: {name: numric}
prompt: hello
candidates:
  - {id: a, engine: openai, modle: x}
  - {id: a, engine: transformer}
  - {id: "b c", engine: recorded, price: {input: 1, output_per_1m: 2}}
constraints: {quality_margn: 5}
confidence: high
repeats: 1.5
"""
    )

    assert list(problems) == [
        "project",
        "samples",
        "prompt",
        "scorer.name",
        "candidates.0.base_url",
        "candidates.0.model",
        "candidates.0.modle",
        "candidates.1.engine",
        "candidates.1.id",
        "candidates.2.file",
        "candidates.2.id",
        "candidates.2.price.input",
        "candidates.2.price.input_per_1m",
        "repeats",
        "constraints.min_quality",
        "constraints.quality_margn",
        "confidence",
        "projct",
    ]
    assert problems["projct"].remedy == "Did you mean project?"
    assert problems["candidates.0.modle"].remedy == "Did you mean model?"
    assert problems["candidates.2.price.input"].remedy == "Did you mean input_per_1m?"
    assert (
        problems["constraints.quality_margn"].remedy == "Did you mean quality_margin?"
    )


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"candidates": []}, "candidates", "too short"),
        ({"candidates": "tiny"}, "candidates", "is not a list"),
        ({"candidates": [7]}, "candidates.0", "is not a mapping"),
        ({"seed": "7"}, "seed", "not a whole number"),
        ({"seed": True}, "seed", "not a whole number"),
        ({"seed": -1}, "seed", "Give at least 0."),
        ({"accept_at": 0}, "accept_at", "Give more than 0."),
        ({"accept_at": 1.01}, "accept_at", "Give at most 1."),
        ({"confidence": 1}, "confidence", "Give less than 1."),
        ({"budget_usd": float("nan")}, "budget_usd", "number"),
        ({"budget_usd": -1}, "budget_usd", "Give at least 0."),
        ({"objective": "prize"}, "objective", "Did you mean size?"),
        ({"promise": "forever"}, "promise", "Use traffic, samples."),
        ({"prompt": "Answer:"}, "prompt", "Put {input}"),
        ({"scorer": "exact"}, "scorer", "Did you mean exact_match?"),
        ({"scorer": 7}, "scorer", "is not a scorer"),
        ({"scorer": [{"name": "chrf", "weight": "x"}]}, "scorer.0.weight", "number"),
        ({"scorer": {"name": "regex"}}, "scorer.pattern", "Add pattern."),
        ({"project": "ab"}, "project", "At least 3"),
        ({"goal": "x" * 401}, "goal", "400 is the limit"),
        ({"residency": "Mars"}, "residency", "Use anywhere, eu_eea"),
        ({"load_profile": [1] * 24}, "load_profile", "168 hourly values"),
        ({"decide_by": "soon"}, "decide_by", "Write it like 2026-05-31."),
        ({"personal_data": "some"}, "personal_data", "is not one of"),
        ({"mapping": {"inptu": "text"}}, "mapping.inptu", "Did you mean input?"),
        (
            {"constraints": {"p95_latency_ms": "fast"}},
            "constraints.p95_latency_ms",
            "number",
        ),
        ({"constraints": [1]}, "constraints", "is not a mapping"),
    ],
)
def test_a_wrong_value_is_answered_with_its_key_and_the_remedy(change, path, words):
    problem = only(change)

    assert problem.path == path
    assert words in str(problem)


@pytest.mark.parametrize(
    ("entry", "path", "words"),
    [
        ({"id": "large"}, "reference.id", "is the id of candidates.0 already"),
        ({"file": "a.jsonl"}, "candidates.0.file", "belongs to the engine recorded"),
        ({"chat": True}, "candidates.0.chat", "belongs to the engine openai"),
        ({"model": None}, "candidates.0.model", "is missing"),
        ({"revision": "main"}, "candidates.0.revision", "40 hexadecimal digits"),
        ({"precision": "fp64"}, "candidates.0.precision", "is not a known precision"),
        ({"precision": "int4"}, "candidates.0.precision", "fp32, bf16, fp16, auto"),
        ({"hosting": "moon"}, "candidates.0.hosting", "is not one of"),
        ({"hardware": "nvidia-l5"}, "candidates.0.hardware", "Did you mean nvidia-l4?"),
        ({"card": "qwen3-0-6"}, "candidates.0.card", "Did you mean qwen3-0-6b?"),
        (
            {"price": {"per_hour": 1.0, "input_per_1m": 2.0}},
            "candidates.0.price.output_per_1m",
            "Give both token prices",
        ),
    ],
)
def test_a_candidate_must_fit_its_engine_and_the_catalog(entry, path, words):
    known = Known(
        cards=frozenset({"qwen3-0-6b"}), hardware=frozenset({"nvidia-l4", "cpu"})
    )

    problem = only({"candidates": [{**TINY, **entry}]}, known=known)

    assert problem.path == path
    assert words in str(problem)


@pytest.mark.parametrize(
    "url",
    ["host/v1", "ftp://host", "http://", "http://u:p@host", "http://a b", "http://h:0"],
)
def test_an_address_must_be_one(url):
    server = {"id": "s", "engine": "openai", "base_url": url, "model": "m"}

    assert only({"candidates": [server]}).path == "candidates.0.base_url"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://localhost:8000/v1", True),
        ("http://[::1]:8000/v1", True),
        ("https://models.example:443/v1", True),
        ("https://models.example/v1", True),
        ("https://models.example:444/v1", False),
        ("https://api.example.com/v1", False),
        ("http://127.0.0.1.example.com/v1", False),
    ],
)
def test_a_local_only_project_reaches_no_server_outside(url, allowed):
    server = {"id": "s", "engine": "openai", "base_url": url, "model": "m"}
    change = {"candidates": [server], "constraints": {"local_only": True}}
    known = Known(allowed_private=frozenset({"models.example:443"}))

    if allowed:
        assert isinstance(parse_setup({**SETUP, **change}, known=known), Setup)
    else:
        assert "local_only forbids" in str(only(change, known=known))


def test_stored_setups_name_stored_things():
    stored = {
        **SETUP,
        "samples": 4,
        "candidates": [{"id": "s", "engine": "openai", "endpoint": 7}],
        "reference": {"id": "r", "engine": "recorded", "upload": 9},
    }
    typed = {
        **SETUP,
        "candidates": [
            {
                "id": "s",
                "engine": "openai",
                "base_url": "https://a.example/v1",
                "model": "m",
                "api_key_env": "KEY",
            }
        ],
    }

    assert parse_setup(stored, stored=True).reference is not None
    assert list(told(typed, stored=True)) == [
        "samples",
        "reference.file",
        "candidates.0.api_key_env",
        "candidates.0.base_url",
    ]


def test_without_a_reference_a_margin_is_refused_and_a_floor_needed():
    alone = {**SETUP, "reference": None, "constraints": {"quality_margin": 0.1}}

    assert list(told(alone)) == [
        "constraints.min_quality",
        "constraints.quality_margin",
    ]


def test_every_optional_field_of_the_form_is_a_key():
    setup = parse_setup(
        {
            **SETUP,
            "goal": "Route each ticket to the right desk at once.",
            "owner": "Head of support",
            "task_kinds": ["classification", "extraction"],
            "wrong_answer": "rework",
            "decide_by": "2026-12-24",
            "load_profile": "office_hours",
            "input_tokens": 800,
            "output_tokens": 20,
            "residency": "DE",
            "personal_data": "masked",
            "licence_use": "commercial",
            "labelled_examples": 0,
            "unlabelled_texts": 5000,
            "mask": True,
            "consent": False,
        }
    )

    assert setup.residency == "DE"


def test_a_yaml_date_is_read_as_text():
    text = yaml.safe_dump(SETUP) + "decide_by: 2026-12-24\n"

    assert parse_setup(text).decide_by == "2026-12-24"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not a mapping"),
        ("- a", "is not a mapping"),
        ("a: [", "is not YAML at line"),
        ("a: &x 1\nb: *x", "uses an alias in line 2"),
        ("a: 1\na: 2", "stands twice (line 2)"),
        ("a: !!python/object/apply:os.system [ls]", "is not YAML"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a": }', "is not JSON at line 1"),
        ("1: 2", "Keys are texts"),
        ("[" * 100_000, "is nested deeper than 64"),
        ("a: " + "- " * 200, "is not YAML"),
        (f"{'- ' * 100}a", "is nested deeper than 64"),
        ("x" * 200_001, "is longer than"),
    ],
)
def test_a_text_that_is_no_setup_is_refused(text, words):
    with pytest.raises(SetupInvalid) as refused:
        parse_setup(text)

    assert words in str(refused.value)


def test_choices_are_listed_once_each():
    given = {**SETUP, "choices": ["refund", " refund", ""]}
    with pytest.raises(SetupInvalid) as caught:
        parse_setup(given)
    paths = {problem.path for problem in caught.value.problems}
    assert {"choices.1", "choices.2"} <= paths
    setup = parse_setup({**SETUP, "choices": ["refund", "card"]})
    assert setup.document()["choices"] == ["refund", "card"]


def test_a_way_to_choose_needs_choices():
    with pytest.raises(SetupInvalid, match="has nothing to choose"):
        parse_setup({**SETUP, "choose_by": "likelihood_per_token"})
