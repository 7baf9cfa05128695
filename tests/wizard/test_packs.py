"""Which sample packs can be taken in step 3, and do their samples suit their scorer?"""

import pytest

from advisor import builtin
from advisor.projects import services
from tests.wizard.walk import Walk, text

OTHERS = [name for name in builtin.pack_names() if name != "tickets"]


@pytest.fixture
def begun(walk: Walk) -> Walk:
    walk.begin()
    walk.limit(margin="5")
    return walk


def test_every_pack_has_its_button(begun: Walk):
    page = text(begun.open("samples"))
    assert "Use the built-in support tickets" in page
    for name in OTHERS:
        assert builtin.pack_titles()[name] in page


@pytest.mark.parametrize("name", OTHERS)
def test_a_pack_brings_samples_that_its_scorer_reads(begun: Walk, name: str):
    pack = builtin.sample_pack(name)
    assert begun.post("samples/pack", {"pack": name}).status_code == 302
    assert begun.draft.sample_set.count == len(pack.samples)
    assert begun.document["prompt"] == pack.prompt
    assert services.unscored(setup=begun.draft) == []


def test_a_pack_that_does_not_ship_is_not_found(begun: Walk):
    assert begun.post("samples/pack", {"pack": "letters"}).status_code == 404
