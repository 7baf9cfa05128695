"""Which rows have one of these ids? A list of thousands as one value of a statement.

What Django writes for ``id__in`` has a mark for each value, and taking it apart costs
more than the database takes to find the rows.
"""

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler


class Among(Func):
    """A condition for filters: the integer column ``name`` is among ``ids``."""

    output_field = BooleanField()

    def __init__(self, name: str, ids: Iterable[int]) -> None:
        super().__init__(F(name))
        self._ids = ",".join(map(str, ids))

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
        return found, (*params, f"[{self._ids}]")

    def as_postgresql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        **extra_context: Any,
    ) -> tuple[str, tuple[str | int, ...]]:
        """Return the condition for PostgreSQL."""
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY(%s::bigint[])", (*params, f"{{{self._ids}}}")
