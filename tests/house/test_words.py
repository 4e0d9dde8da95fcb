"""Words that may not stand in any file: places of one machine, hosts that nothing here may need."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house.tree import ROOT, files, texts

HOST = re.compile(r"\bhttps?://(?:[^/@\s]*@)?([A-Za-z0-9.\-\[\]]+)")
NAMES_ONLY = {
    "openrosa.org",  # namespaces
    "www.opendatakit.org",  # likewise, of forms that are encrypted
    "www.w3.org",  # likewise
    "www.gnu.org",  # the licence's own text
    "fsf.org",  # likewise
    "localhost",
    "127.0.0.1",
    "10.0.2.2",  # how an Android emulator calls its machine
    "github.com",  # where a source was read
}
"""Hosts that a text may name; nothing is fetched from any of them."""
RESERVED = (".example", ".invalid", ".test", "example.org", "example.com", "example.net")
"""Hosts that cannot exist (RFC 2606)."""


def _allowed(host: str) -> bool:
    host = host.rstrip(".")
    return host in NAMES_ONLY or host.endswith(RESERVED) or host == "example"


def test_no_file_names_a_host_that_is_not_on_the_list() -> None:
    found = {f"{name}: {host}" for name, text in texts() for host in HOST.findall(text) if not _allowed(host)}
    assert not sorted(found)


def test_no_file_names_a_place_of_this_machine() -> None:
    places = {str(ROOT), str(Path.home())} - {"/"}
    patterns = [re.compile(re.escape(place) + r"(?![\w-])") for place in places]
    found = {name for name, text in texts() for pattern in patterns if pattern.search(text)}
    assert not sorted(found)


def test_no_file_leads_out_of_the_project() -> None:
    leading_out = [str(path.relative_to(ROOT)) for path in files() if path.is_symlink()]
    assert not leading_out


def test_locked_packages_are_named_by_version_alone() -> None:
    pin = re.compile(r"[a-z0-9-]+==[0-9a-z.]+")
    for lock in ("requirements.lock", "requirements-dev.lock"):
        wrong = [line for line in (ROOT / lock).read_text().splitlines() if not pin.fullmatch(line)]
        assert not wrong, lock


def test_what_runs_is_what_is_tested() -> None:
    runtime = set((ROOT / "requirements.lock").read_text().split())
    assert runtime <= set((ROOT / "requirements-dev.lock").read_text().split())
