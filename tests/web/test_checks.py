"""Production settings pass Django's deployment checks; a wrong key ring is named."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from advisor.web.keys import new_variables
from tests.services import clean_environment, manage

SERVICES = {
    "SITE_URL": "https://rightsize.example",
    "DATABASE_URL": "postgres://rightsize@database/rightsize",
    "REDIS_URL": "redis://redis:6379/0",
}


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a production installation."""
    keys = dict(line.split("=", 1) for line in new_variables().splitlines())
    return clean_environment(tmp_path, **SERVICES, **keys)


def check(environment: dict[str, str]) -> str:
    """Run the deployment checks; return what they complain about."""
    words = ("check", "--deploy", "--fail-level", "WARNING")
    done = manage(*words, environment=environment)
    return "" if done.returncode == 0 else done.stderr


def test_production_settings_pass_the_deployment_checks(
    production: dict[str, str],
) -> None:
    assert check(production) == ""


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_an_embedded_service_in_production_is_a_warning(
    production: dict[str, str], name: str
) -> None:
    del production[name]

    assert f"{name} is not set" in check(production)


def test_a_wrong_key_ring_is_an_error_with_the_remedy(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["first:short"]
    (error,) = [found for found in run_checks() if found.id == "advisor.E001"]

    assert "Entry 1 of ENCRYPTION_KEYS is wrong" in error.msg
    assert "python -m advisor.web.keys" in str(error.hint)
