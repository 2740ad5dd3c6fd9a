"""`phieukin serve`: both applications on one data folder, until told to stop."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import qrcode

from ballot_server import config
from ballot_server.cli.options import parse_language
from ballot_server.i18n import Language, translate
from ballot_server.services.installation import open_installation
from ballot_server.web.processes import (
    LOOPBACK,
    ServerProcess,
    find_room_address,
    open_listener,
    watch_processes,
)

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_ALL_ADDRESSES = {"0.0.0.0", "::"}  # noqa: S104 - compared with what the clerk asked for.


def register(subparsers: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of `phieukin`."""
    parser = subparsers.add_parser("serve", help=_explain("help"), description=_explain("description"))
    parser.add_argument("--host", default=config.DEFAULT_HOST, help=_explain("host"))
    parser.add_argument("--voters-port", type=int, default=config.DEFAULT_VOTERS_PORT, help=_explain("voters_port"))
    parser.add_argument("--staff-port", type=int, default=config.DEFAULT_STAFF_PORT, help=_explain("staff_port"))
    parser.add_argument("--data", type=Path, default=config.DEFAULT_DATA_FOLDER, help=_explain("data_folder"))
    parser.add_argument(
        "--lang",
        dest="language",
        type=parse_language,
        default=Language.VIETNAMESE,
        metavar="{vi,en}",
        help=translate("options.help.language", Language.VIETNAMESE),
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl+C.

    Raises: PortTakenError, AddressUnusableError, ServerStoppedError, StorageError, and the errors of the settings.
    """
    settings = config.Settings(
        data_folder=arguments.data,
        host=arguments.host,
        voters_port=arguments.voters_port,
        staff_port=arguments.staff_port,
        database_url=config.read_database_url(os.environ),
    )
    serve(settings, arguments.language)
    return 0


def serve(settings: config.Settings, language: Language) -> None:
    """Start both applications, say where they are, and watch them until told to stop."""
    stopping = threading.Event()
    folder = settings.data_folder
    with ExitStack() as stack:
        voters_listener = stack.enter_context(open_listener(settings.host, settings.voters_port))
        staff_listener = stack.enter_context(open_listener(LOOPBACK, settings.staff_port))
        # The schema and the key are made here, once, before two processes read them.
        installation = open_installation(folder, os.urandom, settings.database_url)
        key = installation.server_key.hex()
        installation.close()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stopping.set())
        voters = stack.enter_context(ServerProcess("voters", listener=voters_listener, data_folder=folder))
        staff = stack.enter_context(ServerProcess("staff", listener=staff_listener, data_folder=folder))
        for process in (voters, staff):
            process.wait_until_ready()
        room = find_room_address() if settings.host in _ALL_ADDRESSES else settings.host
        address = f"http://{f'[{room}]' if ':' in room else room}:{voters.port}"
        _announce(address, f"http://{LOOPBACK}:{staff.port}", key=key, folder=folder, language=language)
        watch_processes((voters, staff), stopping)
    print(translate("web.serve.stopped", language), flush=True)


def _announce(voters: str, staff: str, *, key: str, folder: Path, language: Language) -> None:
    grouped = " ".join(key[start : start + 8] for start in range(0, len(key), 8))
    print(translate("web.serve.voters", language, address=voters))
    print(translate("web.serve.staff", language, address=staff))
    print(translate("web.serve.key", language, key=grouped))
    print(translate("web.serve.data", language, folder=folder.resolve()))
    if sys.stdout.isatty():
        code = qrcode.QRCode(border=2)
        code.add_data(voters)
        code.print_ascii(invert=True)
    print(translate("web.serve.stop", language), flush=True)


def _explain(key: str) -> str:
    return translate(f"web.serve.{key}", Language.VIETNAMESE)
