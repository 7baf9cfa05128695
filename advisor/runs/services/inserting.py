"""How are thousands of new rows written at once? Column by column, in one statement.

A run writes a trial, an answer, a score and an attempt for every sample; what Django
does for each value of each row took more time than the database. Values are written as
they stand: texts, numbers, booleans, times, JSON; nothing is validated and no id comes
back.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, JSONField, Model
from django.utils import timezone

ROWS_A_STATEMENT = 5000


@dataclass(frozen=True, slots=True)
class Column:
    """One column of new rows; ``values`` is None where all rows share ``shared``."""

    field: "Field[Any, Any]"
    values: Sequence[Any] | None
    shared: Any = None


def insert(model: type[Model], rows: Sequence[object]) -> None:
    """Write new rows of one model; nothing for none.

    Rows are any objects of one class whose attributes are named as the columns; a
    column that they lack takes its default.
    """
    if not rows:
        return
    has = getattr(type(rows[0]), "__slots__", None) or vars(rows[0])
    names = [one.attname for one in _fields(model) if one.attname in has]
    insert_columns(
        model, len(rows), {name: list(map(attrgetter(name), rows)) for name in names}
    )


def insert_columns(
    model: type[Model], count: int, columns: Mapping[str, object]
) -> None:
    """Write ``count`` new rows: a list has one value a row, anything else is shared."""
    now = timezone.now()
    for start in range(0, count, ROWS_A_STATEMENT):
        end = min(start + ROWS_A_STATEMENT, count)
        made = [_column(one, columns, start, end, now) for one in _fields(model)]
        if connection.vendor == "postgresql":
            _by_column(model, made, end - start)
        else:
            _by_row(model, made, end - start)


@lru_cache
def _fields(model: type[Model]) -> "tuple[Field[Any, Any], ...]":
    return tuple(
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, AutoField)
    )


def _column(
    field: "Field[Any, Any]",
    columns: Mapping[str, object],
    start: int,
    end: int,
    now: datetime,
) -> Column:
    """Return the part of a column that one statement writes."""
    if getattr(field, "auto_now_add", False):
        return Column(field, None, now)
    given = columns.get(field.attname, field.get_default())
    if not isinstance(given, list):
        return Column(field, None, _told(field, given))
    part = given[start:end]
    if part.count(part[0]) == len(part):
        return Column(field, None, _told(field, part[0]))
    if isinstance(field, JSONField):
        part = [_told(field, one) for one in part]
    return Column(field, part)


def _told(field: "Field[Any, Any]", value: Any) -> Any:
    if isinstance(field, JSONField) and value is not None:
        return json.dumps(value)
    return value


def _by_column(model: type[Model], columns: Sequence[Column], count: int) -> None:
    """Insert arrays unnested to rows; a value that all rows share is sent once."""
    names, chosen, given, shared = [], [], [], []
    arrays: list[str | list[Any]] = []
    for one in columns:
        name = connection.ops.quote_name(str(one.field.column))
        names.append(name)
        kind = one.field.db_type(connection)
        if one.values is None:
            chosen.append(f"%s::{kind}")
            shared.append(one.shared)
        else:
            chosen.append(f"u.{name}")
            given.append((name, f"%s::{kind}[]"))
            arrays.append(_array(one.values))
    if not given:  # rows alike in everything: one of them names an id, so never more
        given, arrays = [("n", "%s::int[]")], [list(range(count))]
    table = connection.ops.quote_name(model._meta.db_table)
    listed = ", ".join(name for name, _ in given)
    unnested = ", ".join(cast for _, cast in given)
    statement = (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(chosen)}"  # noqa: S608
        f" FROM unnest({unnested}) AS u({listed})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*shared, *arrays])


def _array(values: Sequence[Any]) -> str | list[Any]:
    """Return one value of a statement that the database reads as an array.

    Texts and numbers are written out at once: the driver looks at each value by itself,
    which takes several times as long, and takes no whole numbers among others.
    """
    kinds = set(map(type, values))
    if kinds == {str}:
        # No text of a database has this character, so it keeps values apart.
        joined = "\0".join(values)
        if joined.count("\0") == len(values) - 1:
            told = joined.replace("\\", "\\\\").replace('"', '\\"')
            return '{"' + told.replace("\0", '","') + '"}'
    if kinds <= {int, float, type(None)}:
        told = ",".join(["NULL" if one is None else repr(one) for one in values])
        return "{" + told + "}"
    return list(values)


def _by_row(model: type[Model], columns: Sequence[Column], count: int) -> None:
    """Insert row by row with one statement that is prepared once."""
    names = ", ".join(
        connection.ops.quote_name(str(one.field.column)) for one in columns
    )
    marks = ", ".join("%s" for _ in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
    listed = [_as_kept(one, count) for one in columns]
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(zip(*listed, strict=True)))


def _as_kept(column: Column, count: int) -> Sequence[Any]:
    """Return the values of a column, times as the database keeps them."""
    values = [column.shared] * count if column.values is None else column.values
    if not any(isinstance(one, datetime) for one in values[:1]):
        return values
    return [connection.ops.adapt_datetimefield_value(one) for one in values]
