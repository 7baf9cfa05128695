"""What the team's month holds is shown against its cap, which admins set."""

import pytest

from advisor.accounts.models import AuditEvent, Team, TeamMonth, User
from advisor.accounts.selectors import this_month
from advisor.accounts.services import micro

from .conftest import Browser

pytestmark = pytest.mark.django_db
ROOM = "/t/team-atlas/settings/spending/"


@pytest.fixture
def spent(team: Team) -> Team:
    Team.objects.update(month_cap_micro=micro(150), run_cap_micro=micro(10))
    TeamMonth.objects.create(
        team=team,
        month=this_month(),
        cap_micro=micro(150),
        spent_micro=micro(41.2),
        reserved_micro=micro(2.5),
        unknown_micro=micro(1.3),
    )
    return team


def test_the_month_stands_against_its_cap(spent: Team, bob: User, browser: Browser):
    answer = browser(bob).get(ROOM)
    page, text = answer.context["page"], answer.content.decode()
    assert [(stat.label, stat.value) for stat in page.stats] == [
        ("Spent", "$41.20"),
        ("Reserved", "$2.50"),
        ("Unknown", "$1.30"),
        ("Left", "$105"),
    ]
    assert page.gauge.text == "$45.00 used, cap $150"
    assert page.gauge.status == "met"
    assert "$45.00 of $150 used in" in text
    assert "An owner or admin can change them." in text
    assert "Save caps" not in text


def test_a_team_without_a_cap_has_no_gauge_and_no_rest(
    team: Team, alice: User, browser: Browser
):
    page = browser(alice).get(ROOM).context["page"]
    assert page.gauge is None
    assert page.stats[3].value is None


def test_caps_are_set_and_recorded(spent: Team, alice: User, browser: Browser):
    client = browser(alice)
    client.post(f"{ROOM}caps/", {"month": "1,200", "run": "25,50"})
    spent.refresh_from_db()
    assert (spent.month_cap_micro, spent.run_cap_micro) == (1_200_000_000, 25_500_000)
    told = AuditEvent.objects.get(action="team.caps_set")
    assert told.detail["to"] == {"month_usd": 1200, "run_usd": 25.5}
    log = client.get("/t/team-atlas/settings/audit/").content.decode()
    assert "Set the caps to $1,200.00 a month and $25.50 a run" in log


@pytest.mark.parametrize(
    ("month", "run", "words"),
    [
        ("20", "30", "A run may not cost more than the month"),
        ("40", "10", "already holds 45.00 USD"),
        ("-1", "", "Enter an amount from 0 to 100,000"),
        ("much", "", "Enter an amount from 0 to 100,000"),
    ],
)
def test_caps_that_make_no_sense_are_refused(
    month: str, run: str, words: str, spent: Team, alice: User, browser: Browser
):
    answer = browser(alice).post(f"{ROOM}caps/", {"month": month, "run": run})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    spent.refresh_from_db()
    assert spent.month_cap_micro == micro(150)


def test_the_page_costs_the_same_few_queries(
    spent: Team, alice: User, browser: Browser, django_assert_max_num_queries
):
    client = browser(alice)
    client.get(ROOM)
    with django_assert_max_num_queries(8):
        client.get(ROOM)
