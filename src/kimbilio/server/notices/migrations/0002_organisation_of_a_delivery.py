"""To whom a delivery belongs, for the reports of a gateway that is nobody's member. It returns an id and nothing else.

Runs with its owner's rights, so its search path is fixed and nobody may call it until `config.roles` says who.
"""

from django.db import migrations

MAKE = """
create function public.notices_organisation_of(delivery uuid)
    returns uuid
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
as $$
    select organisation_id from public.notices_delivery where id = delivery
$$;
revoke all on function public.notices_organisation_of(uuid) from public;
comment on function public.notices_organisation_of(uuid) is
    'Id of the organisation that sent a delivery. For the web role alone, which takes the gateway''s reports.';
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [
        migrations.RunSQL(MAKE, reverse_sql="drop function public.notices_organisation_of(uuid)"),
    ]
