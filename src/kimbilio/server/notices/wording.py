"""What a notice says: one sentence, the same for everything that can wait, told apart by urgency alone.

A text message has room for 160 characters of GSM 03.38's basic alphabet, or for 70 of UCS-2 when a single
character lies outside it (3GPP TS 23.038, 23.040). A longer one would go out in parts, and a part can be lost.
"""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_ROOM, UCS2_ROOM = 160, 70


def sentence(language: str, urgency: str) -> str:
    """The one neutral sentence, in the receiver's language."""
    with translation.override(language):
        match urgency:
            case "emergency":
                return _("Something waits for you and cannot wait. Sign in now.")
            case "urgent":
                return _("Something urgent waits for you. Sign in today.")
            case _:
                return _("Something waits for you. Sign in.")


def code_sentence(language: str, code: str) -> str:
    """What accompanies the code that confirms an address or a number."""
    with translation.override(language):
        return _("Your code is %(code)s. It holds for 15 minutes.") % {"code": code}


def text_message(words: str, reference: str = "") -> str:
    """The words and the reference as one text message; the reference alone when they do not fit together."""
    whole = f"{words} {reference}".strip()
    return whole if fits_one_message(whole) else reference or words[:UCS2_ROOM]


def fits_one_message(text: str) -> bool:
    """Whether the text goes out as a single message."""
    if set(text) <= GSM_BASIC:
        return len(text) <= GSM_ROOM
    return len(text.encode("utf-16-be")) // 2 <= UCS2_ROOM


def failure_words(code: str) -> str:
    """Why a notice was given up, in words: what happened, and what to do."""
    kind, status = code.partition("_")[::2]
    match code, kind:
        case "not_set_up", _:
            return _("This server is not set up for this way. See the settings.")
        case "unreachable", _:
            return _("The other server did not answer, however often we tried.")
        case "way_removed" | "subscription_broken", _:
            return _("This way leads nowhere any more. The receiver enters a new one.")
        case "cut_off", _:
            return _("The work was cut off while sending: it may have arrived, or not.")
        case "not_delivered" | "", _:
            return _("The network could not deliver the text message.")
        case _, "smtp" | "sms" | "push":
            return _("The other server refused it (%(status)s).") % {"status": status}
        case _:
            return _("It could not be sent (%(code)s).") % {"code": code}
