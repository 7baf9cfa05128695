"""How is plotly's script served without committing third-party code?"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

SCRIPT = "plotly.min.js"
SERVED_AS = f"plotly/{SCRIPT}"


class PlotlyFinder(BaseFinder):
    """Serve exactly one file of the plotly wheel, as `plotly/plotly.min.js`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        spec = importlib.util.find_spec("plotly")
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(
                "The package plotly is missing. Run pip install -r requirements.txt."
            )
        self.folder = Path(spec.origin).parent / "package_data"
        self.storage = FileSystemStorage(location=self.folder)
        self.storage.prefix = "plotly"  # type: ignore[attr-defined]
        super().__init__(*args, **kwargs)

    def check(self, **_: Any) -> list[Any]:
        """Find nothing to complain about: the constructor has checked the wheel."""
        return []

    def find(  # type: ignore[override]
        self, path: str, find_all: bool = False, **_: Any
    ) -> str | list[str]:
        """Return the file's place for its one address, else an empty list."""
        if path != SERVED_AS:
            return []
        place = str(self.folder / SCRIPT)
        return [place] if find_all else place

    def list(self, ignore_patterns: object) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield the one file, for collectstatic and for WhiteNoise."""
        yield SCRIPT, self.storage
