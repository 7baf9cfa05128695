"""What was typed shows its consequence at once: who is left, and at what load."""

import re

import pytest

from advisor.accounts.models import Team, User
from advisor.catalog.models import HardwareProfile, ModelCard
from tests.people import Browser
from tests.wizard.walk import Walk, text

CARDS = {
    "tiny": {
        "parameters": 600_000_000,
        "licence": "apache-2.0",
        "context_tokens": 4096,
    },
    "long": {"parameters": 8_000_000_000, "licence": "mit", "context_tokens": 131_072},
    "open-72b": {"parameters": 72_000_000_000, "licence": "qwen", "languages": ["en"]},
    "vendor": {"source": ""},
}


@pytest.fixture
def begun(walk: Walk) -> Walk:
    for slug, facts in CARDS.items():
        ModelCard.objects.create(
            slug=slug, name=slug, **{"source": f"a/{slug}", **facts}
        )
    HardwareProfile.objects.create(slug="l4", name="L4", kind="gpu", memory_gb=24)
    walk.begin()
    return walk


def left(walk: Walk, **limits: object) -> tuple[int, dict[str, int]]:
    """Who is left of the four, and how many each reason takes out."""
    page = text(walk.post("constraints/preview", limits))
    found = re.search(r"<strong>(\d+)</strong> of 4 catalog models", page)
    assert found, page
    reasons = re.findall(r"<li><span>(\d+)</span>([^<]*)</li>", page)
    return int(found[1]), {reason: int(count) for count, reason in reasons}


def test_without_limits_everybody_is_left(begun: Walk):
    assert left(begun) == (4, {})


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (
            {"licences": "Apache-2.0, mit"},
            (2, {"licence is another": 1, "licence is not known": 1}),
        ),
        (
            {"context": "8,192"},
            (1, {"context is not known": 2, "context under 8,192 tokens": 1}),
        ),
        ({"memory": "2"}, (2, {"do not fit 2.0 GB at 4 bits": 2})),
        ({"hardware": ["l4"]}, (3, {"do not fit 24.0 GB at 4 bits": 1})),
        ({"hosting": ["own_server"]}, (3, {"only a vendor has them": 1})),
        ({"local_only": "on"}, (3, {"only a vendor has them": 1})),
        ({"languages": "en"}, (1, {"languages are not known": 3})),
    ],
)
def test_each_model_that_is_out_has_a_reason(begun: Walk, limits, expected):
    assert left(begun, **limits) == expected


def test_a_preference_excludes_nobody(begun: Walk):
    assert left(begun, memory="2", memory_level="prefer") == (4, {})


def test_where_nobody_is_left_it_says_what_to_do(begun: Walk):
    page = text(begun.post("constraints/preview", {"licences": "nobody-has-this"}))
    assert "No catalog model can meet these rules." in page


def test_the_load_follows_from_the_volume(begun: Walk):
    typed = {"volume": "2,628,000", "output_tokens": "90"}
    page = text(begun.post("constraints/preview", typed))
    assert "1.0 requests/s" in page
    assert "5.0 requests/s" in page
    assert "236,520,000" in page


def test_what_cannot_be_read_yet_changes_nothing(begun: Walk):
    answer = begun.post("constraints/preview", {"margin": "x"})
    assert (answer.status_code, text(answer)) == (204, "")


def test_looking_ahead_stores_nothing(begun: Walk):
    before = (begun.document, begun.draft.updated_at)
    begun.post("constraints/preview", {"margin": "7"})
    assert (begun.document, begun.draft.updated_at) == before


def test_the_page_itself_shows_who_is_left(begun: Walk):
    begun.limit(memory="2")
    assert "<strong>2</strong> of 4 catalog models" in text(begun.open("constraints"))


def test_the_cards_of_another_team_are_not_counted(begun: Walk, charlie: User):
    elsewhere = Team.objects.get(name="Elsewhere")
    ModelCard.objects.create(slug="theirs", name="theirs", team=elsewhere)
    assert left(begun) == (4, {})


def test_only_editors_look_ahead(
    begun: Walk, bob: User, charlie: User, browser: Browser
):
    address = f"{begun.base}setup/constraints/preview/"
    assert browser(bob).post(address).status_code == 403
    assert browser(charlie).post(address).status_code == 404


def test_licences_are_read_by_name_and_id_and_shown_by_name(begun: Walk):
    begun.limit(licences="Apache-2.0, mit, Gemma terms, in-house")
    stored = ["apache-2.0", "mit", "gemma", "in-house"]
    assert begun.document["constraints"]["licences"] == stored
    assert 'value="Apache-2.0, MIT, Gemma terms, in-house"' in text(
        begun.open("constraints")
    )
