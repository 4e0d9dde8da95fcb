"""What a phone sends, honest or hostile.

SUB-01 a filled form that could harm the reader is refused before it is read.
SUB-02 a filled form without identity is refused.
SUB-03 a refusal never repeats what was answered.
SUB-04 what was typed is read whole, in either namespace of meta.
SUB-05 repeats and attachments are told apart by the kinds of the form.
"""

import pytest

from kimbilio.xlsforms import ReadSubmission, SubmissionRefused, read_identity, read_submission
from kimbilio.xlsforms.faults import (
    DeclarationsRefused,
    NameTwice,
    NoInstanceId,
    NotASubmission,
    NotXml,
    TooDeep,
    TooLarge,
)

META = "<meta><instanceID>uuid:7</instanceID></meta>"


def filled(inside: str, meta: str = META, attributes: str = 'id="zz_form" version="3"') -> bytes:
    return f"<data {attributes}>{inside}{meta}</data>".encode()


# refusals -----------------------------------------------------------------------------------------------

BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE data [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><data id="f"><name>&c;</name></data>'
)
EXTERNAL_ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE data [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
    b'<data id="f"><name>&secret;</name></data>'
)
BARE_DOCTYPE = b'<!DOCTYPE data SYSTEM "http://example.org/x.dtd"><data id="f"/>'


@pytest.mark.parametrize(
    ("xml", "refusal"),
    [
        pytest.param(BILLION_LAUGHS, DeclarationsRefused, id="a billion laughs"),
        pytest.param(EXTERNAL_ENTITY, DeclarationsRefused, id="an entity that reads a file"),
        pytest.param(BARE_DOCTYPE, DeclarationsRefused, id="a document type from elsewhere"),
        pytest.param(filled("<g>" * 40 + "</g>" * 40), TooDeep, id="forty levels"),
        pytest.param(filled("<g>" * 100_000 + "</g>" * 100_000), TooDeep, id="a hundred thousand levels"),
        pytest.param(filled("<q/>" * 20_001), TooLarge, id="too many elements"),
        pytest.param(filled(f"<q>{'x' * 100_001}</q>"), TooLarge, id="one endless answer"),
        pytest.param(filled(f"<q>{'x' * 2_000_001}</q>"), TooLarge, id="too many bytes"),
        pytest.param(b"", NotXml, id="nothing"),
        pytest.param(b"\x89PNG\r\n\x1a\n", NotXml, id="a picture"),
        pytest.param(filled("<q>open"), NotXml, id="a tag left open"),
        pytest.param(b"<data id='f'><q>\x01</q></data>", NotXml, id="a control character"),
        pytest.param(b'<?xml version="1.0" encoding="nonsense"?><data/>', NotXml, id="an unknown encoding"),
        pytest.param(b"<html><body/></html>", NotASubmission, id="a web page"),
        pytest.param(filled("", attributes='id="  "'), NotASubmission, id="a blank form id"),
        pytest.param(filled("<q>1</q>", meta=""), NoInstanceId, id="no meta"),
        pytest.param(filled("", "<meta><instanceID/></meta>"), NoInstanceId, id="an empty instance id"),
        pytest.param(
            filled("", f"<meta><instanceID>{'u' * 250}</instanceID></meta>"),
            NoInstanceId,
            id="too long an id",
        ),
        pytest.param(
            filled("", META + "<meta><instanceID>uuid:8</instanceID></meta>"), NoInstanceId, id="two ids"
        ),
        pytest.param(
            filled("<q><instanceID>uuid:9</instanceID></q>", ""), NoInstanceId, id="an id outside meta"
        ),
    ],
)
def test_a_filled_form_that_cannot_be_trusted_is_refused_with_a_sentence_and_a_code(
    xml: bytes, refusal: type[SubmissionRefused]
) -> None:
    with pytest.raises(refusal) as caught:
        read_identity(xml)
    assert str(caught.value).endswith(".")
    assert caught.value.code.startswith("SUBMISSION_0")


def test_a_question_answered_in_two_places_is_refused_but_its_identity_can_still_be_read() -> None:
    xml = filled("<a><q>1</q></a><b><q>2</q></b>")
    with pytest.raises(NameTwice, match="'q'"):
        read_submission(xml)
    assert read_identity(xml).instance_id == "uuid:7"


@pytest.mark.parametrize(
    "xml",
    [
        filled("<name>Zawadi Invented</name><name>Zawadi Invented</name>"),
        filled("<name>Zawadi Invented</name>", "<meta><instanceID> </instanceID></meta>"),
        filled("<name>Zawadi Invented</nome>"),
        b'<!DOCTYPE data [<!ENTITY n "Zawadi Invented">]><data/>',
    ],
)
def test_a_refusal_never_repeats_what_was_answered(xml: bytes) -> None:
    with pytest.raises(SubmissionRefused) as caught:
        read_submission(xml)
    assert "Zawadi" not in str(caught.value)


# what is read -------------------------------------------------------------------------------------------


