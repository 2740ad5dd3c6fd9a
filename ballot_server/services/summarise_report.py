"""From a verified archive to the plain values that superiors add up; every number is the one that was verified."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha256

from ballot_server.domain.contest import BLANK, Wording
from ballot_server.domain.received_report import (
    AnnulledSummary,
    ContestSummary,
    ElectionSummary,
    NamedText,
    OptionSummary,
    ReportSummary,
    RuleSetName,
    TestSummary,
)
from ballot_server.domain.result import format_percentage
from ballot_server.rules.election import DecidedContest, ElectionDecision
from ballot_server.rules.loader import is_installed_text
from ballot_server.rules.model import RuleSet, Standing
from ballot_server.rules.sealed import SealedRules
from ballot_server.services.verify_results import RulesReport
from crypto.board import format_head
from crypto.manifest import Contest, Manifest, Text
from crypto.paper import PaperElection
from crypto.verify import ElectionReport, Report


def summarise_report(report: Report, rules: RulesReport, *, unit_key: str, archive: str) -> ReportSummary:
    """Return what an archive says whose every check held.

    unit_key: the fingerprint of the key that signed; archive: its SHA-256 in hexadecimal.
    """
    elections = {election.manifest.body.election: election for election in report.elections}
    standing = [each for name, each in rules.sealed.items() if elections[name].ground is None]
    # As in the minutes: an election may be annulled for its wrong base, so it counts only if there is no other.
    widest = max(standing or rules.sealed.values(), key=lambda sealed: (sealed.summoned, sealed.present), default=None)
    meeting = report.meeting
    return ReportSummary(
        unit_key=unit_key,
        unit=meeting.unit,
        superior=meeting.superior,
        place=meeting.place,
        meeting=meeting.code,
        held_on=date.fromisoformat(meeting.date),
        head="" if report.head is None else report.head.hex(),
        archive=archive,
        summoned=0 if widest is None else widest.summoned,
        present=0 if widest is None else widest.present,
        elections=tuple(
            _summarise_election(elections[name].manifest.body, decision) for name, decision in rules.decisions.items()
        ),
        annulled=tuple(
            _summarise_annulled(election, rules.sealed, is_damaged=name in report.findings)
            for name, election in elections.items()
            if election.ground is not None
        ),
        entries=report.entries,
        ballots=report.ballots,
        proofs=report.proofs,
        signatures=report.signatures,
        head_code="" if report.head is None else format_head(report.head),
    )


def _summarise_annulled(
    election: ElectionReport, sealed: Mapping[str, SealedRules], *, is_damaged: bool
) -> AnnulledSummary:
    manifest = election.manifest.body
    return AnnulledSummary(
        id=manifest.election,
        title=_read_wording(manifest.title),
        rule_set=sealed[manifest.election].rule_set.id,
        ground=election.ground or "",
        is_damaged=is_damaged,
    )


def _summarise_election(manifest: Manifest | PaperElection, decision: ElectionDecision) -> ElectionSummary:
    sealed, numbers = decision.sealed, decision.numbers
    return ElectionSummary(
        id=manifest.election,
        title=_read_wording(manifest.title),
        rule_set=_name_rule_set(sealed.rule_set),
        mark=sealed.dated.mark.value,
        in_force=sealed.dated.in_force,
        base_kind=sealed.base.kind.value,
        base_value=decision.to_result(manifest.election).base.value,
        base_parts=sealed.base.parts,
        base_ground=sealed.base.ground or "",
        summoned=sealed.summoned,
        present=sealed.present,
        issued=numbers.issued,
        returned=numbers.returned,
        not_returned=numbers.not_returned,
        valid=numbers.valid,
        blank=decision.common_blank,
        invalid=numbers.invalid,
        is_on_paper=isinstance(manifest, PaperElection),
        contests=tuple(
            _summarise_contest(asked, contest, decision)
            for asked, contest in zip(manifest.contests, decision.contests, strict=True)
        ),
    )


def _name_rule_set(rule_set: RuleSet) -> RuleSetName:
    texts = rule_set.standing_texts
    return RuleSetName(
        id=rule_set.id,
        title=rule_set.title,
        version=rule_set.effective_from,
        digest=sha256(rule_set.source_text.encode()).hexdigest(),
        is_own=not is_installed_text(rule_set),
        outcomes=tuple(NamedText(outcome.id, outcome.text) for outcome in rule_set.outcomes),
        standings=tuple(NamedText(each.value, texts[each]) for each in Standing if each in texts),
    )


def _summarise_contest(asked: Contest, contest: DecidedContest, decision: ElectionDecision) -> ContestSummary:
    made, texts = contest.decision, decision.sealed.rule_set.standing_texts
    standings = {each.option: each.standing for each in made.candidates}
    # A blank vote is no part of the votes cast, but every option is: shares are of the contest's own base.
    base = made.base_value
    return ContestSummary(
        id=contest.id,
        subject=_read_wording(asked.text),
        options=tuple(
            OptionSummary(
                id=option.id,
                label=_read_wording(option.text),
                count=contest.counts[option.id],
                share=format_percentage(contest.counts[option.id], base) if base > 0 else "",
                standing=standings[option.id].value if option.id in standings else "",
                standing_text=texts[standings[option.id]] if option.id in standings else None,
            )
            for option in asked.options
        ),
        blank=contest.counts[BLANK],
        base=base,
        tests=tuple(TestSummary(test.option, test.needed, test.base, test.got, test.passed) for test in made.tests),
        outcome=made.outcome.id,
        outcome_text=made.text,
        proposed=made.outcome.proposed,
        seats=asked.marks if made.seats_left is not None else None,
        seats_left=made.seats_left,
    )


def _read_wording(text: Text) -> Wording:
    return Wording(text.vi, text.en)
