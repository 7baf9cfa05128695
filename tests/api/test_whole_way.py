"""A program goes the whole way: project, samples, setup, run, recommendation, PDF."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from advisor.accounts.models import Team, User
from advisor.projects.models import Project, SampleSet, Setup, Upload
from advisor.reports.models import Export
from advisor.reports.tasks import hint_exports
from advisor.runs import services
from advisor.runs.models import Run
from tests.reports.signing import sign
from tests.runs.factory import keys, right

V1 = "/api/v1/projects"


def file(name: str, content: str | bytes) -> SimpleUploadedFile:
    data = content.encode() if isinstance(content, str) else content
    return SimpleUploadedFile(name, data)


def lines(rows: list[dict[str, object]]) -> str:
    return "\n".join(json.dumps(row) for row in rows)


def answers(wrong: int) -> str:
    found = right(keys(80), wrong=wrong)
    return lines([{"id": key, "output": output} for key, output in found.items()])


SAMPLES = lines([{"id": key, "input": "2 + 2?", "expected": "yes"} for key in keys(80)])


def upload(client: Client, path: str, name: str, content: str | bytes, **form: str):
    return client.post(f"{V1}{path}", {"file": file(name, content), **form})


def send(client: Client, method: str, path: str, body: object = None, **headers: str):
    text = b"" if body is None else json.dumps(body).encode()
    return client.generic(
        method, f"{V1}{path}", text, content_type="application/json", headers=headers
    )


@pytest.fixture
def project(write: Client, team: Team) -> Project:
    answer = send(write, "POST", "", {"name": "School maths"})
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{V1}/school-maths"
    return Project.objects.get(team=team, slug="school-maths")


@pytest.fixture
def document(write: Client, project: Project) -> dict[str, object]:
    """Upload samples and answers; return the document that names them."""
    samples = upload(write, "/school-maths/samples", "s.jsonl", SAMPLES)
    assert (samples.status_code, samples.json()["count"]) == (201, 80)
    stored = {}
    for name, wrong in (("big", 3), ("good", 3), ("bad", 50)):
        made = upload(write, "/school-maths/recorded", f"{name}.jsonl", answers(wrong))
        assert made.status_code == 201
        stored[name] = {"id": name, "engine": "recorded", "upload": made.json()["id"]}
    return {
        "samples": samples.json()["id"],
        "reference": stored["big"],
        "candidates": [stored["good"], stored["bad"]],
        "stop": "exhausted",
        "constraints": {"quality_margin": 0.1},
    }


def test_the_whole_way_by_programs_only(
    write: Client, document: dict[str, object], team: Team, edith: User
):
    draft = send(write, "PUT", "/school-maths/draft", document)
    assert (draft.status_code, draft.json()["state"]) == (200, "draft")
    frozen = send(write, "POST", "/school-maths/draft/freeze")
    assert (frozen.status_code, frozen.json()["state"]) == (201, "frozen")
    assert len(frozen.json()["rule_sha256"]) == 64

    launched = send(write, "POST", "/school-maths/runs", {"setup": 1})
    assert launched.status_code == 201
    assert launched.headers["Location"] == f"{V1}/school-maths/runs/1"
    told = launched.json()
    assert (told["number"], told["state"], told["done"], told["total"]) == (
        *(1, "queued", 0, 240),
    )
    assert (told["outcome"], told["final"]) == (None, False)
    early = send(write, "GET", "/school-maths/runs/1/recommendation")
    assert early.status_code == 409

    run = Run.objects.get(team=team)
    assert run.created_by == edith
    services.run_inline(run)

    done = send(write, "GET", "/school-maths/runs/1").json()
    assert (done["state"], done["done"], done["final"]) == ("completed", 240, True)
    assert (done["outcome"], done["recommended"]) == ("recommended", "good")
    assert (done["answers"], done["taken_over"], done["saved"]) == (240, 0, 0)
    assert (done["cap_usd"], done["left_usd"]) == (None, None)
    cuts = {(one["cut_inputs"], one["cut_outputs"]) for one in done["candidates"]}
    assert cuts == {(0, 0)}
    stored = send(write, "GET", "/school-maths/runs/1/recommendation")
    run = Run.objects.get(pk=run.pk)
    assert stored.content == run.recommendation.document.encode()
    etag = stored.headers["ETag"]
    assert etag == f'"{run.recommendation.sha256}"'
    known = write.get(stored.request["PATH_INFO"], headers={"If-None-Match": etag})
    assert (known.status_code, known.content) == (304, b"")
    assert stored.headers["Cache-Control"] == "no-store, private"

    report = "/school-maths/runs/1/report"
    assert send(write, "GET", report).json()["state"] == "not_requested"
    assert send(write, "GET", f"{report}/report.pdf").status_code == 404
    asked = send(write, "POST", report)
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    assert send(write, "POST", report).status_code == 202
    assert Export.objects.filter(run=run).count() == 1
    hint_exports(queue_answers=False)
    ready = send(write, "GET", report).json()
    assert (ready["state"], ready["url"]) == ("ready", f"{V1}{report}/report.pdf")
    pdf = write.get(ready["url"])
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert "attachment" in pdf.headers["Content-Disposition"]
    again = write.get(ready["url"], headers={"If-None-Match": pdf.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    # Once it is signed the file says what held before: it is to be asked for anew.
    sign(run, run.team.memberships.get(role="owner").user)
    assert send(write, "GET", report).json()["state"] == "not_requested"
    assert write.get(ready["url"]).status_code == 404
    assert send(write, "POST", report).json()["state"] == "queued"
    hint_exports(queue_answers=False)
    signed = write.get(send(write, "GET", report).json()["url"])
    assert signed.headers["ETag"] != pdf.headers["ETag"]


def test_lists_show_what_there_is(write: Client, document: dict[str, object]):
    send(write, "PUT", "/school-maths/draft", document)
    send(write, "POST", "/school-maths/draft/freeze")
    send(write, "POST", "/school-maths/runs")
    assert [one["slug"] for one in send(write, "GET", "").json()["items"]] == [
        "school-maths"
    ]
    assert send(write, "GET", "/school-maths").json()["name"] == "School maths"
    sets = send(write, "GET", "/school-maths/samples").json()["items"]
    assert [(one["version"], one["count"]) for one in sets] == [(1, 80)]
    setups = send(write, "GET", "/school-maths/setups").json()["items"]
    assert [(one["version"], one["state"]) for one in setups] == [(1, "frozen")]
    one = send(write, "GET", "/school-maths/setups/1").json()
    assert one["document"]["candidates"][0]["id"] == "good"
    runs = send(write, "GET", "/school-maths/runs").json()["items"]
    assert [(one["number"], one["setup"]) for one in runs] == [(1, 1)]


def test_a_second_draft_is_a_new_version_of_the_setup(
    write: Client, document: dict[str, object]
):
    for margin in (0.1, 0.2):
        changed = {**document, "constraints": {"quality_margin": margin}}
        send(write, "PUT", "/school-maths/draft", changed)
        send(write, "POST", "/school-maths/draft/freeze")
    versions = Setup.objects.order_by("version").values_list("version", "state")
    assert list(versions) == [(1, "frozen"), (2, "frozen")]


def test_a_draft_may_use_the_pack_that_ships(write: Client, project: Project):
    document = {
        "samples": "builtin/tickets",
        "candidates": [
            {"id": "a", "engine": "transformers", "model": "builtin/tickets-small"}
        ],
        "constraints": {"min_quality": 0.5},
    }
    draft = send(write, "PUT", "/school-maths/draft", document)
    assert draft.status_code == 200, draft.content
    stored = SampleSet.objects.get(project=project)
    assert (draft.json()["samples"], stored.count >= 120) == (stored.pk, True)


def test_a_mapping_names_the_columns_of_an_upload(write: Client, project: Project):
    table = "frage;antwort\n1+1;2\n2+2;4\n"
    mapping = json.dumps({"input": "frage", "expected": "antwort"})
    made = upload(write, "/school-maths/samples", "t.csv", table, mapping=mapping)
    assert made.status_code == 201
    stored = SampleSet.objects.get(pk=made.json()["id"])
    rows = stored.samples.order_by("position").values_list("input", "expected")
    assert [(text, str(answer)) for text, answer in rows] == [
        ("1+1", "2"),
        ("2+2", "4"),
    ]


def test_equal_samples_are_kept_once(write: Client, project: Project):
    first = upload(write, "/school-maths/samples", "a.jsonl", SAMPLES).json()
    again = upload(write, "/school-maths/samples", "b.jsonl", SAMPLES).json()
    assert first["id"] == again["id"]
    assert SampleSet.objects.count() == 1


def test_recorded_answers_are_kept_once(write: Client, project: Project):
    first = upload(write, "/school-maths/recorded", "a.jsonl", answers(1)).json()
    again = upload(write, "/school-maths/recorded", "b.jsonl", answers(1)).json()
    assert first["id"] == again["id"]
    assert Upload.objects.count() == 1
