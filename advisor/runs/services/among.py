"""Which rows have one of these values? Thousands of them as one value of a statement.

What Django writes for ``id__in`` has a mark for each value, and taking it apart costs
more than the database takes to find the rows.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler


class Among(Func):
    """A condition for filters: the column ``name`` is among integers or hashes.

    A text of ``values`` must be of letters and digits alone.
    """

    output_field = BooleanField()

    def __init__(self, name: str, values: Iterable[int] | Iterable[str]) -> None:
        super().__init__(F(name))
        self._values = list(values)

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[str | int, ...]]:
        """Return the condition for SQLite."""
        column, params = compiler.compile(self.source_expressions[0])
        found = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608
        return found, (*params, json.dumps(self._values))

    def as_postgresql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        **extra_context: Any,
    ) -> tuple[str, tuple[str | int, ...]]:
        """Return the condition for PostgreSQL."""
        column, params = compiler.compile(self.source_expressions[0])
        kind = "text" if isinstance(next(iter(self._values), 0), str) else "bigint"
        told = f"{{{','.join(map(str, self._values))}}}"
        return f"{column} = ANY(%s::{kind}[])", (*params, told)
