"""The audit log is read, filtered by its address, and taken away as CSV."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from advisor.accounts import services
from advisor.accounts.models import AuditEvent, Role, Team, User
from advisor.accounts.pages.deeds import SENTENCES, sentence

from .conftest import Browser, membership, person

pytestmark = pytest.mark.django_db
LOG = "/t/team-atlas/settings/audit/"


@pytest.fixture
def busy(team: Team, alice: User, bob: User) -> Team:
    owner = membership(team, alice)
    services.invite(email="dora@example.com", role=Role.EDITOR, by=owner)
    services.change_role(member=membership(team, bob), role=Role.EDITOR, by=owner)
    services.record(team=team, actor=None, action="endpoint.key_replaced", target="x")
    services.record(team=team, actor=bob, action="run.cancelled", target="run 1 of X")
    return team


def rows(answer: object) -> list[str]:
    page = answer.context["page"]  # type: ignore[attr-defined]
    return [f"{row.who}: {row.what}" for row in page.rows]


def test_acts_read_as_sentences_newest_first(busy: Team, alice: User, browser: Browser):
    assert rows(browser(alice).get(LOG)) == [
        "Bob: Cancelled run 1 of X",
        "System: Endpoint key replaced: x",
        "Alice: Changed bob@example.com from viewer to editor",
        "Alice: Invited dora@example.com as editor",
        "Alice: Created the team",
    ]


def test_the_address_filters(busy: Team, alice: User, bob: User, browser: Browser):
    client = browser(alice)
    assert len(rows(client.get(f"{LOG}?who={alice.pk}"))) == 3
    assert rows(client.get(f"{LOG}?who=system")) == ["System: Endpoint key replaced: x"]
    assert rows(client.get(f"{LOG}?who={alice.pk}&what=team.created")) == [
        "Alice: Created the team"
    ]
    assert len(rows(client.get(f"{LOG}?who=99999&what=nonsense&days=-1&from=x"))) == 5


def test_older_acts_need_a_longer_period(team: Team, alice: User, browser: Browser):
    event = services.record(team=team, actor=alice, action="run.launched", target="x")
    # The database refuses to change a row; one from the past is written as such.
    AuditEvent.objects.bulk_create(
        [AuditEvent(team=team, actor=alice, actor_name="Alice", action="old.act")]
    )
    assert event.at > timezone.now() - timedelta(minutes=1)
    client = browser(alice)
    assert len(rows(client.get(f"{LOG}?days=7"))) == len(rows(client.get(LOG))) == 3


def test_from_where_somebody_acted_is_kept(team: Team, alice: User, browser: Browser):
    client = browser(alice)
    data = {"name": "ci", "scope": "read", "days": "30"}
    client.post("/t/team-atlas/settings/tokens/", data, REMOTE_ADDR="192.0.2.44")
    assert AuditEvent.objects.get(action="api_token.created").ip == "192.0.2.44"
    assert "192.0.2.44" in client.get(LOG).content.decode()


def test_it_leaves_as_csv_that_computes_nothing_and_that_is_recorded(
    busy: Team, alice: User, browser: Browser
):
    services.record(team=busy, actor=None, action="run.launched", target='=cmd|" x"!A1')
    client = browser(alice)
    answer = client.get(f"{LOG[:-1]}.csv?days=30")
    table = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0] == ["when_utc", "who", "action", "on_what", "sentence", "from"]
    assert len(table) == 7
    assert table[1][3] == '\'=cmd|" x"!A1'
    assert "attachment" in answer.headers["Content-Disposition"]
    assert AuditEvent.objects.latest("id").action == "audit.exported"


def test_many_acts_come_in_pages(team: Team, alice: User, browser: Browser):
    for number in range(120):
        services.record(
            team=team, actor=alice, action="run.launched", target=f"{number}"
        )
    client = browser(alice)
    page = client.get(LOG).context["page"]
    assert (page.paging.first, page.paging.last, page.paging.total) == (1, 50, 121)
    third = client.get(client.get(page.paging.next).context["page"].paging.next)
    assert rows(third)[-1] == "Alice: Created the team"
    assert third.context["page"].paging.next is None


def test_the_number_of_queries_does_not_grow(team: Team, alice: User, browser: Browser):
    client = browser(alice)
    client.get(LOG)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(LOG)
        counts.append(len(queries))
        for number in range(30):
            user = person(f"p{number}{len(counts)}")
            services.record(team=team, actor=user, action=f"a.{number}", target="x")
    assert counts[0] == counts[1] <= 12


def test_every_sentence_can_be_said(db: None):
    for action in SENTENCES:
        said = sentence(AuditEvent(action=action, target="it", detail={}))
        assert "{" not in said
        assert said[0].isupper()
    hidden = AuditEvent(action="run.cancelled", target="a\u202eb", detail={})
    assert sentence(hidden) == "Cancelled a[U+202E]b"
