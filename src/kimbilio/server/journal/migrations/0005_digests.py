import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import kimbilio.server.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0003_confidential_places"),
        ("journal", "0004_witnesses"),
    ]

    operations = [
        migrations.CreateModel(
            name="Digest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=kimbilio.server.kernel.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("week", models.DateField(help_text="Its Monday, where the organisation works")),
                ("counts", models.JSONField(help_text="By member: see rules.looking.Week")),
                (
                    "lines",
                    models.JSONField(help_text="Members with reasons: code, count, what would be usual"),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                    ),
                ),
            ],
            options={
                "db_table_comment": "Weekly digests of unusual access: codes, counts and members, append-only.",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "week"), name="one_digest_a_week")
                ],
            },
        ),
    ]
