"""A run leads to the very setup version that it ran, whatever the draft says now."""

import pytest

from advisor.accounts.models import Team, User
from advisor.projects import services as projects
from tests.people import Browser
from tests.runs.finished import finished, url_of

pytestmark = pytest.mark.django_db


def test_a_run_and_its_comparison_lead_to_the_version_that_ran(
    team: Team, bob: User, charlie: User, browser: Browser
):
    run = finished(team)
    draft = projects.open_draft(project=run.project, opened_by=None)
    changed = {**draft.document, "constraints": {"quality_margin": 0.2}}
    projects.save_draft(setup=draft, document=changed, step=2)
    url = f"/t/{team.slug}/p/{run.project.slug}/setup/versions/1/"
    for page in ("", "compare/"):
        assert f'href="{url}"' in browser(bob).get(url_of(run, page)).content.decode()
    html = browser(bob).get(url).content.decode()
    assert "<h2>Setup version 1</h2>" in html
    assert url_of(run) in html
    assert "10.0 points" in html
    assert "20.0 points" not in html
    assert browser(charlie).get(url).status_code == 404


def test_a_draft_or_a_version_that_is_not_there_is_404(
    team: Team, bob: User, browser: Browser
):
    run = finished(team)
    projects.open_draft(project=run.project, opened_by=None)
    base = f"/t/{team.slug}/p/{run.project.slug}/setup/versions/"
    found = [browser(bob).get(f"{base}{number}/").status_code for number in (1, 2, 9)]
    assert found == [200, 404, 404]


def test_the_setup_of_a_project_is_for_a_viewer_the_version_that_ran_last(
    team: Team, bob: User, charlie: User, edith: User, browser: Browser
):
    run = finished(team)
    base = f"/t/{team.slug}/p/{run.project.slug}/setup/"
    assert browser(bob).get(base).url == f"{base}versions/1/"
    assert browser(edith).get(base).url.startswith(base)
    assert "versions" not in browser(edith).get(base).url
    assert browser(charlie).get(base).status_code == 404
