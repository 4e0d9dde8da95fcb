"""Forms on paper: a sheet leads back to its form for those who may see it, and is nothing to anybody else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from kimbilio.server.forms import printed, services, sheets
from kimbilio.server.forms.models import FormVersion, Sheet, Submission
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.errors import NotVisible, Refused
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.ui import printing
from tests.jobs import run_jobs
from tests.replay.filled import filled, photo_form, photos_publish
from tests.world import World


@pytest.fixture(autouse=True)
def without_second_factor(settings: Any) -> None:
    settings.KIMBILIO_DEMO = True  # personas of the demo do without


@pytest.fixture
def papers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was handed over to be set; it is set all the same. Nothing else can reach the paper."""
    handed: list[dict[str, Any]] = []
    real = printing.pdf

    def pdf(layout: Any, data: Any) -> bytes:
        handed.append(json.loads(json.dumps(data)))
        return real(layout, data)

    monkeypatch.setattr(sheets.printing, "pdf", pdf)
    return handed


def arrive(world: World, xml: bytes | None = None) -> Submission:
    with acting_for(world.border.id):
        row = services.submission_receive(device=world.device, xml=xml or filled(), files=[]).submission
    run_jobs()
    with acting_for(world.border.id):
        return Submission.objects.select_related("form").get(id=row.id)


def post(world: World, name: str, address: str, *args: Any, **asked: Any) -> HttpResponse:
    client = Client()
    client.force_login(world.member(name).user)
    return client.post(reverse(f"forms:{address}", args=args), asked)


def blank(world: World) -> Sheet:
    with acting_for(world.border.id):
        form = FormVersion.objects.get(form_id="kimbilio_zz_screening", retired_at=None)
        assert printed.sheet_print_blank(actor=world.actor("asha"), form=form, language="en")
        return Sheet.objects.latest("id")


def test_who_may_not_see_a_form_prints_nothing_of_it_and_finds_nothing_by_its_sheet(world: World) -> None:
    row = arrive(world)
    assert post(world, "asha", "form_print", row.id).content.startswith(b"%PDF-")
    with acting_for(world.border.id):
        number = Sheet.objects.get().number
    for name in ("ben", "chen", "dora", "kito"):
        assert post(world, name, "form_print", row.id).status_code == 404, name
        assert post(world, name, "form_sheet", row.id, number=number).status_code == 404, name
        led = post(world, name, "paper_find", number=number)
        unknown = post(world, name, "paper_find", number="S-0000-0000-0")
        assert led.headers["Location"] == unknown.headers["Location"] == reverse("forms:paper"), name
    with acting_for(world.border.id):
        assert not Act.objects.filter(act="sheet.found").exists()


def test_a_filled_sheet_has_the_answers_and_never_the_name(
    world: World, papers: list[dict[str, Any]]
) -> None:
    row = arrive(world)
    answer = post(world, "asha", "form_print", row.id)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="form.pdf"'
    assert "no-store" in answer.headers["Cache-Control"]
    paper = json.dumps(papers[0], ensure_ascii=False)
    assert "Invented Example" not in paper
    ticked = [
        choice["text"]
        for section in papers[0]["sections"]
        for item in section["items"]
        for choice in item.get("choices", ())
        if choice["ticked"]
    ]
    assert "My papers were kept" in ticked
    with acting_for(world.border.id):
        acts = set(Act.objects.filter(case=row.case).values_list("act", flat=True))
    assert "sheet.printed_filled" in acts


def test_the_code_of_a_filled_sheet_is_its_number_and_page_and_tells_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    real = printing.qr
    monkeypatch.setattr(sheets.printing, "qr", lambda text: drawn.append(text) or real(text))
    row = arrive(world)
    post(world, "asha", "form_print", row.id)
    with acting_for(world.border.id):
        number = Sheet.objects.get().number
    assert drawn[:2] == [f"{number}/1", f"{number}/2"]
    assert {text.partition("/")[0] for text in drawn} == {number}


