"""The map in the README shows the rooms that exist, and no others."""

import re

from tests.house.source import ROOT

ROW = re.compile(r"^\| (`[^|]+`) \|", re.MULTILINE)


def rooms_on_the_map() -> set[str]:
    """Read the folders that the README's map names."""
    text = (ROOT / "README.md").read_text()
    names = " ".join(ROW.findall(text)).replace("`", "").split()
    return {name.strip("/") for name in names}


def rooms_that_exist() -> set[str]:
    """List the packages of the product and the folders beside it."""
    packages = {
        f"advisor/{path.parent.name}"
        for path in (ROOT / "advisor").glob("*/__init__.py")
    }
    beside = {"templates", "static", "tests", "scripts", "docs"}
    return packages | {name for name in beside if (ROOT / name).is_dir()}


def test_the_map_in_the_readme_equals_the_folders() -> None:
    assert rooms_on_the_map() == rooms_that_exist()
