"""Costs of answers are dollars, not rounded to millionths."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def carry_over(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Keep what answers cost; what was rounded stays so."""
    answers = apps.get_model("runs", "Answer").objects.using(editor.connection.alias)
    known = answers.filter(cost_micro__isnull=False)
    known.update(cost_usd=F("cost_micro") * 0.000001)


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="cost_usd",
            field=models.FloatField(
                blank=True,
                help_text="Not rounded: a call may cost less than 1 micro",
                null=True,
            ),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RemoveField(model_name="answer", name="cost_micro"),
    ]
