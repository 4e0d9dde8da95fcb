"""The acts on referrals, in the order of their lives. Each is one transaction that asks the rules, writes,
journals,
posts what the other side must hear, and defers the job that applies it there."""

from __future__ import annotations

from .answering import (
    referral_accept,
    referral_acknowledge,
    referral_arrive,
    referral_ask,
    referral_begin,
    referral_close,
    referral_complete,
    referral_decline,
    referral_not_arrived,
)
from .erased import referrals_of_erased_end
from .escalating import referral_clock_run
from .hearing import envelope_apply
from .refusals import ReferralRefused
from .sending import (
    referral_answer,
    referral_confirm_override,
    referral_draft,
    referral_propose,
    referral_send,
    referral_withdraw,
)

__all__ = [
    "ReferralRefused",
    "envelope_apply",
    "referral_accept",
    "referral_acknowledge",
    "referral_answer",
    "referral_arrive",
    "referral_ask",
    "referral_begin",
    "referral_clock_run",
    "referral_close",
    "referral_complete",
    "referral_confirm_override",
    "referral_decline",
    "referral_draft",
    "referral_not_arrived",
    "referral_propose",
    "referral_send",
    "referral_withdraw",
    "referrals_of_erased_end",
]
