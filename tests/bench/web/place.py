"""Where does a filled world live between two calls? A PostgreSQL that is kept.

The folder is one that PostgreSQL's own user may enter, which a project's need not be.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.services import Postgres

FOLDER = Path(tempfile.gettempdir()) / "rightsize-bench-web"


@dataclass(frozen=True)
class Filled:
    """What a world holds, and how long it took to make."""

    seed: int
    answers: int
    runs: int
    filled_s: int


class KeptPostgres(Postgres):
    """A PostgreSQL whose data are still there the next time."""

    def __init__(self, keep: Path) -> None:
        super().__init__()
        self.stop()
        if keep.exists():
            shutil.rmtree(self.folder)
        else:
            keep.parent.mkdir(parents=True, exist_ok=True)
            keep.parent.chmod(0o755)
            shutil.move(self.folder, keep)
        self.folder = keep
        self._common["cwd"] = keep
        self.start()

    @property
    def pid(self) -> int:
        """Return the process of the server."""
        return self._server.pid


@dataclass(frozen=True)
class Place:
    """The folder of a world: database, keys and what is known of it."""

    folder: Path

    @classmethod
    def of(cls, answers: int) -> "Place":
        """Return where a world of so many answers is kept."""
        return cls(FOLDER / str(answers))

    @property
    def var(self) -> Path:
        """Return the folder of the product's own files."""
        return self.folder / "var"

    def filled(self) -> Filled | None:
        """Return what the world holds; None where it is not there, or not whole."""
        try:
            return Filled(**json.loads((self.folder / "filled.json").read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def note(self, filled: Filled) -> None:
        """Remember that the world is whole."""
        text = json.dumps(asdict(filled)) + "\n"
        (self.folder / "filled.json").write_text(text)

    def empty(self) -> None:
        """Forget the world."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def postgres(self) -> Iterator[KeptPostgres]:
        """Run the world's database for the block; its data stay."""
        server = KeptPostgres(self.folder / "pg")
        try:
            yield server
        finally:
            server.stop()
