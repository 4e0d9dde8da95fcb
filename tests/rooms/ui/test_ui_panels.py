"""The registry of panels and queues."""

import pytest
from django.utils.safestring import SafeString, mark_safe

from kimbilio.server.ui.panels import (
    ROWS_SHOWN,
    QueueRow,
    panels_for,
    queues_for,
    register_panel,
    register_queue,
)

pytestmark = pytest.mark.usefixtures("no_panels")


def referrals(actor: object, case: object) -> SafeString | None:
    return mark_safe(f"<p>{actor} reads {case}</p>")  # noqa: S308  # both are words of this test


def silent(actor: object, case: object) -> SafeString | None:
    return None


def test_a_panel_registered_twice_is_refused() -> None:
    register_panel("case", "Referrals", 30, referrals)
    with pytest.raises(ValueError, match="registered already"):
        register_panel("case", "Again", 10, referrals)


def test_a_queue_key_taken_is_refused() -> None:
    register_queue("new", "New for you", 10, lambda actor: [])
    with pytest.raises(ValueError, match="registered already"):
        register_queue("new", "Newer", 20, lambda actor: [])


def test_a_panel_with_nothing_to_say_is_not_drawn() -> None:
    register_panel("case", "Silent", 10, silent)
    assert panels_for("case", "asha", "K-1") == []


def test_a_panel_of_another_slot_is_not_drawn() -> None:
    register_panel("person", "Referrals", 10, referrals)
    assert panels_for("case", "asha", "K-1") == []


def test_panels_come_in_their_order_and_are_given_actor_and_case() -> None:
    def consent(actor: object, case: object) -> SafeString:
        return mark_safe("<p>consent</p>")  # a word of this test

    register_panel("case", "Referrals", 30, referrals)
    register_panel("case", "Consent", 20, consent)
    drawn = panels_for("case", "asha", "K-1")
    assert [panel.title for panel in drawn] == ["Consent", "Referrals"]
    assert drawn[1].html == "<p>asha reads K-1</p>"
    assert drawn[1].anchor == "referrals"


def test_an_empty_queue_is_drawn_with_its_zero() -> None:
    register_queue("overdue", "Overdue", 10, lambda actor: [])
    assert [(queue.key, queue.count) for queue in queues_for("asha")] == [("overdue", "0")]


def test_a_queue_longer_than_a_page_says_so_and_shows_a_page() -> None:
    rows = [QueueRow(f"K-{n}", "/", "Acknowledge") for n in range(ROWS_SHOWN + 1)]
    register_queue("new", "New for you", 10, lambda actor: rows)
    (queue,) = queues_for("asha")
    assert (queue.count, len(queue.rows)) == ("50+", ROWS_SHOWN)


def test_queues_come_in_their_order() -> None:
    register_queue("look", "Needs a look", 40, lambda actor: [])
    register_queue("new", "New for you", 10, lambda actor: [])
    assert [queue.key for queue in queues_for("asha")] == ["new", "look"]
