"""The newcomer's first command in a clean clone, with no more on the path than the system has."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from kimbilio.server.config import postgres, preflight
from tests.house.tree import ROOT, files

SYSTEM = ("/usr/bin", "/bin")
PLENTY = 600  # seconds; not a budget, only an end


def _bare_path() -> str:
    """The system's own programs, and the folders of what this machine keeps elsewhere."""
    needed = [shutil.which(tool) for tool in ("make", "node", "npm", "git")]
    elsewhere = {str(Path(tool).parent) for tool in needed if tool} - set(SYSTEM)
    if not shutil.which("python3", path=os.pathsep.join(SYSTEM)):
        elsewhere.add(str(Path(shutil.which("python3") or "").parent))
    return os.pathsep.join([*SYSTEM, *sorted(elsewhere)])


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is under version control, and nothing else."""
    folder = tmp_path_factory.mktemp("clone") / "kimbilio"
    for path in files():
        copy = folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    return folder


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """The user's own environment (how pip and npm reach packages is theirs to say), with a bare path."""
    ours = ("KIMBILIO_", "DJANGO_", "PYTHON", "VIRTUAL_ENV", "PYTEST", "COV_", "MAKE", "MFLAGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PATH": _bare_path()}


def _modes(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mode for path in (folder, *folder.parents)}


@pytest.mark.slow
@pytest.mark.xdist_group("clone")
def test_make_demo_in_a_clean_clone_serves_and_changes_no_mode(
    clone: Path, environment: dict[str, str]
) -> None:
    port = preflight.free_port_near(8500)
    before = _modes(clone)
    process = subprocess.Popen(
        ["make", "demo", f"PORT={port}"],  # noqa: S607  # the path is what is tried
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said: list[str] = []
    try:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            if "Stop  " in line:
                break
        assert f"http://localhost:{port}/demo/" in "".join(said), "".join(said)
        again = subprocess.run(
            ["make", "demo", f"PORT={port}"],  # noqa: S607  # likewise
            cwd=clone,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PLENTY,
        )
        assert again.returncode != 0
        assert f"Port {port} is in use by another program." in again.stderr
    finally:
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
        process.communicate(timeout=60)
        _database_remove(clone)
    assert _modes(clone) == before


@pytest.mark.slow
@pytest.mark.xdist_group("clone")
def test_a_missing_tool_is_named_with_its_remedy(
    clone: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    for tool in ("sh", "make", "python3"):
        (tmp_path / tool).symlink_to(shutil.which(tool, path=environment["PATH"]) or "")
    done = subprocess.run(
        [str(tmp_path / "make"), "demo"],
        cwd=clone,
        env=environment | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PLENTY,
    )
    assert done.returncode != 0
    assert "Node is missing: install nodejs." in done.stderr
    assert "apt-get install nodejs npm`" in done.stderr


def _database_remove(clone: Path) -> None:
    for instance in clone.glob("var/demo/instance"):
        server = postgres.start(instance.parent / "postgres" / instance.read_text().strip())
        server.stop()
        shutil.rmtree(server.data.parent)
