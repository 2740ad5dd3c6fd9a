"""`phieukin trustee join ADDRESS`: a teller's device in a terminal, from the key to its destruction.

Exit status: 0 when the share is destroyed, 1 when the server or the teller ends it earlier, 2 for bad usage. Started
again with the same address and folder, it goes on where it was.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ballot_server.cli.options import parse_language
from ballot_server.i18n import Language, translate
from ballot_server.services.join_address import JoinAddress, parse_join_address
from ballot_server.trustee.conversation import ConsentingConversation, TerminalConversation
from ballot_server.trustee.device import TellerDevice
from ballot_server.trustee.keeping import find_default_folder, load_device_secret, open_storage
from ballot_server.trustee.link import LinkLostError, RoomLink, Transport
from ballot_server.trustee.transport import open_transport
from crypto.closed import ClosedElection
from crypto.verify import review_closed_board
from crypto.verify.model import ignore_progress
from crypto.verify.processes import show_progress, spread_ballots

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

POLL_MILLISECONDS = 1_500
PROCESSES_FROM_BYTES = 2_000_000
"""Below this size of a board processes cost more than they save."""


def register(subparsers: _SubParsersAction[ArgumentParser]) -> None:
    """Add `trustee join` to the command's parser."""
    parser = subparsers.add_parser("trustee", help=_explain("help"), description=_explain("help"))
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    join = actions.add_parser("join", help=_explain("help_join"), description=_explain("help_join"))
    join.add_argument("address", metavar="ADDRESS", help=_explain("help_address"))
    join.add_argument("--store", type=Path, metavar="DIR", help=_explain("help_store"))
    # For tests, which have no people: not listed, and it warns.
    join.add_argument("--assume-yes", action="store_true", help=argparse.SUPPRESS)
    join.add_argument("--poll-milliseconds", type=int, default=POLL_MILLISECONDS, help=argparse.SUPPRESS)
    join.add_argument(
        "--lang",
        dest="language",
        type=parse_language,
        default=Language.VIETNAMESE,
        metavar="{vi,en}",
        help=translate("options.help.language", Language.VIETNAMESE),
    )
    join.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Take the seat and work until the share is destroyed.

    Raises: JoinAddressError, JoinAddressPlainError; DeviceUnwritableError; LinkLostError if the server cannot be
    reached at all; what `TellerDevice.run` raises.
    """
    language: Language = arguments.language
    address = parse_join_address(arguments.address)
    folder: Path = arguments.store or find_default_folder(os.environ, Path.home())
    device = load_device_secret(folder, address.code, secrets.token_bytes)
    if arguments.assume_yes:
        print(translate("trustee.assuming", language), file=sys.stderr, flush=True)
    talk = (ConsentingConversation if arguments.assume_yes else TerminalConversation)(sys.stdin, sys.stdout, language)
    pause = _make_pause(arguments.poll_milliseconds)
    link = RoomLink(_wait_for_server(address, talk, pause), code=address.code, device=device)
    TellerDevice(
        link,
        talk,
        open_storage=lambda ceremony, index: open_storage(folder, ceremony, index),
        review=_review_board,
        random_bytes=secrets.token_bytes,
        clock=lambda: time.monotonic_ns() // 1_000_000_000,
    ).run(pause)
    return 0


def _wait_for_server(address: JoinAddress, talk: TerminalConversation, pause: Callable[[], None]) -> Transport:
    while True:
        try:
            return open_transport(address)
        except LinkLostError:
            talk.show_status("link_lost")
        pause()


def _make_pause(milliseconds: int) -> Callable[[], None]:
    """Return a pause between half and one and a half of a time, so that devices do not ask all at once."""

    def pause() -> None:
        time.sleep((milliseconds // 2 + secrets.randbelow(max(milliseconds, 1))) / 1_000)

    return pause


def _review_board(archive: bytes, election: str) -> ClosedElection:
    jobs = (os.cpu_count() or 1) if len(archive) >= PROCESSES_FROM_BYTES else 1
    on_progress = show_progress if sys.stderr.isatty() else ignore_progress
    with spread_ballots(jobs) as map_ballots:
        return review_closed_board(archive, election, map_ballots=map_ballots, on_progress=on_progress)


def _explain(key: str) -> str:
    return translate(f"trustee.{key}", Language.VIETNAMESE)
