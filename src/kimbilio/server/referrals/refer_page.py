"""The page on which a case is referred: which need and desk are meant, what would go, what the person said.

Knows how a request names the need, the desk and the ticks. Decides nothing: proposals, preview and consent
come from the selectors, and the copy is the preview's own envelope.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kimbilio.packs import Pack
from kimbilio.rules.consent import CHILD_ASSENT
from kimbilio.rules.parts import Pathway
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Desk
from kimbilio.server.identity.selectors import organisation_get
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.people import selectors as people
from kimbilio.server.people.country import pack_for, word
from kimbilio.server.people.showing import FORM

from . import selectors, words
from .addresses import refer_address
from .forms import ConsentForm
from .refusals import sentence_of

NOT_FOR_CONSENT = frozenset({"nobody_can_interpret", "someone_else"})
"""Answers of the form that say why a talk could not be held: through them nobody says yes."""

SHOWN_BESIDE = 3
"""How many other desks stand beside the suggested one; the rest of the directory is folded away."""

SAID_NO = frozenset({"said_no", "said_not_now"})
AGAIN = SAID_NO | {"withdrawn", "child_protection_decides_first"}
CLOSED = frozenset({"country_of_origin", "country_of_origin_unknown"})


class ReferPage:
    """One request's page. `names` holds name and safe contact once the member asked to see them."""

    def __init__(self, request: HttpRequest, actor: Actor, case: people.Case) -> None:
        self.case = case
        self.names: dict[str, Any] = {}
        self._actor = actor
        self._asked: QueryDict = request.POST if request.method == "POST" else request.GET
        self._pack: Pack = pack_for(actor.organisation)
        self._proposals = [row for row in selectors.proposals_for(actor, case) if row.pathway]
        self._cards = [
            card for card in selectors.directory(actor) if card.desk.organisation_id != actor.organisation
        ]
        # A posted page names the need, an address only its place: addresses stay in histories and logs
        wanted = request.POST.get("need") or request.GET.get("n") or ""
        named = next((row for row in self._proposals if wanted in (row.category, str(row.number))), None)
        self.proposal = named if wanted else next(iter(self._proposals), None)
        self._under_way = bool(wanted) and named is None

    @property
    def category(self) -> str:
        """The need that is referred."""
        return self.proposal.category if self.proposal else ""

    @cached_property
    def desk(self) -> Desk | None:
        """The desk that was chosen, else that of the draft, else the suggested one."""
        named = self._asked.get("desk", "")
        if not named and self.proposal and self.proposal.draft:
            named = str(selectors.referral_get(self._actor, self.proposal.draft).desk_id)
        suggested = [row.desk for row in self.proposal.suggestions if row.suggested] if self.proposal else []
        chosen = [card for card in self._cards if str(card.desk.id) == named] or suggested
        return chosen[0].desk if chosen and self.proposal else None

    @property
    def fields(self) -> list[str] | None:
        """The fields ticked; None while no ticks were shown. What was taken away stays away."""
        return self._asked.getlist("share") if "ticked" in self._asked else None

    @property
    def shows_copy(self) -> bool:
        """Whether what was posted is the page with the copy of the desk that is chosen on it."""
        shown = self._asked.get("shown")
        return self.desk is not None and self.fields is not None and shown == str(self.desk.id)

    def press(self, wanted: str) -> uuid.UUID:
        """The id of pressing this button on this page as it stands: the same for a second press."""
        try:
            page = uuid.UUID(self._asked.get("transaction", ""))
        except ValueError:
            return new_id()
        asked = [
            wanted,
            *(self._asked.get(name, "") for name in ("need", "desk")),
            *sorted(self._asked.getlist("share")),
        ]
        return uuid.uuid5(page, " ".join(asked))

    @cached_property
    def preview(self) -> selectors.Preview | None:
        """What would go to the chosen desk."""
        if self.desk is None:
            return None
        return selectors.preview(
            self._actor, self.case, desk=self.desk, category=self.category, fields=self.fields
        )

    @cached_property
    def language(self) -> str:
        """The language in which the person is spoken to."""
        return str(people.facts_of(self.case).get("language") or "")

    def address(self) -> str:
        """The address of this page with its need and desk; no value of a person is in it."""
        number = self.proposal.number if self.proposal else 0
        return refer_address(self.case.code, number, self.desk.id if self.desk else None)

    def consent_form(self, data: QueryDict | None = None) -> ConsentForm:
        """The form for what the person says about the chosen desk."""
        preview = self._previewed()
        return ConsentForm(
            data,
            pack=self._pack,
            fields=[row.field for row in preview.fields if not row.fixed],
            interpreters=self._interpreters(),
            is_child=preview.is_child,
            may_override=preview.override_possible,
        )

    def context(self, form: ConsentForm | None = None) -> dict[str, Any]:
        """Everything that the page shows."""
        proposal = self.proposal
        context: dict[str, Any] = {
            "case": self.case,
            "proposal": proposal
            and {
                "title": word(self._pack, f"category:{proposal.category}"),
                "step": word(self._pack, proposal.asked_key) if proposal.asked_key else "",
            },
            "here": reverse("referrals:refer", args=[self.case.code]),
            "need": self.category,
            "transaction": self._asked.get("transaction") or str(new_id()),
            "form": form,
        }
        context["other_needs"] = [
            {
                "title": word(self._pack, f"category:{row.category}"),
                "url": refer_address(self.case.code, row.number),
            }
            for row in self._proposals
            if row is not proposal
        ]
        if proposal is None:
            return context | {"under_way": self._under_way}
        context |= self._desks(proposal)
        if self.desk is not None:
            context |= self._shared(form)
        return context

    def _desks(self, proposal: selectors.Proposal) -> dict[str, Any]:
        now = timezone.now()
        chosen = self.desk.id if self.desk else None
        reasons = {row.desk.desk.id: row for row in proposal.suggestions}
        cards = [row.desk for row in proposal.suggestions]
        cards += [card for card in self._cards if card.desk.id not in reasons]
        # The suggested desk and the chosen one say why; a few stand beside them, the rest is folded away
        first = [card for at, card in enumerate(cards) if card.desk.id == chosen or (at == 0 and reasons)]
        rest = [card for card in cards if card not in first]
        near = [card for card in rest if card.desk.id in reasons][:SHOWN_BESIDE]

        def row_of(card: selectors.DeskCard) -> dict[str, Any]:
            return {**words.desk_row(self._pack, card, now), "chosen": card.desk.id == chosen}

        return {
            "blocked_need": sentence_of(proposal.blocked) if proposal.blocked and self.desk is None else "",
            "suggested": [{**row_of(card), **self._why(reasons.get(card.desk.id), now)} for card in first],
            "others": [row_of(card) for card in near],
            "remaining": [row_of(card) for card in rest if card not in near],
            "remaining_open": not first and not near,
            "no_desk": [
                {"agency": word(self._pack, f"agency:{agency}"), "step": word(self._pack, key)}
                for agency, key in proposal.no_desk
            ],
        }

    def _why(self, row: selectors.Suggestion | None, now: datetime) -> dict[str, Any]:
        """Why a desk is suggested and what speaks against it, in sentences."""
        if row is None:
            return {"first": False, "reasons": [], "warnings": []}
        return {
            "first": row.suggested,
            "reasons": [words.reason_words(code, values, self._pack) for code, values in row.reasons],
            "warnings": [words.warning_words(code, values, self._pack, now) for code, values in row.warnings],
        }

    def _shared(self, form: ConsentForm | None) -> dict[str, Any]:
        preview = self._previewed()
        code = preview.refusal_code
        ask = bool(code) and code not in CLOSED
        lines = [self._line(number, row) for number, row in enumerate(preview.fields, start=1)]
        pathway = self._pathway()
        rule = CHILD_ASSENT if preview.is_child else pathway.consent
        never = self._pack.ruleset.never_at_first_referral
        context: dict[str, Any] = {
            "desk": {"id": preview.desk.id, "name": words.desk_name(preview.desk)},
            "mode": "ask" if code else "share",
            "blocked": preview.refusal if code not in ("", "not_asked") else "",
            "said_no": code in SAID_NO,
            "closed": code in CLOSED,
            "ask": ask,
            "again": code in AGAIN,
            "lines": lines,
            "beyond_the_yes": any(line.agreed and not line.fixed and not line.said for line in lines),
            "overridden": preview.envelope.get("ground") == "life_at_risk",
            "asked_at": preview.consent.consent.asked_at if preview.consent else None,
            "never": _(", ").join(
                word(self._pack, f"field:{row.code}")
                for row in self._pack.codes["field"]
                if row.code in never
            ),
            "rule": word(self._pack, f"consent:{rule}"),
            "duty": word(self._pack, f"consent:{pathway.legal_duty}") if pathway.legal_duty else "",
        }
        if ask:
            context["form"] = form or self.consent_form()
            context["say"] = words.said_aloud(
                self._pack,
                self.language,
                desk=preview.desk,
                fields=[row.field for row in preview.fields if row.value is not None],
                steps=[self.proposal.asked_key] if self.proposal and self.proposal.asked_key else [],
                services=preview.envelope.get("service_types", ()),
            )
        if not code:
            context["copy"] = words.copy_shown(
                preview.envelope,
                pack=self._pack,
                sender=words.organisation_name(organisation_get(self._actor.organisation)),
                desk=preview.desk,
                answer_by=preview.acknowledge_by,
                numbers={line.id: line.number for line in lines if not line.fixed},
                names=self.names,
            )
        return context

    def _line(self, number: int, row: selectors.SharedField) -> words.Line:
        hidden = row.on_tap and row.value is not None and row.field not in self.names
        return words.Line(
            id=row.field,
            number=number,
            label=words.field_words(self._pack, row.field),
            value="" if hidden or row.value is None else words.value_words(self._pack, row.field, row.value),
            agreed=row.agreed,
            ticked=row.ticked,
            fixed=row.fixed,
            on_tap=hidden,
            said=self._said(row.field),
        )

    def _said(self, field: str) -> bool:
        """Whether the person agreed to this very field; for a child, what is best may decide without it."""
        reading = self._previewed().consent
        document = reading.document if reading else {}
        answer = document.get("answer")
        return answer == "yes" or (answer == "yes_but_not_all" and field in (document.get("fields") or ()))

    def _previewed(self) -> selectors.Preview:
        if self.preview is None:
            raise ValueError("No desk is chosen: there is nothing to preview.")
        return self.preview

    def _pathway(self) -> Pathway:
        named = self.proposal.pathway if self.proposal else None
        return next(row for row in self._pack.ruleset.pathways if row.id == named)

    def _interpreters(self) -> list[tuple[str, str]]:
        asked = next((row for row in self._pack.forms[FORM].questions if row.name == "interpreter"), None)
        if asked is None or not asked.list:
            return []
        options = self._pack.options(FORM, asked.list)
        return [(row.code, word(self._pack, row.key)) for row in options if row.code not in NOT_FOR_CONSENT]
