"""Where are the files that a setup of the command line names?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from advisor.builtin import PREFIX, model_names, pack_names, sample_pack
from advisor.projects.parsing import limits
from advisor.projects.schema.problems import Problem, did_you_mean
from advisor.projects.schema.rule import is_path
from advisor.projects.schema.values import CandidateSpec, Setup

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
    problems: list[Problem] = []
    name, samples = "", b""
    if isinstance(setup.samples, str):
        name = setup.samples.removeprefix(PREFIX)
        samples = _samples(setup.samples, folder, problems)
        name = f"{name}.jsonl" if setup.samples.startswith(PREFIX) else Path(name).name
    recorded = {
        one.id: _read(one.file, folder, f"{path}.file", problems)
        for path, one in _with_paths(setup)
        if one.file is not None
    }
    for path, one in _with_paths(setup):
        problems += _model_problems(f"{path}.model", one, folder)
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


def _with_paths(setup: Setup) -> Iterator[tuple[str, CandidateSpec]]:
    for position, one in enumerate(setup.candidates):
        yield f"candidates.{position}", one
    if setup.reference is not None:
        yield "reference", setup.reference


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


def _model_problems(path: str, one: CandidateSpec, folder: Path) -> Iterator[Problem]:
    model = one.model
    if one.engine != "transformers" or model is None:
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
    elif one.revision is None:
        wrong = "is no folder, and a hub id needs a pinned revision"
        remedy = "Add revision: with the 40 digits of the commit."
        yield Problem(path, model, wrong, remedy)
