"""The queue of forms to look at walks the few that wait, not the many that are understood."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("forms", "0003_sheets")]

    operations = [
        AddIndexConcurrently(
            model_name="submission",
            index=models.Index(
                fields=["organisation", "id"],
                name="submission_to_look_at",
                condition=models.Q(state__in=["received", "needs_a_look"]),
            ),
        ),
    ]
