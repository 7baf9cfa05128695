"""Admins keep endpoints; a key goes in, stays sealed, and never comes out."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from advisor.accounts.models import AuditEvent, Membership, Role, Team, User
from advisor.catalog import services
from advisor.catalog.endpoint_keys import open_key
from advisor.catalog.models import Change, Endpoint, EndpointCheck
from advisor.catalog.tasks import check_endpoint, hint_checks
from advisor.runs.models import Candidate, Run
from advisor.runs.services.holding import engine_spec
from advisor.web.secrets import UnsealError
from tests.catalog.conftest import make_card
from tests.engines.stub_server import Stub, chat, reply
from tests.people import Browser, person
from tests.runs.finished import make_run

pytestmark = pytest.mark.django_db
BASE = "/t/team-atlas/settings/endpoints/"
KEY = "sk-CANARY-0123456789-91c0"
FORM = {
    "name": "GPU pool",
    "base_url": "https://models.example.com/v1",
    "model": "qwen3-4b",
    "key": KEY,
    "region": "EU",
    "hosting": "private_cloud",
    "input_per_1m": "0.15",
    "output_per_1m": "0.60",
    "price_as_of": "2026-11-20",
}


@pytest.fixture
def admin(team: Team) -> User:
    user = person("ada")
    Membership.objects.create(team=team, user=user, role=Role.ADMIN)
    return user


@pytest.fixture
def client(admin: User, browser: Browser) -> Client:
    return browser(admin)


def added(client: Client, **values: Any) -> Endpoint:
    answer = client.post(f"{BASE}new/", {**FORM, **values})
    assert answer.status_code == 302, answer.content.decode()
    return Endpoint.objects.latest("pk")


def outcome(endpoint: Endpoint) -> EndpointCheck:
    check = endpoint.checks.latest("pk")
    check_endpoint(check.pk)
    check.refresh_from_db()
    return check


@pytest.fixture
def server(settings: Any) -> Iterator[Stub]:
    """A server on a private address that the operator lists; it answers yes."""
    with Stub(lambda request: [reply(chat("yes", usage=(5, 1)))]) as stub:
        settings.ALLOWED_PRIVATE_ENDPOINTS = [stub.host_port]
        yield stub


def test_members_read_and_admins_manage(
    client: Client, bob: User, edith: User, charlie: User, browser: Browser
):
    endpoint = added(client)
    for user in (bob, edith):
        html = browser(user).get(BASE).content.decode()
        assert "GPU pool" in html
        assert "Add endpoint" not in html
        assert browser(user).get(f"{BASE}new/").status_code == 403
        assert browser(user).get(f"{BASE}{endpoint.pk}/").status_code == 403
        for deed in ("test/", "delete/"):
            assert browser(user).post(f"{BASE}{endpoint.pk}/{deed}").status_code == 403
    own = BASE.replace("team-atlas", "elsewhere")
    for address in (BASE, f"{BASE}{endpoint.pk}/", f"{own}{endpoint.pk}/"):
        assert browser(charlie).get(address).status_code == 404
    assert browser(charlie).post(f"{own}{endpoint.pk}/delete/").status_code == 404
    assert browser(charlie).get(f"{own}{endpoint.pk}/check/").status_code == 404
    assert browser(None).get(BASE).status_code == 302
    assert Endpoint.objects.count() == 1


def test_the_settings_lead_to_the_endpoints(client: Client):
    html = client.get("/t/team-atlas/settings/members/").content.decode()
    assert f'href="{BASE}"' in html


def test_a_key_goes_in_and_never_comes_out(
    client: Client, team: Team, server: Stub, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    endpoint = added(client, base_url=server.url, test="on")
    assert open_key(endpoint) == KEY
    assert endpoint.key_last4 == "91c0"
    outcome(endpoint)
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    bad = client.post(f"{BASE}{endpoint.pk}/", {**FORM, "model": ""})
    pages = [
        *(client.get(BASE), client.get(f"{BASE}{endpoint.pk}/"), bad),
        *(client.get(f"{BASE}{endpoint.pk}/check/"), client.get("/catalog/changes/")),
        client.get("/t/team-atlas/settings/audit/"),
    ]
    assert bad.status_code == 422
    for page in pages:
        assert KEY not in page.content.decode()
        assert endpoint.key_sealed not in page.content.decode()
    assert "…91c0" in pages[0].content.decode()
    assert KEY not in caplog.text
    events = AuditEvent.objects.filter(team=team).values_list("action", "detail")
    assert KEY not in str(list(events))
    assert "endpoint.key_added" in [action for action, _ in events]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert KEY not in str(cursor.fetchall()), table


def test_a_short_key_shows_nothing_of_itself(client: Client):
    endpoint = added(client, key="sk-short")
    assert endpoint.key_last4 == ""
    html = client.get(BASE).content.decode()
    assert "Stored" in html
    assert "sk-short" not in html


def test_an_empty_key_keeps_what_is_stored(client: Client, team: Team):
    endpoint = added(client)
    client.post(f"{BASE}{endpoint.pk}/", {**FORM, "key": "", "name": "Pool"})
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.slug) == ("Pool", "pool")
    assert open_key(endpoint) == KEY
    client.post(f"{BASE}{endpoint.pk}/", {**FORM, "name": "Pool", "key": "new" * 9})
    endpoint.refresh_from_db()
    assert open_key(endpoint) == "new" * 9
    actions = AuditEvent.objects.filter(team=team, action__startswith="endpoint")
    assert list(actions.order_by("pk").values_list("action", flat=True)) == [
        *("endpoint.added", "endpoint.key_added"),
        *("endpoint.changed", "endpoint.key_replaced"),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example.com/v1",
        "https://models.example.com.evil.example/v1",
        "http://models.example.com:443/v1",
        "https://models.example.com:8443/v1",
    ],
)
def test_another_server_means_no_key(
    address: str, client: Client, team: Team, settings: Any
):
    settings.ALLOWED_PRIVATE_ENDPOINTS = [
        *("models.example.com:443", "models.example.com:8443")
    ]
    endpoint = added(client)
    sealed = endpoint.key_sealed
    answer = client.post(
        f"{BASE}{endpoint.pk}/", {**FORM, "base_url": address, "key": ""}, follow=True
    )
    assert "the stored key was deleted" in answer.content.decode()
    endpoint.refresh_from_db()
    assert (endpoint.key_sealed, endpoint.key_last4) == ("", "")
    endpoint.key_sealed = sealed
    with pytest.raises(UnsealError):
        open_key(endpoint)
    assert AuditEvent.objects.filter(action="endpoint.key_cleared").exists()


def test_another_path_of_the_same_server_keeps_the_key(client: Client):
    endpoint = added(client)
    moved = {**FORM, "base_url": "https://models.example.com:443/v2", "key": ""}
    client.post(f"{BASE}{endpoint.pk}/", moved)
    endpoint.refresh_from_db()
    assert open_key(endpoint) == KEY


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Enter name"),
        ("name", "Gpu Pool", "Your team has an endpoint called Gpu Pool."),
        ("base_url", "http://models.example.com/v1", "begins with https://"),
        ("base_url", "https://10.0.0.7/v1", "not reachable from here for safety"),
        ("base_url", "https://169.254.169.254/latest", "not reachable from here"),
        ("base_url", "https://localhost/v1", "not reachable from here"),
        (
            "base_url",
            "https://models.example.com:6379/v1",
            "Port 6379 may not be called",
        ),
        ("base_url", "https://u:p@models.example.com", "The URL holds a user name"),
        ("base_url", "ftp://models.example.com", "is no web address"),
        ("model", "", "Enter model id"),
        ("key", "two words", "Enter the key alone"),
        ("key", "line\nbreak-in-the-key", "Enter the key alone"),
        ("hosting", "moon", "Select a valid choice"),
        ("card", "unheard-of", "Select a valid choice"),
        ("output_per_1m", "", "Enter both prices, or neither"),
        ("input_per_1m", "-1", "Enter dollars per million tokens, 0 or more"),
        ("price_as_of", "2999-01-01", "Choose today or an earlier date"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    field, value, message, client: Client, team: Team
):
    Endpoint.objects.create(team=team, slug="gpu-pool", name="GPU pool")
    answer = client.post(f"{BASE}new/", {**FORM, "name": "Other", field: value})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert message in html
    assert "<title>Error: " in html
    assert KEY not in html
    assert Endpoint.objects.count() == 1


def test_a_plain_address_needs_the_operators_word(client: Client, settings: Any):
    settings.ALLOWED_PRIVATE_ENDPOINTS = ["gpu.lan:8000"]
    assert added(client, base_url="http://gpu.lan:8000/v1").pk
    other = client.post(f"{BASE}new/", {**FORM, "base_url": "http://gpu.lan:8001/v1"})
    assert other.status_code == 422


def test_a_change_of_its_price_is_remembered(client: Client, bob: User):
    endpoint = added(client)
    client.post(f"{BASE}{endpoint.pk}/", {**FORM, "key": "", "input_per_1m": "0.2"})
    change = Change.objects.get(fact="input_per_1m", before__isnull=False)
    assert (change.before, change.after, change.by) == (0.15, 0.2, "Ada")
    html = client.get("/catalog/changes/?kind=endpoint").content.decode()
    assert "$0.15" in html
    assert "$0.20" in html


def test_a_page_of_ten_endpoints_is_no_more_queries(
    client: Client, django_assert_num_queries
):
    added(client, test="on")
    client.get(BASE)
    with django_assert_num_queries(5):
        client.get(BASE)
    for number in range(9):
        added(client, name=f"Server {number}", test="on")
    with django_assert_num_queries(5):
        client.get(BASE)


def test_an_endpoint_that_works_says_how_fast(client: Client, server: Stub):
    endpoint = added(client, base_url=server.url, test="on")
    waiting = client.get(f"{BASE}{endpoint.pk}/check/")
    assert waiting.status_code == 200
    assert "Testing" in waiting.content.decode()
    assert "every 1s" in waiting.content.decode()
    check = outcome(endpoint)
    assert check.succeeded is True
    assert check.latency_ms is not None
    done = client.get(f"{BASE}{endpoint.pk}/check/")
    # 286 ends the polling of htmx.
    assert done.status_code == 286
    assert "It answered in" in done.content.decode()
    sent = server.requests[0].json
    assert sent["model"] == "qwen3-4b"
    assert 1 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))


def test_a_test_may_be_left_out_on_purpose(client: Client, server: Stub):
    endpoint = added(client, base_url=server.url)
    assert not endpoint.checks.exists()
    assert "Not tested" in client.get(BASE).content.decode()


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        ("401 Unauthorized", {}, "The endpoint answered 401. Check the key."),
        ("403 Forbidden", {}, "The endpoint answered 403."),
        ("429 Too Many Requests", {}, "The endpoint answered 429: it works,"),
        ("500 Oh", {}, "The endpoint answered 500: it failed."),
        ("302 Found", {}, "The endpoint answers with a redirect."),
        ("200 OK", {"no": "choices"}, "not as an OpenAI-compatible server does"),
        ("400 Bad Request", {"error": "x"}, "The endpoint refused the request."),
    ],
)
def test_a_failure_is_a_sentence_of_ours(
    status, body, sentence, client: Client, server: Stub
):
    told = {**body, "error": {"message": f"you sent {KEY}, <b>bad</b>"}}
    answer = reply(told if not body.get("no") else body, status, Location="http://x/")
    server.plan = lambda request: [answer]
    check = outcome(added(client, base_url=server.url, test="on"))
    assert check.succeeded is False
    assert sentence in check.sentence
    html = client.get(BASE).content.decode()
    assert "you sent" not in html
    assert KEY not in html


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("400 X", {"error": {"message": "the model output limit was reached"}}),
        ("200 OK", chat(None, refusal="I cannot")),
        ("200 OK", chat(None, tool_calls=[{"id": "1"}])),
        ("200 OK", chat("", finish_reason="length")),
    ],
)
def test_a_model_with_no_room_for_an_answer_works(
    status, body, client: Client, server: Stub
):
    server.plan = lambda request: [reply(body, status)]
    check = outcome(added(client, base_url=server.url, test="on"))
    assert check.succeeded is True
    assert check.sentence.startswith("It answered")


def test_an_unknown_model_is_answered_with_those_that_are_served(
    client: Client, server: Stub
):
    names = ["qwen3-4b", f"x{KEY}", "x" * 80 + KEY, "a\u202eb<i>"]
    listed = {"data": [{"id": name} for name in names]}

    def plan(request: Any) -> list[bytes]:
        if request.line.startswith("GET /v1/models "):
            return [reply(listed)]
        return [reply({"error": "no such model"}, "404 Not Found")]

    server.plan = plan
    check = outcome(added(client, base_url=server.url, model="qwen4", test="on"))
    assert check.sentence.startswith("The endpoint answered 404. Check the base URL")
    assert check.models_served == ["a[U+202E]b<i>", "qwen3-4b"]
    html = client.get(BASE).content.decode()
    assert "It serves: a[U+202E]b&lt;i&gt;, qwen3-4b." in html


@pytest.mark.parametrize(
    "steps", [["reset"], [b"SSH-2.0-OpenSSH_9.6\r\n"], [b""], [b"HTTP/1.1 2"]]
)
def test_private_hosts_give_nothing_away(steps, client: Client, server: Stub):
    server.plan = lambda request: steps
    check = outcome(added(client, base_url=server.url, test="on"))
    server.stop()
    closed = Endpoint.objects.get()
    services.ask_for_check(endpoint=closed, by=Membership.objects.latest("pk"))
    assert outcome(closed).sentence == check.sentence
    assert check.sentence.startswith("The endpoint did not answer, or not in a form")


def test_nothing_is_sent_to_an_address_that_became_closed(
    client: Client, server: Stub, settings: Any
):
    endpoint = added(client, base_url=server.url, test="on")
    settings.ALLOWED_PRIVATE_ENDPOINTS = []
    check = outcome(endpoint)
    assert "may not be called from here" in check.sentence
    assert server.connections == 0


def test_a_key_that_cannot_be_opened_is_asked_for_again(client: Client, server: Stub):
    endpoint = added(client, base_url=server.url, test="on")
    Endpoint.objects.update(key_sealed="v1.gone.AAAA")
    assert "Enter it again" in outcome(endpoint).sentence
    assert server.connections == 0


def test_twenty_tests_an_hour_are_the_limit(client: Client, admin: User):
    endpoint = added(client)
    for _ in range(20):
        EndpointCheck.objects.create(
            endpoint=endpoint, asked_by=admin, finished_at="2026-11-26T08:00Z"
        )
    answer = client.post(f"{BASE}{endpoint.pk}/test/", follow=True)
    assert "You tested 20 times within the hour" in answer.content.decode()
    assert endpoint.checks.count() == 20


def test_a_second_click_asks_nothing_twice(client: Client):
    endpoint = added(client, test="on")
    client.post(f"{BASE}{endpoint.pk}/test/")
    client.post(f"{BASE}{endpoint.pk}/test/", headers={"HX-Request": "true"})
    assert endpoint.checks.count() == 1


def test_one_worker_takes_a_test_and_a_lost_one_is_taken_again(
    client: Client, server: Stub
):
    endpoint = added(client, base_url=server.url, test="on")
    check = endpoint.checks.get()
    assert services.claim_check(check.pk) == check
    assert services.claim_check(check.pk) is None
    EndpointCheck.objects.update(started_at="2026-11-26T00:00Z")
    hint_checks(queue_answers=False)
    check.refresh_from_db()
    assert check.succeeded is True
    assert len(server.requests) == 1


def test_a_test_that_nobody_took_says_so(client: Client):
    endpoint = added(client, test="on")
    EndpointCheck.objects.update(asked_at="2026-11-26T00:00Z")
    html = client.get(f"{BASE}{endpoint.pk}/check/")
    assert "No worker took the test." in html.content.decode()
    assert html.status_code == 286
    assert not services.due_checks().exists()


@pytest.fixture
def used(client: Client, team: Team) -> tuple[Endpoint, Run]:
    """An endpoint with its key, and a queued run that has a candidate there."""
    endpoint = added(client)
    run = make_run(team, name="Tickets")
    spec = {"base_url": endpoint.base_url, "model": endpoint.model}
    candidate = run.candidates.exclude(role="reference").first()
    assert candidate is not None
    Candidate.objects.filter(pk=candidate.pk).update(
        endpoint=endpoint, engine="openai", spec=spec
    )
    return endpoint, run


def test_an_endpoint_in_use_is_neither_deleted_nor_moved(
    used: tuple[Endpoint, Run], client: Client
):
    endpoint, run = used
    answer = client.post(f"{BASE}{endpoint.pk}/delete/")
    assert answer.status_code == 409
    named = f"in use by run {run.number} of Tickets. Wait for the end, or cancel."
    assert named in answer.content.decode()
    moved = {**FORM, "base_url": "https://other.example.com/v1"}
    answer = client.post(f"{BASE}{endpoint.pk}/", moved)
    assert answer.status_code == 422
    assert "cannot be pointed to another server while" in answer.content.decode()
    endpoint.refresh_from_db()
    assert open_key(endpoint) == KEY
    Run.objects.update(state=Run.State.CANCELLED)
    client.post(f"{BASE}{endpoint.pk}/delete/")
    assert not Endpoint.objects.exists()
    assert AuditEvent.objects.filter(action="endpoint.deleted").exists()


def test_a_run_never_sends_a_key_to_the_server_before(
    used: tuple[Endpoint, Run], client: Client
):
    endpoint, run = used
    Run.objects.update(state=Run.State.CANCELLED)
    moved = {**FORM, "base_url": "https://other.example.com/v1", "key": "next" * 8}
    client.post(f"{BASE}{endpoint.pk}/", moved)
    candidate = run.candidates.get(endpoint=endpoint)
    with pytest.raises(Exception, match="Enter it again") as refused:
        engine_spec(candidate)
    assert "next" not in str(refused.value)


def test_a_card_is_named_and_its_price_counts(client: Client, team: Team):
    make_card("qwen3-4b")
    endpoint = added(
        client, card="qwen3-4b", input_per_1m="", output_per_1m="", price_as_of=""
    )
    assert endpoint.card is not None
    assert endpoint.card.slug == "qwen3-4b"
    assert "as the catalog has it" in client.get(BASE).content.decode()
