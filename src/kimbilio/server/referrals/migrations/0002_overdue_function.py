"""The one look across organisations: which referrals' clocks ran out. It returns ids and nothing else.

Runs with its owner's rights, so its search path is fixed and nobody may call it until `config.roles` says
who.
"""

from django.db import migrations

MAKE = """
create function public.referrals_overdue(now timestamptz)
    returns table (organisation uuid, referral uuid)
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
as $$
    select organisation_id, id from public.referrals_referral where escalate_at <= now order by escalate_at
    limit 1000
$$;
revoke all on function public.referrals_overdue(timestamptz) from public;
comment on function public.referrals_overdue(timestamptz) is
    'Ids of referrals whose clock ran out, across organisations. For the jobs role alone.';
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]

    operations = [
        migrations.RunSQL(MAKE, reverse_sql="drop function public.referrals_overdue(timestamptz)"),
    ]
