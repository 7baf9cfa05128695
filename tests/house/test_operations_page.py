"""The operations page lists every variable that the settings read, and no other."""

import re

from tests.house.source import ROOT

READ = re.compile(r'env\.\w+\(\s*"([A-Z_]+)"')
ROW = re.compile(r"^\| (`[^|]+`) \|", re.MULTILINE)


def test_every_variable_is_in_the_table() -> None:
    files = [ROOT / "advisor" / name for name in ("settings.py", "durations.py")]
    read = {name for file in files for name in READ.findall(file.read_text())}
    page = (ROOT / "docs" / "operations.md").read_text()
    rows = ROW.findall(page.split("## Variables")[1].split("## Health")[0])
    listed = " ".join(rows).replace("`", "").split()

    assert set(listed) == read
    assert len(listed) == len(set(listed))
