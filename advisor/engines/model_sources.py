"""Where do the files of a model lie on this machine?

A name is `builtin/NAME`, a local folder, or a hub id with the commit that is pinned.
From the hub only weights, tokenizer and configuration are fetched, never code, into
its own cache or the folder of option `hub_cache`.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from advisor import builtin
from advisor.engines.base import EngineError, EngineSpec, Failure

_COMMIT = re.compile(r"[0-9a-f]{40}")
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_WANTED = ["*.safetensors", "*.json", "*.jinja", "*.txt", "tokenizer.model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A folder to load from, and the commit it holds where there is one."""

    folder: Path
    revision: str | None


def find_model(spec: EngineSpec) -> Source:
    """Find the folder of the model that `spec` names, fetching it if need be.

    Raises:
        EngineError: There is no such model, or it cannot be had.
    """
    if spec.model.startswith("builtin/"):
        return _builtin(spec.model)
    # Not Path.is_dir, which raises for a name that is too long.
    if spec.model and os.path.isdir(spec.model):
        return Source(folder=Path(spec.model).resolve(), revision=spec.revision)
    if not _HUB_ID.fullmatch(spec.model) or ".." in spec.model:
        raise _no_model(
            f'"{spec.model[:200]}" is neither a folder nor a model id. Give'
            " builtin/NAME, the path of a folder, or OWNER/NAME with a revision."
        )
    if spec.revision is None or not _COMMIT.fullmatch(spec.revision):
        raise _no_model(
            f'"{spec.model}" needs a pinned revision: the 40 hexadecimal digits of a'
            f" commit, got {spec.revision!r}. A branch can change under a result."
        )
    return Source(folder=_from_hub(spec), revision=spec.revision)


def _builtin(name: str) -> Source:
    try:
        folder = builtin.model_path(name)
    except LookupError as error:
        raise _no_model(str(error)) from None
    if not folder.is_dir():
        raise _no_model(f'The files of "{name}" are missing from this installation.')
    return Source(folder=folder, revision=None)


def _from_hub(spec: EngineSpec) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    cache = cast("str | None", spec.options.get("hub_cache"))
    offline = spec.local_only or os.environ.get("HF_HUB_OFFLINE") == "1"
    for local in (True, False):
        if offline and not local:
            break
        try:
            return Path(
                snapshot_download(
                    spec.model,
                    revision=spec.revision,
                    allow_patterns=_WANTED,
                    local_files_only=local,
                    cache_dir=cache,
                    # Not the server's own credentials, only the team's.
                    token=spec.api_key or False,
                )
            )
        except LocalEntryNotFoundError:
            continue
        except Exception as error:
            raise _no_model(_hub_says(spec.model, error)) from error
    raise _no_model(
        f'"{spec.model}" at {spec.revision} is not in the model cache, and the hub'
        " cannot be reached from here. Fetch it where there is a network, or give the"
        " path of a folder."
    )


def _hub_says(model: str, error: Exception) -> str:
    kind = type(error).__name__
    if "Gated" in kind:
        return f'"{model}" is gated. Accept its terms on the hub and give a token.'
    if "Repository" in kind:
        return f'The hub has no model "{model}", or it is private.'
    if "Revision" in kind:
        return f'The hub has no such revision of "{model}".'
    return f'"{model}" cannot be fetched from the hub: {str(error)[:200]}'


def _no_model(message: str) -> EngineError:
    return EngineError(Failure(code="no_model", kind="configuration", message=message))
