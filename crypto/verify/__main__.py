"""The command `python -m crypto.verify`: V1 to V9 and V12 of an archive, without the rules package.

Exit status: 0 when every check holds, 1 when one fails, 2 when the command is used wrongly.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from crypto.board import format_head, normalise_head
from crypto.errors import EncodingError, VerificationError
from crypto.verify import sentences
from crypto.verify.ballots import BallotResult, MapBallots
from crypto.verify.model import ElectionReport, Report, ignore_progress
from crypto.verify.sentences import Language, Sentence
from crypto.verify.verification import verify_archive

_CHUNK = 8


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
    on_progress = _show_progress if sys.stderr.isatty() and not options.json else ignore_progress
    try:
        with _spread_ballots(options.jobs) as map_ballots:
            report = verify_archive(
                data,
                head=options.head,
                confirmations=confirmations,
                map_ballots=map_ballots,
                on_progress=on_progress,
            )
    except VerificationError as error:
        print(json.dumps(_list_failure(error)) if options.json else _describe_failure(error, language))
        return 1
    print(json.dumps(_list_report(report)) if options.json else _describe_report(report, language))
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


@contextmanager
def _spread_ballots(jobs: int) -> Iterator[MapBallots]:
    """Give a map over as many processes, or an ordinary one."""
    if jobs <= 1:
        yield map
        return
    with ProcessPoolExecutor(min(jobs, os.cpu_count() or 1)) as pool:

        def map_ballots(
            function: Callable[[bytes], BallotResult], ballots: Iterable[bytes], /
        ) -> Iterator[BallotResult]:
            return pool.map(function, ballots, chunksize=_CHUNK)

        yield map_ballots


def _show_progress(check: str, done: int, total: int) -> None:
    print(f"\r{check}: {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


def _describe_failure(error: VerificationError, language: Language) -> str:
    def say(sentence: Sentence, **values: object) -> str:
        return sentence.say(language).format(**values)

    lines = [say(sentences.FAILED, check=error.check), sentences.CHECKS[error.check].say(language)]
    if error.entry is not None:
        lines.append(say(sentences.ENTRY, entry=error.entry, line=error.entry + 1))
    lines.append(say(sentences.DETAIL, problem=error.problem))
    if error.expected is not None:
        lines.append(say(sentences.EXPECTED, value=error.expected))
    if error.found is not None:
        lines.append(say(sentences.FOUND, value=error.found))
    return "\n".join(lines)


def _describe_report(report: Report, language: Language) -> str:
    def say(sentence: Sentence, **values: object) -> str:
        return sentence.say(language).format(**values)

    lines = [f"{check.name} ({check.counted}): {sentences.CHECKS[check.name].say(language)}" for check in report.checks]
    for election in report.elections:
        lines += _describe_election(election, language)
    lines.append(
        say(
            sentences.COUNTED,
            entries=report.entries,
            ballots=report.ballots,
            proofs=report.proofs,
            signatures=report.signatures,
        )
    )
    if report.head is not None:
        lines.append(say(sentences.HEAD, head=format_head(report.head)))
    lines += [say(sentences.NO_RULES), say(sentences.VERIFIED if report.head_compared else sentences.CONSISTENT)]
    return "\n".join(lines)


def _describe_election(election: ElectionReport, language: Language) -> list[str]:
    manifest = election.manifest.body
    if election.ground is not None:
        return [sentences.ANNULLED.say(language).format(election=manifest.election, ground=election.ground)]
    lines = [sentences.ELECTION.say(language).format(election=manifest.election, ballots=election.ballots)]
    for contest, counts in zip(manifest.contests, election.counts or (), strict=False):
        texts = [option.text.vi if language is Language.VIETNAMESE else option.text.en for option in contest.options]
        names = [*texts, sentences.BLANK.say(language)]
        shown = ", ".join(f"{name}: {count}" for name, count in zip(names, counts, strict=True))
        text = contest.text.vi if language is Language.VIETNAMESE else contest.text.en
        lines.append(f"  {text} – {shown}")
    return lines


def _list_failure(error: VerificationError) -> dict[str, object]:
    return {
        "verified": False,
        "check": error.check,
        "problem": error.problem,
        "entry": error.entry,
        "expected": None if error.expected is None else str(error.expected),
        "found": None if error.found is None else str(error.found),
    }


def _list_report(report: Report) -> dict[str, object]:
    return {
        "verified": True,
        "head": None if report.head is None else report.head.hex(),
        "head_compared": report.head_compared,
        "checks": {check.name: check.counted for check in report.checks},
        "entries": report.entries,
        "ballots": report.ballots,
        "proofs": report.proofs,
        "signatures": report.signatures,
        "elections": {
            election.manifest.body.election: {
                "annulled": election.ground,
                "ballots": election.ballots,
                "counts": election.counts,
            }
            for election in report.elections
        },
    }


if __name__ == "__main__":
    sys.exit(main())
