"""Which doors stand in the mast, which wait behind *More*, and who is shown as acting.

Knows only what the rooms registered from their `AppConfig.ready`. Decides no right: a door that a member may
not open is left out because the room that owns it says so. A row that wraps is read like a list of all there is,
so three doors stand in it on a phone, five where there is room, and the others behind *More*, in one order.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

ALWAYS, ROOMY = 3, 5  # doors in sight on a phone, and where there is room

Order = int | Callable[[HttpRequest], int]


@dataclass(frozen=True, slots=True)
class Item:
    """A door as registered: translatable title, name of its URL, place among the doors, who sees it."""

    title: str | Promise
    url_name: str
    order: Order
    allowed: Callable[[HttpRequest], bool]


@dataclass(frozen=True, slots=True)
class Door:
    """A door as drawn on one page. `place` is row (always in sight), roomy (in sight where there is room) or more."""

    title: str | Promise
    url: str
    current: bool
    place: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who acts on this page and for whom: shown in the mast, so that nobody acts for the wrong desk.

    `change_url` leads to where one chooses as whom to act (another organisation, another persona).
    """

    member: str
    organisation: str
    desk: str = ""
    change_url: str = ""


_items: list[Item] = []
_signers: list[Callable[[HttpRequest], Signature | None]] = []


def _everyone(_request: HttpRequest) -> bool:
    return True


def register_item(
    *,
    title: str | Promise,
    url_name: str,
    order: Order,
    allowed: Callable[[HttpRequest], bool] = _everyone,
) -> None:
    """Put a door in the mast. `order` may depend on who asks: what a steward opens daily, an officer seldom does.

    Raises ValueError when the URL name has one already.
    """
    if any(item.url_name == url_name for item in _items):
        raise ValueError(f"Navigation: {url_name!r} is registered already. Register each door once.")
    _items.append(Item(title, url_name, order, allowed))


def register_signature(function: Callable[[HttpRequest], Signature | None]) -> None:
    """Say who signs a request. One room does (identity); a second call replaces the first."""
    _signers[:] = [function]


def signature_of(request: HttpRequest) -> Signature | None:
    """Who acts in this request; None for a visitor who has not signed in."""
    return _signers[0](request) if _signers else None


def doors(request: HttpRequest) -> list[Door]:
    """The doors this request may see, in their order, the one it stands in marked as current."""
    allowed = sorted(
        (item for item in _items if item.allowed(request)),
        key=lambda item: item.order(request) if callable(item.order) else item.order,
    )
    shown = [(item, reverse(item.url_name)) for item in allowed]
    here = max((url for _, url in shown if request.path.startswith(url)), key=len, default=None)
    return [
        Door(item.title, url, url == here, "row" if at < ALWAYS else "roomy" if at < ROOMY else "more")
        for at, (item, url) in enumerate(shown)
    ]
