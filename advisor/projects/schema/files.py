"""Where are the files that a setup of the command line names?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from advisor.builtin import PREFIX, model_names, pack_names, sample_pack
from advisor.projects.parsing import limits
from advisor.projects.schema.checks import entries_of
from advisor.projects.schema.problems import Problem, did_you_mean
from advisor.projects.schema.rule import is_path
from advisor.projects.schema.values import Setup

LOOK = "Paths are relative to the setup file."


@dataclass(frozen=True, slots=True)
class SetupFiles:
    """The contents of the files of a setup; recorded answers by candidate id."""

    samples_name: str
    samples: bytes
    recorded: Mapping[str, bytes] = field(default_factory=dict)


def read_files(setup: Setup, folder: Path) -> tuple[SetupFiles, list[Problem]]:
    """Return the files that ``setup`` names relative to ``folder``, and what lacks.

    A problem shows the path exactly as it was written.
    """
    return read_given(setup.document(), folder)


def read_given(
    given: Mapping[str, Any], folder: Path
) -> tuple[SetupFiles, list[Problem]]:
    """Do as ``read_files`` for what was typed, which need not be a valid setup."""
    problems: list[Problem] = []
    name, samples = "", b""
    listed = given.get("samples")
    if isinstance(listed, str):
        samples = _samples(listed, folder, problems)
        builtin = listed.startswith(PREFIX)
        name = f"{listed.removeprefix(PREFIX)}.jsonl" if builtin else Path(listed).name
    entries = entries_of(given)
    recorded = {
        str(entry.get("id")): _read(entry["file"], folder, f"{path}.file", problems)
        for path, entry in entries
        if isinstance(entry.get("file"), str)
    }
    for path, entry in entries:
        problems += _model_problems(f"{path}.model", entry, folder)
    return SetupFiles(name, samples, recorded), problems


def _samples(given: str, folder: Path, problems: list[Problem]) -> bytes:
    if not given.startswith(PREFIX):
        return _read(given, folder, "samples", problems)
    if given.removeprefix(PREFIX) in pack_names():
        return sample_pack(given).path.read_bytes()
    known = [f"{PREFIX}{name}" for name in pack_names()]
    remedy = did_you_mean(given, known, f"Use {', '.join(known)}.")
    problems.append(Problem("samples", given, "is no built-in sample pack", remedy))
    return b""


def _read(given: str, folder: Path, path: str, problems: list[Problem]) -> bytes:
    """Return the bytes of a file, at most one more than an upload may have."""
    try:
        with (folder / given).open("rb") as file:
            return file.read(limits.FILE_BYTES + 1)
    except FileNotFoundError:
        problems.append(Problem(path, given, "is not there", LOOK))
    except IsADirectoryError:
        problems.append(Problem(path, given, "is a folder, not a file", LOOK))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable path"
        problems.append(Problem(path, given, f"cannot be read: {reason}", LOOK))
    return b""


def _model_problems(
    path: str, entry: Mapping[str, Any], folder: Path
) -> Iterator[Problem]:
    model = entry.get("model")
    if entry.get("engine") != "transformers" or not isinstance(model, str):
        return
    if model.startswith(PREFIX):
        known = [f"{PREFIX}{name}" for name in model_names()]
        if model not in known:
            remedy = did_you_mean(model, known, f"Use {', '.join(known)}.")
            yield Problem(path, model, "is no built-in model", remedy)
        return
    if (folder / model).expanduser().is_dir():
        return
    if is_path(model) or model.count("/") != 1:
        yield Problem(path, model, "is not a folder that is there", LOOK)
    elif entry.get("revision") is None:
        wrong = "is no folder, and a hub id needs a pinned revision"
        remedy = "Add revision: with the 40 digits of the commit."
        yield Problem(path, model, wrong, remedy)
