"""A recommendation says so when what it rests on has changed since."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from advisor.accounts.models import Team, User
from advisor.catalog.models import Endpoint, HardwareProfile, ModelCard, Price
from advisor.projects.models import SampleSet
from advisor.reports.models import DecisionRecord
from advisor.reports.selectors import changes_since, overdue, standing_record
from advisor.runs.models import Candidate, Run
from tests.people import Browser
from tests.reports.test_deciding_pages import GIVEN
from tests.runs.finished import finished, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(team: Team) -> Run:
    """A run whose candidate goes by a card, its listed price and its revision."""
    run = finished(team)
    card = ModelCard.objects.create(slug="good-1b", name="Good 1B", revision="a" * 40)
    list_price(card, "0.10")
    freeze(
        run,
        "good",
        card="good-1b",
        price={"input_per_1m": 0.1, "output_per_1m": 0.2, "source": "vendor page"},
        revision="a" * 40,
    )
    return run


def list_price(card: ModelCard, dollars: str) -> Price:
    Price.objects.filter(card=card).update(ended_at=timezone.now())
    return Price.objects.create(
        slug="good-1b-vendor",
        card=card,
        vendor="vendor",
        input_per_1m=Decimal(dollars),
        output_per_1m=Decimal("0.20"),
        source="vendor page",
    )


def freeze(run: Run, key: str, **spec: object) -> None:
    row = run.candidates.get(key=key)
    row.spec = {**row.spec, **spec}
    row.save(update_fields=["spec"])


def told(run: Run) -> list[str]:
    return [one.sentence for one in changes_since(run.team, [run]).get(run.pk, ())]


def today() -> str:
    return f"{timezone.now():%-d %b %Y}"


def test_nothing_changed_says_nothing(run: Run):
    assert told(run) == []


def test_a_new_price_is_named_with_its_day(run: Run):
    first = today()
    list_price(ModelCard.objects.get(slug="good-1b"), "0.15")
    (sentence,) = told(run)
    assert sentence in [
        f"The price of Good 1B changed on {day}, so the recommendation is out of date."
        for day in (first, today())
    ]


def test_the_same_price_with_a_new_date_changes_nothing(run: Run):
    list_price(ModelCard.objects.get(slug="good-1b"), "0.10")
    assert told(run) == []


def test_a_new_revision_is_named(run: Run):
    card = ModelCard.objects.get(slug="good-1b")
    card.revision = "b" * 40
    card.save()
    assert told(run)[0].startswith("The revision of Good 1B changed on")


def test_a_new_sample_set_is_named(run: Run):
    SampleSet.objects.create(
        project=run.project, version=2, name="more", sha256="f" * 64, count=90
    )
    assert told(run)[0].startswith("The sample set changed on")


def test_a_machine_and_an_endpoint_count_too(run: Run):
    HardwareProfile.objects.create(
        slug="box", name="The box", kind="gpu", price_per_hour=Decimal("0.50")
    )
    freeze(run, "bad", hardware="box", hourly=0.45, price=None)
    Candidate.objects.filter(run=run, key="bad").update(engine="transformers")
    endpoint = Endpoint.objects.create(
        team=run.team,
        slug="api",
        name="The API",
        base_url="https://models.example.com/v1",
        model="big-2",
    )
    freeze(run, "big", base_url="https://models.example.com/v1", model="big-1")
    Candidate.objects.filter(run=run, key="big").update(endpoint=endpoint)
    found = " ".join(told(run))
    assert "The price of The box changed" in found
    assert "The model of The API changed" in found


def test_what_was_typed_in_the_setup_does_not_change(run: Run):
    freeze(run, "good", price={"input_per_1m": 9, "source": "typed"})
    assert told(run) == []


def test_many_runs_take_as_many_queries_as_one(run: Run, team: Team):
    others = [finished(team, name=name) for name in ("One", "Two", "Three")]

    def queries(runs: list[Run]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            changes_since(team, runs)
        return len(found)

    first = queries([run, *others])
    assert queries([run]) == queries([run, *others]) == first - 1 <= 5


def test_the_report_keeps_the_old_decision_and_says_what_changed(
    run: Run, edith: User, browser: Browser
):
    client = browser(edith)
    client.post(url_of(run, "accept/"), GIVEN)
    list_price(ModelCard.objects.get(slug="good-1b"), "0.15")
    for page in ("report/", "compare/"):
        html = client.get(url_of(run, page)).content.decode()
        assert "Re-run needed." in html
        assert "The price of Good 1B changed on" in html
        assert "RS-0001" in html
    listed = client.get(f"/t/{run.team.slug}/reports/").content.decode()
    assert "Re-run needed" in listed
    assert "changed on" in client.get(url_of(run, "report.md")).content.decode()


def test_a_decision_whose_day_has_passed_says_so(
    run: Run, edith: User, browser: Browser
):
    browser(edith).post(url_of(run, "accept/"), GIVEN)
    record = standing_record(run)
    assert overdue(record) == ""
    day = record.revisit_by
    assert overdue(record, day) == ""
    assert overdue(record, day + timedelta(days=1)) == (
        f"RS-0001 was to be revisited by {day:%-d %b %Y}, so the decision is out of"
        " date."
    )
    past = timezone.now().date() - timedelta(days=3)
    DecisionRecord.objects.update(revisit_by=past)
    html = browser(edith).get(url_of(run, "report/")).content.decode()
    assert "RS-0001 was to be revisited by" in html
