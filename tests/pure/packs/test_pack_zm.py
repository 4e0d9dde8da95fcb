"""What the pack of Zambia promises: whose rows it holds, where each comes from, both languages."""

from __future__ import annotations

import re

import pytest

from kimbilio.packs import Pack, load


@pytest.fixture(scope="module")
def zambia() -> Pack:
    return load("zm")


@pytest.mark.parametrize(
    "table", ["indicators", "laws", "ratifications", "agencies", "services", "codes/post"]
)
def test_every_row_says_where_it_comes_from(zambia: Pack, table: str) -> None:
    rows = zambia.tables.table(table).rows
    assert rows
    assert [row.number for row in rows if not row["source"]] == []


def test_only_rows_of_zambia_and_treaties_are_held(zambia: Pack) -> None:
    assert {law.country for law in zambia.laws.values()} == {"", "ZMB"}
    assert {service.country for service in zambia.services.values()} == {"ZMB"}
    assert {agency.country for agency in zambia.agencies.values()} == {"ZMB"}


def test_the_country_team_has_not_reviewed_it_and_no_arabic_speaker_has(zambia: Pack) -> None:
    arabic = next(language for language in zambia.languages if language.id == "ar")
    assert not zambia.reviewed_by_country_team
    assert (arabic.complete, arabic.reviewed, arabic.direction) == (True, False, "rtl")


def test_english_and_arabic_have_every_text(zambia: Pack) -> None:
    assert [key for key in zambia.english if not zambia.is_translated(key, "ar")] == []


def test_a_text_without_translation_is_given_in_english(zambia: Pack) -> None:
    assert zambia.text("question:age_band", "bem") == "How old are you?"
    assert zambia.text("indicator:UAC-01", "bem") == "Umwana ali eka, takwete abafyashi."


def test_an_unknown_key_is_an_error_of_ours(zambia: Pack) -> None:
    with pytest.raises(KeyError):
        zambia.text("question:weight")


def test_a_law_says_whom_it_binds_and_whether_zambia_has_joined(zambia: Pack) -> None:
    statelessness = zambia.law_for("STA61-01")
    refugees = zambia.law_for("ZM-REF-06")

    assert statelessness.joined is not None
    assert statelessness.joined.status == "not_party"
    assert refugees.joined is None
    assert (refugees.instrument, refugees.article) == ("Refugees Act No. 1 of 2017", "s.23")
    assert refugees.bound == "All officials and persons in Zambia"


def test_every_law_a_pathway_names_can_be_shown_in_both_languages(zambia: Pack) -> None:
    for pathway in zambia.ruleset.pathways:
        for law in pathway.laws:
            assert zambia.law_for(law, "ar").sentence != zambia.law_for(law, "en").sentence


def test_lists_of_the_pack_offer_posts_categories_and_agencies(zambia: Pack) -> None:
    assert "mwami" in [option.code for option in zambia.options("screening", "pack:post")]
    assert len(zambia.options("screening", "pack:category")) == 18
    for option in zambia.options("screening", "pack:agency"):
        assert zambia.text(option.key)


def test_no_service_is_shipped_with_a_telephone_number(zambia: Pack) -> None:
    assert {service.contact for service in zambia.services.values()} == {""}


CONSENT = ("consent_refer", "share_fields", "name_used", "safe_contact", "slip", "told_person")


@pytest.mark.parametrize("language", ["am", "ti"])
def test_amharic_and_tigrinya_say_the_fast_path_and_the_consent_and_nobody_has_reviewed_them(
    language: str, zambia: Pack
) -> None:
    declared = next(one for one in zambia.languages if one.id == language)
    assert (declared.complete, declared.reviewed) == (False, False)
    wanted: list[str] = []
    for question in zambia.forms["screening"].questions:
        if question.fast_path or question.name in CONSENT:
            key = f"question:{question.name}"
            wanted += [key, f"{key}:hint"] if question.hint_en else [key]
            if question.list and not question.list.startswith("pack:"):
                wanted += [option.key for option in zambia.options("screening", question.list)]
    said = {key: zambia.text(key, language) for key in wanted if not key.startswith("choice:language:")}
    assert [key for key in said if not zambia.is_translated(key, language)] == []
    ethiopic = re.compile(r"[\u1200-\u137f“”‘’\s0-9?.()\[\]]+")
    assert [key for key, text in said.items() if not ethiopic.fullmatch(text.replace("agency", ""))] == []
    assert "[agency]" in said["question:consent_refer"]
