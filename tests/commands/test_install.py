"""The install guide, carried out: its commands in their order below a folder of the test's own, the wheel in a fresh
virtual environment, a PostgreSQL with real passwords, the processes that the systemd units start, people at work.

What only root on a server of its own can do is played by stand-ins, which the test names: `setpriv` stays the account
that runs the test, `install` leaves out owners. What fetches packages is replaced by those that the test already has,
at the versions of requirements.lock. TLS is left out: a small proxy says what nginx says after TLS has ended.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import yaml
from pyrage import x25519

from kimbilio.packs import load
from kimbilio.packs.compiler import compile_form
from kimbilio.packs.form_result import computed_values
from kimbilio.server.config import postgres
from kimbilio.server.config.demo.samples import TABLE
from kimbilio.server.config.settings import KIMBILIO_MAX_SUBMISSION
from kimbilio.server.field.sample import build_submission
from tests.commands.guide import DEPLOY, GUIDE, ROOT, blocks, commands_of, environment_of, moved, unit
from tests.fronted import Visitor, await_link, proxied
from tests.replay.client import ReplayClient

UNITS = ("kimbilio-web", "kimbilio-worker", "kimbilio-backup", "kimbilio-roots")
PASSWORD = "seven grey herons at the weir"
STAND_INS = {
    "setpriv": 'while [ "${1#--}" != "$1" ]; do shift; done; exec "$@"',
    "install": 'set -- "$@" --; while [ "$1" != -- ]; do case $1 in -o|-g) shift 2;; *) set -- "$@" "$1"; shift;; '
    'esac; done; shift; exec /usr/bin/install "$@"',
}


def test_the_body_limit_of_the_proxy_is_the_door_s_to_the_byte() -> None:
    conf = (DEPLOY / "nginx/kimbilio.conf").read_text()
    limits = re.findall(r"client_(?:max_body|body_buffer)_size (\d+);", conf)
    assert limits == [str(KIMBILIO_MAX_SUBMISSION)] * 2


def test_the_proxy_writes_no_address_down_that_may_carry_a_token() -> None:
    conf = (DEPLOY / "nginx/kimbilio.conf").read_text()
    (format_,) = re.findall(r"log_format .*?;", conf, re.S)
    assert not re.search(r"\$(request\b|request_uri|uri|args|http_referer)", format_)
    (door,) = re.findall(r"location ~ \^/\(openrosa\|n\)/ \{(.*?)\n    \}", conf, re.S)
    assert "access_log off;" in door
    assert "error_log /dev/null crit;" in door


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_runs_without_privilege_and_writes_to_its_own_folders_alone(name: str) -> None:
    held = unit(f"{name}.service")
    for key, value in {
        "User": "kimbilio",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "PrivateTmp": "yes",
        "CapabilityBoundingSet": "",
        "UMask": "0077",
        "LimitCORE": "0",
    }.items():
        assert held[key] == [value], key
    assert held["MemoryMax"]
    assert all(
        place.startswith(("/var/lib/kimbilio", "/srv/kimbilio"))
        for place in held["ReadWritePaths"][0].split()
    )
    assert ("/etc/kimbilio/owner.env" in held["EnvironmentFile"]) == (name == "kimbilio-backup")


def test_every_file_of_deploy_is_named_in_the_guide() -> None:
    said = GUIDE.read_text(encoding="utf-8")
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            assert path.name in said or f"deploy/{path.parent.name}/*" in said, path.name


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not here, so nobody has read the units")
    for path in (DEPLOY / "systemd").iterdir():
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text(), flags=re.M)
        (tmp_path / path.name).write_text(text)
    done = subprocess.run(
        [verify, "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "kimbilio" in line]
    assert not ours


def test_nginx_understands_its_sample(tmp_path: Path) -> None:
    nginx = shutil.which("nginx")
    if nginx is None:
        pytest.skip("nginx is not here, so it has not read its sample")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=kimbilio.example",  # noqa: S607
         "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "chain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    conf = (DEPLOY / "nginx/kimbilio.conf").read_text()
    conf = conf.replace("/etc/ssl/kimbilio/fullchain.pem", str(tmp_path / "chain.pem"))
    conf = conf.replace("/etc/ssl/private/kimbilio.pem", str(tmp_path / "key.pem"))
    conf = conf.replace("/var/log/nginx/", f"{tmp_path}/")
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}} http {{ {conf} }}")
    done = subprocess.run([nginx, "-t", "-c", str(whole)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def wheel_build(into: Path) -> Path:
    """The wheel as `make wheel` builds it; skips aloud where the build's own tool cannot be fetched."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps",
         "--wheel-dir", str(into), str(ROOT)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    if "No matching distribution found for hatchling" in done.stderr:
        pytest.skip(
            "hatchling could not be fetched, so no wheel was built and the install guide was not tried"
        )
    assert done.returncode == 0, done.stderr
    (wheel,) = into.glob("kimbilio-*.whl")
    return wheel


