"""No launch sends samples out unasked or leaves a network: form, API, command."""

import json

import pytest
from django.test import Client

from advisor.accounts.models import ApiToken, Team, User
from advisor.accounts.services import create_api_token
from advisor.catalog.endpoint_keys import save_endpoint
from advisor.catalog.models import Endpoint
from advisor.projects import services
from advisor.projects.models import Project, Setup
from advisor.projects.schema import Known, SetupInvalid
from advisor.reports.services.setup_files import read_setup, store_setup
from advisor.runs.services import freeze_and_launch
from tests.people import member
from tests.wizard.conftest import answers
from tests.wizard.walk import Walk, lines

OUTSIDE = "https://models.example.com/v1"
LOCAL = {"constraints": {"quality_margin": 0.2, "local_only": True}}


def endpoint(
    team: Team, name: str = "api", url: str = OUTSIDE, **more: str
) -> Endpoint:
    return save_endpoint(
        team=team, name=name, base_url=url, model="m", key=None, **more
    )


@pytest.fixture
def draft(ready: Walk, team: Team) -> Setup:
    """A draft whose second candidate is an endpoint outside."""
    found = ready.draft
    one = {"id": "api", "engine": "openai", "endpoint": endpoint(team).pk}
    found.document["candidates"].append(one)
    found.save()
    return found


def problems(draft: Setup, **changes: object) -> dict[str, str]:
    """What keeps the draft from being frozen, by key path."""
    document = {**draft.document, **changes}
    with pytest.raises(SetupInvalid) as refused:
        services.freeze(setup=draft, document=document)
    return {one.path: one.wrong for one in refused.value.problems}


def test_without_consent_nothing_is_frozen(draft: Setup):
    found = problems(draft)
    assert list(found) == ["consent"]
    assert "samples would be sent to api, outside your network" in found["consent"]
    assert problems(draft, consent=False) == found
    draft.refresh_from_db()
    assert draft.state == Setup.State.DRAFT


def test_with_consent_it_is(draft: Setup):
    frozen = services.freeze(setup=draft, document={**draft.document, "consent": True})
    assert frozen.state == Setup.State.FROZEN


def test_a_local_only_project_reaches_no_stored_endpoint_outside(draft: Setup):
    found = problems(draft, consent=True, **LOCAL)
    assert list(found) == ["candidates.1.endpoint"]
    assert (
        "leaves this network, which constraints.local_only forbids"
        in (found["candidates.1.endpoint"])
    )


def test_where_it_is_said_to_run_does_not_help_in_a_local_only_project(
    draft: Setup, team: Team
):
    Endpoint.objects.update(hosting="own_server")
    assert list(problems(draft, **LOCAL)) == ["candidates.1.endpoint"]


def test_a_preference_for_staying_forbids_nothing(draft: Setup):
    local = {"limit": True, "level": "prefer"}
    limits = {"quality_margin": 0.2, "local_only": local}
    document = {**draft.document, "consent": True, "constraints": limits}
    assert services.freeze(setup=draft, document=document).state == "frozen"


def test_a_private_host_of_the_operators_list_is_inside(
    draft: Setup, team: Team, settings
):
    settings.ALLOWED_PRIVATE_ENDPOINTS = ["10.1.2.3:8000"]
    inside = endpoint(team, "near", "http://10.1.2.3:8000/v1")
    draft.document["candidates"][1]["endpoint"] = inside.pk
    frozen = services.freeze(setup=draft, document={**draft.document, **LOCAL})
    assert frozen.state == Setup.State.FROZEN


def test_every_problem_names_its_place_in_one_form(draft: Setup, team: Team):
    draft.document["candidates"] = [
        {"id": "x", "engine": "transformers", "model": "/etc"},
        {"id": "y", "engine": "recorded", "upload": 10**6},
        {"id": "z", "engine": "fake", "options": {"a": 1}},
    ]
    assert set(problems(draft)) == {
        *("candidates.0.model", "candidates.2.engine", "candidates.2.options"),
    }
    draft.document["candidates"] = draft.document["candidates"][1:2]
    draft.document["reference"]["upload"] = 10**6
    assert set(problems(draft)) == {"candidates.0.upload", "reference.upload"}


