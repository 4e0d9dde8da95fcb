"""The door's sentences: each refusal of the reader has one, in the language that the phone asks for."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from kimbilio.server.field.sentences import SENTENCES, WORDS, sentence_of
from kimbilio.server.forms.errors import UnknownForm, UnknownOriginal
from kimbilio.server.kernel.errors import KeyDestroyed, KimbilioError, NotVisible
from kimbilio.xlsforms import SubmissionRefused, faults, read_identity
from tests.rooms.field.test_openrosa import DOOR, assert_envelope, post
from tests.world import World

REFUSALS = [
    kind for kind in vars(faults).values() if isinstance(kind, type) and issubclass(kind, SubmissionRefused)
]
OTHERS: list[type[KimbilioError]] = [UnknownForm, UnknownOriginal, NotVisible, KeyDestroyed]


@pytest.mark.parametrize("refusal", [kind for kind in REFUSALS if kind is not SubmissionRefused])
def test_each_refusal_of_the_reader_has_a_sentence_that_says_the_same(
    refusal: type[SubmissionRefused],
) -> None:
    assert str(SENTENCES[refusal.code]) == refusal.__doc__


@pytest.mark.parametrize("refusal", OTHERS)
def test_each_other_refusal_has_a_sentence_that_says_the_same(refusal: type[KimbilioError]) -> None:
    assert sentence_of(refusal()) == str(refusal())


@pytest.mark.parametrize(
    "xml",
    [
        b"<a",
        b"<a" + b">" + b"x" * 3_000_000,
        b"<a>" * 50 + b"</a>" * 50,
        b"<a/>",
        b"<a id='x'/>",
        b"<a id='x'><meta><instanceID> </instanceID></meta></a>",
        b"<a id='x'><meta><instanceID>1</instanceID><instanceID>2</instanceID></meta></a>",
        b"<a id='x'>" + b"<b/>" * 20_001 + b"</a>",
        b"<a id='x'><b>" + b"x" * 100_001 + b"</b></a>",
    ],
)
def test_every_place_in_a_sentence_is_filled_and_every_word_in_it_can_be_translated(xml: bytes) -> None:
    with pytest.raises(SubmissionRefused) as refused:
        read_identity(xml)
    assert sentence_of(refused.value) == str(refused.value)
    words = {
        value for value in refused.value.details.values() if isinstance(value, str) and value[0].isalpha()
    }
    assert words <= WORDS.keys()


def test_the_answer_to_a_broken_form_is_in_the_language_of_the_phone(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = translation.gettext_lazy("Phones")
    monkeypatch.setitem(SENTENCES, "SUBMISSION_005", spoken)
    assert_envelope_in(post(client, b"<data/>", HTTP_ACCEPT_LANGUAGE="ar"), "ar", str(_in("ar", "Phones")))
    assert_envelope_in(post(client, b"<data/>", HTTP_ACCEPT_LANGUAGE="en"), "en", "Phones")
    assert_envelope(client.get(f"{DOOR}/anything?deviceID=x", HTTP_ACCEPT_LANGUAGE="ar"), 404)


def assert_envelope_in(response: object, language: str, sentence: str) -> None:
    assert response["Content-Language"] == language  # type: ignore[index]  # an HttpResponse
    assert sentence in response.content.decode()  # type: ignore[attr-defined]  # an HttpResponse


def _in(language: str, text: str) -> str:
    with translation.override(language):
        return translation.gettext(text)
