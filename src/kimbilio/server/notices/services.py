"""The acts on notices and on how members are reached."""

from __future__ import annotations

from .confirming import way_code_send
from .delivering import delivery_attempt
from .reaching import duty_end, duty_take, push_subscribe, reach_set, way_confirm, way_enter, way_remove
from .reporting import report_take
from .sending import notice_send, notices_settle

__all__ = [
    "delivery_attempt",
    "duty_end",
    "duty_take",
    "notice_send",
    "notices_settle",
    "push_subscribe",
    "reach_set",
    "report_take",
    "way_code_send",
    "way_confirm",
    "way_enter",
    "way_remove",
]
