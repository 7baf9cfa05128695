"""Which rows did an update change? The update itself says so, without another read."""

from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.sql import UpdateQuery


def updated(rows: QuerySet[Any, Any], **values: object) -> set[Any]:
    """Update ``rows``, of one table alone; return the primary keys of the changed."""
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    statement, params = query.get_compiler(connection=connection).as_sql()
    model: type[Model] = rows.model
    key = connection.ops.quote_name(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING {key}", params)
        return {pk for (pk,) in cursor.fetchall()}
