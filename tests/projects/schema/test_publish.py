"""The published schema is the one in use, and the examples keep to it."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from advisor.projects.parsing import parse_table, samples_from
from advisor.projects.schema import Known, parse_setup, read_files
from advisor.projects.schema.publish import as_text, json_schema
from tests.projects.schema.test_parse import EXAMPLE

DOCS = Path(__file__).parents[3] / "docs"
DATA = DOCS.parents[1] / "shared" / "data" / "gsm8k_gpt3"
EXAMPLES = sorted((DOCS / "examples").glob("*.yaml"))


def validator():
    return jsonschema.Draft202012Validator(json_schema())


def test_the_published_file_is_the_schema_in_use():
    published = (DOCS / "schema" / "setup-1.json").read_text("utf-8")

    assert published == as_text(), (
        "docs/schema/setup-1.json is out of date. Write it again with:"
        " python -m advisor.projects.schema > docs/schema/setup-1.json"
    )


def test_the_schema_is_a_schema():
    validator().check_schema(json_schema())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_a_setup(path):
    text = path.read_text("utf-8")

    setup = parse_setup(text, known=Known())

    validator().validate(yaml.safe_load(text))
    validator().validate(setup.document())


def test_there_are_examples():
    assert {"tickets", "recorded", "own-server"} <= {path.stem for path in EXAMPLES}


@pytest.mark.parametrize(
    "change",
    [
        {"projct": "x"},
        {"candidates": []},
        {"constraints": {"quality_margn": 1}},
        {"constraints": {"min_quality": 2}},
        {"scorer": "exact"},
        {"load_profile": "sometimes"},
    ],
)
def test_the_schema_refuses_what_the_parser_refuses(change):
    setup = {**yaml.safe_load(EXAMPLE), **change}

    assert list(validator().iter_errors(setup))


@pytest.mark.shared_data
@pytest.mark.skipif(not DATA.is_dir(), reason=f"no recorded answers in {DATA}")
def test_the_recorded_example_reads_its_files():
    setup = parse_setup((DOCS / "examples" / "recorded.yaml").read_text("utf-8"))

    found, problems = read_files(setup, DATA)
    samples, row_problems = samples_from(parse_table(found.samples, found.samples_name))

    assert problems == []
    assert row_problems == ()
    assert len(samples) == 1319
    assert len(found.recorded) == 3
