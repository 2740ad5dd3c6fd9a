"""Options that every subcommand has, and how their words are read."""

from __future__ import annotations

import argparse
import re
from datetime import date

from ballot_server.i18n import Language, translate

_VIETNAMESE_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--lang`` (to `language`, a Language; Vietnamese by default) and ``--json`` (to `json`, a boolean)."""
    parser.add_argument(
        "--lang",
        dest="language",
        type=parse_language,
        default=Language.VIETNAMESE,
        metavar="{vi,en}",
        help=translate("options.help.language", Language.VIETNAMESE),
    )
    parser.add_argument("--json", action="store_true", help=translate("options.help.json", Language.VIETNAMESE))


def parse_language(text: str) -> Language:
    """Return the language of ``vi`` or ``en``. Raises: argparse.ArgumentTypeError."""
    try:
        return Language(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: vi, en") from error


def parse_date(text: str) -> date:
    """Return the date of ``2026-01-15`` or ``15/01/2026``. Raises: argparse.ArgumentTypeError."""
    try:
        match = _VIETNAMESE_DATE.fullmatch(text)
        return date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: 2026-01-15, 15/01/2026") from error
