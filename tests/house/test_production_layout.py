"""The production layout is complete, healthy by its own checks, and holds no secret."""

import re
from typing import Any

import pytest
import yaml

from tests.house.source import ROOT

TEXT = (ROOT / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SECRET_NAME = re.compile(r"SECRET|PASSWORD|KEY|TOKEN")


def test_every_process_of_the_design_has_a_service() -> None:
    assert set(SERVICES) == {
        *("proxy", "web", "dispatcher", "migrate", "postgres", "redis"),
        *("worker-local", "worker-remote", "worker-default"),
    }
    for queue in ("local", "remote", "default"):
        command = SERVICES[f"worker-{queue}"]["command"]
        assert command[command.index("-Q") + 1] == queue
        assert SERVICES[f"worker-{queue}"]["environment"]["REMAP_SIGTERM"] == "SIGQUIT"
    local = SERVICES["worker-local"]["command"]
    assert local[local.index("-c") + 1] == "1"


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_lasting_service_has_a_health_check_and_restarts(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_what_must_last_is_on_a_named_volume() -> None:
    mounted = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }

    assert mounted == set(COMPOSE["volumes"])
    assert any(
        "postgresql/data" in volume for volume in SERVICES["postgres"]["volumes"]
    )


def test_no_secret_has_a_default() -> None:
    for found in re.findall(r"\$\{([^}]+)\}", TEXT):
        name = re.split(r"[:\-?]", found)[0]
        if SECRET_NAME.search(name):
            assert f"{name}:?" in found, f"{name} must be demanded with :?"
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if SECRET_NAME.search(name):
                assert str(value).startswith("${"), name
    assert not re.search(r"(ENV|ARG)\s+\S*(SECRET|PASSWORD|KEY|TOKEN)", DOCKERFILE)


def test_only_the_proxy_is_reachable_from_outside() -> None:
    published = {name for name, service in SERVICES.items() if service.get("ports")}

    assert published == {"proxy"}
    assert (
        SERVICES["postgres"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]
    )
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_redis_never_evicts_and_asks_for_a_password() -> None:
    command = SERVICES["redis"]["command"]

    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert "--requirepass" in command


def test_the_image_runs_as_a_user_without_rights() -> None:
    assert re.search(r"^USER rightsize$", DOCKERFILE, re.MULTILINE)
    assert "HEALTHCHECK" in DOCKERFILE
    for name in ("web", "worker-local", "dispatcher"):
        assert SERVICES[name]["read_only"] is True
        assert SERVICES[name]["cap_drop"] == ["ALL"]
