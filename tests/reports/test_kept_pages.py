"""What is kept of a page never outlives what it says, nor reaches anybody else."""

import re
from decimal import Decimal

import pytest
from django.utils import timezone

from advisor.accounts.models import Membership, Role, Team, TeamMonth, User
from advisor.accounts.selectors import this_month
from advisor.catalog.models import ModelCard, Price
from advisor.projects import services as projects
from advisor.projects.models import Project, Sample, SampleSet, Setup
from advisor.reports.selectors import result_at, result_of
from advisor.runs.models import Run
from tests.people import Browser
from tests.reports.test_deciding_pages import GIVEN
from tests.runs.finished import finished, url_of

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w{64})"')
FRAGMENT = {"HX-Request": "true"}
PLACES = ("compare/", "", "samples/", "comments/")


@pytest.fixture
def run(team: Team) -> Run:
    return finished(team)


def seen(browser: Browser, user: User, run: Run, rest: str = "compare/") -> str:
    """What a member reads once the page was already shown to them."""
    client, url = browser(user), url_of(run, rest)
    headers = FRAGMENT if rest.startswith("what-if/") else {}
    client.get(url, headers=headers)
    return str(client.get(url, headers=headers).content.decode())


def test_a_decision_shows_at_once_to_everybody(
    run: Run, edith: User, bob: User, browser: Browser
):
    dashboard = f"/t/{run.team.slug}/"
    assert "Accepted by" not in seen(browser, bob, run)
    assert "Accepted" not in str(browser(bob).get(dashboard).content)
    browser(edith).post(url_of(run, "accept/"), GIVEN)
    assert "Accepted by Edith &lt;b&gt;Clarke" in seen(browser, bob, run)
    assert "Accepted" in str(browser(bob).get(dashboard).content)


def test_a_new_price_shows_at_once(run: Run, bob: User, browser: Browser):
    card = ModelCard.objects.create(slug="good-1b", name="Good 1B")
    row = run.candidates.get(key="good")
    row.spec = {**row.spec, "card": card.slug, "price": {"input_per_1m": 0.1}}
    row.save(update_fields=["spec"])
    price = Price(
        slug="good-1b-vendor",
        card=card,
        vendor="vendor",
        input_per_1m=Decimal("0.10"),
        source="vendor page",
    )
    price.save()
    assert "Re-run needed" not in seen(browser, bob, run)
    Price.objects.filter(pk=price.pk).update(ended_at=timezone.now())
    price.pk, price.input_per_1m = None, Decimal("0.15")
    price.save()
    assert "The price of Good 1B changed" in seen(browser, bob, run)
    dashboard = browser(bob).get(f"/t/{run.team.slug}/").content.decode()
    assert "The price of Good 1B changed" in dashboard


def test_a_comment_shows_at_once(run: Run, edith: User, bob: User, browser: Browser):
    assert "too slow on Mondays" not in seen(browser, bob, run, "comments/")
    browser(edith).post(url_of(run, "comments/"), {"text": "too slow on Mondays"})
    assert "too slow on Mondays" in seen(browser, bob, run, "comments/")


def test_a_new_role_counts_at_once(run: Run, edith: User, browser: Browser):
    tried = f"{url_of(run, 'what-if/')}?p95=0.2&margin=10"
    client = browser(edith)
    assert "Accept recommendation" in seen(browser, edith, run)
    assert (
        "Save as setup version" in client.get(tried, headers=FRAGMENT).content.decode()
    )
    Membership.objects.filter(user=edith).update(role=Role.VIEWER)
    assert "Accept recommendation" not in seen(browser, edith, run)
    assert (
        "Save as setup version"
        not in client.get(tried, headers=FRAGMENT).content.decode()
    )


def test_who_left_the_team_reads_nothing_more(run: Run, bob: User, browser: Browser):
    client = browser(bob)
    addresses = [f"/t/{run.team.slug}/", *(url_of(run, rest) for rest in PLACES)]
    assert {client.get(url).status_code for url in addresses} == {200}
    Membership.objects.filter(user=bob).delete()
    assert {client.get(url).status_code for url in addresses} == {404}


def test_two_teams_with_the_same_run_see_their_own(
    run: Run, bob: User, charlie: User, browser: Browser
):
    other = finished(Team.objects.get(slug="elsewhere"))
    named = Sample.objects.filter(sample_set=run.setup.sample_set_id)
    named.update(input="a secret of Team Atlas")
    pairs = ((bob, run, other), (charlie, other, run), (bob, run, other))
    for user, own, foreign in pairs:
        for rest in ("compare/", "samples/?show=all", "", "what-if/?p95=0.2"):
            html = seen(browser, user, own, rest)
            assert f"/t/{foreign.team.slug}/" not in html
            assert ("secret of Team Atlas" in html) <= (user == bob)
        page = browser(user).get(f"/t/{own.team.slug}/").content.decode()
        assert f"/t/{foreign.team.slug}/p/" not in page


