"""Which token may do what? Four people, three scopes, every address."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from advisor.accounts.models import ApiToken, Membership, Team, User
from advisor.api.addresses import api as json_api
from advisor.projects.models import Project, Setup
from advisor.runs import services
from advisor.runs.models import Run
from tests.api.conftest import Api, secret_of
from tests.runs.factory import keys, make_setup, right

V1 = "/api/v1"
RUN = "/projects/{slug}/runs/{number}"
# What each address takes, and the least scope that opens it.
READS = (
    "/projects",
    "/projects/{slug}",
    "/projects/{slug}/samples",
    "/projects/{slug}/setups",
    "/projects/{slug}/setups/{version}",
    "/projects/{slug}/runs",
    RUN,
    f"{RUN}/recommendation",
    f"{RUN}/report",
    f"{RUN}/report/report.pdf",
)
STEERS = tuple(f"{RUN}/{verb}" for verb in ("pause", "resume", "cancel", "retry"))
DOORS = {
    **{("GET", path): "read" for path in READS},
    **{("POST", path): "run" for path in STEERS},
    ("POST", "/projects/{slug}/runs"): "run",
    ("POST", f"{RUN}/report"): "run",
    ("POST", "/projects"): "manage",
    ("POST", "/projects/{slug}/samples"): "manage",
    ("POST", "/projects/{slug}/recorded"): "manage",
    ("PUT", "/projects/{slug}/draft"): "manage",
    ("POST", "/projects/{slug}/draft/freeze"): "manage",
}
OF_NOBODY = {("GET", "/projects"), ("POST", "/projects")}


def call(client: Client, method: str, path: str) -> int:
    """Knock; the body is one that no service accepts, so nothing is written."""
    answer = client.generic(method, V1 + path, b"[", content_type="application/json")
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code


@pytest.fixture
def run(team: Team) -> Run:
    project = Project.objects.create(team=team, slug="p", name="P one")
    setup = make_setup(
        project=project, candidates=[{"id": "a", "answers": right(keys(40))}]
    )
    return services.run_inline(services.launch(setup=setup, started_by=None))


def filled(path: str) -> str:
    return path.format(slug="p", number=1, version=1)


def test_every_address_has_its_door_in_the_list():
    schema = json_api.get_openapi_schema(path_prefix="")
    found = {
        (method.upper(), path if path.startswith("/") else f"/{path}")
        for path, methods in schema["paths"].items()
        for method in methods
    }
    assert found == set(DOORS)


@pytest.mark.parametrize("scope", ["read", "run", "manage"])
def test_a_scope_opens_its_own_doors_and_those_before(
    scope: str, api: Api, edith: User, run: Run
):
    client, order = api(edith, scope), ["read", "run", "manage"]
    shut = {
        door for door in DOORS if call(client, door[0], filled(door[1])) in (401, 403)
    }
    assert shut == {
        door for door, least in DOORS.items() if order.index(least) > order.index(scope)
    }


def test_a_viewer_reads_and_prints_but_changes_nothing(api: Api, bob: User, run: Run):
    client = api(bob, "manage")
    statuses = {door: call(client, door[0], filled(door[1])) for door in DOORS}
    shut = {door for door, status in statuses.items() if status == 403}
    writes = {door for door, least in DOORS.items() if least != "read"}
    assert shut == writes - {("POST", f"{RUN}/report")}
    run.refresh_from_db()
    assert run.state == Run.State.COMPLETED


def test_what_belongs_to_another_team_does_not_exist(api: Api, charlie: User, run: Run):
    client = api(charlie, "manage")
    for method, path in DOORS:
        if (method, path) not in OF_NOBODY:
            assert call(client, method, filled(path)) in (400, 404, 422), path
            answer = client.generic(
                method,
                V1 + filled(path),
                b"{}",
                content_type="application/json",
            )
            if not path.endswith(("samples", "recorded")) or method == "GET":
                assert answer.status_code == 404, path
    assert client.get(f"{V1}/projects").json() == {"items": []}
    assert (Setup.objects.count(), Run.objects.count()) == (1, 1)


def test_a_stranger_cannot_upload_into_a_project(api: Api, charlie: User, run: Run):
    client = api(charlie, "manage")
    for kind in ("samples", "recorded"):
        sent = {"file": SimpleUploadedFile("s.jsonl", b'{"id":"1","input":"x"}')}
        answer = client.post(f"{V1}/projects/p/{kind}", sent)
        assert answer.status_code == 404
    assert run.project.sample_sets.count() == 1


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer rs_wrong", "Basic YTpi", "rs_x"]
)
def test_without_a_live_token_it_says_where_it_belongs(
    header: str, team: Team, alice: User
):
    headers = {"Authorization": header} if header else {}
    answer = Client(headers=headers).get(f"{V1}/projects")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Rightsize"'
    assert "Authorization: Bearer" in answer.json()["detail"]


def test_a_session_is_no_token(alice: User, team: Team):
    client = Client()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"{V1}/projects").status_code == 401


@pytest.mark.parametrize("key", ["token", "access_token", "api_key", "Key", "anything"])
@pytest.mark.parametrize("with_header", [True, False])
def test_a_token_in_the_address_is_refused(
    key: str, with_header: bool, team: Team, alice: User
):
    secret = secret_of(alice, team, "read")
    headers = {"Authorization": f"Bearer {secret}"} if with_header else {}
    answer = Client(headers=headers).get(f"{V1}/projects", {key: secret})
    assert answer.status_code == 401
    assert "never read" in answer.json()["detail"]
    assert secret not in answer.content.decode()


def test_a_revoked_or_expired_token_is_dead_at_once(api: Api, alice: User, team: Team):
    client = api(alice, "read")
    assert client.get(f"{V1}/projects").status_code == 200
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(f"{V1}/projects").status_code == 401
    ApiToken.objects.update(
        expires_at=timezone.now() + timedelta(days=1), revoked_at=timezone.now()
    )
    assert client.get(f"{V1}/projects").status_code == 401


def test_who_leaves_the_team_takes_no_token_along(api: Api, edith: User, team: Team):
    client = api(edith, "manage")
    assert client.get(f"{V1}/projects").status_code == 200
    Membership.objects.filter(user=edith, team=team).delete()
    assert client.get(f"{V1}/projects").status_code == 401


def test_a_lower_role_shuts_the_doors_of_an_old_token(
    api: Api, edith: User, team: Team, run: Run
):
    client = api(edith, "manage")
    Membership.objects.filter(user=edith, team=team).update(role="viewer")
    assert call(client, "POST", "/projects") == 403


def test_the_refusal_names_the_scope_that_is_needed(api: Api, edith: User, run: Run):
    answer = api(edith, "read").post(f"{V1}/projects/p/runs/1/cancel")
    assert answer.status_code == 403
    assert answer.json()["detail"].startswith(
        "The token's scope is read; this needs run."
    )
