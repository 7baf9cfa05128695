"""What do pages show of a finished run that would take reading every answer again?"""

from django.db import models

from advisor.runs.models.run import Run


class RunSummary(models.Model):
    """What was read once from all answers of a finished run, for its pages.

    It repeats rows and decides nothing: deleted, it is made again. ``version`` is the
    hash of the recommendation it was made with; with another one it is made anew.
    """

    run = models.OneToOneField(
        Run, models.CASCADE, primary_key=True, related_name="summary"
    )
    version = models.CharField(max_length=64)
    figures = models.JSONField(help_text="Slices, times, means: what charts draw")
    counts = models.JSONField(
        null=True, blank=True, help_text="Trials, answers and failures by candidate"
    )
    case = models.BinaryField(help_text="The case of the run as deflated JSON")
    created_at = models.DateTimeField(auto_now=True)
