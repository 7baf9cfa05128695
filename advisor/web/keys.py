"""Where do the secret keys come from when nobody set them?"""

import base64
import os
import secrets
from pathlib import Path


def new_key() -> str:
    """Make 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def read_or_make_key(path: Path) -> str:
    """Read the key in `path`, or make one that only this user can read.

    Returns:
        A key as `new_key` makes it. Two processes that start at the same moment
        agree: the file appears whole or not at all, and the first one wins.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(new_key())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def new_variables() -> str:
    """Write a fresh SECRET_KEY and ENCRYPTION_KEYS as lines of an .env file."""
    signing = secrets.token_urlsafe(48)
    return f"SECRET_KEY={signing}\nENCRYPTION_KEYS=first:{new_key()}"


if __name__ == "__main__":
    print(new_variables())
