"""The example on the front door is a real document, shown figure by figure."""

import json

from advisor.web.example import FILE, example


def test_it_is_the_document_that_the_command_wrote():
    document = json.loads(FILE.read_text())["recommendation"]
    assert document["schema"] == "rightsize.recommendation/1"
    assert document["provenance"]["samples_sha256"]
    shown = example()
    assert f"{shown.sentence} {shown.rest}" == document["sentence"]
    assert [row.name for row in shown.rows] == [x["id"] for x in document["candidates"]]
    assert [row.reason for row in shown.rows] == [
        x["reason"] for x in document["candidates"]
    ]


def test_its_figures_are_those_published_with_the_data():
    # openai/grade-school-math, example_model_solutions.jsonl, the source's own check
    published = {
        "gpt3-6b-verified": "39.0%",
        "gpt3-6b-finetuned": "21.7%",
        "gpt3-175b-finetuned": "34.7%",
    }
    assert {row.name: row.quality for row in example().rows} == published


def test_each_row_stands_against_the_floor():
    rows = {row.name: row for row in example().rows}
    assert example().floor == "29.7%"
    assert rows["gpt3-6b-verified"].recommended
    assert rows["gpt3-6b-verified"].gauge.status == "met"
    assert rows["gpt3-6b-finetuned"].gauge.status == "failed"
    assert rows["gpt3-175b-finetuned"].verdict.text == "Reference"
