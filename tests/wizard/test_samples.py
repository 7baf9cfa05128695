"""How do samples come in: files, columns, the pack that ships; what is refused?"""

import pytest

from advisor.accounts.models import Team, User
from advisor.projects.models import SampleSet, Upload
from tests.people import Browser
from tests.runs.factory import keys
from tests.wizard.walk import Walk, file, lines, text


@pytest.fixture
def begun(walk: Walk) -> Walk:
    walk.begin()
    walk.limit(margin="5")
    return walk


def test_a_bad_file_is_named_by_row_and_nothing_is_stored(begun: Walk):
    rows = [{"id": key, "input": "a", "expected": "yes"} for key in keys(12)]
    rows[3]["id"] = rows[2]["id"]
    rows[7]["input"] = ""
    answer = begun.upload(lines(rows), "broken.jsonl")
    page = text(answer)
    assert answer.status_code == 422
    assert "broken.jsonl cannot be used yet" in page
    assert "4" in page.split("cannot be used yet")[1].split("</ul>")[0]
    assert "8" in page.split("cannot be used yet")[1].split("</ul>")[0]
    assert "Nothing was stored." in page
    assert not SampleSet.objects.exists()
    assert begun.draft.sample_set is None
    assert "samples" not in begun.document


def test_columns_that_are_not_plain_are_asked_for(begun: Walk):
    table = "k1,k2,k3\n" + "\n".join(f"{n},Was ist {n}?,yes" for n in range(40))
    page = text(begun.upload(table, "plain.csv"))
    assert "Columns of plain.csv" in page
    upload = Upload.objects.get()
    chosen = {"input": "k2", "expected": "k3", "id": "", "group": "", "tags": ""}
    answer = begun.post(f"samples/{upload.pk}/columns", chosen)
    assert answer.status_code == 302
    assert begun.draft.sample_set.count == 40
    assert begun.draft.sample_set.samples.first().input == "Was ist 0?"


def test_a_column_that_is_not_in_the_file_is_refused(begun: Walk):
    begun.upload("k1,k2,k3\na,b,c", "plain.csv")
    upload = Upload.objects.get()
    answer = begun.post(f"samples/{upload.pk}/columns", {"input": "elsewhere"})
    assert answer.status_code == 422
    assert begun.draft.sample_set is None


def test_the_columns_of_another_teams_file_are_not_found(
    begun: Walk, charlie: User, browser: Browser, samples: bytes
):
    elsewhere = Walk(browser(charlie), Team.objects.get(name="Elsewhere"))
    elsewhere.begin()
    begun.upload(samples)
    upload = Upload.objects.get(team=begun.team)
    answer = elsewhere.post(f"samples/{upload.pk}/columns", {"input": "input"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"", "a.csv", "The file is empty."),
        (b"\xff\xfe\x00", "a.jsonl", "a.jsonl cannot be used yet"),
        (b"not a workbook", "a.xlsx", "a.xlsx cannot be used yet"),
    ],
)
def test_what_is_no_table_is_answered_in_words(begun: Walk, content, name, told):
    answer = begun.upload(content, name)
    assert answer.status_code == 422
    assert told in text(answer)
    assert not SampleSet.objects.exists()


def test_a_file_that_is_too_big_is_not_read(begun: Walk):
    big = file("big.csv", b"input\n" + b"a\n" * 13_000_000)
    answer = begun.post("samples/upload", {"file": big, "whole": "yes"})
    assert answer.status_code == 422
    assert "25 MB is the limit; this file has 26.0 MB." in text(answer)
    assert not Upload.objects.exists()


def test_nobody_goes_on_without_samples(begun: Walk):
    answer = begun.score()
    assert answer.status_code == 422
    assert "Upload a sample file first, or use the built-in samples" in text(answer)


def test_prompt_and_score_are_kept_though_the_samples_lack(begun: Walk):
    begun.score(
        prompt="Q: {input}\r\nA:", scorer="numeric", options='{"pattern":"x(.)"}'
    )
    assert begun.document["prompt"] == "Q: {input}\nA:"
    assert begun.document["scorer"] == {"name": "numeric", "pattern": "x(.)"}


def test_the_pack_that_ships_brings_its_prompt_and_score(begun: Walk):
    assert begun.post("samples/pack").status_code == 302
    assert begun.draft.sample_set.count >= 120
    assert "{input}" in begun.document["prompt"]
    assert "Draft saved" in text(begun.open("samples"))