def test_a_sheet_scanned_or_typed_leads_back_to_its_form_and_that_is_an_act(world: World) -> None:
    row = arrive(world)
    post(world, "asha", "form_print", row.id)
    with acting_for(world.border.id):
        number = Sheet.objects.get().number
    for typed in (number, f"{number}/3", number.lower().replace("-", " ")):
        led = post(world, "sela", "paper_find", number=typed)
        assert led.headers["Location"] == reverse("forms:form", args=[row.id]), typed
    with acting_for(world.border.id):
        assert Act.objects.filter(act="sheet.found", case=row.case).count() == 3


def test_a_blank_sheet_leads_nowhere_until_it_is_typed_in(world: World) -> None:
    sheet, row = blank(world), arrive(world)
    with acting_for(world.border.id), pytest.raises(NotVisible):
        printed.sheet_find(actor=world.actor("asha"), number=sheet.number)
    post(world, "asha", "form_sheet", row.id, number=sheet.number)
    led = post(world, "asha", "paper_find", number=sheet.number)
    assert led.headers["Location"] == reverse("forms:form", args=[row.id])


def test_one_sheet_is_typed_in_once(world: World) -> None:
    sheet, first, second = blank(world), arrive(world), arrive(world, filled({"sex": "man"}))
    with acting_for(world.border.id):
        for _ in range(2):
            printed.sheet_join(actor=world.actor("asha"), submission=first.id, number=sheet.number)
        with pytest.raises(Refused, match="typed in before"):
            printed.sheet_join(actor=world.actor("asha"), submission=second.id, number=sheet.number)
        with pytest.raises(Refused, match="No blank sheet"):
            printed.sheet_join(actor=world.actor("asha"), submission=second.id, number="S-1111-1111-1")
        assert Act.objects.filter(act="sheet.joined").count() == 1


def test_a_sheet_of_another_organisation_is_none(world: World) -> None:
    with acting_for(world.welfare.id):
        form = FormVersion.objects.get(form_id="kimbilio_zz_screening", retired_at=None)
        printed.sheet_print_blank(actor=world.actor("chen"), form=form, language="ar")
        number = Sheet.objects.get().number
    row = arrive(world)
    with acting_for(world.border.id), pytest.raises(Refused):
        printed.sheet_join(actor=world.actor("asha"), submission=row.id, number=number)


def test_a_form_that_no_pack_knows_is_refused_with_a_sentence(world: World) -> None:
    photos_publish()
    row = arrive(world, photo_form("a.jpg"))
    assert post(world, "asha", "form_print", row.id).headers["Location"] == reverse(
        "forms:form", args=[row.id]
    )
    with acting_for(world.border.id):
        assert Sheet.objects.count() == 0


def test_a_blank_form_of_a_version_that_is_not_published_is_not_printed(world: World) -> None:
    with acting_for(world.border.id):
        form = FormVersion.objects.get(form_id="kimbilio_zz_screening", retired_at=None)
        form.version = "older"
        with pytest.raises(Refused, match="Publish the form"):
            printed.sheet_print_blank(actor=world.actor("asha"), form=form, language="en")


@pytest.mark.parametrize("language", ["en", "ar", "sw"])
def test_a_blank_form_is_printed_from_the_page_in_each_language(
    world: World, papers: list[dict[str, Any]], language: str
) -> None:
    answer = post(world, "asha", "paper_blank", form="kimbilio_zz_screening", language=language)
    assert b"pdfuaid" in answer.content
    with acting_for(world.border.id):
        sheet = Sheet.objects.get()
        assert papers[0]["sheet"]["number"] == sheet.number
        assert Act.objects.get(act="sheet.printed_blank").subject == sheet.id


def test_a_filled_sheet_without_a_form_cannot_be(world: World) -> None:
    with acting_for(world.border.id), pytest.raises(IntegrityError), transaction.atomic():
        Sheet.objects.create(
            organisation=world.border,
            number="S-2222-2222-2",
            form=FormVersion.objects.all()[0],
            language="en",
            blank=False,
            member=world.member("asha"),
        )
