"""What a double click makes twice at once: each is made once, and nobody reads 500."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.test import Client

from advisor.accounts import services
from advisor.accounts.models import Invitation, Team, User
from advisor.catalog.models import Endpoint, HardwareProfile, ModelCard, Price
from tests.people import person

CARD = {"name": "Our model", "told": "contract", "as_of": "2026-01-01"}
MACHINE = {"name": "Our box", "told": "contract", "as_of": "2026-01-01", "kind": "gpu"}
ENDPOINT = {"name": "Near", "base_url": "https://example.com/v1", "model": "m"}
PRICE = {"vendor": "Us", "input_per_1m": "1", "output_per_1m": "2", "source": "bill"}


def many_of_one_name() -> list[str]:
    """Press "Save" of each form that names something new in four tabs at once."""
    owner = person("alice")
    home = f"/t/{services.create_team(name='Team Atlas', owner=owner).slug}/"
    pressed = {
        "team": _codes(owner, "/teams/new/", {"name": "Second team"}),
        "invitation": _codes(
            owner,
            f"{home}settings/invitations/",
            {"emails": "x@y.org", "role": "viewer"},
        ),
        "endpoint": _codes(
            owner, f"{home}settings/endpoints/new/", {**ENDPOINT, "hosting": "device"}
        ),
        "model": _codes(owner, f"{home}catalog/models/new/", CARD),
        "machine": _codes(
            owner, f"{home}catalog/hardware/new/", {**MACHINE, "memory_gb": "8"}
        ),
        "price": _codes(
            owner,
            f"{home}catalog/prices/new/",
            {**PRICE, "model": "our-model", "as_of": "2026-01-01"},
        ),
    }
    broken = [f"{what}: {codes}" for what, codes in pressed.items() if 500 in codes]
    rows: dict[str, int] = {
        "teams": Team.objects.filter(name="Second team").count(),
        "invitations": Invitation.objects.filter(revoked_at__isnull=True).count(),
        "endpoints": Endpoint.objects.count(),
        "models": ModelCard.objects.filter(team__isnull=False).count(),
        "machines": HardwareProfile.objects.filter(team__isnull=False).count(),
        "prices": Price.objects.filter(
            ended_at__isnull=True, team__isnull=False
        ).count(),
    }
    expected = {**dict.fromkeys(rows, 1), "teams": 4}
    return broken if rows == expected else [*broken, f"{rows}, not {expected}"]


def _codes(owner: User, address: str, form: dict[str, str]) -> list[int]:
    """Return what four tabs are answered that send one form at once."""

    def press(_: int) -> int:
        client = Client(raise_request_exception=False)
        client.force_login(owner)
        try:
            return int(client.post(address, form).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        return sorted(pool.map(press, range(4)))
