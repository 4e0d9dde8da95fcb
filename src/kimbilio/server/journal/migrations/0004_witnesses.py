import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import kimbilio.server.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_device_binding"),
        ("journal", "0003_act_by_transaction"),
    ]

    operations = [
        migrations.CreateModel(
            name="Witness",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("named_by", models.UUIDField(null=True, help_text="Member")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                    ),
                ),
                (
                    "witness",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                    ),
                ),
            ],
            options={
                "db_table_comment": "Which organisation keeps the roots of which other.",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "witness"), name="one_witness_once"),
                    models.CheckConstraint(
                        condition=models.Q(("witness", models.F("organisation")), _negated=True),
                        name="nobody_is_their_own_witness",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WitnessedRoot",
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
                ("size", models.PositiveBigIntegerField()),
                ("root", models.BinaryField(help_text="RFC 9162 root hash, 32 bytes")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "about",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                    ),
                ),
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
                "db_table_comment": "Roots of other organisations' books, kept by their witnesses.",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "about", "size"), name="one_witnessed_root_a_size"
                    )
                ],
            },
        ),
    ]
