"""The country packs that organisations work with: whole, with a form published, with a period for keeping records."""

from __future__ import annotations

from collections.abc import Iterator

from kimbilio.packs import PackError, load
from kimbilio.packs.checker import check
from kimbilio.rules.retention import kept_for
from kimbilio.server.forms.selectors import forms_listed
from kimbilio.server.identity.selectors import organisations_all

from .report import Finding, State, found


def packs() -> Iterator[Finding]:
    """Each pack in use."""
    for pack in sorted({organisation.pack for organisation in organisations_all()}):
        try:
            errors = [fault for fault in check(pack) if fault.level == "error"]
            kept = None if errors else kept_for(load(pack).pathways)
        except PackError:
            yield Finding(f"pack {pack}", State.WRONG, "cannot be read", f"Run `kimbilio pack check {pack}`.")
            continue
        yield found(
            f"pack {pack}", errors, "no faults", f"{len(errors)} faults", f"Run `kimbilio pack check {pack}`."
        )
        yield found(
            f"forms of {pack}",
            not forms_listed(pack).exists(),
            "published",
            "none is published",
            "Publish the pack's form: phones find nothing to fill in.",
        )
        yield found(
            f"keeping records of {pack}",
            kept is None,
            f"{kept.days if kept else 0} days after a case has ended",
            "the pack has no period: nothing is ever proposed for erasure",
            "Ask the country team, and write retention into pathways.yaml.",
            state=State.LOOK,
        )


CHECKS = [("packs", packs)]
