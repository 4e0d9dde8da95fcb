"""The list of a member's own cases walks an index in its own order. Built while people go on working."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("people", "0004_list_indexes")]

    operations = [
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(fields=["noticed_by", "-id"], name="case_newest_noticed_by"),
        ),
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(fields=["assigned_to", "-id"], name="case_newest_assigned_to"),
        ),
    ]
