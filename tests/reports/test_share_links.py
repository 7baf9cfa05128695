"""Somebody with a link reads the report and nothing else, until the link ends."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from advisor.accounts.models import AuditEvent, Team, User
from advisor.reports.models import Export, ShareLink
from advisor.reports.services import commenting, rating
from advisor.reports.tasks import make_export
from advisor.runs.models import Run
from tests.people import Browser, member
from tests.reports.reading import needs_pdftotext, pdf_text
from tests.reports.test_deciding_pages import GIVEN
from tests.runs.finished import finished, url_of

pytestmark = pytest.mark.django_db
SECRETS = ("canary-sample", "canary-answer", "canary-comment", "Canary Signer")


@pytest.fixture
def run(team: Team, edith: User, browser: Browser) -> Run:
    """A signed run whose samples, answers, comments and signer hold canaries."""
    run = finished(team)
    run.setup.sample_set.samples.update(input="canary-sample")
    for trial in run.trials.select_related("answer"):
        trial.answer.output = "canary-answer"
        trial.answer.save(update_fields=["output"])
    by = member(team, edith)
    commenting.write_comment(run=run, sample=None, text="canary-comment", by=by)
    browser(edith).post(url_of(run, "accept/"), {**GIVEN, "name": "Canary Signer"})
    return run


def made(client: Client, run: Run, days: int = 30) -> str:
    """Make a link as an editor does and return the path of its address."""
    html = client.post(url_of(run, "share/"), {"label": "Board", "days": days})
    found = re.search(r"/shared/[\w-]+/", html.content.decode())
    assert found is not None
    return found[0]


def test_a_link_is_shown_once_and_only_its_hash_is_kept(
    run: Run, edith: User, browser: Browser
):
    client = browser(edith)
    path = made(client, run)
    token = path.split("/")[2]
    assert len(token) >= 43
    link = ShareLink.objects.get()
    assert token not in str(vars(link))
    assert path not in client.get(url_of(run, "share/")).content.decode()
    assert AuditEvent.objects.filter(action="share_link.created").count() == 1


def test_it_opens_the_report_without_signing_in_and_hides_what_is_not_published(
    run: Run, edith: User, browser: Browser, tmp_path
):
    needs_pdftotext()
    path = made(browser(edith), run)
    reader = Client()
    page = reader.get(path)
    html = page.content.decode()
    assert "Right-sized model for Tickets" in html
    assert "Accepted: good" in html
    for sheet in ("Options considered", "Evidence", "Consequences and method"):
        assert f'<article class="sheet" aria-label="{sheet}">' in html
    assert "/t/" not in html
    export = Export.objects.get(options="a4 shared")
    make_export(export.pk)
    contents = {"page": html}
    for kind in ("pdf", "md", "csv", "xlsx", "json"):
        answer = reader.get(f"{path}report.{kind}")
        assert answer.status_code == 200, kind
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        contents[kind] = answer.content.decode(errors="ignore")
        if kind == "pdf":
            (tmp_path / "a.pdf").write_bytes(answer.content)
            contents[kind] = pdf_text(tmp_path / "a.pdf")
        if kind == "xlsx":
            book = load_workbook(BytesIO(answer.content))
            cells = [c.value for sheet in book for row in sheet for c in row]
            contents[kind] = "\n".join(map(str, cells))
    for kind, content in contents.items():
        assert "RS-0001" in content, kind
        for secret in SECRETS:
            assert secret not in content, (kind, secret)
    assert reader.get(f"{path}figures/trade-off.svg").content.startswith(b"<?xml")


def test_no_cache_keeps_it_no_engine_lists_it_no_site_learns_it(
    run: Run, edith: User, browser: Browser
):
    path = made(browser(edith), run)
    for answer in (Client().get(path), Client().get("/shared/nothing/")):
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert b'<meta name="robots" content="noindex, nofollow">' in answer.content


def same(html: bytes) -> bytes:
    """A page without what differs from one request to the next."""
    plain = re.sub(rb'nonce="[^"]*"', b"", html)
    plain = re.sub(rb"X-CSRFToken[^}]*}", b"", plain)
    return re.sub(rb'value="[^"]*"', b"", plain)


def test_revoked_expired_and_unknown_are_the_same_page(
    run: Run, edith: User, browser: Browser
):
    client = browser(edith)
    revoked, expired = made(client, run), made(client, run)
    links = list(ShareLink.objects.order_by("pk"))
    client.post(url_of(run, f"share/{links[0].pk}/revoke/"))
    past = timezone.now() - timedelta(seconds=1)
    ShareLink.objects.filter(pk=links[1].pk).update(expires_at=past)
    reader = Client()
    paths = (revoked, expired, "/shared/no-such-token/")
    answers = [reader.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    pages = {
        same(a.content).replace(p.encode(), b"")
        for a, p in zip(answers, paths, strict=True)
    }
    assert len(pages) == 1
    for path in paths:
        assert reader.get(f"{path}report.json").status_code == 404
        assert reader.post(path).status_code == 404
    html = client.get(url_of(run, "share/")).content.decode()
    assert "Revoked" in html
    assert "Expired" in html


def test_its_last_use_is_listed(run: Run, edith: User, browser: Browser):
    client = browser(edith)
    path = made(client, run)
    assert "Never" in client.get(url_of(run, "share/")).content.decode()
    Client().get(path)
    assert ShareLink.objects.get().last_used_at is not None


@pytest.mark.parametrize("days", [0, 91, -1, ""])
def test_no_link_lives_longer_than_ninety_days(
    run: Run, edith: User, browser: Browser, days: object
):
    answer = browser(edith).post(url_of(run, "share/"), {"label": "x", "days": days})
    assert answer.status_code == 422
    assert not ShareLink.objects.exists()


def test_viewers_and_strangers_make_none(
    run: Run, edith: User, bob: User, charlie: User, browser: Browser
):
    made(browser(edith), run)
    link = ShareLink.objects.get()
    for who, status in ((bob, 403), (charlie, 404)):
        client = browser(who)
        assert client.get(url_of(run, "share/")).status_code == status
        given = {"label": "x", "days": 5}
        assert client.post(url_of(run, "share/"), given).status_code == status
        revoke = url_of(run, f"share/{link.pk}/revoke/")
        assert client.post(revoke).status_code == status
    assert ShareLink.objects.get().revoked_at is None


def test_who_asks_too_often_waits(run: Run, edith: User, browser: Browser):
    path = made(browser(edith), run)
    cache.set("shared:127.0.0.1", rating.MOST_A_MINUTE, 60)
    answer = Client().get(path)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
