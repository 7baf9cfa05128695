"""How is a secret, such as an endpoint's key, kept in the database?

Each value is sealed by AES-256-GCM under the newest key of ENCRYPTION_KEYS and bound to
its place (team, row, origin) as associated data: a value copied to another row, or an
address changed under it, no longer opens. The key's id travels with the value, so that
old keys stay readable until every row is sealed again.

Errors: SecretError
        ├── BadKeyError      the key ring itself is wrong
        └── UnsealError      this value does not open here
"""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION = "v1"
NONCE_BYTES = 12


class SecretError(Exception):
    """A secret could not be sealed or opened."""


class BadKeyError(SecretError):
    """ENCRYPTION_KEYS is not a list of ID:KEY with 32 bytes in URL-safe base64."""


class UnsealError(SecretError):
    """A sealed value was damaged, moved, or its key is gone."""


def read_keys(entries: Sequence[str]) -> dict[str, bytes]:
    """Read `ID:KEY` entries, newest first, into ids and keys.

    Raises:
        BadKeyError: There is none, an id is missing or doubled, or a key has not 32
            bytes. The message names the entry by number and never shows the key.
    """
    keys: dict[str, bytes] = {}
    for number, entry in enumerate(entries, start=1):
        name, _, text = entry.partition(":")
        try:
            key = base64.b64decode(text, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not name or len(key) != 32 or name in keys:
            raise BadKeyError(
                f"Entry {number} of ENCRYPTION_KEYS is wrong: it must be ID:KEY with an"
                " id used once and a key of 32 bytes in URL-safe base64."
            )
        keys[name] = key
    if not keys:
        raise BadKeyError("ENCRYPTION_KEYS is empty: it needs at least one ID:KEY.")
    return keys


def associated_data(place: Mapping[str, object]) -> bytes:
    """Write a place in one way only, whatever the order of its names."""
    return json.dumps(
        {key: str(value) for key, value in place.items()},
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def seal(text: str, **place: object) -> str:
    """Seal `text` for one place, for example `team=1, endpoint=7, origin="https://…"`.

    Returns:
        `v1.KEYID.BASE64`; two calls never return the same.
    """
    name, key = next(iter(read_keys(settings.ENCRYPTION_KEYS).items()))
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), associated_data(place))
    return f"{VERSION}.{name}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(sealed: str, **place: object) -> str:
    """Open what `seal` made for the same place.

    Raises:
        UnsealError: Another place, an unknown key id, or a damaged value.
    """
    version, _, rest = sealed.partition(".")
    name, _, body = rest.rpartition(".")
    key = read_keys(settings.ENCRYPTION_KEYS).get(name)
    if version != VERSION or key is None:
        raise UnsealError(
            f'No key with the id "{name}" is in ENCRYPTION_KEYS. Add the old key back,'
            " or enter the secret again."
        )
    try:
        raw = base64.b64decode(body, altchars=b"-_", validate=True)
        plain = AESGCM(key).decrypt(
            raw[:NONCE_BYTES], raw[NONCE_BYTES:], associated_data(place)
        )
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise UnsealError(
            "The stored secret does not belong to this row and address. Enter it again."
        ) from error
    return plain.decode()


def is_sealed_with_newest_key(sealed: str) -> bool:
    """Tell whether a value needs no new seal after a change of keys."""
    newest = next(iter(read_keys(settings.ENCRYPTION_KEYS)))
    return sealed.startswith(f"{VERSION}.{newest}.")
