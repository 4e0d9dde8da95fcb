"""How often a member searched is asked at every search: a short walk, not all acts of the organisation."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("journal", "0005_digests")]

    operations = [
        AddIndexConcurrently(
            model_name="act",
            index=models.Index(
                fields=["member", "id"],
                name="act_searches_of_member",
                condition=models.Q(act="case.listed"),
            ),
        ),
    ]
