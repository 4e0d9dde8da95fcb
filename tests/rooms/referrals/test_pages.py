"""The pages of a referral, as the officer who sends and the desk that receives meet them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from kimbilio.packs import load
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.selectors import Case, consents_of
from kimbilio.server.referrals import services
from kimbilio.server.referrals.models import Referral
from kimbilio.server.sharing.models import Envelope
from kimbilio.server.sharing.services import envelope_open
from tests.jobs import run_jobs
from tests.rooms.referrals import story
from tests.world import World

YES = {"answer": "yes", "how": "spoken", "interpreter": "none_needed", "until": ""}


@pytest.fixture(autouse=True)
def without_second_factor(settings: Any) -> None:
    settings.KIMBILIO_DEMO = True  # personas of the demo do without


def client_of(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.member(name).user)
    return client


def words_of(answer: HttpResponse) -> str:
    """The main part of the page as read: tags away, spaces as one."""
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main))


def met(world: World, answers: dict[str, Any], category: str = "", **document: Any) -> Case:
    with acting_for(world.border.id):
        case = story.case_of(world, answers)
        if category:
            story.consent(world, case, category, **document)
    return case


def refer(world: World, case: Case, category: str, **more: Any) -> dict[str, Any]:
    """What the page posts when the welfare duty desk stands chosen on it."""
    desk = str(world.welfare_desk.id)
    return {"need": category, "desk": desk, "shown": desk, "ticked": "yes", **more}


# Refer


def test_who_may_not_see_the_case_finds_no_page_to_refer_it(world: World) -> None:
    case = met(world, story.WORKER)
    for name in ("ben", "dalia", "stefan", "ada", "chen", "kito"):
        assert client_of(world, name).get(f"/cases/{case.code}/refer/").status_code == 404, name


def test_before_the_person_is_asked_nothing_can_be_sent(world: World) -> None:
    case = met(world, story.CONTROLLED)
    client = client_of(world, "asha")
    page = client.get(f"/cases/{case.code}/refer/?n=1")
    assert 'value="send"' not in page.content.decode()
    assert "Read this aloud" in words_of(page)
    refused = client.post(
        f"/cases/{case.code}/refer/", refer(world, case, story.TRAFFICKED, do="send", share=["needs"])
    )
    assert "The person was not asked about this recipient." in words_of(refused)
    assert Envelope.objects.count() == 0


def test_the_words_are_read_aloud_in_the_persons_language_with_all_four_parts(world: World) -> None:
    case = met(world, story.CONTROLLED)
    page = client_of(world, "asha").get(f"/cases/{case.code}/refer/?n=1").content.decode()
    said = re.search(r'<div class="say" lang="ar" dir="rtl">(.*?)</div>', page, re.S)
    assert said is not None
    assert said.group(1).count("<p>") == 4


def test_a_no_is_kept_and_nothing_is_sent(world: World) -> None:
    case = met(world, story.CONTROLLED)
    client = client_of(world, "asha")
    form = refer(world, case, story.TRAFFICKED, do="consent", **(YES | {"answer": "no"}))
    page = client.post(f"/cases/{case.code}/refer/", form, follow=True)
    assert "The person said no" in words_of(page)
    assert "Help at your desk does not depend on it" in words_of(page)
    assert 'value="send"' not in page.content.decode()
    client.post(f"/cases/{case.code}/refer/", refer(world, case, story.TRAFFICKED, do="send"))
    with acting_for(world.border.id):
        assert consents_of(case)[0].document["answer"] == "no"
        assert Envelope.objects.count() == 0


def test_a_yes_to_parts_without_parts_is_refused_and_what_was_typed_stays(world: World) -> None:
    case = met(world, story.CONTROLLED)
    form = refer(
        world, case, story.TRAFFICKED, do="consent", **(YES | {"answer": "yes_but_not_all", "how": "mark"})
    )
    page = client_of(world, "asha").post(f"/cases/{case.code}/refer/", form)
    assert "Tick at least one part the person agreed to" in words_of(page)
    assert re.search(r'value="mark"[^>]*checked', page.content.decode())
    with acting_for(world.border.id):
        assert consents_of(case) == []


def test_a_field_that_was_not_agreed_has_no_box_and_does_not_go_even_when_it_is_posted(world: World) -> None:
    case = met(
        world, story.CONTROLLED, story.TRAFFICKED, answer="yes_but_not_all", fields=["needs", "language"]
    )
    client = client_of(world, "asha")
    page = client.get(f"/cases/{case.code}/refer/?n=1")
    assert 'value="language"' in page.content.decode()
    assert 'value="safe_contact"' not in page.content.decode()
    assert "Not agreed" in words_of(page)
    sent = refer(world, case, story.TRAFFICKED, do="send", share=["needs", "language", "safe_contact"])
    client.post(f"/cases/{case.code}/refer/", sent)
    with acting_for(world.welfare.id):
        _, values = envelope_open(actor=world.actor("chen"), envelope=Envelope.objects.get().id)
    assert set(values["values"]) == {"case_code", "priority", "needs", "language"}


def test_what_is_sent_is_the_copy_that_was_shown_and_a_tick_taken_away_stays_here(world: World) -> None:
    case = met(world, story.CONTROLLED, story.TRAFFICKED)
    client = client_of(world, "asha")
    shown = client.post(
        f"/cases/{case.code}/refer/", refer(world, case, story.TRAFFICKED, do="show", share=["needs"])
    )
    copy = shown.content.decode().partition('<div class="sheet')[2].partition("</dl>")[0]
    assert "Victim of trafficking" in copy
    assert "Language" not in copy
    sent = refer(world, case, story.TRAFFICKED, do="send", share=["needs"])
    client.post(f"/cases/{case.code}/refer/", sent)
    with acting_for(world.welfare.id):
        _, values = envelope_open(actor=world.actor("chen"), envelope=Envelope.objects.get().id)
    assert set(values["values"]) == {"case_code", "priority", "needs"}


def test_the_name_is_not_on_the_page_until_it_is_asked_for(world: World) -> None:
    case = met(world, story.CHILD, story.ALONE, child_told=True)
    client = client_of(world, "asha")
    address = f"/cases/{case.code}/refer/?n=1"
    assert "Invented Example" not in client.get(address).content.decode()
    assert "invented market" not in client.get(address).content.decode()
    fields = ["name", "safe_contact", "needs"]
    shown = client.post(address, refer(world, case, story.ALONE, do="name", share=fields))
    assert "Invented Example" in shown.content.decode()


def test_a_double_click_sends_once(world: World) -> None:
    case = met(world, story.CONTROLLED, story.TRAFFICKED)
    client = client_of(world, "asha")
    page = client.get(f"/cases/{case.code}/refer/?n=1").content.decode()
    found = re.search(r'name="transaction" value="([^"]+)"', page)
    assert found is not None
    form = refer(world, case, story.TRAFFICKED, do="send", share=["needs"], transaction=found.group(1))
    first = client.post(f"/cases/{case.code}/refer/", form)
    second = client.post(f"/cases/{case.code}/refer/", form)
    assert first.headers["Location"] == second.headers["Location"]
    with acting_for(world.border.id):
        assert Envelope.objects.count() == 1


def test_a_desk_changed_without_a_new_copy_is_shown_before_anything_goes(world: World) -> None:
    case = met(world, story.CONTROLLED, story.TRAFFICKED)
    form = refer(world, case, story.TRAFFICKED, do="send", share=["needs"])
    form["shown"] = str(world.other_desk.id)
    page = client_of(world, "asha").post(f"/cases/{case.code}/refer/", form)
    assert "Read the copy, then send." in words_of(page)
    with acting_for(world.border.id):
        assert Referral.objects.count() == 0


def test_a_tick_taken_away_stays_away_when_the_desk_changes(world: World) -> None:
    case = met(world, story.CONTROLLED, story.TRAFFICKED)
    form = refer(world, case, story.TRAFFICKED, do="show", share=["needs"], desk=str(world.other_desk.id))
    page = client_of(world, "asha").post(f"/cases/{case.code}/refer/", form).content.decode()
    assert re.search(r'value="needs"[^>]*checked', page)
    assert not re.search(r'value="language"[^>]*checked', page)


def test_the_suggested_desk_says_why_and_what_speaks_against_it(world: World) -> None:
    case = met(world, story.CONTROLLED)
    page = words_of(client_of(world, "asha").get(f"/cases/{case.code}/refer/?n=1"))
    assert "Suggested: Welfare duty desk" in page
    assert "The pathway names it for this step, within 1 day." in page
    assert "It speaks العربية." in page
    assert "Nobody has checked its entry yet. Call before you send." in page


def test_an_agency_of_the_pathway_without_a_desk_is_named_as_a_gap(world: World) -> None:
    case = met(world, story.STRANDED_AND_AFRAID)
    page = words_of(client_of(world, "asha").get(f"/cases/{case.code}/refer/"))
    assert "Haven House : its desk is to be entered by the country team." in page


def test_without_a_yes_to_save_life_the_page_wants_a_reason_and_names_the_second_person(world: World) -> None:
    case = met(world, story.IN_DANGER)
    client = client_of(world, "asha")
    ask = refer(world, case, story.DANGER, do="consent", **(YES | {"answer": "cannot_answer"}))
    refused = words_of(client.post(f"/cases/{case.code}/refer/", ask))
    assert "Sharing without consent needs a reason." in refused
    page = client.post(
        f"/cases/{case.code}/refer/",
        ask | {"override_reason": "Invented: unconscious at the gate"},
        follow=True,
    )
    assert "A second person of your organisation must confirm this within 24 hours." in words_of(page)
    sent = refer(world, case, story.DANGER, do="send", share=["needs", "where_found"])
    mine = client.post(f"/cases/{case.code}/refer/", sent).headers["Location"]
    assert "confirm that this was right" not in words_of(client.get(mine))
    second = client_of(world, "sela")
    assert "Invented: unconscious at the gate" in words_of(second.get(mine))
    assert "Confirmed." in words_of(second.post(f"{mine}confirm/", follow=True))


def test_where_the_person_can_be_asked_no_override_is_offered(world: World) -> None:
    case = met(world, story.CONTROLLED)
    page = client_of(world, "asha").get(f"/cases/{case.code}/refer/?n=1").content.decode()
    assert "cannot_answer" not in page


def test_a_child_is_told_and_heard_before_a_yes_counts(world: World) -> None:
    case = met(world, story.CHILD)
    client = client_of(world, "asha")
    ask = refer(world, case, story.ALONE, do="consent", **YES)
    assert "a child who was not told" in words_of(client.post(f"/cases/{case.code}/refer/", ask))
    told = client.post(f"/cases/{case.code}/refer/", ask | {"child_told": "on"}, follow=True)
    assert 'value="send"' in told.content.decode()


def test_a_need_that_has_its_referral_is_not_referred_again(world: World) -> None:
    mine, _ = story.arrived_at(world, story.CONTROLLED, story.TRAFFICKED)
    page = client_of(world, "asha").get(f"/cases/{mine.case.code}/refer/?n=1")
    assert "This need has a referral under way" in words_of(page)
    assert 'name="desk"' not in page.content.decode()


def test_a_draft_stays_here_until_it_is_sent_from_its_page(world: World) -> None:
    case = met(world, story.CONTROLLED, story.TRAFFICKED)
    client = client_of(world, "asha")
    kept = client.post(
        f"/cases/{case.code}/refer/",
        refer(world, case, story.TRAFFICKED, do="draft", share=["needs"]),
        follow=True,
    )
    assert "Kept as a draft. Nobody has been told." in words_of(kept)
    with acting_for(world.border.id):
        assert Envelope.objects.count() == 0
        draft = Referral.objects.get()
    client.post(f"/referrals/{draft.id}/send/")
    with acting_for(world.border.id):
        assert Envelope.objects.count() == 1


def test_a_draft_whose_person_was_not_asked_leads_to_asking(world: World) -> None:
    case = met(world, story.CONTROLLED)
    with acting_for(world.border.id):
        draft = story.drafted(world, case, story.TRAFFICKED)
    client = client_of(world, "asha")
    page = client.get(f"/referrals/{draft.id}/").content.decode()
    assert "Next: ask the person" in page
    assert f"/referrals/{draft.id}/send/" not in page
    assert "was not asked" in words_of(client.post(f"/referrals/{draft.id}/send/"))


def test_what_goes_for_a_childs_best_is_not_called_agreed(world: World) -> None:
    case = met(world, story.CHILD, story.ALONE, answer="no", child_told=True)
    address = f"/cases/{case.code}/refer/?n=1&desk={world.welfare_desk.id}"
    page = words_of(client_of(world, "asha").get(address))
    assert "The child did not agree to every line." in page
    assert "For the child’s best" in page
    assert " Agreed " not in page


# Referral


def page_of(world: World, name: str, row: Referral) -> str:
    return words_of(client_of(world, name).get(f"/referrals/{row.id}/"))


def press(world: World, name: str, row: Referral, act: str, **form: Any) -> HttpResponse:
    answer: HttpResponse = client_of(world, name).post(f"/referrals/{row.id}/{act}/", form, follow=True)
    run_jobs()
    return answer


def acknowledged(
    world: World, answers: dict[str, Any], category: str, **document: Any
) -> tuple[Referral, Referral]:
    mine, theirs = story.arrived_at(world, answers, category, **document)
    press(world, "chen", theirs, "acknowledge")
    return mine, theirs


def test_who_may_not_see_a_referral_finds_neither_page_nor_step(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.CONTROLLED, story.TRAFFICKED)
    for name in ("ben", "dalia", "stefan", "ada", "chen"):
        assert client_of(world, name).get(f"/referrals/{mine.id}/").status_code == 404, name
    for name in ("asha", "dora"):
        assert client_of(world, name).post(f"/referrals/{theirs.id}/acknowledge/").status_code == 404, name


def test_a_step_of_the_other_side_is_refused_in_a_sentence(world: World) -> None:
    mine, _ = story.arrived_at(world, story.CONTROLLED, story.TRAFFICKED)
    page = words_of(press(world, "asha", mine, "acknowledge"))
    assert "This step belongs to the other organisation." in page


def test_a_page_offers_exactly_the_steps_that_its_side_may_take(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.CONTROLLED, story.TRAFFICKED)

    def steps(name: str, row: Referral) -> set[str]:
        page = client_of(world, name).get(f"/referrals/{row.id}/").content.decode()
        return set(re.findall(rf'action="/referrals/{row.id}/([a-z-]+)/"', page)) - {"name"}

    assert steps("chen", theirs) == {"acknowledge"}
    assert steps("asha", mine) == {"withdraw"}
    press(world, "chen", theirs, "acknowledge")
    assert steps("chen", theirs) == {"accept", "decline", "ask"}


def test_a_page_has_one_primary_button(world: World) -> None:
    mine, theirs = acknowledged(world, story.CONTROLLED, story.TRAFFICKED)
    case = mine.case
    for name, address in (
        ("chen", f"/referrals/{theirs.id}/"),
        ("asha", f"/cases/{case.code}/refer/"),
        ("chen", f"/cases/{theirs.case.code}/"),
    ):
        page = client_of(world, name).get(address).content.decode()
        assert page.count("btn-primary") <= 1, address


def test_an_acceptance_without_its_parts_keeps_what_was_typed(world: World) -> None:
    _, theirs = acknowledged(world, story.CONTROLLED, story.TRAFFICKED)
    page = press(world, "chen", theirs, "accept", transport="agency_collects", escort="carer", bed="held")
    assert "Say when the transport comes." in words_of(page)
    assert "Say until when the bed is held." in words_of(page)
    assert re.search(r'value="agency_collects"[^>]*checked', page.content.decode())


def test_a_child_is_offered_no_way_without_an_escort(world: World) -> None:
    _, theirs = acknowledged(world, story.CHILD, story.ALONE, child_told=True)
    page = client_of(world, "chen").get(f"/referrals/{theirs.id}/").content.decode()
    assert 'value="carer"' in page
    assert 'value="none_wanted"' not in page
    forced = press(world, "chen", theirs, "accept", transport="walks", escort="none_wanted", bed="none_free")
    assert "A child never travels without an escort." in words_of(forced)


def test_an_accepted_referral_tells_the_sender_how_the_person_gets_there(world: World) -> None:
    mine, theirs = acknowledged(world, story.CONTROLLED, story.TRAFFICKED)
    at = timezone.localtime() + timedelta(hours=2)
    press(
        world,
        "chen",
        theirs,
        "accept",
        transport="agency_collects",
        transport_at=at.strftime("%Y-%m-%dT%H:%M"),
        escort="carer",
        bed="held",
        bed_held_until=(at + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
    )
    page = page_of(world, "asha", mine)
    assert "The agency collects the person" in page
    assert "A carer goes along" in page
    assert "The desk waits for the person." in page


def test_a_decline_names_its_reason_and_another_desk(world: World) -> None:
    mine, theirs = acknowledged(world, story.CONTROLLED, story.TRAFFICKED)
    refused = press(world, "chen", theirs, "decline", reason="no_capacity")
    assert "Offer another desk" in words_of(refused)
    press(world, "chen", theirs, "decline", reason="no_capacity", other_desk=str(world.other_desk.id))
    page = page_of(world, "asha", mine)
    assert "No capacity now" in page
    assert "Refer to Welfare reception desk" in page


def test_a_question_is_answered_only_after_the_person_says_yes_again(world: World) -> None:
    mine, theirs = acknowledged(
        world, story.CONTROLLED, story.TRAFFICKED, answer="yes_but_not_all", fields=["needs"]
    )
    press(world, "chen", theirs, "ask", field="language")
    asked = page_of(world, "asha", mine)
    assert "asks for: Language" in asked
    refused = press(world, "asha", mine, "answer")
    assert "Choose what the person said." in words_of(refused)
    press(world, "asha", mine, "answer", answer="yes", how="spoken")
    with acting_for(world.border.id):
        assert consents_of(mine.case)[0].document["fields"] == ["language", "needs"]
    assert "العربية" in page_of(world, "chen", theirs)


def test_a_no_to_the_question_is_told_as_not_given(world: World) -> None:
    mine, theirs = acknowledged(
        world, story.CONTROLLED, story.TRAFFICKED, answer="yes_but_not_all", fields=["needs"]
    )
    press(world, "chen", theirs, "ask", field="language")
    press(world, "asha", mine, "answer", answer="no")
    page = page_of(world, "chen", theirs)
    assert "Acknowledged, not decided yet" in page
    assert "العربية" not in page


def test_the_receiver_sees_what_came_and_the_name_only_after_a_tap(world: World) -> None:
    _, theirs = acknowledged(world, story.CHILD, story.ALONE, child_told=True)
    client = client_of(world, "chen")
    assert "Invented Example" not in client.get(f"/referrals/{theirs.id}/").content.decode()
    assert "Invented Example" in client.post(f"/referrals/{theirs.id}/name/").content.decode()


def test_from_arrival_to_outcome_the_sender_hears_codes(world: World) -> None:
    mine, theirs = acknowledged(world, story.CONTROLLED, story.TRAFFICKED)
    with acting_for(world.welfare.id):
        services.referral_accept(
            actor=world.actor("chen"),
            referral=theirs,
            transport="walks",
            escort="none_wanted",
            bed="none_free",
            when=timezone.now(),
        )
    for act in ("arrive", "begin"):
        press(world, "chen", theirs, act)
    press(world, "chen", theirs, "complete", outcome="helped")
    assert "Helped, as asked" in page_of(world, "asha", mine)


def test_a_referral_that_the_person_takes_back_ends_on_both_sides(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.CONTROLLED, story.TRAFFICKED)
    assert "Choose why it is withdrawn." in words_of(press(world, "asha", mine, "withdraw"))
    press(world, "asha", mine, "withdraw", reason="person")
    assert "Withdrawn by the sender" in page_of(world, "chen", theirs)
    assert "btn-primary" not in client_of(world, "chen").get(f"/referrals/{theirs.id}/").content.decode()


# List, directory, case


def test_the_list_shows_only_what_the_member_may_see(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.CONTROLLED, story.TRAFFICKED)
    assert mine.case.code in words_of(client_of(world, "asha").get("/referrals/"))
    assert theirs.case.code in words_of(client_of(world, "chen").get("/referrals/?side=received"))
    assert theirs.case.code not in words_of(client_of(world, "chen").get("/referrals/?side=sent"))
    assert mine.case.code not in words_of(client_of(world, "ben").get("/referrals/"))
    assert client_of(world, "dalia").get("/referrals/").status_code == 404


def test_a_desk_that_nobody_checked_for_ninety_days_is_grey(world: World) -> None:
    desk = world.welfare_desk
    desk.verified_on = timezone.localdate() - timedelta(days=112)
    desk.save()
    page = client_of(world, "asha").get("/directory/").content.decode()
    row = page.partition('class="stale"')[2].partition("</tr>")[0]
    assert "Welfare duty desk" in row
    assert "112 days ago" in row


def test_the_case_says_what_is_next_on_each_side(world: World) -> None:
    case = met(world, story.CONTROLLED)
    assert "Next: refer to Welfare duty desk" in words_of(
        client_of(world, "asha").get(f"/cases/{case.code}/")
    )
    _, theirs = story.arrived_at(world, story.WORKER, story.WORK)
    page = words_of(client_of(world, "chen").get(f"/cases/{theirs.case.code}/"))
    assert "Next: say that you have it" in page
    assert "New, not acknowledged yet" in page


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_stands_in_both_languages(world: World, language: str) -> None:
    mine, theirs = acknowledged(world, story.CONTROLLED, story.TRAFFICKED)
    case = met(world, story.WORKER)
    for name, address in (
        ("asha", f"/cases/{case.code}/refer/"),
        ("asha", f"/referrals/{mine.id}/"),
        ("chen", f"/referrals/{theirs.id}/"),
        ("chen", "/referrals/"),
        ("chen", "/directory/"),
        ("chen", f"/cases/{theirs.case.code}/"),
    ):
        client = client_of(world, name)
        client.cookies["__Host-language"] = language
        page = client.get(address)
        assert page.status_code == 200, address
        assert f'<html lang="{language}"' in page.content.decode()


def test_after_a_decline_next_offers_the_desk_that_the_receiver_offered(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.CONTROLLED, story.TRAFFICKED)
    haven = story.haven_found()
    with acting_for(world.welfare.id):
        chen = world.actor("chen")
        services.referral_acknowledge(actor=chen, referral=theirs)
        services.referral_decline(actor=chen, referral=theirs, reason="no_capacity", other_desk=haven)
        story.run_jobs()
    page = client_of(world, "asha").get(f"/cases/{mine.case.code}/").content.decode()
    assert "Next: refer to Haven desk" in page
    assert f"?n=1&amp;desk={haven.id}" in page
    refer = client_of(world, "asha").get(f"/cases/{mine.case.code}/refer/?n=1").content.decode()
    assert "The desk that declined offers it." in refer
    assert (
        "It has declined this need before."
        not in refer.partition("Other desks")[0].partition("Haven desk")[2][:200]
    )


def test_no_need_stands_in_an_address_of_the_case_or_of_its_referrals(world: World) -> None:
    mine, _theirs = story.arrived_at(world, story.CONTROLLED, story.TRAFFICKED)
    with acting_for(world.border.id):
        case = story.case_of(world, story.STRANDED_AND_AFRAID)
    client = client_of(world, "asha")
    for address in (
        f"/cases/{mine.case.code}/",
        f"/cases/{case.code}/",
        f"/cases/{case.code}/refer/",
        f"/referrals/{mine.id}/",
    ):
        for link in re.findall(r'(?:href|action)="([^"#]+)', client.get(address).content.decode()):
            assert not any(need in link for need in load("zz").categories), link


def test_taking_a_consent_back_offers_to_withdraw_what_was_sent_under_it(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.CONTROLLED, story.TRAFFICKED)
    client = client_of(world, "asha")
    before = client.get(f"/cases/{mine.case.code}/").content.decode()
    assert "taken-back" not in before
    page = client.post(
        f"/cases/{mine.case.code}/consents/{mine.consent_id}/withdraw/", follow=True
    ).content.decode()
    assert "Withdraw the referral to Welfare duty desk" in page
    form = page.partition('id="taken-back"')[2].partition("</section>")[0]
    given = dict(re.findall(r'name="(transaction|reason)" value="([^"]+)"', form))
    client.post(f"/referrals/{mine.id}/withdraw/", given)
    with acting_for(world.welfare.id):
        story.run_jobs()
    assert (story.as_sent(world, mine).state, story.as_received(world, theirs).state) == ("withdrawn",) * 2
    assert "taken-back" not in client.get(f"/cases/{mine.case.code}/").content.decode()
