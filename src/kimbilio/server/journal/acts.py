"""The words of the book: every act there is, as a reader of a timeline meets it.

An act without a reader is left out.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACTS = {
    "submission.received": _("A form arrived"),
    "submission.files_added": _("More files of the form arrived"),
    "submission.refused": _("Another form came under the same number and was kept apart"),
    "submission.retried": _("The form is to be read again"),
    "submission.understood": _("The form was read"),
    "submission.set_aside": _("The form needs a look"),
    "submission.settled": _("The form was looked at"),
    "flood.opened": _("Very many emergencies came from one phone and wait for a supervisor"),
    "flood.decided": _("It was decided what becomes of many emergencies from one phone"),
    "emergency.held": _("An emergency waits, because very many came from the same phone"),
    "person.registered": _("The person was registered"),
    "person.facts_added": _("More became known"),
    "person.erasure_asked": _("Erasing the record was asked for"),
    "person.erasure_declined": _("Erasing the record was declined"),
    "person.erased": _("The record was erased"),
    "case.noticed": _("Noticed"),
    "case.opened": _("The case was read"),
    "case.listed": _("Cases were searched"),
    "case.stage_moved": _("The stage changed"),
    "case.assigned": _("The case was assigned"),
    "case.followed_up": _("The person was followed up"),
    "list.carried": _("Cases were put on a phone"),
    "name.shown": _("The name was shown"),
    "form.shown": _("A filled form was read"),
    "consent.recorded": _("Consent was recorded"),
    "consent.withdrawn": _("Consent was taken back"),
    "consent.overridden": _("Shared without consent, to save life"),
    "consent.override_confirmed": _("The override was confirmed by a second person"),
    "referral.drafted": _("A referral was prepared"),
    "referral.sent": _("Referred"),
    "referral.received": _("A referral arrived"),
    "referral.acknowledged": _("The desk has received it"),
    "referral.information_needed": _("The desk asked for information"),
    "referral.answered": _("The question was answered"),
    "referral.accepted": _("The desk accepted"),
    "referral.declined": _("The desk declined"),
    "referral.arrived": _("The person arrived"),
    "referral.not_arrived": _("The person has not arrived"),
    "referral.in_service": _("Help began"),
    "referral.completed": _("Help was completed"),
    "referral.closed": _("The referral was closed"),
    "referral.withdrawn": _("The referral was withdrawn"),
    "referral.expired": _("The answering time ran out"),
    "referral.escalated": _("The next focal point was told"),
    "notice.sent": _("A notice was sent that something waits"),
    "notice.given_up": _("A notice did not reach its receiver"),
    "device.enrolled": _("A phone was enrolled"),
    "device.revoked": _("A phone was revoked"),
    "device.bound": _("A phone used its code for the first time"),
    "device.exchanged": _("A phone exchanged its one-time code"),
    "device.knocked": _("Another phone tried the code of this one and was refused"),
    "device.released": _("The code of a phone was released for another phone"),
    "desk.verified": _("The desk's entry was checked"),
    "desk.place_kept": _("The desk's place is confidential from now on"),
    "desk.place_shown": _("The desk's place is no longer confidential"),
    "access.explained": _("Somebody asked why a member can see a record"),
    "key.rotated": _("The organisation’s key was renewed"),
    "sample.sent": _("A sample screening was sent"),
    "journal.epoch_began": _("The journal goes on from a copy"),
}

EPOCHS = {
    "restored": _("A backup was restored"),
    "moved": _("The service moved to another database server"),
}
"""Why a book goes on from a copy."""
