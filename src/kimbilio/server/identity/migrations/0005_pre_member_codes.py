"""One-time codes with which members set their passwords."""

import django.db.models.deletion
from django.db import migrations, models

import kimbilio.server.kernel.ids


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_pre_names")]

    operations = [
        migrations.CreateModel(
            name="MemberCode",
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
                ("place", models.CharField(max_length=6, unique=True)),
                ("code_hash", models.BinaryField()),
                ("ends_at", models.DateTimeField()),
                (
                    "factor_lost",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Its use ends the member's passkeys and code apps",
                    ),
                ),
                (
                    "wrong",
                    models.PositiveSmallIntegerField(
                        db_default=0, default=0, help_text="Wrong guesses at this place"
                    ),
                ),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="codes",
                        to="identity.member",
                    ),
                ),
            ],
            options={"db_table_comment": "One-time codes for members' passwords, as hashes."},
        ),
    ]
