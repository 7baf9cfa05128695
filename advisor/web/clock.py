"""What time is it? The database's: the clocks of two machines may differ."""

from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.expressions import Combinable
from django.db.models.functions import Now


def from_now(seconds: float) -> Combinable:
    """Return the database's time in ``seconds``; less than 0 is ago."""
    return ExpressionWrapper(
        Now() + timedelta(seconds=seconds), output_field=DateTimeField()
    )
