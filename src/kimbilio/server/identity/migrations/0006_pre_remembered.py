"""What all processes remember together for minutes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0005_pre_member_codes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Remembered",
            fields=[
                (
                    "key",
                    models.BinaryField(
                        help_text="Keyed hash of what is remembered", primary_key=True, serialize=False
                    ),
                ),
                ("value", models.JSONField()),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table_comment": "Tries at passwords and codes that were used, for all processes, for minutes.",
            },
        ),
    ]
