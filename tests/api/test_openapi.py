"""The OpenAPI document is true: each answer seen is one that it describes."""

import json

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from advisor.accounts.models import Team
from advisor.projects.models import Project
from advisor.projects.schema.publish import json_schema
from advisor.runs import services
from advisor.runs.models import Run
from tests.runs.factory import keys, make_setup, right

pytestmark = pytest.mark.django_db
OPENAPI = "/api/v1/openapi.json"


@pytest.fixture
def document() -> dict[str, object]:
    answer = Client().get(OPENAPI)
    assert answer.status_code == 200
    return answer.json()


def test_it_is_openapi_3_1_and_open_to_all(document):
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "Rightsize"
    assert all(path.startswith("/api/v1/") for path in document["paths"])


def test_every_operation_asks_for_a_token_and_tells_its_scope(document):
    scheme = document["components"]["securitySchemes"]["TokenAuth"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["security"] == [{"TokenAuth": []}]
            assert "Scope " in operation["description"].replace("\n", " ")
            assert {"401", "403"} <= set(operation["responses"])


def test_errors_are_problem_details(document):
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status.startswith("4"):
                    assert list(answer["content"]) == ["application/problem+json"]


def test_operation_ids_are_short_and_unique(document):
    ids = [
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
    ]
    assert len(set(ids)) == len(ids)
    assert all(name.isidentifier() and len(name) < 30 for name in ids)


def test_every_reference_leads_somewhere(document):
    def walk(value):
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for child in value.values():
                yield from walk(child)
        elif isinstance(value, list):
            for child in value:
                yield from walk(child)

    for reference in set(walk(document)):
        place = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def test_the_body_of_a_draft_is_the_published_setup(document):
    schema = document["components"]["schemas"]["Setup"]
    assert schema["properties"].keys() == json_schema()["properties"].keys()
    body = document["paths"]["/api/v1/projects/{slug}/draft"]["put"]["requestBody"]
    sent = body["content"]["application/json"]["schema"]
    assert (body["required"], sent["$ref"]) == (True, "#/components/schemas/Setup")


def test_answers_have_the_schema_that_is_promised(document, write: Client, team: Team):
    project = Project.objects.create(team=team, slug="p", name="P one")
    setup = make_setup(
        project=project, candidates=[{"id": "a", "answers": right(keys(40), 2)}]
    )
    services.run_inline(services.launch(setup=setup, started_by=None))
    assert Run.objects.get().recommendation
    checked = 0
    for path, methods in document["paths"].items():
        if "get" not in methods:
            continue
        answer = write.get(path.format(slug="p", number=1, version=1))
        told = methods["get"]["responses"][str(answer.status_code)]
        kind = answer.headers["Content-Type"].partition(";")[0]
        schema = told["content"][kind]["schema"]
        whole = {**schema, "components": document["components"]}
        Draft202012Validator(whole).validate(json.loads(answer.content))
        checked += 1
    assert checked >= 9