def missing_in(wheel: Path) -> set[str]:
    """What the program needs beside its code and the wheel does not hold: packs, templates, fonts, words, scripts."""
    needed = {
        f"kimbilio/{path.relative_to(ROOT / 'src/kimbilio')}"
        for path in (ROOT / "src/kimbilio").rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".po"}
    } | {
        f"kimbilio/packs/data/{path.relative_to(ROOT / 'packs')}"
        for path in (ROOT / "packs").rglob("*")
        if path.is_file()
    }
    for kind in (".mo", ".ttf", ".woff2", ".html", ".typ", ".csv", ".js"):
        assert any(name.endswith(kind) for name in needed), f"`make setup` has not made any {kind}"
    return needed - set(zipfile.ZipFile(wheel).namelist())


@dataclass
class Machine:
    """A server to be: every place of the guide lies below `root`."""

    root: Path
    server: postgres.Server
    port: int
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def setup(self) -> Path:
        return self.root / "srv/kimbilio-setup"

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.root}/stand-ins:{self.root}/usr/local/sbin:{self.server.programs}:/usr/bin:/bin",
            "HOME": str(self.root),
            "LC_ALL": "C.UTF-8",
            "PGHOST": str(self.server.sockets),
            "PGUSER": "postgres",
        }

    def moved(self, text: str) -> str:
        """A text of the guide or of deploy, with the database behind a socket and every place below the root."""
        return re.sub(r"@localhost/(\w+)", rf"@/\1?host={self.server.sockets}", moved(text, self.root))

    def shell(self, script: str) -> str:
        """Run blocks of the guide as one shell would; returns what they said."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.moved(script)],  # noqa: S607
            env=self._environment(),
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    def unit_start(self, name: str) -> None:
        """Start what a unit starts, with the environment of its files and nothing else."""
        environment = environment_of(name, self.root)
        (command,) = commands_of(name, self.root, environment)
        command = [word if word != "8400" else str(self.port) for word in command]
        self.running.append(
            subprocess.Popen(
                command, env=environment | {"PATH": "/usr/bin:/bin"}, cwd=self.root / "var/lib/kimbilio"
            )
        )

    def unit_run(self, name: str) -> None:
        """Run a unit that ends by itself."""
        environment = environment_of(name, self.root)
        for command in commands_of(name, self.root, environment):
            done = subprocess.run(
                command,
                env=environment | {"PATH": "/usr/bin:/bin"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(40)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A bare server: a PostgreSQL that asks for passwords, the wheel and deploy/ where the guide has them copied."""
    root = tmp_path / "server"
    stand_ins = root / "stand-ins"
    stand_ins.mkdir(parents=True)
    for name, body in STAND_INS.items():
        (stand_ins / name).write_text(f"#!/bin/sh\n{body}\n")
        (stand_ins / name).chmod(0o755)
    server = postgres.start(root / "postgres")
    (server.data / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
    with psycopg.connect(server.url("postgres"), autocommit=True) as owner:
        owner.execute("select pg_reload_conf()")
    with closing(socket.socket()) as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    made = Machine(root, server, port)
    try:
        made.setup.mkdir(parents=True)
        assert missing_in(wheel_build(made.setup)) == set()
        shutil.copytree(DEPLOY, made.setup / "deploy")
        shutil.copy(GUIDE, made.setup / "install.md")
        admin = made.setup / "deploy/kimbilio-admin"
        admin.write_text(moved(admin.read_text(), root))
        (root / "etc/systemd/system").mkdir(parents=True)
        yield made
    finally:
        made.stop()
        server.stop()
        if not server.data.is_relative_to(root):
            shutil.rmtree(server.data.parent)


def packages_lend(venv: Path, borrowed: Path) -> None:
    """Give a virtual environment the packages that this one has, without Kimbilio: nothing is fetched."""
    borrowed.mkdir()
    for path in Path(yaml.__file__).parents[1].iterdir():
        if "kimbilio" not in path.name and path.suffix != ".pth":
            (borrowed / path.name).symlink_to(path)
    (site,) = venv.glob("lib/python3.*/site-packages")
    (site / "borrowed.pth").write_text(f"{borrowed}\n")


def test_the_locked_packages_are_those_that_the_test_lends() -> None:
    from importlib.metadata import version

    for line in (ROOT / "requirements.lock").read_text().split():
        name, _, pinned = line.partition("==")
        assert version(name) == pinned, name


def sample_child() -> bytes:
    """The demo's invented child alone, as a phone fills the form in."""
    (row,) = (row for row in yaml.safe_load(TABLE.read_text(encoding="utf-8")) if row["id"] == "child")
    pack = load("zm")
    return build_submission(
        compile_form(pack).xform,
        row["answers"],
        repeats={"referral": row["referrals"]},
        claims=computed_values(row["answers"], pack.ruleset),
        instance_id="uuid:0b6b7c1e-5f0e-4d6c-9a68-3d0f3c8f5a11",
    )


@pytest.mark.slow
def test_the_guide_makes_a_service_at_which_two_organisations_work(machine: Machine) -> None:
    recipient = str(x25519.Identity.generate().to_public())
    all_blocks = [(marked, re.sub(r"age1…\w+", recipient, text)) for marked, text in blocks()]
    started = next(i for i, (_, text) in enumerate(all_blocks) if "systemctl enable --now" in text)
    venv = machine.root / "opt/kimbilio"
    before = [text for marked, text in all_blocks[:started] if marked]
    made = next(i for i, text in enumerate(before) if "-m venv" in text)
    machine.shell("\n".join(before[: made + 1]))
    packages_lend(venv, machine.root / "borrowed")
    said = machine.shell("\n".join(before[made + 1 :]))

    codes = re.findall(r"^Code +(\S+)$", said, re.M)
    assert len(codes) == 2
    assert "screening" in said
    modes = {path.name: path.stat().st_mode & 0o777 for path in (machine.root / "etc/kimbilio").iterdir()}
    assert set(modes.values()) == {0o600}
    assert set(modes) == {"kimbilio.env", "web.env", "jobs.env", "owner.env", "backup.env"}
    refused = subprocess.run(
        [str(machine.server.programs / "psql"), machine.server.url("kimbilio", "kimbilio_web"), "-w", "-c", "select 1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "no password supplied" in refused.stderr

    machine.unit_start("kimbilio-web.service")
    machine.unit_start("kimbilio-worker.service")
    with proxied(machine.port) as address:
        await_health(machine.port)
        border, welfare, caseworker = (Visitor(address) for _ in range(3))
        border.begin("r.tembo", codes[0], PASSWORD)
        assert border.headers["Strict-Transport-Security"].startswith("max-age=")
        welfare.begin("c.phiri", codes[1], PASSWORD)

        border.send("/organisation/desks/open/", name="Bridge post", open="on")
        officer = code_on(border.send(
            "/organisation/members/add/", name="M. Banda", username="m.banda", role="officer",
            desks=chosen(border, "Bridge post"),
        ))  # fmt: skip
        assert officer
        phone_page = border.send(
            "/organisation/devices/enrol/", name="Phone 1",
            member=option(border, "/organisation/devices/enrol/", "M. Banda"),
            desk=option(border, "/organisation/devices/enrol/", "Bridge post"),
        )  # fmt: skip
        token = phone_page.partition("/openrosa/")[2].partition("<")[0].strip()

        offered = sorted({row.type for row in load("zm").services.values() if row.agency == "ZMB-DSW"})
        welfare.send(
            "/organisation/desks/open/", name="Duty desk", phone="000 1", open="on", receives_referrals="on",
            service_types=offered,
        )  # fmt: skip
        joined = code_on(welfare.send(
            "/organisation/members/add/", name="A. Zulu", username="a.zulu", role="caseworker",
            desks=chosen(welfare, "Duty desk"),
        ))  # fmt: skip
        caseworker.begin("a.zulu", joined, PASSWORD)

        ReplayClient(f"http://{address}/openrosa/{token}").send(sample_child())
        page = caseworker.go(await_link(caseworker, "/", r"/referrals/[0-9a-f-]{36}/"))
        assert "Immigration" in page
        assert "Kito Invented" not in page  # a name is shown on a recorded tap

        for name in ("kimbilio-backup.service", "kimbilio-roots.service"):
            machine.unit_run(name)
        said = machine.shell("\n".join(text for marked, text in all_blocks[started + 1 :] if marked))
        assert ", 0 wrong" in said
    assert list((machine.root / "srv/kimbilio-roots").glob("*.json"))
    assert len(list((machine.root / "srv/kimbilio-backup").glob("kimbilio-*"))) == 2
    at_rest = [path for place in ("var/lib", "srv", "etc") for path in (machine.root / place).rglob("*")]
    written = [path for path in at_rest if path.is_file() and not path.is_relative_to(machine.setup)]
    assert len(written) > 10
    assert not any(b"Kito Invented" in path.read_bytes() for path in written)


def await_health(port: int) -> None:
    """Until the server answers under its own name, as nginx asks it."""
    end = time.monotonic() + 90
    request = urllib.request.Request(f"http://127.0.0.1:{port}/health/", headers={"Host": "kimbilio.example"})
    while True:
        try:
            with urllib.request.urlopen(request, timeout=5):  # noqa: S310  # our own address
                return
        except OSError:
            assert time.monotonic() < end, "The web server did not answer."
            time.sleep(0.2)


def code_on(page: str) -> str:
    """The one-time code that a page shows."""
    found = re.search(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b", page)
    assert found, page
    return found[0]


def option(visitor: Visitor, path: str, words: str) -> str:
    """The value behind a choice of a form."""
    found = re.search(rf'<option value="([^"]+)"[^>]*>{re.escape(words)}</option>', visitor.go(path))
    assert found, visitor.page
    return found[1]


def chosen(visitor: Visitor, desk: str) -> str:
    """The value behind a desk's box on the page that adds a member."""
    page = visitor.go("/organisation/members/add/")
    found = re.search(rf'value="([0-9a-f-]{{36}})"[^>]*><span>{re.escape(desk)}</span>', page)
    assert found, page
    return found[1]
