"""How are thousands of new rows written at once? Column by column, in one statement.

A run writes an answer, a score and an attempt for every sample; what Django does for
each value of each row took more time than the database. Values are written as they
stand: texts, numbers, booleans, times, JSON; nothing is validated and no id comes back.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, JSONField, Model
from django.utils import timezone

ROWS_A_STATEMENT = 5000
Column = tuple["Field[Any, Any]", Sequence[Any]]


def insert(rows: Sequence[Model]) -> None:
    """Write new rows of one model; nothing for none."""
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        _insert(rows[start : start + ROWS_A_STATEMENT])


def _insert(rows: Sequence[Model]) -> None:
    model = type(rows[0])
    columns = [(field, _values(field, rows)) for field in _fields(model)]
    if connection.vendor == "postgresql":
        _by_column(model, columns)
    else:
        _by_row(model, columns)


@lru_cache
def _fields(model: type[Model]) -> "tuple[Field[Any, Any], ...]":
    return tuple(
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, AutoField)
    )


def _values(field: "Field[Any, Any]", rows: Sequence[Model]) -> Sequence[Any]:
    name = field.attname
    if getattr(field, "auto_now_add", False):
        return [timezone.now()] * len(rows)
    values = [row.__dict__[name] for row in rows]
    if isinstance(field, JSONField):
        return [None if one is None else json.dumps(one) for one in values]
    return values


def _by_column(model: type[Model], columns: Sequence[Column]) -> None:
    """Insert arrays unnested to rows; a value that all rows share is sent once."""
    names, chosen, given, arrays, shared = [], [], [], [], []
    for field, values in columns:
        name = connection.ops.quote_name(str(field.column))
        names.append(name)
        kind = field.db_type(connection)
        if all(one == values[0] for one in values):
            chosen.append(f"%s::{kind}")
            shared.append(values[0])
        else:
            chosen.append(f"u.{name}")
            given.append((name, f"%s::{kind}[]"))
            arrays.append(list(values))
    if not given:  # rows alike in everything: one of them names an id, so never more
        given, arrays = [("n", "%s::int[]")], [list(range(len(columns[0][1])))]
    table = connection.ops.quote_name(model._meta.db_table)
    listed = ", ".join(name for name, _ in given)
    unnested = ", ".join(cast for _, cast in given)
    statement = (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(chosen)}"  # noqa: S608
        f" FROM unnest({unnested}) AS u({listed})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*shared, *arrays])


def _by_row(model: type[Model], columns: Sequence[Column]) -> None:
    """Insert row by row with one statement that is prepared once."""
    names = ", ".join(
        connection.ops.quote_name(str(field.column)) for field, _ in columns
    )
    marks = ", ".join("%s" for _ in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
    told = [_told(values) for _, values in columns]
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(zip(*told, strict=True)))


def _told(values: Sequence[Any]) -> Sequence[Any]:
    """Return times as the database keeps them."""
    if not isinstance(values[0], datetime):
        return values
    return [connection.ops.adapt_datetimefield_value(one) for one in values]
