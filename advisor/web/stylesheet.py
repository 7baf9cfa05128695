"""How do many small stylesheets reach the browser as one?

`static/css/app.css` lists the files and their layers. A browser that followed the list
would make fifty requests; this finder follows it once and serves the whole as
`css/rightsize.css`. No build step: the file is written anew whenever it would differ.
"""

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

SERVED_AS = "css/rightsize.css"
IMPORT = re.compile(r'@import url\("([^"]+)"\)(?: layer\((\w+)\)| (print))?;\n')
COMMENT = re.compile(r"/\*.*?\*/\n*", re.DOTALL)


def bundle(list_of_imports: Path) -> str:
    """Return the stylesheets that the list names, each inside its layer or medium."""

    def content(found: re.Match[str]) -> str:
        name, layer, medium = found.groups()
        text = COMMENT.sub("", (list_of_imports.parent / name).read_text())
        if layer:
            return f"@layer {layer} {{\n{text}}}\n"
        return f"@media {medium} {{\n{text}}}\n" if medium else text

    return IMPORT.sub(content, COMMENT.sub("", list_of_imports.read_text()))


class StylesheetFinder(BaseFinder):
    """Serve exactly one file, made of all others, as `css/rightsize.css`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.source = Path(settings.BASE_DIR) / "static/css/app.css"
        self.folder = Path(settings.VAR_DIR) / "static"
        self.storage = FileSystemStorage(location=self.folder)
        super().__init__(*args, **kwargs)

    def check(self, **_: Any) -> list[Any]:
        """Find nothing to complain about: a missing file is an error when read."""
        return []

    def find(  # type: ignore[override]
        self, path: str, find_all: bool = False, **_: Any
    ) -> str | list[str]:
        """Return the file's place for its one address, else an empty list."""
        if path != SERVED_AS:
            return []
        place = self._written()
        return [place] if find_all else place

    def list(self, ignore_patterns: object) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield the one file, for collectstatic and for WhiteNoise."""
        self._written()
        yield SERVED_AS, self.storage

    def _written(self) -> str:
        place, text = self.folder / SERVED_AS, bundle(self.source)
        if not place.exists() or place.read_text() != text:
            place.parent.mkdir(parents=True, exist_ok=True)
            # Several may start at once; a rename is never seen half done.
            draft = place.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
            draft.write_text(text)
            draft.replace(place)
        return os.fspath(place)
