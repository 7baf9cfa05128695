"""A file becomes samples though workers die; its problems are all told and exported."""

from datetime import timedelta

import pytest
from django.utils import timezone

from advisor.accounts.models import Team, User
from advisor.projects import services, tasks
from advisor.projects.models import Intake, SampleSet, Setup
from advisor.projects.selectors import evaluation_samples, tuning_samples
from advisor.projects.services import storing
from tests.people import Browser
from tests.projects.parsing.workbooks import workbook
from tests.runs.factory import keys
from tests.wizard.walk import Walk, file, lines, text


@pytest.fixture
def begun(walk: Walk) -> Walk:
    walk.begin()
    walk.limit(margin="5")
    return walk


def large(rows: int = 2000) -> bytes:
    """A file that is not read while its sender waits."""
    return lines(
        {"id": f"r{n}", "input": f"{n} {'word ' * 120}{n}", "expected": "yes"}
        for n in range(rows)
    )


def broken(bad: int) -> str:
    good = [f"q{n},what is {n},{n % 3}" for n in range(40)]
    return "\n".join(["id,input,expected", *good, *["x,only"] * bad])


def test_a_large_file_waits_for_a_worker_and_the_page_asks(begun: Walk):
    answer = begun.upload(large())
    assert answer.status_code == 302
    assert begun.draft.sample_set is None
    page = text(begun.open("samples"))
    assert "Waiting for a worker" in page
    assert 'hx-trigger="every 1s"' in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    poll = begun.client.get(f"{begun.base}setup/samples/progress/")
    assert (poll.status_code, "Waiting for a worker" in text(poll)) == (200, True)


def test_the_dispatchers_chore_reads_it_and_the_poll_ends(begun: Walk):
    begun.upload(large())
    tasks.hint_intakes(False)
    assert begun.draft.sample_set.count == 2000
    intake = Intake.objects.get()
    assert (intake.state, intake.rows_done, intake.lease_until) == ("taken", 2000, None)
    poll = begun.client.get(f"{begun.base}setup/samples/progress/")
    assert poll.status_code == 286
    assert poll.headers["HX-Redirect"] == f"{begun.base}setup/samples/"
    assert "2,000 ready" in text(begun.open("samples"))


def test_a_worker_that_died_leaves_the_file_to_the_next(begun: Walk):
    begun.upload(large())
    dead = services.claim_intake(Intake.objects.get().pk)
    assert dead is not None
    assert services.claim_intake(dead.pk) is None
    Intake.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.hint_intakes(False)
    assert begun.draft.sample_set.count == 2000
    # The dead one wakes up: what it brings is not taken twice.
    services.work_intake(dead)
    assert SampleSet.objects.count() == 1
    assert Intake.objects.get().state == Intake.State.TAKEN


def test_a_file_that_kills_its_workers_is_given_up_in_words(begun: Walk):
    begun.upload(large())
    for _ in range(3):
        assert services.claim_intake(Intake.objects.get().pk) is not None
        Intake.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.hint_intakes(False)
    page = text(begun.open("samples"))
    assert "The file was begun three times and never finished." in page


def test_a_file_that_was_replaced_meanwhile_is_not_taken(begun: Walk, samples: bytes):
    begun.upload(large())
    slow = services.claim_intake(Intake.objects.get().pk)
    begun.upload(samples)
    assert slow is not None
    services.work_intake(slow)
    assert begun.draft.sample_set.count == 40


def test_reading_can_be_stopped(begun: Walk):
    begun.upload(large())
    begun.post("samples/drop")
    assert not Intake.objects.exists()
    assert "Waiting for a worker" not in text(begun.open("samples"))


