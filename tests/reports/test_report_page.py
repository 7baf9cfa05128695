"""A PDF is asked for once, made by a worker, and then only sent."""

from pathlib import Path

import pytest
from django.test import Client

from advisor.accounts.models import Team, User
from advisor.reports.models import Export
from advisor.reports.services import exports
from advisor.reports.tasks import hint_exports, make_export
from advisor.runs.models import Run
from tests.people import Browser
from tests.reports.reading import needs_pdftotext, pdf_text
from tests.reports.signing import sign
from tests.runs.finished import finished, make_run, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(team: Team) -> Run:
    return finished(team)


@pytest.fixture
def client(bob: User, browser: Browser) -> Client:
    return browser(bob)


def poll(client: Client, run: Run):
    return client.get(url_of(run, "report/"), headers={"HX-Request": "true"})


def test_the_page_offers_to_make_it(client: Client, run: Run):
    html = client.get(url_of(run, "report/")).content.decode()
    assert "No PDF yet." in html
    assert "Make the PDF" in html
    assert "hx-get" not in html[html.index('id="report"') :][:200]


def test_asking_twice_makes_one_row(client: Client, run: Run, bob: User):
    for _ in range(3):
        answer = client.post(url_of(run, "report/"))
        assert (answer.status_code, answer.url) == (302, url_of(run, "report/"))
    export = Export.objects.get()
    assert (export.run, export.state, export.requested_by) == (run, "queued", bob)


def test_polling_ends_with_286_once_the_file_is_there(client: Client, run: Run):
    client.post(url_of(run, "report/"))
    html = client.get(url_of(run, "report/")).content.decode()
    assert "Preparing the PDF." in html
    assert 'hx-trigger="every 1s"' in html
    assert poll(client, run).status_code == 200
    assert client.get(url_of(run, "report.pdf")).status_code == 404

    make_export(Export.objects.get().pk)

    done = poll(client, run)
    assert done.status_code == 286
    assert b"Download the PDF" in done.content
    assert b"hx-get" not in done.content
    pdf = client.get(url_of(run, "report.pdf"))
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["Content-Disposition"] == (
        'attachment; filename="tickets-run-1.pdf"'
    )
    assert pdf.headers["Content-Security-Policy"] == "sandbox"

    # Signed since: this file says less than what holds, and stands among the earlier.
    sign(run, run.team.memberships.get(role="owner").user)
    assert client.get(url_of(run, "report.pdf")).status_code == 404
    earlier = url_of(run, f"report/files/{Export.objects.get().pk}/")
    assert earlier in client.get(url_of(run, "report/")).content.decode()
    assert client.get(earlier).content == pdf.content


def test_the_message_may_come_twice_or_for_nothing(client: Client, run: Run):
    client.post(url_of(run, "report/"))
    pk = Export.objects.get().pk
    make_export(pk)
    first = bytes(Export.objects.get().content)
    make_export(pk)
    make_export(999)
    assert bytes(Export.objects.get().content) == first
    assert Export.objects.get().claims == 1


def test_without_a_queue_the_dispatcher_makes_it(client: Client, run: Run):
    client.post(url_of(run, "report/"))
    hint_exports(queue_answers=False)
    assert Export.objects.get().state == "ready"


def test_one_that_somebody_makes_is_left_to_them(client: Client, run: Run):
    client.post(url_of(run, "report/"))
    assert exports.claim_export(Export.objects.get().pk) is not None
    make_export(Export.objects.get().pk)
    assert Export.objects.get().state == "queued"


def test_after_three_workers_died_it_is_given_up_and_may_be_asked_again(
    client: Client, run: Run
):
    client.post(url_of(run, "report/"))
    pk = Export.objects.get().pk
    Export.objects.update(claims=3)
    make_export(pk)
    assert Export.objects.get().state == "failed"
    html = client.get(url_of(run, "report/")).content.decode()
    assert "No PDF." in html
    assert "The worker ended three times" in html
    client.post(url_of(run, "report/"))
    assert list(Export.objects.order_by("pk").values_list("state", flat=True)) == [
        "failed",
        "queued",
    ]


def test_a_run_without_an_end_has_no_report(client: Client, team: Team):
    run = make_run(team)
    assert client.get(url_of(run, "report/")).status_code == 404
    assert client.post(url_of(run, "report/")).status_code == 404
    assert not Export.objects.exists()


def test_a_stranger_makes_and_gets_none(run: Run, charlie: User, browser: Browser):
    client = browser(charlie)
    assert client.post(url_of(run, "report/")).status_code == 404
    assert client.get(url_of(run, "report.pdf")).status_code == 404
    assert not Export.objects.exists()


def test_a_reader_may_not_post_without_the_pages_token(run: Run, bob: User):
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(url_of(run, "report/")).status_code == 403


def test_who_takes_a_file_away_is_in_the_audit_log(
    team: Team, edith: User, bob: User, browser: Browser
):
    run, client = finished(team), browser(bob)
    log = team.audit_events.filter(action="report.exported")
    assert client.head(url_of(run, "report.md")).status_code == 200
    assert client.get(url_of(run, "report.exe")).status_code == 404
    assert not log.exists()
    for name in ("report.md", "report.csv", "report.json", "recommendation.json"):
        assert client.get(url_of(run, name)).status_code == 200
    kept = [(one.actor, one.detail["kind"]) for one in log.order_by("pk")]
    assert kept == [(bob, "md"), (bob, "csv"), (bob, "json"), (bob, "json")]


def test_a_paper_goes_without_sheets_that_are_not_ticked_and_says_so(
    client: Client, run: Run, tmp_path: Path
):
    needs_pdftotext()
    html = client.get(url_of(run, "report/")).content.decode()
    assert html.count('name="include"') == html.count("checked") == 3
    asked = {"chose": "on", "include": ["consequences"], "paper": "a4"}
    answer = client.post(url_of(run, "report/"), asked)
    export = Export.objects.get()
    assert export.options == "a4 -o -e"
    html = client.get(answer.url).content.decode()
    assert 'aria-label="Evidence"' not in html
    assert 'aria-label="Consequences and method"' in html
    make_export(export.pk)
    export.refresh_from_db()
    (tmp_path / "part.pdf").write_bytes(bytes(export.content))
    told = " ".join(pdf_text(tmp_path / "part.pdf").split())
    assert "Left out of this copy: Options considered, Evidence." in told
    assert "Method, and how to repeat it" in told
    assert "Percentiles" not in told
    assert "Why, or why not" not in told
    assert "PDF, in part" in client.get(url_of(run, "report/")).content.decode()


def test_no_tick_at_all_is_the_decision_alone(client: Client, run: Run):
    answer = client.post(url_of(run, "report/"), {"chose": "on"})
    assert Export.objects.get().options == "a4 -o -e -c"
    assert client.get(answer.url).content.decode().count('class="sheet"') == 1
