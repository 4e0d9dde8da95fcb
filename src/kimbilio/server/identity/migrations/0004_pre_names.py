"""Names in further languages beside `name_ar`, which the version before goes on reading and writing.

Copies what is there. What an old process writes meanwhile stands in `name_ar` alone and is read from there; the
`post` migration of the next release copies it before it drops the column.
"""

from django.db import migrations, models

COPY = "update {table} set names = jsonb_build_object('ar', name_ar) where name_ar <> '' and names = '{{}}'"
TABLES = ("identity_desk", "identity_organisation")


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_confidential_places")]

    operations = [
        *[
            operation
            for model in ("desk", "organisation")
            for operation in (
                migrations.AddField(
                    model_name=model,
                    name="names",
                    field=models.JSONField(
                        blank=True,
                        db_default={},
                        default=dict,
                        help_text='By BCP 47 language: {"ar": …, "fr": …}',
                    ),
                ),
                migrations.AlterField(
                    model_name=model,
                    name="name_ar",
                    field=models.CharField(blank=True, db_default="", default="", max_length=200),
                ),
            )
        ],
        *[migrations.RunSQL(COPY.format(table=table), migrations.RunSQL.noop) for table in TABLES],
    ]