def test_the_token_of_a_form_is_that_of_the_request(
    run: Run, edith: User, browser: Browser
):
    tried = f"{url_of(run, 'compare/')}?p95=0.2&margin=10"
    first, second = (browser(edith).get(tried) for _ in range(2))
    assert "Save as setup version" in second.content.decode()
    tokens = [set(TOKEN.findall(page.content.decode())) for page in (first, second)]
    assert all(tokens)
    assert not tokens[0] & tokens[1]


def test_what_names_a_result_changes_when_its_run_goes_on(run: Run):
    result = result_of(run)
    assert result is not None
    before = result.version
    assert before is not None
    run.generation += 1
    assert result.version not in (None, before)
    run.state = Run.State.RUNNING
    assert result.version is None


def test_a_new_name_shows_at_once(run: Run, bob: User, browser: Browser):
    pages = (url_of(run, "compare/"), url_of(run, "samples/"), f"/t/{run.team.slug}/")
    for page in pages:
        assert "Renamed anew" not in browser(bob).get(page).content.decode()
    projects.rename_project(project=run.project, name="Renamed anew")
    for page in pages:
        assert "Renamed anew" in browser(bob).get(page).content.decode(), page


def test_whatever_is_written_shows_in_the_portfolio_at_once(
    run: Run, bob: User, browser: Browser
):
    client, team = browser(bob), run.team
    setup = Setup.objects.get(pk=run.setup_id)
    told = {**setup.document, "task_kinds": ["routing"], "decide_by": "2020-02-03"}

    def html() -> str:
        return str(client.get(f"/t/{team.slug}/").content.decode())

    writes = (
        (
            lambda: Setup.objects.filter(pk=setup.pk).update(document=told),
            ("Routing", "To be decided by 3 Feb 2020"),
        ),
        (
            lambda: projects.create_project(team=team, name="Fresh", created_by=None),
            ("Fresh", "Draft, step 1 of 5"),
        ),
        (
            lambda: TeamMonth.objects.update_or_create(
                team=team, month=this_month(), defaults={"spent_micro": 41_230_000}
            ),
            ("$41.23",),
        ),
        (
            lambda: Team.objects.filter(pk=team.pk).update(month_cap_micro=77_000_000),
            ("of $77.00 team cap",),
        ),
        (
            lambda: SampleSet.objects.create(
                project=run.project, version=2, name="more", sha256="f" * 64, count=9
            ),
            ("The sample set changed on",),
        ),
        (
            lambda: Run.objects.filter(pk=run.pk).update(
                state=Run.State.RUNNING, generation=2
            ),
            ("Re-run needed",),
        ),
        (
            lambda: Project.objects.filter(name="Fresh").update(
                archived_at=timezone.now()
            ),
            ("Archived 1",),
        ),
    )
    for write, words in writes:
        before = html()
        write()
        after = html()
        for word in words:
            assert word in after, word
        assert before != after


def test_a_run_that_goes_on_is_read_again(run: Run):
    def shown() -> str:
        found = result_at(run.team, run.project.slug, run.number)
        assert found is not None
        return str(found.run.state)

    before = result_at(run.team, run.project.slug, run.number)
    assert result_at(run.team, run.project.slug, run.number) is before
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING, generation=2)
    assert shown() == Run.State.RUNNING
    Run.objects.filter(pk=run.pk).update(state=Run.State.WITH_GAPS)
    assert shown() == Run.State.WITH_GAPS


def test_a_result_is_of_its_own_team_alone(run: Run, charlie: User):
    other = Team.objects.get(memberships__user=charlie)
    assert result_at(run.team, run.project.slug, run.number) is not None
    with pytest.raises(Run.DoesNotExist):
        result_at(other, run.project.slug, run.number)


def test_limits_that_an_editor_tried_offer_a_viewer_no_saving(
    run: Run, edith: User, bob: User, browser: Browser
):
    tried = f"{url_of(run, 'what-if/')}?p95=0.25&margin=10"
    own, again = (
        browser(edith).get(tried, headers=FRAGMENT).content.decode() for _ in range(2)
    )
    assert "Save as setup version" in own
    assert "Save as setup version" in again
    seen_by_bob = browser(bob).get(tried, headers=FRAGMENT).content.decode()
    assert "Under the limits you try" in seen_by_bob
    assert "Save as setup version" not in seen_by_bob


def test_how_a_run_ended_shows_at_once(run: Run, bob: User, browser: Browser):
    # It went on from its cap and was cancelled before another answer came.
    for state, told in (
        (Run.State.BUDGET_STOPPED, "Stopped at the cap."),
        (Run.State.CANCELLED, "Cancelled."),
        (Run.State.BUDGET_STOPPED, "Stopped at the cap."),
    ):
        Run.objects.filter(pk=run.pk).update(state=state)
        html = seen(browser, bob, run)
        others = {"Stopped at the cap.", "Cancelled."} - {told}
        assert told in html
        assert not any(other in html for other in others)