def test_a_folder_beside_the_server_is_no_hubs_model(
    draft: Setup, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    model = {"id": "x", "engine": "transformers", "model": "models/ours"}
    draft.document["candidates"] = [{**model, "revision": "a" * 40}]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models" / "ours").mkdir(parents=True)
    found = problems(draft)
    assert list(found) == ["candidates.0.model"]
    assert "not among those that the operator opened" in found["candidates.0.model"]


def test_a_launch_refuses_what_the_freeze_would(draft: Setup, edith: User):
    with pytest.raises(SetupInvalid):
        freeze_and_launch(setup=draft, started_by=edith)
    assert not draft.project.runs.exists()


def test_the_api_answers_the_same_at_its_freeze(draft: Setup, edith: User, team: Team):
    _, secret = create_api_token(
        member=member(team, edith), name="ci", scope=ApiToken.Scope.MANAGE, days=1
    )
    answer = Client().post(
        f"/api/v1/projects/{draft.project.slug}/draft/freeze",
        headers={"authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 422
    assert [one["path"] for one in answer.json()["errors"]] == ["consent"]


@pytest.mark.parametrize("deed", ["moved", "deleted"])
def test_a_frozen_setup_runs_again_only_as_it_was_agreed(
    draft: Setup, edith: User, team: Team, settings, deed: str
):
    settings.ALLOWED_PRIVATE_ENDPOINTS = ["10.1.2.3:8000"]
    inside = endpoint(team, "near", "http://10.1.2.3:8000/v1")
    draft.document["candidates"][1]["endpoint"] = inside.pk
    services.freeze(setup=draft, document=draft.document)
    if deed == "moved":
        Endpoint.objects.filter(pk=inside.pk).update(base_url=OUTSIDE)
    else:
        inside.delete()
    _, secret = create_api_token(
        member=member(team, edith), name="ci", scope=ApiToken.Scope.RUN, days=1
    )
    answer = Client(raise_request_exception=False).post(
        f"/api/v1/projects/{draft.project.slug}/runs",
        "{}",
        content_type="application/json",
        headers={"authorization": f"Bearer {secret}"},
    )
    path = {"moved": "consent", "deleted": "candidates.1.endpoint"}[deed]
    assert answer.status_code == 422
    assert [one["path"] for one in answer.json()["errors"]] == [path]
    assert not draft.project.runs.exists()


def filed(tmp_path, **changes: object) -> dict[str, object]:
    """A setup file with an endpoint outside, and what it names."""
    rows = [{"id": f"s{n:04}", "input": f"{n}?", "expected": "yes"} for n in range(40)]
    (tmp_path / "s.jsonl").write_bytes(lines(rows))
    (tmp_path / "large").write_bytes(answers(1))
    setup = {
        "project": "Filed away",
        "samples": "s.jsonl",
        "reference": {"id": "large", "engine": "recorded", "file": "large"},
        "candidates": [
            {"id": "api", "engine": "openai", "base_url": OUTSIDE, "model": "m"}
        ],
        **changes,
    }
    (tmp_path / "setup.json").write_text(json.dumps(setup))
    return setup


@pytest.mark.django_db
def test_the_command_asks_for_consent_in_the_file(team: Team, tmp_path):
    filed(tmp_path)
    prepared = read_setup(tmp_path / "setup.json", known=Known())
    with pytest.raises(SetupInvalid, match="consent"):
        store_setup(prepared, team=team)
    assert not Project.objects.exists()
    assert not Endpoint.objects.exists()
    filed(tmp_path, consent=True)
    prepared = read_setup(tmp_path / "setup.json", known=Known())
    assert store_setup(prepared, team=team).state == Setup.State.FROZEN


@pytest.mark.django_db
def test_the_command_may_ask_this_machine_without_consent(team: Team, tmp_path):
    near = {"id": "near", "engine": "openai", "model": "m"}
    filed(tmp_path, candidates=[{**near, "base_url": "http://127.0.0.1:8000/v1"}])
    prepared = read_setup(tmp_path / "setup.json", known=Known())
    assert store_setup(prepared, team=team).state == Setup.State.FROZEN
