"""`phieukin staff reset NAME`: a one-time link for somebody who lost the passphrase, on the server itself."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ballot_server import config
from ballot_server.cli.options import parse_language
from ballot_server.i18n import Language, translate
from ballot_server.services.installation import open_existing_installation
from ballot_server.services.staff_links import format_code, make_reset_link
from ballot_server.services.staff_sessions import StaffDoor
from ballot_server.web.processes import LOOPBACK

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def register(subparsers: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of `phieukin`."""
    staff = subparsers.add_parser("staff", help=_explain("help"), description=_explain("help"))
    actions = staff.add_subparsers(dest="action", required=True, metavar="ACTION")
    reset = actions.add_parser("reset", help=_explain("reset"), description=_explain("description"))
    reset.add_argument("name", metavar="NAME", help=_explain("name"))
    reset.add_argument("--data", type=Path, default=config.DEFAULT_DATA_FOLDER, help=_explain("data_folder"))
    reset.add_argument("--laptop-port", type=int, default=config.DEFAULT_LAPTOP_PORT, help=_explain("laptop_port"))
    reset.add_argument(
        "--lang",
        dest="language",
        type=parse_language,
        default=Language.VIETNAMESE,
        metavar="{vi,en}",
        help=translate("options.help.language", Language.VIETNAMESE),
    )
    reset.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a link by which somebody of the staff chooses a new passphrase.

    Raises: InstallationMissingError, StaffUnknownError, StorageError.
    """
    language: Language = arguments.language
    installation = open_existing_installation(arguments.data, os.urandom, config.read_database_url(os.environ))
    try:
        code = make_reset_link(installation.database, StaffDoor(), name=arguments.name)
    finally:
        installation.close()
    address = f"http://{LOOPBACK}:{arguments.laptop_port}/welcome"
    print(translate("staff.reset.link", language, name=arguments.name))
    print(f"{address}#{code}")
    print(translate("staff.reset.code", language, code=format_code(code)))
    return 0


def _explain(key: str) -> str:
    return translate(f"staff.command.{key}", Language.VIETNAMESE)
