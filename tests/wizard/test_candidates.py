"""Who may be put under test, from where, and what is refused?"""

import re

import pytest

from advisor.accounts.models import Team, User
from advisor.catalog.models import Endpoint, ModelCard
from advisor.projects.models import Upload
from advisor.projects.services import storing
from tests.people import Browser
from tests.wizard.conftest import answers
from tests.wizard.walk import Walk, text


@pytest.fixture
def begun(walk: Walk) -> Walk:
    walk.begin()
    return walk


@pytest.fixture
def card(db: None) -> ModelCard:
    return ModelCard.objects.create(
        slug="big-one",
        name="Big One",
        family="Big",
        parameters=175_000_000_000,
        licence="proprietary",
    )


SERVER = {
    "base_url": "https://models.example.com/v1",
    "model": "small-1",
    "hosting": "public_api",
}


def test_nobody_goes_on_without_a_candidate(begun: Walk):
    answer = begun.post("candidates")
    assert answer.status_code == 422
    assert "Add at least one candidate under test." in text(answer)


def test_recorded_answers_carry_what_is_known_of_the_model(begun: Walk, card):
    begun.record("big", answers(0), role="reference", card="big-one")
    begun.record(
        "small",
        answers(1),
        parameters="6,000,000,000",
        hosting="own_server",
        input_per_1m="0.5",
        output_per_1m="1.5",
    )
    big, small = begun.document["reference"], begun.document["candidates"][0]
    assert (big["engine"], big["card"]) == ("recorded", "big-one")
    assert small == {
        "id": "small",
        "engine": "recorded",
        "upload": Upload.objects.get(name="small.jsonl").pk,
        "parameters": 6_000_000_000,
        "hosting": "own_server",
        "price": {"input_per_1m": 0.5, "output_per_1m": 1.5},
    }
    page = text(begun.open("candidates"))
    assert "175 B" in page
    assert "6 B" in page


def test_wrong_lines_of_recorded_answers_are_told_by_line(begun: Walk):
    answer = begun.record(
        "small", '{"id": "a", "output": "x"}\n{"output": 1}\nnonsense'
    )
    page = text(answer)
    assert answer.status_code == 422
    assert "Line 2:" in page
    assert "Line 3:" in page
    assert not Upload.objects.exists()
    assert "candidates" not in begun.document


def test_one_price_alone_is_no_price(begun: Walk):
    answer = begun.record("small", answers(0), input_per_1m="1")
    assert answer.status_code == 422
    assert "Enter both prices, or neither" in text(answer)


def test_a_name_stands_for_one_model_only(begun: Walk):
    begun.record("small", answers(0))
    answer = begun.record("small", answers(1), role="reference")
    assert answer.status_code == 422
    assert "small is in the list already. Choose another name" in text(answer)


def test_a_second_reference_takes_the_place_of_the_first(begun: Walk):
    begun.record("one", answers(0), role="reference")
    begun.record("two", answers(1), role="reference")
    assert begun.document["reference"]["id"] == "two"


def test_a_model_can_be_taken_out_again(begun: Walk):
    begun.record("one", answers(0), role="reference")
    begun.record("two", answers(1))
    for key in ("one", "two", "never-there"):
        begun.post("candidates/remove", {"id": key})
    assert not begun.document["candidates"]
    assert not begun.document["reference"]


def test_an_endpoint_is_stored_with_its_key_sealed(begun: Walk, card):
    secret = "sk-0123456789abcdef0123456789"
    begun.add("endpoint", "api", **SERVER, key=secret, card="big-one")
    stored = Endpoint.objects.get()
    assert begun.document["candidates"] == [
        {"id": "api", "engine": "openai", "endpoint": stored.pk, "card": "big-one"}
    ]
    assert (stored.card, stored.hosting) == (card, "public_api")
    assert secret not in stored.key_sealed
    assert secret not in text(begun.open("candidates"))


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest",
        "http://localhost:8000/v1",
        "http://10.0.0.7/v1",
        "file:///etc/passwd",
        "https://user:pass@models.example.com/v1",
        "not an address",
    ],
)
def test_an_address_that_workers_would_not_call_is_refused(begun: Walk, address):
    answer = begun.add("endpoint", "api", **{**SERVER, "base_url": address})
    assert answer.status_code == 422
    assert not Endpoint.objects.exists()


def test_an_endpoint_that_exists_is_added_and_never_changed(begun: Walk):
    begun.add("endpoint", "api", **SERVER)
    begun.post("candidates/remove", {"id": "api"})
    moved = {**SERVER, "base_url": "https://other.example.com/v1"}
    answer = begun.add("endpoint", "API", **moved)
    assert answer.status_code == 422
    assert "Your team has an endpoint called API." in text(answer)
    stored = Endpoint.objects.get()
    assert stored.base_url == SERVER["base_url"]
    begun.add("stored", "again", endpoint=stored.pk)
    assert begun.document["candidates"][0]["endpoint"] == stored.pk


