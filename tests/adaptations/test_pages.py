"""What members see of made models, and who may have them made, tried over HTTP."""

from pathlib import Path

import pytest

from advisor.adaptations.models import Adaptation
from advisor.projects.models import Sample, Setup
from tests.adaptations.atelier import project_setup, start

pytestmark = pytest.mark.django_db
FORM = {
    "candidate": "small",
    "lora_rank": "0",
    "steps": "5",
    "learning_rate": "0.001",
    "rows": "4",
    "longest": "96",
    "budget_minutes": "2",
    "seed": "3",
    "threads": "1",
}


@pytest.fixture
def setup(team, tmp_path: Path) -> Setup:
    return project_setup(tmp_path / "model", team=team)


def base(setup: Setup) -> str:
    return f"/t/{setup.project.team.slug}/p/{setup.project.slug}/adaptations/"


def test_a_member_starts_a_job_and_watches_it(setup, alice, browser):
    client, here = browser(alice), base(setup)
    page = client.get(f"{here}new/?technique=fine_tune&candidate=small")
    assert "24 tuning samples may train." in page.content.decode()
    answer = client.post(f"{here}new/?technique=fine_tune", FORM)
    made = Adaptation.objects.get()
    assert answer["Location"] == f"{here}{made.number}/"
    assert (made.state, made.created_by, made.recipe["seed"]) == ("queued", alice, 3)
    shown = client.get(f"{here}{made.number}/").content.decode()
    assert 'hx-get="' in shown
    assert "of 5" in shown
    seen = shown.partition("?seen=")[2].partition('"')[0]
    assert client.get(f"{here}{made.number}/status/?seen={seen}").status_code == 204
    assert made.key in client.get(here).content.decode()


def test_a_double_click_starts_one_job(setup, alice, browser):
    client, new = browser(alice), f"{base(setup)}new/?technique=fine_tune"
    once, again = (client.post(new, FORM) for _ in range(2))
    made = Adaptation.objects.get()
    assert once.headers["Location"] == again.headers["Location"]
    # What is asked for otherwise, or once that job has ended, is a job of its own.
    client.post(new, {**FORM, "steps": "4"})
    client.post(f"{base(setup)}{made.number}/cancel/")
    client.post(new, FORM)
    assert Adaptation.objects.count() == 3


def test_polling_ends_by_itself_once_the_job_has_ended(setup, alice, browser):
    made, client = start(setup), browser(alice)
    answer = client.post(f"{base(setup)}{made.number}/cancel/")
    assert answer.status_code == 302
    made.refresh_from_db()
    assert made.state == Adaptation.State.CANCELLED
    assert client.get(f"{base(setup)}{made.number}/status/").status_code == 286
    page = client.get(f"{base(setup)}{made.number}/").content.decode()
    assert "hx-get" not in page.partition('id="making"')[2].partition(">")[0]


def test_everything_wrong_is_told_and_nothing_is_stored(setup, alice, browser):
    client = browser(alice)
    Sample.objects.filter(split=Sample.Split.TUNING)[5:].values_list("pk")
    keep = list(
        Sample.objects.filter(split=Sample.Split.TUNING).values_list("pk", flat=True)
    )
    Sample.objects.filter(pk__in=keep[5:]).delete()
    answer = client.post(f"{base(setup)}new/?technique=fine_tune", FORM)
    assert answer.status_code == 422
    assert "5 tuning samples with a right answer are too few" in answer.content.decode()
    assert not Adaptation.objects.exists()


def test_every_technique_has_its_form(setup, alice, browser):
    client = browser(alice)
    for technique in ("fine_tune", "distil", "prune", "quantise"):
        page = client.get(f"{base(setup)}new/?technique={technique}")
        assert page.status_code == 200
        assert 'aria-current="true"' in page.content.decode()


def test_a_viewer_sees_and_changes_nothing_and_strangers_find_nothing(
    setup, bob, charlie, browser
):
    made = start(setup)
    here = f"{base(setup)}{made.number}/"
    viewer, stranger = browser(bob), browser(charlie)
    page = viewer.get(here)
    assert page.status_code == 200
    assert "cancel/" not in page.content.decode()
    assert viewer.post(f"{here}cancel/").status_code == 403
    assert viewer.get(f"{base(setup)}new/").status_code == 403
    assert stranger.get(here).status_code == 404
    made.refresh_from_db()
    assert made.state == Adaptation.State.QUEUED
