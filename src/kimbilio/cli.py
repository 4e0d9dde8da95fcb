"""The `kimbilio` command: what it can be told, and which function answers.

Knows the words of the command line only. Each command names its function as `module:function` and that
module is imported when the command runs, so that `kimbilio screen` starts without Django.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

LANGUAGES = ("en", "ar", "fr", "sw")
"""In which the commands of packs can answer: the columns of packs/command_words.csv."""


class _Parser(argparse.ArgumentParser):
    """A parser that speaks as the rest of the command does: `error:`, then `hint:`."""

    def error(self, message: str) -> NoReturn:
        said = message.replace("invalid choice:", "there is no")
        self.exit(2, f"error: {said}\n  hint: `{self.prog} --help` lists what can be said.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="kimbilio", description="Casework software for protecting people on the move.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_screen(commands)
    _add_pack(commands)
    _add_server(commands)
    _add_people_who_work_here(commands)
    _add_keys(commands)
    _add_journal(commands)
    _add_backup(commands)
    doctor = commands.add_parser("doctor", help="who can read what, and is everything as it should be?")
    doctor.add_argument("--format", choices=("text", "json"), default="text")
    doctor.set_defaults(run="kimbilio.server.config.doctor:doctor")
    return parser


def _add_screen(commands: argparse._SubParsersAction[_Parser]) -> None:
    screen = commands.add_parser("screen", help="try a set of answers: needs, reasons, law, what to do")
    screen.add_argument(
        "answers", metavar="ANSWERS.json", help="answers by question name; - reads standard input"
    )
    screen.add_argument("--pack", required=True, metavar="PACK", help="id, folder or workbook of a pack")
    screen.add_argument("--format", choices=("text", "json"), default="text")
    screen.add_argument("--language", choices=LANGUAGES, default="en")
    screen.set_defaults(run="kimbilio.packs.commands:screen")


def _add_pack(commands: argparse._SubParsersAction[_Parser]) -> None:
    pack = commands.add_parser("pack", help="check, show and edit country packs")
    verbs = pack.add_subparsers(metavar="VERB", required=True)
    check = verbs.add_parser("check", help="explain every fault by file, row, value and remedy")
    check.add_argument("pack", metavar="PACK", help="id, folder or workbook of a pack")
    check.add_argument("--format", choices=("text", "json"), default="text")
    check.set_defaults(run="kimbilio.packs.commands:pack_check")
    show = verbs.add_parser("show", help="what a pack holds")
    show.add_argument("pack", metavar="PACK", help="id, folder or workbook of a pack")
    show.add_argument(
        "--law",
        nargs="*",
        metavar="WORD",
        help="the law as a person reads it; with words, what holds them all",
    )
    show.add_argument("--language", choices=LANGUAGES, default="en", help="of the law: %(default)s")
    show.set_defaults(run="kimbilio.packs.commands:pack_show")
    xlsx = verbs.add_parser("xlsx", help="write a pack as one workbook, a sheet for each table")
    xlsx.add_argument("pack", metavar="PACK", help="id, folder or workbook of a pack")
    xlsx.add_argument("-o", "--output", type=Path, metavar="FILE.xlsx", help="default: PACK.xlsx")
    xlsx.set_defaults(run="kimbilio.packs.commands:pack_xlsx")
    blank = verbs.add_parser("print", help="write the screening form as a blank paper form (PDF)")
    blank.add_argument("pack", metavar="PACK", help="id, folder or workbook of a pack")
    blank.add_argument("--language", default="en", metavar="LANGUAGE", help="default: %(default)s")
    blank.add_argument("-o", "--output", type=Path, metavar="FILE.pdf", help="default: PACK-LANGUAGE.pdf")
    blank.set_defaults(run="kimbilio.server.config.commands:pack_print")
    publish = verbs.add_parser("publish", help="give its forms out to phones; also after every change")
    publish.add_argument("pack", metavar="PACK", help="id, folder or workbook of a pack")
    publish.set_defaults(run="kimbilio.server.config.founding:pack_publish")
    audio = verbs.add_parser("audio", help="which sentences have a recording, in which languages")
    audio.add_argument("pack", metavar="PACK", help="id, folder or workbook of a pack")
    audio.add_argument("--missing", action="store_true", help="only what is still to be recorded")
    audio.add_argument("--language", metavar="ID", help="one language of the pack; default: all")
    audio.set_defaults(run="kimbilio.packs.commands:pack_audio")
    examples = verbs.add_parser("examples", help="which branches of the rules no example takes yet")
    examples.add_argument("pack", metavar="PACK", help="id, folder or workbook of a pack")
    examples.add_argument(
        "--from", dest="folder", type=Path, metavar="FOLDER", help="default: vectors/screening/PACK"
    )
    examples.set_defaults(run="kimbilio.packs.commands:pack_examples")


def _add_server(commands: argparse._SubParsersAction[_Parser]) -> None:
    demo = commands.add_parser(
        "demo", help="serve an invented country on this machine, with a database of its own"
    )
    demo.add_argument("--port", type=int, default=8400)
    demo.add_argument("--home", default="var/demo", metavar="FOLDER", help="where its data lies: %(default)s")
    demo.set_defaults(run="kimbilio.server.config.commands:demo")
    serve = commands.add_parser(
        "serve", help="serve the desk and the doors; addresses come from the environment"
    )
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8400)
    serve.add_argument("--workers", type=int, default=2, help="processes of four threads each: %(default)s")
    serve.set_defaults(run="kimbilio.server.config.commands:serve")
    worker = commands.add_parser("worker", help="run deferred jobs")
    worker.add_argument("--concurrency", type=int, default=4, help="jobs at a time: %(default)s")
    worker.set_defaults(run="kimbilio.server.config.commands:worker")
    migrate = commands.add_parser("migrate", help="bring the databases to what this version needs")
    migrate.set_defaults(run="kimbilio.server.config.commands:migrate")


def _add_people_who_work_here(commands: argparse._SubParsersAction[_Parser]) -> None:
    organisation = commands.add_parser("organisation", help="set up an organisation")
    verbs = organisation.add_subparsers(metavar="VERB", required=True)
    found = verbs.add_parser("found", help="a new organisation with a master key of its own")
    found.add_argument("--name", required=True)
    found.add_argument(
        "--name-in",
        action="append",
        default=[],
        metavar="LANGUAGE=NAME",
        help="its name in another language, such as fr=…; can be given again",
    )
    found.add_argument("--kind", required=True, choices=("government", "un", "civil_society", "health"))
    found.add_argument("--pack", required=True, metavar="PACK", help="id of the country pack it works with")
    found.add_argument("--agency", default="", metavar="ID", help="which of the pack's agencies it is")
    found.add_argument("--time-zone", required=True, metavar="AREA/CITY", help="such as Africa/Lusaka")
    found.set_defaults(run="kimbilio.server.config.founding:organisation_found")
    member = commands.add_parser("member", help="let the first steward in, or one who is locked out")
    verbs = member.add_subparsers(metavar="VERB", required=True)
    invite = verbs.add_parser("invite", help="a new steward, and the code with which they set their password")
    invite.add_argument("--organisation", required=True, metavar="NAME", help="its name, agency or id")
    invite.add_argument("--name", required=True, help="as colleagues know them")
    invite.add_argument("--username", required=True, help="to sign in with")
    invite.set_defaults(run="kimbilio.server.config.founding:steward_invite")
    code = verbs.add_parser("code", help="a new code for a steward who is locked out")
    code.add_argument("--organisation", required=True, metavar="NAME", help="its name, agency or id")
    code.add_argument("--username", required=True, help="to sign in with")
    code.add_argument(
        "--second-step-lost", action="store_true", help="their passkey or code app is lost, too"
    )
    code.set_defaults(run="kimbilio.server.config.founding:steward_code")


def _add_keys(commands: argparse._SubParsersAction[_Parser]) -> None:
    keys = commands.add_parser("keys", help="renew, back up and recover the keys")
    verbs = keys.add_subparsers(metavar="VERB", required=True)
    rotate = verbs.add_parser("rotate", help="give an organisation a new master key")
    rotate.add_argument("--organisation", required=True, metavar="NAME", help="its name, agency or id")
    rotate.add_argument("--batch", type=int, default=500, help="keys in one transaction: %(default)s")
    rotate.add_argument(
        "--search",
        action="store_true",
        help="renew the secret of the search codes as well, and write them anew",
    )
    rotate.set_defaults(run="kimbilio.server.config.keys:rotate")
    escrow = verbs.add_parser("escrow", help="print recovery sheets; any two bring a lost key folder back")
    escrow.add_argument("--organisation", required=True, metavar="NAME", help="its name, agency or id")
    escrow.add_argument(
        "--holder", required=True, action="append", metavar="NAME", help="two or more, one --holder each"
    )
    escrow.set_defaults(run="kimbilio.server.config.sheets:escrow")
    recover = verbs.add_parser("recover", help="bring a key back from two sheets, typed into standard input")
    recover.add_argument("--organisation", required=True, metavar="NAME", help="its name or id")
    recover.add_argument("--over", action="store_true", help="put it in the place of the key that is there")
    recover.set_defaults(run="kimbilio.server.config.sheets:recover")
    backup = verbs.add_parser("backup", help="copy the key store, for a few days")
    backup.add_argument("--to", required=True, metavar="FOLDER", help="apart from the other backups")
    backup.add_argument(
        "--recipient",
        required=True,
        action="append",
        metavar="age1…",
        help="public key; more than one may be given",
    )
    backup.add_argument("--keep-days", type=int, default=7, help="older copies are removed: %(default)s")
    backup.set_defaults(run="kimbilio.server.config.keystore_backup:backup")
    restore = verbs.add_parser("restore", help="bring a copy of the key store back")
    restore.add_argument("file", metavar="FILE", help="what `keys backup` wrote")
    restore.add_argument("--identity", required=True, metavar="FILE", help="secret key of age")
    restore.add_argument("--over", action="store_true", help="throw away what is in the key store")
    restore.set_defaults(run="kimbilio.server.config.keystore_backup:restore")


def _add_backup(commands: argparse._SubParsersAction[_Parser]) -> None:
    backup = commands.add_parser(
        "backup", help="copy everything but the key store, sealed to the steward's key"
    )
    backup.add_argument(
        "--to", required=True, metavar="FOLDER", help="where the backup gets a folder of its own"
    )
    backup.add_argument(
        "--recipient",
        required=True,
        action="append",
        metavar="age1…",
        help="public key; more than one may be given",
    )
    backup.set_defaults(run="kimbilio.server.config.backup:backup")
    restore = commands.add_parser("restore", help="bring a backup back, and erase again what was erased")
    restore.add_argument("folder", metavar="FOLDER", help="what `backup` wrote")
    restore.add_argument("--identity", required=True, metavar="FILE", help="secret key of age")
    restore.add_argument(
        "--check", action="store_true", help="only see whether it is whole and can be opened"
    )
    restore.add_argument("--over", action="store_true", help="throw away what is in the main database")
    restore.set_defaults(run="kimbilio.server.config.restoring:restore")


def _add_journal(commands: argparse._SubParsersAction[_Parser]) -> None:
    journal = commands.add_parser(
        "journal", help="carry the journal's roots out, and hold the journal to them"
    )
    verbs = journal.add_subparsers(metavar="VERB", required=True)
    whose = "name, agency or id of one organisation; default: all"
    root = verbs.add_parser("root", help="the newest root of each journal, as a line to copy onto paper")
    root.add_argument("--organisation", metavar="WHOSE", help=whose)
    root.add_argument("--out", type=Path, metavar="FILE", help="write the roots to a file, too")
    root.set_defaults(run="kimbilio.server.config.seals:root")
    verify = verbs.add_parser(
        "verify", help="find what was changed, removed, added or reordered behind our back"
    )
    verify.add_argument("--organisation", metavar="WHOSE", help=whose)
    verify.add_argument(
        "--root",
        action="append",
        default=[],
        metavar="LINE|FILE",
        help="a root that was carried out: the line in quotes, or the file; can be given again",
    )
    verify.set_defaults(run="kimbilio.server.config.seals:verify")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0 well, 1 faults found, 2 could not be done."""
    told = _parser().parse_args(arguments)
    module, _, function = told.run.partition(":")
    try:
        code: int = getattr(importlib.import_module(module), function)(told)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`head`, a pager) has gone; without this the interpreter complains once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        # An error that carries a hint was written for the person at the command line; any other is a fault
        # of ours.
        hint: str | None = getattr(error, "hint", None)
        if hint is None:
            raise
        sys.stderr.write(f"error: {error}\n  hint: {hint}\n")
        return 2
    return code
