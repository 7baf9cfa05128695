"""Is this installation set up so that it can work?"""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from advisor.web.secrets import BadKeyError, read_keys


@register("security")
def check_encryption_keys(app_configs: object, **_: Any) -> list[CheckMessage]:
    """Refuse a key ring that could not open or close anything."""
    try:
        read_keys(settings.ENCRYPTION_KEYS)
    except BadKeyError as error:
        return [
            Error(
                str(error),
                hint="Set ENCRYPTION_KEYS as `python -m advisor.web.keys` prints it.",
                id="advisor.E001",
            )
        ]
    return []


@register("security", deploy=True)
def check_shared_services(app_configs: object, **_: Any) -> list[CheckMessage]:
    """Warn when a production installation still keeps its state on one machine."""
    missing = []
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        missing.append("DATABASE_URL")
    if not settings.REDIS_URL:
        missing.append("REDIS_URL")
    return [
        Warning(
            f"{name} is not set: this installation uses the embedded default, which"
            " serves one machine.",
            hint=f"Set {name}; see docs/operations.md.",
            id=f"advisor.W{number:03}",
        )
        for number, name in enumerate(missing, start=1)
    ]