def test_the_endpoint_of_another_team_cannot_be_chosen(
    begun: Walk, charlie: User, browser: Browser
):
    elsewhere = Walk(browser(charlie), Team.objects.get(name="Elsewhere"))
    elsewhere.begin()
    elsewhere.add("endpoint", "theirs", **SERVER)
    begun.add("endpoint", "ours", **SERVER)
    theirs = Endpoint.objects.get(name="theirs")
    assert begun.add("stored", "x", endpoint=theirs.pk).status_code == 422


def test_a_folder_that_the_operator_did_not_open_cannot_be_chosen(begun: Walk):
    answer = begun.add("local", "x", model="/etc", precision="fp32")
    assert answer.status_code == 422
    assert "candidates" not in begun.document


def test_the_list_tells_what_an_endpoint_asks(begun: Walk):
    begun.add("endpoint", "api", **SERVER, input_per_1m="0.5", output_per_1m="1.5")
    page = text(begun.open("candidates"))
    assert "endpoint, small-1" in page
    assert "$0.50 / $1.50 per M tokens" in page


def test_a_model_is_under_test_once_in_a_precision(begun: Walk):
    begun.add("local", "one", model="builtin/tickets-small", precision="fp32")
    answer = begun.add("local", "two", model="builtin/tickets-small", precision="fp32")
    assert answer.status_code == 422
    assert "It is under test already, as one, in this precision" in text(answer)
    assert "<title>Error: Candidates" in text(answer)
    begun.add("local", "two", model="builtin/tickets-small", precision="bf16")
    assert [one["id"] for one in begun.document["candidates"]] == ["one", "two"]


def test_more_than_twenty_candidates_are_refused(begun: Walk):
    draft = begun.draft
    one = {"engine": "recorded", "upload": 1}
    draft.document["candidates"] = [{"id": f"m{n}", **one} for n in range(20)]
    draft.save()
    answer = begun.record("small", answers(0))
    assert answer.status_code == 422
    assert "20 candidates are the most. Remove one first" in text(answer)


def test_several_models_are_put_under_test_at_once_if_they_fit(begun: Walk):
    begun.limit(margin="5", memory="0.7")
    page = text(begun.open("candidates"))
    assert "Models that run here: tick those to put under test" in page
    row = page.split('value="builtin/tickets-large"')[1].split(">")[0]
    assert "disabled" in row
    names = ["builtin/tickets-small", "builtin/tickets-large", "builtin/none", "/etc"]
    begun.post("candidates/several", {"models": names})
    assert [one["id"] for one in begun.document["candidates"]] == ["tickets-small"]


def test_the_list_tells_time_and_cost_and_where_they_come_from(begun: Walk, samples):
    begun.upload(samples)
    begun.score(max_output_tokens="2")
    begun.add("endpoint", "api", **SERVER, input_per_1m="0", output_per_1m="10000")
    begun.add("local", "tiny", model="builtin/tickets-small", precision="fp32")
    page = text(begun.open("candidates"))
    assert "about $0.80" in page
    told = "15 to 120 tokens a second or 5 to 150 billion operations a second"
    assert f"Time: rule of thumb: {told}." in page
    assert "2 candidates: " in page


def test_recorded_answers_without_room_are_told(begun: Walk):
    begun.record("small", answers(0))
    begun.team.uploads.update(size=storing.MOST_BYTES)
    answer = begun.record("other", answers(1))
    assert answer.status_code == 422
    assert "Your team has 0.0 of 2 GB left" in text(answer)
    assert len(begun.document["candidates"]) == 1


def test_a_precision_may_be_left_open(begun: Walk):
    begun.add("local", "fixed", model="builtin/tickets-small", precision="fp32")
    begun.add("local", "open", model="builtin/tickets-small", precision="auto")
    listed = begun.document["candidates"]
    assert [one["precision"] for one in listed] == ["fp32", "auto"]
    page = text(begun.open("candidates"))
    rows = [page.split(f'<th scope="row">{name}<')[1] for name in ("fixed", "open")]
    # It may come to fp32, so that is what it is held to.
    memory = [row.split('data-l="Memory"')[1].split("</td>")[0] for row in rows]
    assert memory[0] == memory[1]


def test_a_step_is_done_only_when_it_holds_what_a_run_needs(begun: Walk):
    def done() -> list[str]:
        page = text(begun.open("review"))
        return re.findall(r'<li class="is-done"><a[^>]*>([^<]+)</a>', page)

    assert done() == ["Goal", "Constraints"]
    begun.post("samples/pack")
    assert done() == ["Goal", "Constraints", "Sample tasks"]
    begun.add("endpoint", "api", **SERVER)
    assert done() == ["Goal", "Constraints", "Sample tasks", "Candidates"]
