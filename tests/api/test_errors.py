"""What is wrong is told at once: key path, value as given, what is wrong, remedy."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from advisor.accounts.models import Team
from advisor.projects.models import Project, SampleSet, Setup, Upload
from advisor.runs import services
from advisor.runs.models import Run
from tests.api.test_whole_way import V1, answers, send, upload
from tests.runs.factory import keys, make_samples, make_setup, right


@pytest.fixture
def project(team: Team) -> Project:
    return Project.objects.create(team=team, slug="p", name="P one")


@pytest.fixture
def setup(project: Project) -> Setup:
    answers = right(keys(40))
    return make_setup(project=project, candidates=[{"id": "a", "answers": answers}])


def errors(answer) -> list[dict[str, object]]:
    body = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer.headers["X-Request-ID"]
    return body.get("errors", [])


def test_an_unknown_key_names_the_nearest_known_one(write: Client, setup: Setup):
    answer = send(write, "POST", "/p/runs", {"setup": 1, "cap_ust": 5})
    assert answer.status_code == 422
    assert errors(answer) == [
        {
            "path": "cap_ust",
            "given": 5,
            "wrong": "is not a known key",
            "remedy": "Did you mean cap_usd?",
        }
    ]
    assert not Run.objects.exists()


def test_all_that_is_wrong_with_a_body_is_listed(write: Client, setup: Setup):
    answer = send(write, "POST", "/p/runs", {"setup": "one", "cap_usd": -1, "x": []})
    told = {one["path"]: one["wrong"] for one in errors(answer)}
    assert told == {
        "setup": "is not a whole number",
        "cap_usd": "is out of range",
        "x": "is not a known key",
    }
    assert answer.json()["detail"].startswith("3 things are wrong.")


def test_all_that_is_wrong_with_a_setup_is_listed_and_nothing_stored(
    write: Client, project: Project
):
    document = {
        "sampels": 3,
        "samples": "tickets.jsonl",
        "max_output_tokens": 0,
        "constraints": {"p95_latency": 800},
        "candidates": [
            {"id": "a", "engine": "openai", "base_url": "http://127.0.0.1/v1"},
            {"id": "a", "engine": "recorded", "file": "a.jsonl"},
        ],
    }
    answer = send(write, "PUT", "/p/draft", document)
    assert answer.status_code == 422
    told = {one["path"]: one["remedy"] for one in errors(answer)}
    assert told["sampels"] == "Did you mean samples?"
    assert "sample set" in told["samples"]
    assert "p95_latency_ms" in told["constraints.p95_latency"]
    assert "endpoint" in told["candidates.0.base_url"]
    assert "upload" in told["candidates.1.file"]
    assert {"max_output_tokens", "candidates.1.id"} < set(told)
    assert not Setup.objects.exists()


def test_a_setup_may_not_name_the_samples_or_uploads_of_others(
    write: Client, project: Project
):
    elsewhere = make_setup(candidates=[{"id": "a", "answers": right(keys(3))}])
    own = make_samples(project, [{"id": "1"}])
    upload_id = elsewhere.document["candidates"][0]["upload"]
    for samples, candidate in (
        (elsewhere.sample_set_id, None),
        (own.pk, {"id": "a", "engine": "recorded", "upload": upload_id}),
        (own.pk, {"id": "a", "engine": "openai", "endpoint": 1}),
        (2**52, None),
    ):
        document = {
            "samples": samples,
            "constraints": {"min_quality": 0.5},
            "candidates": [
                candidate or {"id": "b", "engine": "transformers", "model": "builtin/x"}
            ],
        }
        answer = send(write, "PUT", "/p/draft", document)
        assert answer.status_code == 422
        assert [one["wrong"] for one in errors(answer)] == ["is not there"]
    assert not project.setups.exists()


def test_a_consent_that_comes_with_a_split_is_kept(write: Client, project: Project):
    samples = make_samples(project, [{"id": key} for key in keys(40)])
    document = {
        "samples": samples.pk,
        "tuning_share": 0.2,
        "consent": True,
        "constraints": {"min_quality": 0.5},
        "candidates": [{"id": "a", "engine": "transformers", "model": "builtin/x"}],
    }
    assert send(write, "PUT", "/p/draft", document).status_code == 200
    draft = project.setups.get()
    assert draft.sample_set.tuning_share == 0.2
    assert draft.document["samples"] == draft.sample_set.pk
    assert draft.document["consent"] is True


def test_a_setup_of_another_name_is_refused(write: Client, project: Project):
    samples = make_samples(project, [{"id": "1"}])
    document = {
        "project": "Another one",
        "samples": samples.pk,
        "constraints": {"min_quality": 0.5},
        "candidates": [{"id": "a", "engine": "transformers", "model": "builtin/x"}],
    }
    answer = send(write, "PUT", "/p/draft", document)
    assert [one["path"] for one in errors(answer)] == ["project"]


@pytest.mark.parametrize(
    ("candidate", "path"),
    [
        ({"engine": "fake", "model": "a"}, "candidates.0.engine"),
        (
            {"engine": "transformers", "model": "o/m", "options": {"hub_cache": "/"}},
            "candidates.0.options",
        ),
        ({"engine": "transformers", "model": "/etc"}, "candidates.0.model"),
    ],
)
def test_what_only_the_operator_may_is_not_frozen(
    write: Client, project: Project, candidate: dict[str, object], path: str
):
    samples = make_samples(project, [{"id": key} for key in keys(3)])
    document = {
        "samples": samples.pk,
        "constraints": {"min_quality": 0.5},
        "candidates": [{"id": "a", **candidate}],
    }
    assert send(write, "PUT", "/p/draft", document).status_code == 200
    answer = send(write, "POST", "/p/draft/freeze")
    assert answer.status_code == 422
    assert path in [one["path"] for one in errors(answer)]
    assert project.setups.get().state == "draft"


def test_bad_rows_of_a_sample_file_come_with_their_numbers(
    write: Client, project: Project
):
    rows = 'id,input,expected\n1,"",a\n2,x,b\n2,y,c\n'
    answer = upload(write, "/p/samples", "t.csv", rows)
    assert answer.status_code == 422
    text = " ".join(str(one["wrong"]) for one in errors(answer))
    assert "row 2" in text.lower()
    assert "row 4" in text.lower()
    assert not SampleSet.objects.exists()


def test_bad_lines_of_a_recorded_file_come_with_their_numbers(
    write: Client, project: Project
):
    answer = upload(write, "/p/recorded", "a.jsonl", '{"id": "1"}\nnot json\n')
    assert answer.status_code == 422
    assert [one["wrong"].split(":")[0] for one in errors(answer)] == [
        "line 1",
        "line 2",
    ]
    for content in ("", b"\xff\xfe\x00"):
        assert upload(write, "/p/recorded", "a.jsonl", content).status_code == 422
    assert not Upload.objects.exists()


def test_a_mapping_is_checked_as_a_setup_is(write: Client, project: Project):
    for mapping, path in (
        ('{"inptu": "x"}', "mapping.inptu"),
        ('{"input": 3}', "mapping.input"),
        ("[1]", "mapping"),
        ("{", "mapping"),
    ):
        sent = "x;y\n1;2\n"
        answer = upload(write, "/p/samples", "t.csv", sent, mapping=mapping)
        assert answer.status_code == 422, mapping
        assert errors(answer)[0]["path"] == path


def test_a_file_that_is_missing_or_too_large_is_refused(
    write: Client, project: Project
):
    missing = write.post(f"{V1}/p/samples", {})
    assert missing.status_code == 422
    large = SimpleUploadedFile("t.csv", b"input\n" + b"x" * 25_000_001)
    assert write.post(f"{V1}/p/samples", {"file": large}).status_code == 413
    assert not SampleSet.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"name": "a", "name": "b"}',
        b'{"name": NaN}',
        b"[" * 5000,
        b"null",
        b"[]",
        b'"x"',
        b"",
        b'{"name": "a\\u0000bc"}',
        b'{"name": "a\\ud800bc"}',
        b'{"name": "a\\u202ebc"}',
        b'{"name": "ab"}',
        b'{"name": 3}',
    ],
)
def test_no_body_makes_it_stumble(write: Client, team: Team, body: bytes):
    answer = write.generic("POST", V1, body, content_type="application/json")
    assert answer.status_code in (400, 422), answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Project.objects.exists()


def test_a_body_counts_whatever_it_is_called(write: Client, team: Team):
    """Tools such as curl call any body a form."""
    for number, kind in enumerate(("application/x-www-form-urlencoded", "text/plain")):
        body = json.dumps({"name": f"Number {number}"}).encode()
        answer = write.generic("POST", V1, body, content_type=kind)
        assert answer.status_code == 201


def test_a_missing_key_is_told_without_a_value(write: Client, project: Project):
    answer = send(write, "PUT", "/p/draft", {"samples": 1})
    told = "2 things are wrong. The first: candidates: is missing. Add it."
    assert answer.json()["detail"] == told


def test_a_body_over_the_limit_is_refused(write: Client, team: Team):
    body = json.dumps({"name": "a" * 2_700_000}).encode()
    answer = write.generic("POST", V1, body, content_type="application/json")
    assert answer.status_code == 413


def test_a_name_that_is_taken_says_so(write: Client, project: Project):
    answer = send(write, "POST", "", {"name": "P one"})
    assert answer.status_code == 422
    assert errors(answer)[0]["path"] == "name"


@pytest.mark.parametrize(
    "path",
    [
        "/p/runs/99",
        "/p/runs/99999999999999999999999",
        "/p/setups/99999999999999999999999",
        "/nowhere",
        "/p%00q",
        "/p/runs/1/nothing",
    ],
)
def test_what_is_not_there_is_404_as_json(write: Client, project: Project, path: str):
    answer = send(write, "GET", path)
    assert answer.status_code == 404
    assert errors(answer) == []


def test_any_other_address_and_method_answers_as_json(write: Client, team: Team):
    for address in ("/api/", "/api/v1/", "/api/v2/projects", "/api/v1/x"):
        answer = write.post(address)
        assert answer.status_code == 404, address
        assert answer.headers["Content-Type"] == "application/problem+json"
    wrong = write.delete(V1)
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, POST")
    assert wrong.headers["Content-Type"] == "application/problem+json"


def test_a_number_that_is_none_is_told(write: Client, project: Project):
    answer = send(write, "GET", "/p/runs/one")
    assert answer.status_code == 422
    assert errors(answer)[0]["path"] == "number"


def test_the_same_key_opens_one_run(write: Client, setup: Setup):
    key = {"Idempotency-Key": "night-7"}
    first = send(write, "POST", "/p/runs", {"setup": 1}, **key)
    again = send(write, "POST", "/p/runs", {"setup": 1}, **key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"] == 1
    other = send(write, "POST", "/p/runs", None, **{"Idempotency-Key": "night-8"})
    assert (other.status_code, other.json()["number"]) == (201, 2)


def test_a_key_that_opened_another_setup_is_refused(
    write: Client, setup: Setup, project: Project
):
    key = {"Idempotency-Key": "night-7"}
    send(write, "POST", "/p/runs", {"setup": 1}, **key)
    make_setup(project=project, candidates=[{"id": "b", "answers": right(keys(40))}])
    answer = send(write, "POST", "/p/runs", {"setup": 2}, **key)
    assert answer.status_code == 422
    assert "night-7" in answer.json()["detail"]


@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 81])
def test_a_key_that_cannot_be_kept_is_refused(write: Client, setup: Setup, key: str):
    answer = send(write, "POST", "/p/runs", None, **{"Idempotency-Key": key})
    assert answer.status_code == 422
    assert not Run.objects.exists()


def test_without_a_frozen_setup_nothing_is_launched(write: Client, project: Project):
    assert send(write, "POST", "/p/runs").status_code == 409
    assert send(write, "POST", "/p/draft/freeze").status_code == 409


def test_a_launch_that_cannot_be_is_explained(write: Client, project: Project):
    setup = make_setup(
        project=project,
        samples=40,
        reference={"id": "big", "answers": right(keys(30))},
        candidates=[{"id": "a", "answers": right(keys(40))}],
    )
    answer = send(write, "POST", "/p/runs", {"setup": setup.version})
    assert answer.status_code == 422
    assert "10 of 40" in answer.json()["detail"]


def test_a_run_is_paused_resumed_and_cancelled(write: Client, setup: Setup):
    send(write, "POST", "/p/runs")
    one = "/p/runs/1"
    assert send(write, "POST", f"{one}/pause").status_code == 409
    services.begin(Run.objects.get().pk)
    assert send(write, "POST", f"{one}/pause").json()["state"] == "paused"
    assert send(write, "POST", f"{one}/resume").json()["state"] == "running"
    assert send(write, "POST", f"{one}/cancel").json()["state"] == "cancelled"
    refused = send(write, "POST", f"{one}/resume")
    assert refused.status_code == 409
    assert "cancelled" in refused.json()["detail"]
    retried = send(write, "POST", f"{one}/retry")
    assert (retried.status_code, retried.json()["state"]) == (200, "running")
    run = services.run_inline(Run.objects.get())
    assert run.state == Run.State.COMPLETED


def test_a_cap_below_zero_or_without_end_is_refused(write: Client, setup: Setup):
    for text in (b'{"cap_usd": -1}', b'{"cap_usd": 1e400}', b'{"cap_usd": "5"}'):
        answer = write.generic("POST", f"{V1}/p/runs", text, "application/json")
        assert answer.status_code in (400, 422)
    assert send(write, "POST", "/p/runs", {"cap_usd": 0.5}).json()["cap_usd"] == 0.5


def test_what_breaks_on_our_side_is_told_without_details(
    write: Client, project: Project, setup: Setup
):
    Upload.objects.update(content=b"\xff")
    document = {**setup.document}
    document["reference"] = {**document["candidates"][0], "id": "b"}
    Setup.objects.update(document=document)
    answer = send(write, "POST", "/p/runs", {"setup": 1})
    assert answer.status_code == 500
    assert "Traceback" not in answer.content.decode()
    assert answer.json()["request_id"]


def test_answers_of_a_recorded_file_are_counted(write: Client, project: Project):
    made = upload(write, "/p/recorded", "a.jsonl", answers(1)).json()
    assert (made["name"], made["size"] > 1000, len(made["sha256"])) == (
        *("a.jsonl", True, 64),
    )


def test_a_key_without_a_version_stays_that_of_its_run(
    write: Client, setup: Setup, project: Project
):
    key = {"Idempotency-Key": "night-7"}
    first = send(write, "POST", "/p/runs", None, **key)
    make_setup(project=project, candidates=[{"id": "b", "answers": right(keys(40))}])
    again = send(write, "POST", "/p/runs", None, **key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"]
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", "no boundary"),
        (
            "multipart/form-data; boundary=b",
            "".join(
                f'--b\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\n1\r\n'
                for n in range(1100)
            ),
        ),
    ],
)
def test_a_form_that_cannot_be_read_is_no_fault_of_ours(
    write: Client, project: Project, kind: str, body: str
):
    answer = write.generic("POST", f"{V1}/p/samples", body, content_type=kind)
    assert answer.status_code == 400
    assert errors(answer) == []


def test_a_sample_file_is_no_file_of_answers(
    write: Client, project: Project, setup: Setup
):
    content = b'{"input": "a", "expected": "b"}'
    samples = Upload.objects.create(
        team=project.team, kind="samples", name="s", content=content, size=len(content)
    )
    answer = send(
        write,
        "PUT",
        "/p/draft",
        {
            "samples": setup.sample_set_id,
            "candidates": [{"id": "a", "engine": "recorded", "upload": samples.pk}],
            "constraints": {"min_quality": 0.5},
        },
    )
    assert answer.status_code == 422
    assert [one["path"] for one in errors(answer)] == ["candidates.0.upload"]
