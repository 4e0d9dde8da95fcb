"""What the journeys share: one demo and one browser for all of them, a window for each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from kimbilio.server.config.preflight import BROWSERS
from kimbilio.server.config.preflight import browser as chromium_of_the_system

from .house import Demo, demo_running
from .reader import PICTURES, Reader

Open = Callable[..., Reader]


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo as a newcomer starts it, with a folder of its own."""
    with demo_running(tmp_path_factory.mktemp("journeys") / "demo") as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium. The package is its scope: Django refuses its database while Playwright's loop runs."""
    program = chromium_of_the_system()
    if program is None:
        pytest.fail(f"None of {', '.join(BROWSERS)} is here. Run `make browser`.", pytrace=False)
    shutil.rmtree(PICTURES, ignore_errors=True)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def window(browser: Browser, demo: Demo) -> Iterator[Open]:
    """Opens windows at the demo, and closes them."""
    readers: list[Reader] = []

    def opened(**wanted: Any) -> Reader:
        readers.append(Reader(browser, demo.address, **wanted))
        return readers[-1]

    yield opened
    for reader in readers:
        reader.close()