def test_all_problems_are_paged_and_come_as_csv(begun: Walk):
    page = text(begun.upload(broken(120), "bad.csv"))
    assert "bad.csv cannot be used yet" in page
    assert "1 to 50 of 120" in page
    second = text(begun.client.get(f"{begun.base}setup/samples/?problems=3"))
    assert "101 to 120 of 120" in second
    assert "Row 161 has 2 of 3 fields." in second
    answer = begun.client.get(f"{begun.base}setup/samples/problems.csv")
    told = answer.content.decode("utf-8-sig").splitlines()
    assert told[0] == "row,column,severity,what is wrong,found,what to do"
    assert len(told) == 121
    assert told[1].startswith("42,,error,Row 42 has 2 of 3 fields.")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_bad_rows_are_left_out_on_request_and_the_note_says_so(begun: Walk):
    page = text(begun.upload(broken(3), "bad.csv"))
    assert "Leave the 3 rows out and continue with 40" in page
    upload = Intake.objects.get().upload_id
    chosen = {"input": "input", "expected": "expected", "id": "id", "leave_out": "1"}
    assert begun.post(f"samples/{upload}/columns", chosen).status_code == 302
    assert begun.draft.sample_set.count == 40
    assert begun.draft.sample_set.notes[0] == "3 rows were left out."
    assert "3 rows were left out" in text(begun.open("samples"))


def test_a_row_with_a_cell_in_error_is_left_out_as_the_note_says(begun: Walk):
    good = [[n, f"what is {n}", "yes"] for n in range(40)]
    rows = [["id", "input", "expected"], *good, [40, "#N/A", "yes"], [41, "?", "#REF!"]]
    page = text(begun.upload(workbook(rows), "cells.xlsx"))
    assert "Leave the 2 rows out and continue with 40" in page
    upload = Intake.objects.get().upload_id
    chosen = {"input": "input", "expected": "expected", "id": "id", "leave_out": "1"}
    assert begun.post(f"samples/{upload}/columns", chosen).status_code == 302
    stored = begun.draft.sample_set
    assert (stored.count, stored.notes[0]) == (40, "2 rows were left out.")
    assert not stored.samples.filter(input="#N/A").exists()


def test_a_column_that_stands_twice_is_no_row_to_leave_out(begun: Walk):
    rows = "".join(f"{n},what is {n},yes\n" for n in range(40))
    page = text(begun.upload(f"id,input,input\n{rows}".encode(), "twice.csv"))
    assert "Column “input” appears twice" in page
    assert "Leave the" not in page


def test_another_encoding_is_chosen_not_guessed(begun: Walk):
    rows = "input,expected\n" + "".join(f"Grüße {n},ja\n" for n in range(40))
    page = text(begun.upload(rows.encode("latin-1"), "alt.csv"))
    assert "looks like Windows-1252" in page
    upload = Intake.objects.get().upload_id
    begun.post(f"samples/{upload}/columns", {"encoding": "windows-1252"})
    assert begun.draft.sample_set.samples.first().input == "Grüße 0"


def test_an_array_in_json_lines_is_read_when_chosen(begun: Walk, samples: bytes):
    array = b"[" + b",".join(samples.splitlines()) + b"]"
    assert "Read it as an array" in text(begun.upload(array, "a.jsonl"))
    upload = Intake.objects.get().upload_id
    begun.post(f"samples/{upload}/columns", {"read_as_array": "on"})
    assert begun.draft.sample_set.count == 40


def test_the_same_content_under_another_name_is_told(begun: Walk, samples: bytes):
    begun.upload(samples, "first.jsonl")
    begun.upload(samples, "second.jsonl")
    page = text(begun.open("samples"))
    assert "It has the content of first.jsonl of" in page


def test_one_file_at_a_time(begun: Walk, samples: bytes):
    two = {
        "file": [file("a.jsonl", samples), file("b.jsonl", samples)],
        "whole": "yes",
    }
    answer = begun.post("samples/upload", two)
    assert answer.status_code == 422
    assert "One file at a time." in text(answer)
    assert not SampleSet.objects.exists()


def test_a_team_without_room_is_told_how_much_is_left(begun: Walk, samples: bytes):
    begun.upload(b"input,expected\na,b", "small.csv")
    stored = begun.team.uploads.get()
    stored.size = storing.MOST_BYTES - 100
    stored.save()
    answer = begun.upload(samples)
    assert answer.status_code == 422
    assert "Your team has 0.0 of 2 GB left" in text(answer)
    assert begun.team.uploads.count() == 1


