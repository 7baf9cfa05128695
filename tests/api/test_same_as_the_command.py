"""The same setup by command and by API gives the same recommendation, byte for byte."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from advisor.runs import services
from advisor.runs.models import Run
from tests.api.test_whole_way import V1, send
from tests.reports.setup_folder import evaluate
from tests.reports.test_same_numbers import priced, rich_setup

pytestmark = pytest.mark.django_db


def upload(client: Client, kind: str, path: Path) -> int:
    sent = SimpleUploadedFile(path.name, path.read_bytes())
    answer = client.post(f"{V1}/yes-or-no/{kind}", {"file": sent})
    assert answer.status_code == 201, answer.content
    return answer.json()["id"]


def stored(client: Client, entry: dict[str, object], folder: Path) -> dict[str, object]:
    """The candidate of a setup file as the API names it: its file is an upload."""
    name = str(entry.pop("file"))
    return {**entry, "upload": upload(client, "recorded", folder / name)}


def candidates_of(document: str) -> str:
    """The part of the stored bytes that holds the candidates."""
    start = document.index('"candidates":')
    return document[start : document.index('"cheaper_undecided":', start)]


def test_command_and_api_decide_alike(tmp_path: Path, write: Client):
    path = rich_setup(
        tmp_path,
        reference=priced("big", 30),
        candidates=[priced("good", 5), priced("bad", 1)],
    )
    assert evaluate(path).status == 0
    send(write, "POST", "", {"name": "Yes or no"})
    document = json.loads(path.read_text())
    document["samples"] = upload(write, "samples", tmp_path / "samples.jsonl")
    document["reference"] = stored(write, document["reference"], tmp_path)
    document["candidates"] = [
        stored(write, one, tmp_path) for one in document["candidates"]
    ]
    assert send(write, "PUT", "/yes-or-no/draft", document).status_code == 200
    frozen = send(write, "POST", "/yes-or-no/draft/freeze").json()
    send(write, "POST", "/yes-or-no/runs")
    by_command, by_api = Run.objects.order_by("pk")
    services.run_inline(by_api)

    assert frozen["rule_sha256"] == by_command.rule_sha256
    assert by_api.samples_sha256 == by_command.samples_sha256
    assert candidates_of(by_api.recommendation.document) == candidates_of(
        by_command.recommendation.document
    )
    assert by_api.recommendation.sentence == by_command.recommendation.sentence
