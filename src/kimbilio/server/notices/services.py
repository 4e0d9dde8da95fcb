"""The acts on notices and on how members are reached."""

from __future__ import annotations

from .delivering import delivery_attempt
from .sending import notice_send, notices_settle

__all__ = ["delivery_attempt", "notice_send", "notices_settle"]
