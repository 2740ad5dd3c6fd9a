"""The command `phieukin`: one module a subcommand, exit status 0, 1 (the thing is wrong) or 2 (bad usage)."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from ballot_server.cli import (
    rehearse_command,
    report_command,
    roll_command,
    rules_command,
    serve_command,
    slips_command,
    staff_command,
    trustee_command,
    verify_command,
)
from ballot_server.errors import BallotServerError
from ballot_server.i18n import translate_error
from crypto.errors import CryptoError


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    parser = argparse.ArgumentParser(
        prog="phieukin", description="phiếu kín: a secret vote in a meeting room, from the roll to the signed minutes"
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (
        serve_command,
        staff_command,
        trustee_command,
        slips_command,
        rehearse_command,
        verify_command,
        rules_command,
        roll_command,
        report_command,
    ):
        module.register(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; what is wrong is said in the user's language, without a trace."""
    _let_every_letter_be_printed()
    parsed = build_parser().parse_args(arguments)
    try:
        status: int = parsed.run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output, as `head` does, has seen enough; nothing more may be written at the exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (BallotServerError, CryptoError) as error:
        print(translate_error(error, parsed.language), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _let_every_letter_be_printed() -> None:
    """Make a terminal that lacks a Vietnamese letter show a question mark, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
