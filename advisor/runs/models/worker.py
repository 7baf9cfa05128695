"""Who works for which queue? One row a worker that runs, wherever it runs."""

from django.db import models


class WorkerSeat(models.Model):
    """A worker's process: its queue, how much it does at once, and when it was seen.

    ``seen_at`` is the database's time. A row that was not seen for a while is of a
    worker that was killed.
    """

    name = models.CharField(max_length=200, primary_key=True)
    queue = models.CharField(max_length=10)
    seats = models.IntegerField()
    seen_at = models.DateTimeField()