def test_a_share_is_kept_for_tuning_and_shown_with_counts(begun: Walk):
    rows = lines(
        {"id": k, "input": f"{7919**n % 10**9:o} {n}", "expected": str(n % 7)}
        for n, k in enumerate(keys(120))
    )
    begun.upload(rows)
    assert begun.post("samples/split", {"tuning": "101"}).status_code == 422
    assert begun.post("samples/split", {"tuning": "40"}).status_code == 302
    stored = begun.draft.sample_set
    deciding, training = evaluation_samples(stored), tuning_samples(stored)
    assert deciding.count() + training.count() == 120
    assert not {one.key for one in deciding} & {one.key for one in training}
    page = text(begun.open("samples"))
    assert f"{deciding.count()} decide, {training.count()} may train" in page
    tuned = text(begun.client.get(f"{begun.base}setup/samples/?split=tuning"))
    assert f">{training.first().key}<" in tuned
    assert f">{deciding.first().key}<" not in tuned


def test_a_split_of_frozen_samples_makes_a_new_version(begun: Walk, samples: bytes):
    begun.upload(samples)
    first = begun.draft.sample_set
    begun.post("samples/split", {"tuning": "50"})
    second = begun.draft.sample_set
    assert (second.version, second.tuning_share) == (2, 0.5)
    assert evaluation_samples(first).count() == 40


def test_samples_that_the_score_cannot_use_are_named_before_going_on(begun: Walk):
    begun.upload(lines({"id": k, "input": k, "expected": "yes"} for k in keys(40)))
    answer = begun.score(scorer="numeric")
    assert answer.status_code == 422
    assert "Some samples cannot be scored this way" in text(answer)
    assert begun.draft.step == 3


def test_what_was_found_is_never_shown_whole(begun: Walk):
    rows = [
        {"id": k, "input": f"{k} ann@example.org", "expected": "x"} for k in keys(40)
    ]
    begun.upload(lines(rows))
    page = text(begun.open("samples"))
    assert "40 samples may hold personal data or keys" in page
    assert "a…@e….org" in page
    assert "ann@example.org" not in page


@pytest.mark.parametrize(
    "step", ["progress/", "problems.csv", "drop/", "mask/", "split/"]
)
def test_only_editors_of_the_team_reach_a_file(
    begun: Walk, bob: User, charlie: User, browser: Browser, step: str
):
    address = f"{begun.base}setup/samples/{step}"
    for person, status in ((bob, 403), (charlie, 404)):
        client = browser(person)
        read = step in ("progress/", "problems.csv")
        answer = client.get(address) if read else client.post(address)
        assert answer.status_code == status


def test_the_file_of_another_team_is_not_read_again(
    begun: Walk, charlie: User, browser: Browser, samples: bytes
):
    elsewhere = Walk(browser(charlie), Team.objects.get(name="Elsewhere"))
    elsewhere.begin()
    begun.upload(samples)
    upload = Intake.objects.get().upload_id
    assert elsewhere.post(f"samples/{upload}/columns", {}).status_code == 404
    assert not elsewhere.draft.sample_set


def test_a_frozen_setup_takes_no_file_any_more(begun: Walk):
    begun.upload(large())
    claimed = services.claim_intake(Intake.objects.get().pk)
    Setup.objects.update(state=Setup.State.FROZEN)
    assert claimed is not None
    services.work_intake(claimed)
    assert not SampleSet.objects.exists()


def test_twenty_sample_files_an_hour_are_the_limit(begun: Walk, edith: User):
    for number in range(20):
        services.store_upload(
            team=begun.team,
            kind="samples",
            name="s.csv",
            content=b"input\n%d" % number,
            uploaded_by=edith,
        )
    answer = begun.upload(b"input,expected\nnew,one")
    assert answer.status_code == 422
    assert "20 sample files an hour are the limit. The next is taken from" in text(
        answer
    )
    early = timezone.now() - timedelta(minutes=61)
    begun.team.uploads.update(created_at=early)
    assert "are the limit" not in text(begun.upload(b"input,expected\nnew,one"))
