"""The codes by which cases are found, in a table that is read in the order of a list.

Earlier rows are not copied: the job `people.persons_recode` codes those persons anew who were registered before, or
meanwhile by a process of the version before. Until it has come to a person, no search by name or filter finds them.
"""

import django.db.models.deletion
from django.db import migrations, models

# A code belongs to one organisation. Without being told, the planner multiplies the two shares, takes a code of a
# tenth of everybody for one of a handful, and sorts them all.
STATISTICS = """
alter table people_findingcode alter column code set statistics 1000;
create statistics findingcode_tells_organisation (dependencies) on organisation_id, code from people_findingcode;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_initial"),
        ("people", "0002_erasure"),
    ]

    operations = [
        migrations.CreateModel(
            name="FindingCode",
            fields=[
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                    ),
                ),
                ("code", models.BigIntegerField(help_text="The first 64 bits of the keyed hash")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="finding_codes",
                        to="people.case",
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation_id",
                        "code",
                        "case_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table_comment": "Keyed codes under which cases are found; a btree walks them under row-level security.",
            },
        ),
        migrations.RunSQL(STATISTICS, migrations.RunSQL.noop),
        migrations.AlterModelTableComment(
            name="searchcode",
            table_comment="Keyed search codes of earlier versions, emptied as persons are coded anew.",
        ),
        migrations.AddField(
            model_name="person",
            name="coded",
            field=models.PositiveSmallIntegerField(
                db_default=0, help_text="In which way its finding codes were made (people.search.WAY)"
            ),
        ),
    ]
