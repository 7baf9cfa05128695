"""A sentence names places, licences, languages and machines as people do."""

import pytest

from advisor.sizing.constraints import HOSTING
from advisor.sizing.naming import spoken


@pytest.mark.parametrize(
    ("rule", "value", "said"),
    [
        ("hosting", "private_cloud", "in a private cloud"),
        ("licences", "apache-2.0", "Apache-2.0"),
        ("licences", "a licence of their own", "a licence of their own"),
        ("languages", "de", "German"),
        ("languages", "tlh", "tlh"),
        ("hardware", "nvidia-rtx-4090", "NVIDIA RTX 4090"),
        ("hardware", "nvidia-h100-sxm-80gb", "NVIDIA H100 sxm 80gb"),
        ("hardware", "this-machine", "this machine"),
        ("max_memory_gb", "8", "8"),
    ],
)
def test_a_value_is_told_as_people_say_it(rule: str, value: str, said: str):
    assert spoken(rule, value) == said


@pytest.mark.parametrize("place", HOSTING)
def test_no_place_keeps_its_key(place: str):
    assert "_" not in spoken("hosting", place)