def test_identity_comes_from_the_root_and_from_meta() -> None:
    meta = "<meta><instanceID>uuid:8</instanceID><deprecatedID>uuid:7</deprecatedID></meta>"
    read = read_submission(filled("<q>1</q>", meta))
    assert (read.form_id, read.version, read.instance_id, read.deprecated_id) == (
        "zz_form",
        "3",
        "uuid:8",
        "uuid:7",
    )


def test_a_form_without_a_version_has_none() -> None:
    assert read_submission(filled("", attributes='id="f"')).version is None


@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(
            b'<data id="f" xmlns:orx="http://openrosa.org/xforms"><q>1</q><orx:meta>'
            b"<orx:instanceID>uuid:7</orx:instanceID></orx:meta></data>",
            id="the OpenRosa namespace",
        ),
        pytest.param(
            b'<data id="f" xmlns="http://example.org/f"><q>1</q>'
            b"<meta><instanceID>uuid:7</instanceID></meta></data>",
            id="the form's own namespace",
        ),
        pytest.param(b'<data id="f"><q>1</q><meta><instanceID>uuid:7</instanceID></meta></data>', id="none"),
    ],
)
def test_meta_is_found_in_each_namespace(xml: bytes) -> None:
    read = read_submission(xml)
    assert read.instance_id == "uuid:7"
    assert read.answers == {"q": "1"}


def test_groups_are_flattened_and_a_question_without_an_answer_is_absent() -> None:
    read = read_submission(filled("<a><q>yes</q><empty/><blank> </blank><deep><r>no none</r></deep></a>"))
    assert read.answers == {"q": "yes", "r": "no none"}


def test_times_and_device_are_the_clients_word_and_no_answers() -> None:
    read = read_submission(
        filled(
            "<start>2026-01-02T03:04:05.678+02:00</start><end/><today>2026-01-02</today><deviceid>d:1</deviceid>"
        )
    )
    assert (read.start, read.end, read.today, read.deviceid) == (
        "2026-01-02T03:04:05.678+02:00",
        None,
        "2026-01-02",
        "d:1",
    )
    assert read.answers == {}


def test_a_name_of_three_thousand_signs_is_kept_whole() -> None:
    name = "ንጉሥ " * 750
    assert read_submission(filled(f"<name_used>{name}</name_used>")).answers["name_used"] == name


def test_right_to_left_overrides_are_read_as_they_were_sent() -> None:
    assert read_submission(filled("<q>a\u202eb</q>")).answers["q"] == "a\u202eb"


def referrals(read: ReadSubmission) -> list[dict[str, str]]:
    return read.repeats["referral"]


def test_repeats_become_rows_in_the_order_sent() -> None:
    xml = filled(
        "<p><referral><to>a</to></referral><referral><to>b</to><note>n</note></referral></p><q>1</q>"
    )
    read = read_submission(xml)
    assert referrals(read) == [{"to": "a"}, {"to": "b", "note": "n"}]
    assert read.answers == {"q": "1"}


def test_a_repeat_filled_once_is_a_repeat_when_the_form_says_so() -> None:
    xml = filled("<referral><to>a</to></referral>")
    assert read_submission(xml).answers == {"to": "a"}
    assert referrals(read_submission(xml, {"referral": "repeat"})) == [{"to": "a"}]


def test_a_turn_of_a_repeat_that_nobody_filled_in_is_no_row() -> None:
    xml = filled("<referral><to/></referral><referral><to>b</to></referral>")
    assert referrals(read_submission(xml)) == [{"to": "b"}]


def test_attachments_are_named_once_each_wherever_they_are_asked() -> None:
    xml = filled("<photo>أ.jpg</photo><r><scan>b.png</scan></r><r><scan>أ.jpg</scan></r><name>c.jpg</name>")
    assert read_submission(xml, {"photo": "file", "scan": "file", "name": "text"}).files == ("أ.jpg", "b.png")


BOMB = (
    '<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE data [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>'
    '<data id="f"><meta><instanceID>uuid:1</instanceID></meta><note>&b;</note></data>'
)


@pytest.mark.parametrize("encoding", ["utf-8", "us-ascii", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1"])
def test_a_document_type_is_refused_in_whatever_signs_it_is_written(encoding: str) -> None:
    with pytest.raises(SubmissionRefused):
        read_identity(BOMB.format(encoding=encoding).encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
@pytest.mark.parametrize("aside", ["", "<!-- said aside -->"])
def test_both_ways_of_reading_read_alike(encoding: str, aside: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><data id="f" version="1" xmlns:jr="http://openrosa.org/xforms">'
        f"{aside}<jr:meta><jr:instanceID>uuid:1</jr:instanceID></jr:meta><a>é &amp; ü</a>{aside}"
        "<g><b>1</b></g><g><b>2</b></g></data>"
    )
    read = read_submission(text.encode(encoding))
    assert (read.instance_id, read.version) == ("uuid:1", "1")
    assert read.answers == {"a": "é & ü"}
    assert read.repeats == {"g": [{"b": "1"}, {"b": "2"}]}