def test_few_samples_are_taken_with_a_warning(begun: Walk):
    few = lines({"id": k, "input": k, "expected": "yes"} for k in keys(10))
    assert begun.upload(few).status_code == 302
    assert "10 samples are too few to tell models apart." in text(begun.open("samples"))


def test_new_samples_take_the_place_of_the_old_ones(begun: Walk, samples: bytes):
    begun.upload(samples)
    begun.upload(lines({"id": k, "input": k, "expected": "no"} for k in keys(50)))
    assert begun.draft.sample_set.version == 2
    assert begun.draft.sample_set.count == 50


def broken() -> bytes:
    rows = [{"id": key, "input": key, "expected": "yes"} for key in keys(40)]
    rows[3]["id"] = rows[2]["id"]
    rows[7]["input"] = ""
    return lines(rows)


def test_rows_are_put_right_in_place(begun: Walk):
    page = text(begun.upload(broken(), "broken.jsonl"))
    assert 'name="cell:4:id" value="s0002"' in page
    assert 'name="cell:8:input" value=""' in page
    assert "Leave the 2 rows out and continue with 38" in page
    upload = Upload.objects.get()
    typed = {"cell:4:id": "s0003", "cell:8:input": " "}
    again = begun.post(f"samples/{upload.pk}/rows", typed)
    assert again.status_code == 422
    assert "cell:4:id" not in text(again)
    assert 'name="cell:8:input" value=" "' in text(again)
    last = {"cell:8:input": "Where is it?", "cell:5:input": "not asked for"}
    assert begun.post(f"samples/{upload.pk}/rows", last).status_code == 302
    samples = begun.draft.sample_set.samples.order_by("position")
    assert samples.count() == 40
    assert [samples[3].key, samples[4].input, samples[7].input] == [
        "s0003",
        "s0004",
        "Where is it?",
    ]
    assert "2 cells were put right by hand." in text(begun.open("samples"))


def test_what_was_put_right_stays_when_other_columns_are_chosen(begun: Walk):
    begun.upload(broken(), "broken.jsonl")
    upload = Upload.objects.get()
    begun.post(
        f"samples/{upload.pk}/rows", {"cell:4:id": "s0003", "cell:8:input": "Why?"}
    )
    chosen = {"input": "input", "expected": "expected", "id": "", "group": "id"}
    assert begun.post(f"samples/{upload.pk}/columns", chosen).status_code == 302
    assert begun.draft.sample_set.samples.get(position=7).input == "Why?"


def test_rows_that_are_not_put_right_may_be_left_out(begun: Walk):
    begun.upload(broken(), "broken.jsonl")
    upload = Upload.objects.get()
    typed = {"cell:4:id": "s0003", "leave_out": "1"}
    assert begun.post(f"samples/{upload.pk}/rows", typed).status_code == 302
    assert begun.draft.sample_set.count == 39
    assert "1 row was left out" in text(begun.open("samples"))


@pytest.mark.parametrize("number", [10**6, 10**25])
def test_a_file_that_no_row_has_is_not_found(begun: Walk, number: int):
    for step in ("rows", "columns"):
        assert begun.post(f"samples/{number}/{step}").status_code == 404


def test_answers_that_cannot_be_scored_are_put_right_in_place(begun: Walk):
    def answer(at: int) -> object:
        return {4: '{"desk": "sales"', 9: "sales"}.get(at, '{"desk": "sales"}')

    rows = [
        {"id": key, "input": f"Ticket {at}", "expected": answer(at)}
        for at, key in enumerate(keys(40))
    ]
    begun.upload(lines(rows))
    page = begun.score(scorer="json_fields")
    assert page.status_code == 422
    assert 'name="expected:s0004" value="{&quot;desk&quot;: &quot;sales&quot;"' in text(
        page
    )
    right = '{"desk": "sales"}'
    again = begun.post("samples/expected", {"expected:s0004": right})
    assert again.status_code == 422
    assert "expected:s0004" not in text(again)
    assert "expected:s0009" in text(again)
    last = begun.post("samples/expected", {"expected:s0009": right, "expected:x": "y"})
    assert last.status_code == 302
    told = text(begun.open("samples"))
    assert "Every sample can be scored now." in told
    assert "1 expected answer put right by hand." in told
    stored = begun.draft.sample_set
    assert (stored.version, stored.count) == (3, 40)
    assert stored.samples.get(key="s0009").expected == right
    assert begun.score(scorer="json_fields").status_code == 302
