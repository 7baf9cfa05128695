"""What time is it? The database's: the clocks of two machines may differ."""

from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper, F, Model
from django.db.models.expressions import Combinable
from django.db.models.functions import Now


def from_now(seconds: float) -> Combinable:
    """Return the database's time in ``seconds``; less than 0 is ago."""
    return ExpressionWrapper(
        Now() + timedelta(seconds=seconds), output_field=DateTimeField()
    )


def seconds_since(row: Model, field: str) -> float:
    """Return how long ago a time of a stored row was; 0 where it has none."""
    same = type(row)._default_manager.filter(pk=row.pk)
    age = same.values_list(Now() - F(field), flat=True).first()
    return age.total_seconds() if age else 0.0
