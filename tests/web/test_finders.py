"""Of the plotly wheel exactly one file is served."""

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from advisor.web.finders import PlotlyFinder


def test_it_finds_the_script_of_the_wheel() -> None:
    found = finders.find("plotly/plotly.min.js")

    assert isinstance(found, str)
    assert found.endswith("plotly/package_data/plotly.min.js")


@pytest.mark.parametrize(
    "path", ["plotly/plotly.js", "plotly/../plotly.min.js", "plotly/", "datasets.js"]
)
def test_it_finds_nothing_else(path: str) -> None:
    assert PlotlyFinder().find(path) == []
    assert [name for name, _ in PlotlyFinder().list(None)] == ["plotly.min.js"]


@pytest.mark.django_db
def test_pages_get_it_with_a_date_so_that_browsers_keep_it() -> None:
    response = Client().get("/static/plotly/plotly.min.js")

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Last-Modified"]
    response.close()
