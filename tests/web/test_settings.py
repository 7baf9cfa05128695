"""The environment alone decides what an installation looks like."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.web.keys import new_key
from tests.services import ROOT, clean_environment

PRODUCTION = {
    "SITE_URL": "https://rightsize.example",
    "SECRET_KEY": "a-secret-of-more-than-fifty-characters-0123456789-abcdef",
    "ENCRYPTION_KEYS": f"one:{new_key()}",
    "DATABASE_URL": "postgres://app:pw@database/rightsize",
    "REDIS_URL": "redis://redis:6379/0",
}


def read(folder: Path, *names: str, **variables: str) -> dict[str, object]:
    """Read settings as a fresh process with these variables sees them."""
    script = (
        "import json, sys; from django.conf import settings;"
        "print(json.dumps({n: getattr(settings, n) for n in sys.argv[1:]},"
        " default=str))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *names],
        cwd=ROOT,
        env=clean_environment(folder, **variables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_without_any_variable_everything_stays_on_this_machine(tmp_path: Path) -> None:
    found = read(
        tmp_path, "DEBUG", "DATABASES", "ALLOWED_HOSTS", "EMAIL_FILE_PATH", "CACHES"
    )
    database = found["DATABASES"]["default"]  # type: ignore[index]

    assert found["DEBUG"] is False
    assert database["NAME"] == str(tmp_path / "rightsize.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database["OPTIONS"]["timeout"] == 20
    assert found["EMAIL_FILE_PATH"] == str(tmp_path / "mail")
    assert set(found["ALLOWED_HOSTS"]) == {"127.0.0.1", "localhost", "[::1]"}  # type: ignore[call-overload]
    assert {path.name for path in tmp_path.iterdir()} == {
        "secret_key",
        "encryption_key",
    }


def test_a_production_address_secures_cookies_and_transport(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        *("ALLOWED_HOSTS", "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE"),
        *("SECURE_SSL_REDIRECT", "HASHED_STATIC", "DATABASES"),
        **PRODUCTION,
    )

    assert found["ALLOWED_HOSTS"] == ["rightsize.example"]
    assert found["SESSION_COOKIE_NAME"] == "__Host-session"
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["HASHED_STATIC"] is True
    assert "statement_timeout" in found["DATABASES"]["default"]["OPTIONS"]["options"]  # type: ignore[index]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "variables",
    [
        {"SECRET_KEY": ""},
        {"ENCRYPTION_KEYS": ""},
        {"DEBUG": "true"},
    ],
)
def test_a_production_address_without_keys_or_with_debug_is_refused(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    with pytest.raises(AssertionError, match="set SECRET_KEY and"):
        read(tmp_path, "DEBUG", **{**PRODUCTION, **variables})
