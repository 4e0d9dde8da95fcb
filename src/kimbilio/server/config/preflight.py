"""Looks at the machine before anything is installed, and names each missing thing with its remedy.

    python3 preflight.py [--port 8400] [--browser]

Runs on the system's own Python before the virtual environment exists: standard library only, in a syntax that
Python 3.7 reads, so that it can say that it is too old. Package names are those of Debian.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable

PYTHON = (3, 11)
NODE = 18
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_PACKAGES = ("chromium", "fonts-noto-core")


def missing_tools() -> list[tuple[str, list[str]]]:
    """Pairs of what is missing and the packages that bring it; empty when all is there."""
    missing = []
    if sys.version_info < PYTHON:
        found = ".".join(map(str, sys.version_info[:2]))
        missing.append((f"python3 is {found} and 3.11 or newer is needed", ["python3.11", "python3.11-venv"]))
    elif not _can_make_environments():
        missing.append(("python3 cannot make virtual environments (ensurepip is missing)", ["python3-venv"]))
    node = node_version()
    if node is None:
        missing.append(("node is missing", ["nodejs"]))
    elif node < NODE:
        missing.append((f"node is version {node} and {NODE} or newer is needed", ["nodejs"]))
    if not shutil.which("npm"):
        missing.append(("npm is missing", ["npm"]))
    return missing


def _can_make_environments() -> bool:
    return bool(importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"))


def node_version() -> int | None:
    """Major version of the node on the path; None without one."""
    node = shutil.which("node")
    if not node:
        return None
    done = subprocess.run([node, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    digits = done.stdout.decode("ascii", "replace").strip().lstrip("v").split(".")[0]
    return int(digits) if digits.isdigit() else None


def remedy(packages: Iterable[str]) -> str:
    """The one command that brings `packages`."""
    return f"{'' if os.geteuid() == 0 else 'sudo '}apt-get install {' '.join(packages)}"


def port_is_free(port: int) -> bool:
    """Whether a server can listen on this port of the machine itself."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port_near(port: int) -> int:
    """A port that is free now, for the remedy of a busy one."""
    return next((other for other in range(port + 1, port + 200) if other < 65536 and port_is_free(other)), 0)


def busy_port(port: int) -> str:
    """The sentence about a busy port."""
    return (
        f"Port {port} is in use by another program. Choose another: `make demo PORT={free_port_near(port)}`."
    )


def browser() -> str | None:
    """Path of the Chromium that the browser's tests drive; None without one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def browser_install() -> bool:
    """Install Chromium with the system's package manager; True when it is there afterwards."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *BROWSER_PACKAGES]):
        subprocess.run(["apt-get", *words], env=quiet, stdout=subprocess.DEVNULL, check=False)  # noqa: S607  # apt of the path
    return browser() is not None


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")


def main(arguments: list[str]) -> int:
    """Answer for the command line: 0 when all is there, 1 when something is missing."""
    if arguments[:1] == ["--browser"]:
        if browser() or browser_install():
            return 0
        _say(
            f"The browser's tests need Chromium. Run `{remedy(BROWSER_PACKAGES)}` and try again, "
            "or `make test BROWSER=no` for all other tests."
        )
        return 1
    missing = missing_tools()
    for what, packages in missing:
        _say(f"{what[0].upper()}{what[1:]}: install {' and '.join(packages)}.")
    if missing:
        everything = [name for _, packages in missing for name in packages]
        _say(f"On Debian and Ubuntu: `{remedy(everything)}`, then try again.")
        return 1
    if arguments[:1] == ["--port"]:
        return _port(arguments[1])
    return 0


def _port(word: str) -> int:
    if not (word.isdigit() and 0 < int(word) < 65536):
        _say(f"PORT is '{word}'. Give a number from 1 to 65535: `make demo PORT=8400`.")
        return 1
    if not port_is_free(int(word)):
        _say(busy_port(int(word)))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
