"""The command `python -m crypto.verify`: V1 to V9 and V12 of an archive, without the rules package.

Exit status: 0 when every check holds, 1 when one fails, 2 when the command is used wrongly.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from crypto.board import normalise_head
from crypto.errors import EncodingError, VerificationError
from crypto.verify import sentences
from crypto.verify.model import ignore_progress
from crypto.verify.printing import describe_failure, describe_report, list_failure, list_report
from crypto.verify.processes import show_progress, spread_ballots
from crypto.verify.sentences import Language
from crypto.verify.verification import verify_archive


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _build_parser().parse_args(arguments)
    language = Language(options.lang)
    try:
        if options.head is not None:
            normalise_head(options.head)
        data = options.archive.read_bytes()
        confirmations = [path.read_bytes() for path in options.confirmation]
    except EncodingError:
        return _complain(sentences.BAD_HEAD.say(language))
    except OSError as error:
        return _complain(sentences.UNREADABLE.say(language).format(path=error.filename, problem=error.strerror))
    on_progress = show_progress if sys.stderr.isatty() and not options.json else ignore_progress
    try:
        with spread_ballots(options.jobs) as map_ballots:
            report = verify_archive(
                data,
                head=options.head,
                confirmations=confirmations,
                map_ballots=map_ballots,
                on_progress=on_progress,
            )
    except VerificationError as error:
        print(json.dumps(list_failure(error)) if options.json else describe_failure(error, language))
        return 1
    if options.json:
        print(json.dumps(list_report(report)))
        return 0
    verdict = sentences.VERIFIED if report.head_compared else sentences.CONSISTENT
    lines = [*describe_report(report, language), sentences.NO_RULES.say(language), verdict.say(language)]
    print("\n".join(lines))
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m crypto.verify",
        description="Kiểm tra tệp lưu của một cuộc họp. / Verify the archive of a meeting (V1–V9, V12).",
    )
    parser.add_argument("archive", type=Path, metavar="ARCHIVE")
    parser.add_argument("--head", metavar="CODE", help="mã in trên biên bản / the code that the signed minutes print")
    parser.add_argument(
        "--confirmation",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="giấy xác nhận của cử tri / a voter's confirmation",
    )
    parser.add_argument("--json", action="store_true", help="kết quả cho chương trình đọc / a result for programs")
    parser.add_argument("--lang", choices=[language.value for language in Language], default="vi")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="số tiến trình / processes for the ballots")
    return parser


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
