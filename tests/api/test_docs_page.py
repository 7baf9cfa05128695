"""The page about the API names addresses, scopes and statuses that there are."""

import re

from advisor.accounts.models import ApiToken
from advisor.api.addresses import api
from advisor.api.problems import TITLES
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text()


def test_every_command_of_the_page_is_an_operation() -> None:
    paths = api.get_openapi_schema(path_prefix="")["paths"]
    known = {
        (method.upper(), re.sub(r"\{\w+\}", "*", path))
        for path, methods in paths.items()
        for method in methods
    }
    lines = re.findall(r"^curl .* \$AT(/\S+)(.*)$", PAGE, re.MULTILINE)
    assert len(lines) == 10
    for address, rest in lines:
        path = address.replace("ticket-routing", "*").replace("/1", "/*")
        explicit = re.search(r"-X (\w+)", rest)
        posts = " -d " in rest or " -F " in rest
        method = explicit[1] if explicit else "POST" if posts else "GET"
        assert (method, path) in known, (method, path)


def test_it_tells_every_scope_and_every_status() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == {
        scope.value for scope in ApiToken.Scope
    }
    told = {int(status) for status in re.findall(r"\b(4\d\d)\b", PAGE)}
    assert told == {status for status in TITLES if 400 <= status < 500} - {405}
