"""What the ui tests share: compiled words, empty registries, a page drawn without a server."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import trans_real

from kimbilio.server.ui import catalogue, navigation, panels

Draw = Callable[..., str]


@pytest.fixture(scope="session")
def compiled_catalogues() -> None:
    """The .mo files are as new as the .po files."""
    catalogue.compile_catalogues()
    trans_real._translations.clear()


@pytest.fixture
def no_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry as it is before any room has spoken."""
    monkeypatch.setattr(panels, "_panels", [])
    monkeypatch.setattr(panels, "_queues", [])


@pytest.fixture
def no_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mast without doors, and nobody signed in."""
    monkeypatch.setattr(navigation, "_items", [])
    monkeypatch.setattr(navigation, "_signers", [])


@pytest.fixture
def visitor() -> HttpRequest:
    """A request of somebody who has not signed in."""
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return request


@pytest.fixture
def draw(compiled_catalogues: None) -> Draw:
    """Draw a piece of template with the tags of the desk."""

    def drawn(
        source: str, language: str = "en", request: HttpRequest | None = None, **context: object
    ) -> str:
        with translation.override(language):
            template = engines["django"].from_string("{% load i18n ui %}" + source)
            return template.render(context, request)

    return drawn
