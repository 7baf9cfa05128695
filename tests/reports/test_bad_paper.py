"""The typesetter hangs, crashes or swells (F42): a message, another try, no harm."""

import pytest

from advisor.accounts.models import Team, User
from advisor.reports.models import Export
from advisor.reports.paper.rendering import ReportNotMade, render_pdf
from advisor.reports.services import exports
from tests.people import Browser
from tests.runs.finished import finished, url_of

BAD = "tests.reports.bad_typesetter"
FAULTS = {
    "hang": "The PDF took longer than 1 s and was stopped. Try again",
    "crash": r"The PDF could not be made \(.* ended by signal 11\). Try",
    "swell": r"The PDF could not be made \(MemoryError\). Try again",
    "garbage": r"The PDF could not be made \(.* wrote no PDF\). Try again",
}


@pytest.mark.parametrize(("fault", "told"), FAULTS.items())
def test_a_lost_typesetter_is_a_message(fault: str, told: str):
    # What ends by itself has the time that it takes on a busy machine.
    seconds = 1 if fault == "hang" else 60
    with pytest.raises(ReportNotMade, match=told):
        render_pdf({"do": fault}, seconds=seconds, module=BAD)


def test_what_a_typesetter_needs_does_not_grow_with_the_cores_of_the_machine():
    """Each thread of numpy reserves 40 MB of the little that a typesetter may have."""
    assert render_pdf({"do": "count"}, module=BAD) == b"%PDF 1"


@pytest.mark.django_db
def test_the_page_says_that_there_is_none_and_a_second_try_begins_anew(
    team: Team, bob: User, browser: Browser
):
    run, client = finished(team), browser(bob)
    client.post(url_of(run, "report/"))
    export = exports.claim_export(Export.objects.get().pk)
    with pytest.raises(ReportNotMade) as failed:
        render_pdf({"do": "hang"}, seconds=1, module=BAD)
    exports.fail_export(export=export, error=str(failed.value))
    html = client.get(url_of(run, "report/")).content.decode()
    assert "No PDF." in html
    assert "took longer than 1 s and was stopped. Try again" in html
    client.post(url_of(run, "report/"))
    again = exports.claim_export(Export.objects.latest("pk").pk)
    assert (again.state, again.claims) == ("queued", 1)
