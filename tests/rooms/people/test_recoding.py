"""People whose finding codes a version before made another way."""

from __future__ import annotations

from kimbilio.server.access.rules import Purpose
from kimbilio.server.kernel import keystore
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import recoding, search, tasks
from kimbilio.server.people.models import Case, FindingCode, Person, SearchCode
from tests.jobs import run_jobs
from tests.rooms.people.test_search import found, register
from tests.world import World


def as_before(world: World, case: Case) -> None:
    """As the version before left the person: codes in the earlier table, none in today's."""
    FindingCode.objects.filter(case=case).delete()
    Person.objects.filter(id=case.person_id).update(coded=0)
    SearchCode.objects.create(
        organisation_id=world.border.id, person=case.person, kind="skeleton", code=b"sixteen bytes ..."
    )


def test_who_was_erased_meanwhile_gets_no_codes(world: World) -> None:
    with acting_for(world.border.id):
        case = register(world, "Mohamed Ali")
        as_before(world, case)
        keystore.ring_destroy(case.person.ring)
    assert list(recoding.persons_behind_recode(world.border.id, batch=10)) == [1]
    with acting_for(world.border.id):
        assert not FindingCode.objects.filter(case=case).exists()
        assert not recoding.behind(world.border.id)


def test_the_job_lets_people_of_the_version_before_be_found_and_goes_on_where_it_was_cut_off(
    world: World,
) -> None:
    with acting_for(world.border.id):
        cases = [register(world, "Mohamed Ali", sex="man") for _ in range(3)]
        for case in cases:
            as_before(world, case)
        assert found(world, "Mohamed Ali") == []
    assert next(recoding.persons_behind_recode(world.border.id, batch=2)) == 2
    with acting_for(world.border.id):
        assert len(found(world, "Mohamed Ali")) == 2

    tasks.persons_behind_find(0)
    run_jobs()

    with acting_for(world.border.id):
        assert set(found(world, "Mohamed Ali")) == {case.code for case in cases}
        everybody = Case.objects.visible_to(world.actor("sela"), for_=Purpose.SEARCH)
        assert search.cases_with(world.actor("sela"), everybody, {"sex": "man"}).count() == 3
        assert not SearchCode.objects.exists()
        assert not recoding.behind(world.border.id)


def test_an_earlier_name_is_coded_anew_too(world: World) -> None:
    from kimbilio.server.people.services import facts_add

    with acting_for(world.border.id):
        case = register(world, "Mohamed Ali")
        facts_add(actor=world.actor("asha"), case=case, facts={"name": "Juma Hassan"})
        before = set(FindingCode.objects.filter(case=case).values_list("code", flat=True))
        as_before(world, case)
    list(recoding.persons_behind_recode(world.border.id, batch=10))
    with acting_for(world.border.id):
        assert set(FindingCode.objects.filter(case=case).values_list("code", flat=True)) == before
