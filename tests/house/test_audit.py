"""What `make audit` makes of the answers of its two tools: silence is no answer."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from tests.house.tree import ROOT


@pytest.fixture
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci/audit.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_package_that_was_passed_over_is_not_taken_for_sound(audit: ModuleType) -> None:
    said = {
        "dependencies": [
            {"name": "one", "version": "1.0", "vulns": []},
            {
                "name": "two",
                "skip_reason": "Dependency not found on PyPI and could not be audited: two (2.0)",
            },
        ]
    }
    with pytest.raises(audit.NotAsked, match="1 of 2 packages were passed over"):
        audit.python_faults(said)


def test_a_registry_that_did_not_answer_is_not_taken_for_silence(audit: ModuleType) -> None:
    with pytest.raises(audit.NotAsked, match="405"):
        audit.javascript_faults({"message": "405 Method Not Allowed", "error": {}})


def test_a_tool_that_is_not_there_was_not_asked(audit: ModuleType) -> None:
    with pytest.raises(audit.NotAsked):
        audit.answer_of(["no-such-tool-anywhere"])
    with pytest.raises(audit.NotAsked, match="cannot open"):
        audit.answer_of(["sh", "-c", "echo cannot open it >&2; exit 1"])


def test_known_faults_are_named_with_what_mends_them(audit: ModuleType) -> None:
    fault = {"id": "PYSEC-0", "fix_versions": ["1.1"], "aliases": [], "description": ""}
    python = {"dependencies": [{"name": "one", "version": "1.0", "vulns": [fault]}]}
    assert audit.python_faults(python) == ["one 1.0: PYSEC-0, mended in 1.1"]
    javascript = {"vulnerabilities": {"one": {"range": "<2", "severity": "high"}}}
    assert audit.javascript_faults(javascript) == ["one <2: high"]
