"""The doors in the mast."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from kimbilio.server.ui.navigation import (
    Order,
    Signature,
    doors,
    register_item,
    register_signature,
    signature_of,
)

pytestmark = [pytest.mark.usefixtures("no_doors"), pytest.mark.urls("tests.rooms.ui.addresses")]


ADDRESSES = ("health", "ui:look", "mfa_index", "account_login", "account_logout", "account_inactive")


def test_a_door_registered_twice_is_refused() -> None:
    register_item(title="Look", url_name="ui:look", order=1)
    with pytest.raises(ValueError, match="registered already"):
        register_item(title="Look again", url_name="ui:look", order=2)


def test_a_door_that_its_room_closes_is_left_out(visitor: HttpRequest) -> None:
    register_item(title="Look", url_name="ui:look", order=1, allowed=lambda request: False)
    assert doors(visitor) == []


def test_a_visitor_has_no_signature(visitor: HttpRequest) -> None:
    assert signature_of(visitor) is None


def test_the_last_room_to_speak_signs(visitor: HttpRequest) -> None:
    register_signature(lambda request: None)
    register_signature(lambda request: Signature("Asha", "Immigration"))
    assert signature_of(visitor) == Signature("Asha", "Immigration")


def test_the_door_one_stands_in_is_current() -> None:
    register_item(title="Look", url_name="ui:look", order=2)
    register_item(title="Sign in", url_name="account_login", order=1)
    drawn = doors(RequestFactory().get("/ui/look/deeper/"))
    assert [(door.title, door.current) for door in drawn] == [("Sign in", False), ("Look", True)]


def _registered(*orders: Order) -> None:
    for order, name in zip(orders, ADDRESSES, strict=False):
        register_item(title=name, url_name=name, order=order)


def test_three_doors_stand_in_every_row_two_more_where_there_is_room_and_the_rest_wait_behind_more(
    visitor: HttpRequest,
) -> None:
    _registered(1, 2, 3, 4, 5, 6)
    assert [(door.title, door.place) for door in doors(visitor)] == [
        ("health", "row"),
        ("ui:look", "row"),
        ("mfa_index", "row"),
        ("account_login", "roomy"),
        ("account_logout", "roomy"),
        ("account_inactive", "more"),
    ]


def test_a_door_stands_further_in_front_for_whom_it_is_daily_work(visitor: HttpRequest) -> None:
    _registered(2, lambda request: 1 if request.headers.get("Keeper") else 3)
    keeper = RequestFactory().get("/", headers={"Keeper": "yes"})
    assert [door.title for door in doors(visitor)] == ["health", "ui:look"]
    assert [door.title for door in doors(keeper)] == ["ui:look", "health"]
