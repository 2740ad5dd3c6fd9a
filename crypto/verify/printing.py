"""What a verifier prints of a report or of a failure, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from crypto.board import format_head
from crypto.errors import VerificationError
from crypto.verify import sentences
from crypto.verify.model import CheckResult, ElectionReport, Report
from crypto.verify.sentences import Language, Sentence

LONGEST_VALUE: Final = 300


def describe_failure(error: VerificationError, language: Language) -> str:
    """Return which check failed, what it asks for, and where it broke."""

    def say(sentence: Sentence, **values: object) -> str:
        return sentence.say(language).format(**values)

    lines = [say(sentences.FAILED, check=error.check), sentences.CHECKS[error.check].say(language)]
    if error.entry is not None:
        lines.append(say(sentences.ENTRY, entry=error.entry, line=error.entry + 1))
    lines.append(say(sentences.DETAIL, problem=_quote(error.problem)))
    if error.expected is not None:
        lines.append(say(sentences.EXPECTED, value=_quote(error.expected)))
    if error.found is not None:
        lines.append(say(sentences.FOUND, value=_quote(error.found)))
    return "\n".join(lines)


def describe_report(report: Report, language: Language, extra: Sequence[CheckResult] = ()) -> list[str]:
    """Return what was checked, a line each: checks by number, elections with their counts, totals and head.

    extra: checks made elsewhere of the same archive.
    """

    def say(sentence: Sentence, **values: object) -> str:
        return sentence.say(language).format(**values)

    lines = [
        f"{check.name} ({check.counted}): {sentences.CHECKS[check.name].say(language)}"
        for check in _sort_checks(report, extra)
    ]
    for election in report.elections:
        lines += _describe_election(election, language)
        finding = report.findings.get(election.manifest.body.election)
        if finding is not None:
            problem = _quote(finding.problem)
            lines.append(say(sentences.FINDING, check=finding.check, entry=finding.entry, problem=problem))
    lines.append(
        say(
            sentences.COUNTED,
            entries=report.entries,
            ballots=report.ballots,
            proofs=report.proofs,
            signatures=report.signatures,
        )
    )
    if report.meeting.rehearsal:
        lines.append(say(sentences.REHEARSAL))
    if report.head is not None:
        lines.append(say(sentences.HEAD, head=format_head(report.head)))
    return lines


def _describe_election(election: ElectionReport, language: Language) -> list[str]:
    manifest = election.manifest.body
    if election.ground is not None:
        return [sentences.ANNULLED.say(language).format(election=manifest.election, ground=election.ground)]
    lines = [_count_ballots(election, language)]
    for contest, counts in zip(manifest.contests, election.totals or (), strict=False):
        texts = [option.text.vi if language is Language.VIETNAMESE else option.text.en for option in contest.options]
        names = [*texts, sentences.BLANK.say(language)]
        shown = ", ".join(f"{name}: {count}" for name, count in zip(names, counts, strict=True))
        text = contest.text.vi if language is Language.VIETNAMESE else contest.text.en
        lines.append(f"  {text} – {shown}")
    if election.paper is not None and election.ballots is not None:
        paper = election.paper.body
        lines.append(sentences.BESIDE_PHONES.say(language).format(ballots=paper.ballots, invalid=paper.invalid))
    return lines


def _count_ballots(election: ElectionReport, language: Language) -> str:
    name = election.manifest.body.election
    if election.ballots is None and election.paper is not None:
        paper = election.paper.body
        return sentences.ON_PAPER.say(language).format(election=name, ballots=paper.ballots, invalid=paper.invalid)
    return sentences.ELECTION.say(language).format(election=name, ballots=election.ballots)


def _quote(value: object) -> str:
    """Return a value of an untrusted archive in one line that a screen takes as it is."""
    text = str(value)
    if len(text) > LONGEST_VALUE:
        text = f"{text[:LONGEST_VALUE]}…"
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def list_failure(error: VerificationError) -> dict[str, object]:
    """Return a failure for a program to read."""
    return {
        "verified": False,
        "check": error.check,
        "problem": error.problem,
        "entry": error.entry,
        "expected": None if error.expected is None else str(error.expected),
        "found": None if error.found is None else str(error.found),
    }


def list_report(report: Report, extra: Sequence[CheckResult] = ()) -> dict[str, object]:
    """Return a report for a program to read, with checks made elsewhere of the same archive."""
    return {
        "verified": True,
        "rehearsal": report.meeting.rehearsal,
        "head": None if report.head is None else report.head.hex(),
        "head_compared": report.head_compared,
        "checks": {check.name: check.counted for check in _sort_checks(report, extra)},
        "entries": report.entries,
        "ballots": report.ballots,
        "proofs": report.proofs,
        "signatures": report.signatures,
        "elections": {
            election.manifest.body.election: {
                "annulled": election.ground,
                "ballots": election.ballots,
                "counts": election.counts,
                "paper": None if election.paper is None else election.paper.body.to_signed(),
            }
            for election in report.elections
        },
        "findings": [
            {"election": name, "check": error.check, "entry": error.entry, "problem": error.problem}
            for name, error in (
                (each.manifest.body.election, report.findings.get(each.manifest.body.election))
                for each in report.elections
            )
            if error is not None
        ],
    }


def _sort_checks(report: Report, extra: Sequence[CheckResult]) -> list[CheckResult]:
    return sorted((*report.checks, *extra), key=lambda check: int(check.name.removeprefix("V")))
