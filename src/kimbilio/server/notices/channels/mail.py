"""E-mail through Django's backend: plain text, nothing that loads from elsewhere."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from .outcome import NOT_SET_UP, UNREACHABLE, Outcome


def send(address: str, *, subject: str, body: str) -> Outcome:
    """Hand one message to the mail server. 4xx answers are tried again, 5xx are not (RFC 5321, 4.2.1)."""
    if not settings.EMAIL_HOST:
        return NOT_SET_UP
    message = EmailMessage(
        subject=subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address],
        headers={"Auto-Submitted": "auto-generated"},  # RFC 3834: no out-of-office answers
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        # Its text names the address: only the number goes on
        return _refused(next((code for code, _ in refusal.recipients.values()), 550))
    except smtplib.SMTPResponseException as refusal:
        return _refused(refusal.smtp_code)
    except (smtplib.SMTPException, OSError):
        return UNREACHABLE
    return Outcome(True, "accepted")


def _refused(status: int) -> Outcome:
    return Outcome(False, f"smtp_{status}", again=status < 500)
