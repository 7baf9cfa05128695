"""Every file that a template asks for exists."""

import re

import pytest
from django.contrib.staticfiles import finders

from tests.house.source import ROOT, shown

STATIC = re.compile(r"""{%\s*static\s+["']([^"']+)["']""")
ASKED = sorted(
    {
        (name, shown(path))
        for path in (ROOT / "templates").rglob("*.html")
        for name in STATIC.findall(path.read_text())
    }
)


@pytest.mark.parametrize(("name", "template"), ASKED)
def test_a_static_file_that_a_template_asks_for_exists(
    name: str, template: str
) -> None:
    assert finders.find(name), f"{template} asks for {name}"
