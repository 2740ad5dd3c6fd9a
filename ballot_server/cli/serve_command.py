"""`phieukin serve`: the applications on one data folder, until told to stop."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import qrcode

from ballot_server import config
from ballot_server.cli.options import parse_language
from ballot_server.clock import read_clock
from ballot_server.i18n import Language, translate
from ballot_server.services.close_election import repeat_rewrite
from ballot_server.services.installation import Installation, open_installation
from ballot_server.services.issue_certificate import StaffCertificate, issue_certificate
from ballot_server.services.staff_links import LinkCode, format_code, make_first_link
from ballot_server.services.staff_sessions import StaffDoor
from ballot_server.web.addresses import find_room_address, list_own_addresses
from ballot_server.web.processes import (
    LOOPBACK,
    RoomAddresses,
    ServerProcess,
    TlsFiles,
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
    parser.add_argument("--laptop-port", type=int, default=config.DEFAULT_LAPTOP_PORT, help=_explain("laptop_port"))
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

    Raises: PortTakenError, AddressUnusableError, ServerStoppedError, StorageError, NameNotPermittedError,
    AuthorityDamagedError, AuthorityExpiredError, and the errors of the settings.
    """
    settings = config.Settings(
        data_folder=arguments.data,
        host=arguments.host,
        voters_port=arguments.voters_port,
        staff_port=arguments.staff_port,
        laptop_port=arguments.laptop_port,
        database_url=config.read_database_url(os.environ),
    )
    serve(settings, arguments.language)
    return 0


@dataclass(frozen=True)
class _Announcement:
    """What the screen says once everything answers; `first_link` is the first chair's code, if there is no chair."""

    addresses: RoomAddresses
    laptop: str
    certificate: StaffCertificate
    board_key: str
    folder: Path
    first_link: LinkCode | None


def serve(settings: config.Settings, language: Language) -> None:
    """Start the applications, say where they are, and watch them until told to stop."""
    stopping = threading.Event()
    folder = settings.data_folder
    with ExitStack() as stack:
        voters_listener = stack.enter_context(open_listener(settings.host, settings.voters_port))
        staff_listener = stack.enter_context(open_listener(settings.host, settings.staff_port))
        laptop_listener = stack.enter_context(open_listener(LOOPBACK, settings.laptop_port))
        # The schema, the key and the certificate are made here, once, before several processes read them.
        installation = open_installation(folder, os.urandom, settings.database_url)
        stack.callback(installation.close)
        repeat_rewrite(installation.database)
        certificate = _issue(settings)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stopping.set())
        addresses = _find_addresses(settings, voters_listener, staff_listener)
        tls = TlsFiles(certificate.certificate, certificate.key, certificate.authority)
        voters, staff, laptop = (
            stack.enter_context(
                ServerProcess(name, listener=listener, data_folder=folder, tls=files, addresses=addresses)
            )
            for name, listener, files in (
                ("voters", voters_listener, None),
                ("staff", staff_listener, tls),
                ("laptop", laptop_listener, None),
            )
        )
        for process in (voters, staff, laptop):
            process.wait_until_ready()
        _announce(_prepare_announcement(installation, addresses, laptop.port, certificate), language)

        def renew_certificate() -> None:
            # The network may give the machine another address in the middle of the evening.
            if _issue(settings).is_new:
                staff.replace()

        watch_processes((voters, staff, laptop), stopping, renew_certificate)
    print(translate("web.serve.stopped", language), flush=True)


def _issue(settings: config.Settings) -> StaffCertificate:
    return issue_certificate(
        settings.data_folder,
        host=None if settings.host in _ALL_ADDRESSES else settings.host,
        hostname=socket.gethostname(),
        addresses=list_own_addresses(),
        now=read_clock(),
    )


def _find_addresses(settings: config.Settings, voters: socket.socket, staff: socket.socket) -> RoomAddresses:
    room = find_room_address() if settings.host in _ALL_ADDRESSES else settings.host
    host = f"[{room}]" if ":" in room else room
    return RoomAddresses(
        voters=f"http://{host}:{voters.getsockname()[1]}", staff=f"https://{host}:{staff.getsockname()[1]}"
    )


def _prepare_announcement(
    installation: Installation, addresses: RoomAddresses, laptop_port: int, certificate: StaffCertificate
) -> _Announcement:
    return _Announcement(
        addresses=addresses,
        laptop=f"http://{LOOPBACK}:{laptop_port}",
        certificate=certificate,
        board_key=installation.server_key.hex(),
        folder=installation.folder,
        first_link=make_first_link(installation.database, StaffDoor()),
    )


def _announce(what: _Announcement, language: Language) -> None:
    key = what.board_key
    grouped = " ".join(key[start : start + 8] for start in range(0, len(key), 8))
    print(translate("web.serve.voters", language, address=what.addresses.voters))
    print(translate("web.serve.staff", language, address=what.addresses.staff))
    print(translate("web.serve.laptop", language, address=what.laptop))
    print(translate("web.serve.trust", language, address=f"{what.addresses.voters}/authority"))
    print(translate("web.serve.fingerprint", language, fingerprint=what.certificate.authority_fingerprint))
    print(translate("web.serve.key", language, key=grouped))
    print(translate("web.serve.data", language, folder=what.folder.resolve()))
    if what.first_link is None:
        _draw(what.addresses.voters)
    else:
        print(translate("web.serve.first_chair", language))
        print(f"  {what.laptop}/welcome#{what.first_link}")
        print(f"  {what.addresses.staff}/welcome#{what.first_link}")
        print(translate("web.serve.first_code", language, code=format_code(what.first_link)))
        _draw(f"{what.addresses.staff}/welcome#{what.first_link}")
    print(translate("web.serve.stop", language), flush=True)


def _draw(address: str) -> None:
    if sys.stdout.isatty():
        code = qrcode.QRCode(border=2)
        code.add_data(address)
        code.print_ascii(invert=True)


def _explain(key: str) -> str:
    return translate(f"web.serve.{key}", Language.VIETNAMESE)
