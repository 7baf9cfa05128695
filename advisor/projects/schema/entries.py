"""Does a candidate have the keys that its engine needs, and no others?"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from advisor.projects.schema.known import THIS_MACHINE, Known
from advisor.projects.schema.problems import Problem, did_you_mean

ENGINES_OF = {
    "file": ("recorded",),
    "upload": ("recorded",),
    "base_url": ("openai",),
    "endpoint": ("openai",),
    "api_key_env": ("openai",),
    "chat": ("openai",),
    "revision": ("transformers", "openai"),
    "memory_limit_bytes": ("transformers",),
}
TOKEN_PRICES = ("input_per_1m", "output_per_1m")
RUN_HERE = ("fp32", "bf16", "fp16", "auto")
COMMAND_ONLY = {"file": "upload", "base_url": "endpoint", "api_key_env": "endpoint"}


def entry_problems(
    path: str, entry: Mapping[str, Any], *, stored: bool, known: Known
) -> Iterator[Problem]:
    """Yield what is wrong with one candidate beyond the kind of its values."""
    engine = entry.get("engine")
    for key, owners in ENGINES_OF.items():
        if entry.get(key) is not None and engine in (
            "transformers",
            "openai",
            "recorded",
        ):
            if engine not in owners:
                wrong = f"belongs to the engine {' or '.join(owners)}, not to {engine}"
                yield Problem(f"{path}.{key}", entry[key], wrong, "Leave it out.")
            elif stored and key in COMMAND_ONLY:
                wrong = "is for the command line only"
                remedy = f"Name a stored {COMMAND_ONLY[key]} instead."
                yield Problem(f"{path}.{key}", entry[key], wrong, remedy)
    yield from _needed(path, entry, engine)
    yield from _price(f"{path}.price", entry.get("price"))
    if entry.get("base_url") is not None:
        yield from _address(f"{path}.base_url", entry["base_url"])
    yield from _names(path, entry, known)


def leaves_this_machine(base_url: object, known: Known) -> bool:
    """Return True when a server lies neither on loopback nor among those allowed."""
    try:
        parts = urlsplit(str(base_url))
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return True
    host = (parts.hostname or "").rstrip(".")
    return not _is_loopback(host) and f"{host}:{port}" not in known.allowed_private


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _needed(path: str, entry: Mapping[str, Any], engine: object) -> Iterator[Problem]:
    def lacks(*keys: str) -> bool:
        return all(entry.get(key) in (None, "") for key in keys)

    if engine == "transformers" and lacks("model"):
        remedy = "Name builtin/NAME, a folder, or a hub id with its revision."
        yield Problem(f"{path}.model", None, "is missing", remedy)
    held = entry.get("precision")
    if engine == "transformers" and held is not None and held not in RUN_HERE:
        remedy = f"Use one of {', '.join(RUN_HERE)}, or a server that serves it."
        yield Problem(f"{path}.precision", held, "is run by servers only", remedy)
    if engine == "recorded" and lacks("file", "upload"):
        remedy = "Name the JSONL file of its recorded answers."
        yield Problem(f"{path}.file", None, "is missing", remedy)
    if engine == "openai" and lacks("base_url", "endpoint"):
        remedy = "Give the address of the server, such as https://host/v1."
        yield Problem(f"{path}.base_url", None, "is missing", remedy)
    if engine == "openai" and lacks("model", "endpoint"):
        remedy = "Name the model as the server does."
        yield Problem(f"{path}.model", None, "is missing", remedy)
    for one, other in (("file", "upload"), ("base_url", "endpoint")):
        if not lacks(one) and not lacks(other):
            wrong = f"stands beside {one}, which says the same"
            yield Problem(f"{path}.{other}", entry[other], wrong, "Keep one of them.")


def _price(path: str, price: object) -> Iterator[Problem]:
    """Yield what lacks: a price is by tokens in and out, or by the hour, or both.

    A call of which only one part has a price has no known cost, and no cap holds it.
    """
    if not isinstance(price, Mapping):
        return
    lacking = [key for key in TOKEN_PRICES if price.get(key) is None]
    if len(lacking) < len(TOKEN_PRICES) or price.get("per_hour") is None:
        for key in lacking:
            remedy = "Give both token prices, or per_hour for a machine."
            yield Problem(f"{path}.{key}", None, "is missing", remedy)


def _address(path: str, given: object) -> Iterator[Problem]:
    try:
        parts = urlsplit(str(given))
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        plain = parts.username is None and parts.port != 0 and not parts.query
    except ValueError:
        usable = plain = False
    if not usable or not plain or any(sign.isspace() for sign in str(given)):
        wrong = "is not the address of a server"
        yield Problem(
            path, given, wrong, "Write it like https://host/v1, without a key."
        )


def _names(path: str, entry: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    card, hardware = entry.get("card"), entry.get("hardware")
    if known.cards is not None and isinstance(card, str) and card not in known.cards:
        remedy = did_you_mean(card, known.cards, "Choose a model card of the catalog.")
        yield Problem(f"{path}.card", card, "is not a known model card", remedy)
    if known.hardware is None or not isinstance(hardware, str):
        return
    allowed = known.hardware | {THIS_MACHINE}
    if hardware not in allowed:
        remedy = did_you_mean(hardware, allowed, "Choose a machine of the catalog.")
        yield Problem(f"{path}.hardware", hardware, "is not known hardware", remedy)
