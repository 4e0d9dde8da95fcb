"""Positions, the tree and its roots; the transaction that wrote an act, and its mark.

Acts from before get the number of this migration's transaction (one look at the clock for all, no rewriting of the
table) and no mark; the first sealing gives them positions in the order of their ids. The function runs with its
owner's rights, so its search path is fixed and nobody may call it until `config.roles` says who.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import kimbilio.server.journal.models

MAKE = """
create function public.journal_unsealed(whole boolean)
    returns table (organisation uuid)
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
as $$
    select o.id
    from public.identity_organisation o
    cross join (select pg_snapshot_xmin(now) as floor, pg_snapshot_xmax(now) as ceiling
                from pg_current_snapshot() as now) s
    cross join lateral (select coalesce((select r.horizon from public.journal_root r
        where r.organisation_id = o.id order by r.size desc limit 1), '0'::xid8) as horizon) l
    where exists (
        select 1 from public.journal_act a
        where a.organisation_id = o.id
            and (whole or l.horizon > s.ceiling or a.written_in >= l.horizon)
            and (a.written_in < s.floor or a.written_in >= s.ceiling)
            and not exists (select 1 from public.journal_seal z where z.act_id = a.id))
$$;
revoke all on function public.journal_unsealed(boolean) from public;
comment on function public.journal_unsealed(boolean) is
    'Ids of organisations with acts that may be sealed now. For the jobs role alone.';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_initial"),
        ("journal", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Root",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("size", models.PositiveBigIntegerField()),
                ("root", models.BinaryField(help_text="RFC 9162 root hash, 32 bytes")),
                (
                    "frontier",
                    models.BinaryField(help_text="Roots of its complete subtrees, the largest first"),
                ),
                (
                    "horizon",
                    kimbilio.server.journal.models.TransactionNumber(
                        help_text="Every act of an older transaction has its position"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "db_table_comment": "Roots of the tree of each organisation's acts, one a sealing, append-only.",
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("position", models.PositiveBigIntegerField()),
                ("word", models.CharField(max_length=60)),
                ("leaf", models.BinaryField(help_text="RFC 9162 leaf hash, 32 bytes")),
            ],
            options={
                "db_table_comment": "Positions and leaf hashes of acts, append-only.",
            },
        ),
        migrations.AddField(
            model_name="act",
            name="mark",
            field=models.BinaryField(
                help_text="Keyed hash of all the act says: the program wrote it, not a hand at a SQL prompt",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="act",
            name="written_in",
            field=kimbilio.server.journal.models.TransactionNumber(
                db_default=models.Func(function="pg_current_xact_id"),
                editable=False,
                help_text="The transaction that wrote it; says when the sealer may give it a position",
            ),
        ),
        migrations.AlterField(
            model_name="act",
            name="at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name="root",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.organisation"
            ),
        ),
        migrations.AddField(
            model_name="seal",
            name="act",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="seal",
                to="journal.act",
            ),
        ),
        migrations.AddField(
            model_name="seal",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.organisation"
            ),
        ),
        migrations.AddConstraint(
            model_name="root",
            constraint=models.UniqueConstraint(fields=("organisation", "size"), name="one_root_a_size"),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.UniqueConstraint(
                fields=("organisation", "position"), name="one_act_a_position"
            ),
        ),
        migrations.RunSQL(MAKE, reverse_sql="drop function public.journal_unsealed(boolean)"),
    ]
