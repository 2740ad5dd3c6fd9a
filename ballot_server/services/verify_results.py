"""Checks V10 and V11 of an archive: the rules' part, which `crypto` does not know.

V10: every manifest's base follows from its class counts, its options are those of its sealed rule-set, and its outcome
is what that rule-set makes of the tally. V11: the numbers in the minutes entry are those outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from ballot_server.domain.contest import BLANK
from ballot_server.errors import BallotServerError
from ballot_server.rules.election import ElectionDecision, list_sealed_options
from ballot_server.rules.loader import is_installed_text
from ballot_server.rules.sealed import SealedContest, SealedRules, read_sealed_rules
from ballot_server.services.derive_result import CountedElection, derive_decisions
from crypto.encoding import JsonValue, encode_canonical
from crypto.errors import VerificationError
from crypto.manifest import Contest, Manifest
from crypto.paper import PaperElection
from crypto.verify import CheckResult, ElectionReport, Report


@dataclass(frozen=True)
class RulesReport:
    """V10 and V11 with what they ran over; `own_rules` are elections under a text that is not installed here.

    sealed: the rules of every election by its id; decisions: on those that have an outcome and stand, in the order of
    their outcomes.
    """

    checks: tuple[CheckResult, ...]
    own_rules: tuple[str, ...]
    sealed: Mapping[str, SealedRules]
    decisions: Mapping[str, ElectionDecision]


def verify_results(report: Report) -> RulesReport:
    """Check the rules' part of an archive whose V1 to V9 hold.

    Raises: VerificationError naming V10 or V11, the entry, what was expected and what was found.
    """
    date = report.meeting.date
    sealed = {election.manifest.body.election: _check_rules(election, date) for election in report.elections}
    decided = sorted(
        (election for election in report.elections if election.outcome is not None and election.ground is None),
        key=lambda election: 0 if election.outcome is None else election.outcome.number,
    )
    decisions = {
        election.manifest.body.election: _check_outcome(election, decided[: place + 1])
        for place, election in enumerate(decided)
    }
    results = [decision.to_result(name).to_json() for name, decision in decisions.items()]
    minutes = _check_minutes(report, results)
    own = tuple(name for name, rules in sealed.items() if not is_installed_text(rules.rule_set))
    checks = (CheckResult("V10", counted=len(results)), CheckResult("V11", counted=minutes))
    return RulesReport(checks=checks, own_rules=own, sealed=sealed, decisions=decisions)


def _check_rules(election: ElectionReport, date: str) -> SealedRules:
    manifest = election.manifest.body
    try:
        sealed = read_sealed_rules(manifest.rules)
    except BallotServerError as error:
        raise VerificationError("V10", f"sealed rules: {error}", entry=election.manifest.number) from None
    _check_agreement(election.manifest.number, manifest, sealed, date)
    for contest, known in zip(manifest.contests, sealed.contests, strict=True):
        _check_options(election.manifest.number, contest, known, sealed)
    return sealed


def _check_options(entry: int, contest: Contest, known: SealedContest, sealed: SealedRules) -> None:
    """Check that a contest's options, their order and the marks allowed are those of its sealed rules."""
    found = [option.id for option in contest.options]
    expected = [*list_sealed_options(sealed, known)]
    if found != expected or BLANK in found:
        raise VerificationError("V10", f"options of contest {contest.id}", entry=entry, expected=expected, found=found)
    marks = 1 if known.seats is None else known.seats
    if contest.marks != marks:
        raise VerificationError(
            "V10", f"marks of contest {contest.id}", entry=entry, expected=marks, found=contest.marks
        )


def _check_agreement(entry: int, manifest: Manifest | PaperElection, sealed: SealedRules, date: str) -> None:
    pairs = {
        "date": (sealed.meeting_date.isoformat(), date),
        "present": (manifest.counts.present, sealed.present),
        "contests": ([contest.id for contest in manifest.contests], [contest.id for contest in sealed.contests]),
    }
    for name, (found, expected) in pairs.items():
        if found != expected:
            raise VerificationError(
                "V10", f"{name} of manifest and sealed rules", entry=entry, expected=expected, found=found
            )


def _check_outcome(election: ElectionReport, until: list[ElectionReport]) -> ElectionDecision:
    outcome = election.outcome
    entry = None if outcome is None else outcome.number
    try:
        decision = derive_decisions(_count(each) for each in until)[-1]
    except BallotServerError as error:
        raise VerificationError("V10", f"the outcome cannot be drawn: {error}", entry=entry) from None
    expected = decision.to_result(election.manifest.body.election).to_json()
    if _differ(election.result, expected):
        raise VerificationError(
            "V10",
            "the outcome is not what the rules make of the tally",
            entry=entry,
            expected=expected,
            found=election.result,
        )
    return decision


def _count(election: ElectionReport) -> CountedElection:
    if election.totals is None or election.returned is None:
        raise VerificationError("V10", "an outcome without a tally", entry=election.manifest.number)
    paper = None if election.paper is None else election.paper.body
    return CountedElection(election.manifest.body, election.totals, election.returned, paper)


def _check_minutes(report: Report, results: list[dict[str, object]]) -> int:
    if report.minutes is None:
        return 0
    expected: dict[str, object] = {"elections": results}
    if _differ(report.minutes.body.numbers, expected):
        raise VerificationError(
            "V11",
            "the numbers of the minutes are not those of the outcomes",
            entry=report.minutes.number,
            expected=expected,
            found=report.minutes.body.numbers,
        )
    return 1


def _differ(found: object, expected: object) -> bool:
    """Tell whether two JSON values differ in their one canonical form, in which true is not 1."""
    return encode_canonical(cast(JsonValue, found)) != encode_canonical(cast(JsonValue, expected))
