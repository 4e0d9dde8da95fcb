"""The sealer finds what was written since its last round without reading the whole book. Built without locking out
those who write.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("journal", "0002_seal")]

    operations = [
        AddIndexConcurrently(
            model_name="act",
            index=models.Index(fields=["organisation", "written_in"], name="act_by_transaction"),
        ),
    ]
