"""Fill one election's part of the minutes from the decision on it; every screen shows the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ballot_server.domain.base import BaseKind
from ballot_server.domain.contest import BLANK
from ballot_server.domain.threshold import TestResult
from ballot_server.i18n import Language, translate
from ballot_server.minutes.record import (
    BaseRecord,
    ContestRecord,
    CumulationRecord,
    ElectionRecord,
    OptionRecord,
    RuleSetRecord,
    SealedBaseRecord,
    SlipCounts,
    TestRecord,
    ThresholdRecord,
)
from ballot_server.rules.election import DecidedContest, ElectionDecision
from ballot_server.rules.model import ContestForm
from ballot_server.rules.sealed import SealedRules, measure_quorum_of, read_sealed_rules
from ballot_server.services.record_words import RecordWords, write_date
from crypto.manifest import Contest, Manifest
from crypto.paper import PaperCounts, PaperElection


@dataclass(frozen=True)
class DecidedElection:
    """A manifest and the decision on its tally; who of the entitled was in the room at the close, if that was noted."""

    manifest: Manifest | PaperElection
    decision: ElectionDecision
    present_at_close: int | None = None
    paper: PaperCounts | None = None

    @property
    def is_on_paper(self) -> bool:
        """Whether nobody voted by phone."""
        return isinstance(self.manifest, PaperElection)

    @property
    def paper_beside(self) -> PaperCounts | None:
        """What was counted on paper beside phones; `paper` is that of either kind."""
        return None if self.is_on_paper else self.paper


@dataclass(frozen=True)
class AnnulledElection:
    """A sealed election that was annulled, and on what ground.

    returned: how many ballots had come back if it was closed; paper: what had been counted of them on paper.
    """

    manifest: Manifest | PaperElection
    ground: str
    returned: int | None = None
    paper: PaperCounts | None = None

    @property
    def issued(self) -> int:
        """Slips and paper ballots in voters' hands, a slip that was exchanged for paper counted once."""
        issued = self.manifest.counts.issued
        beside = self.paper if isinstance(self.manifest, Manifest) else None
        return issued if beside is None else issued - beside.exchanged + beside.issued

    @property
    def sealed(self) -> SealedRules:
        """The rules it was to be decided by."""
        return read_sealed_rules(self.manifest.rules)


def compose_base_record(sealed: SealedRules, language: Language) -> SealedBaseRecord:
    """Return how a base is made up, in the minutes' words; `base` is None where it is known after the count."""
    return RecordWords(language).describe_base(sealed.base, sealed.base.value)


def compose_election_record(
    election: DecidedElection, *, key_words: tuple[str, ...], language: Language
) -> ElectionRecord:
    """Return one election's part of the record. key_words: of the key's fingerprint, none for paper alone."""
    words = RecordWords(language)
    manifest, decision = election.manifest, election.decision
    sealed = decision.sealed
    return ElectionRecord(
        title=name_title(manifest, language),
        rule_set=_describe_rule_set(words, decision),
        base=words.describe_base(sealed.base, decision.to_result("").base.value),
        thresholds=_list_thresholds(words, decision),
        summoned=sealed.summoned,
        present=sealed.present,
        slips=_count_slips(words, election),
        key_words=() if election.is_on_paper else key_words,
        contests=tuple(
            _describe_contest(words, asked, contest, decision, on_paper)
            for asked, contest, on_paper in zip(
                manifest.contests, decision.contests, _list_paper(election), strict=True
            )
        ),
        quorum=_describe_quorum(words, election),
        note=_write_election_note(words, election),
    )


def _describe_quorum(words: RecordWords, election: DecidedElection) -> str:
    """Return the quorum at the opening, and at the close where the room was counted then."""
    sealed, closing = election.decision.sealed, election.present_at_close
    if sealed.quorum is None:
        return ""
    opened = words.describe_quorum(sealed.quorum)
    closed = None if closing is None else measure_quorum_of(sealed, closing)
    if closed is None:
        return opened
    key = "quorum_closed_met" if closed.met else "quorum_closed_missed"
    return f"{opened}; {words.say(key, got=closed.got, needed=closed.needed)}"


def _write_election_note(words: RecordWords, election: DecidedElection) -> str:
    notes = []
    if election.present_at_close is not None:
        present = election.decision.sealed.present
        notes.append(words.say("present_open_and_close", opened=present, closed=election.present_at_close))
    if election.is_on_paper:
        notes.append(words.say("on_paper_alone"))
    if election.decision.sealed.barred:
        notes.append(words.say("barred", count=election.decision.sealed.barred))
    return " ".join(notes)


def _list_paper(election: DecidedElection) -> Sequence[tuple[int, ...] | None]:
    """Return each contest's counts on paper beside phones, blank last; None where there was no paper."""
    paper = election.paper_beside
    return [None] * len(election.manifest.contests) if paper is None else paper.counts


def name_title(manifest: Manifest | PaperElection, language: Language) -> str:
    """Return an election's title in one language."""
    return manifest.title.vi if language is Language.VIETNAMESE else manifest.title.en


def _describe_rule_set(words: RecordWords, decision: ElectionDecision) -> RuleSetRecord:
    code = words.language.value
    dated = decision.sealed.dated
    rule_set, source = dated.rule_set, dated.rule_set.source
    return RuleSetRecord(
        title=rule_set.title.in_language(code),
        identifier=rule_set.id,
        version=words.describe_version(rule_set.effective_from),
        source=source.document.in_language(code),
        number=source.number or "",
        issued="" if source.issued_on is None else write_date(source.issued_on),
        clause=source.clause.in_language(code),
        mark=dated.mark.value,
        in_force=dated.in_force,
        readings=tuple(reading.text.in_language(code) for reading in rule_set.readings),
        source_note="" if source.note is None else source.note.in_language(code),
    )


def _list_thresholds(words: RecordWords, decision: ElectionDecision) -> tuple[ThresholdRecord, ...]:
    """Return what each test asked for; where contests have bases of their own, they say it with their tests."""
    rule_set = decision.sealed.rule_set
    value = decision.to_result("").base.value
    if value is None or decision.sealed.base.kind is BaseKind.VOTES_CAST:
        return ()
    labels = {option.id: option.text.in_language(words.language.value) for option in rule_set.options}
    needed = {(test.option, test.id): test.needed for contest in decision.contests for test in contest.decision.tests}
    thresholds = []
    for test in rule_set.tests:
        asked = [count for (option, name), count in needed.items() if name == test.id and test.option in (None, option)]
        if asked:
            thresholds.append(
                ThresholdRecord(
                    option=words.say("each_candidate") if test.option is None else labels[test.option],
                    words=words.read_threshold(test.threshold),
                    needed=asked[0],
                    base=value,
                    for_each=test.option is None,
                )
            )
    return tuple(thresholds)


def _describe_contest(
    words: RecordWords,
    asked: Contest,
    contest: DecidedContest,
    decision: ElectionDecision,
    paper: tuple[int, ...] | None,
) -> ContestRecord:
    made, code = contest.decision, words.language.value
    labels = {
        option.id: option.text.vi if words.language is Language.VIETNAMESE else option.text.en
        for option in asked.options
    }
    texts = decision.sealed.rule_set.standing_texts
    on_paper = dict(zip([*labels, BLANK], paper or [None] * (len(labels) + 1), strict=True))
    standings = {each.option: texts[each.standing].in_language(code) for each in made.candidates}
    return ContestRecord(
        subject=asked.text.vi if words.language is Language.VIETNAMESE else asked.text.en,
        options=tuple(
            OptionRecord(label, contest.counts[option], on_paper[option], standings.get(option, ""))
            for option, label in labels.items()
        ),
        blank=OptionRecord(
            translate("minutes.print.contest.blank", words.language), contest.counts[BLANK], on_paper[BLANK]
        ),
        bases=_list_bases(words, contest, decision),
        tests=tuple(_describe_test(test, labels) for test in made.tests),
        outcome=made.text.in_language(code),
        clause=made.clause.in_language(code),
        note=_write_note(words, contest, decision.sealed),
        marks=asked.marks,
        seats=asked.marks if decision.sealed.rule_set.form is ContestForm.CHOOSE_UP_TO else None,
        cumulation=tuple(
            CumulationRecord(labels[row.form], row.votes, row.run, row.needed, row.reached) for row in made.cumulation
        ),
        levels=decision.sealed.rule_set.form is ContestForm.LEVELS,
    )


def _write_note(words: RecordWords, contest: DecidedContest, sealed: SealedRules) -> str:
    made = contest.decision
    parts = [made.next_step.in_language(words.language.value)]
    before = next(each.previous_failed for each in sealed.contests if each.id == contest.id)
    if before and sealed.rule_set.failures:
        parts.insert(0, words.say("failed_before", count=before))
    if made.seats_left:
        parts.append(words.say("seats_left", count=made.seats_left))
    if made.review_on:
        parts.append(words.say("review_on", date=write_date(made.review_on)))
    return " ".join(part for part in parts if part)


def _list_bases(words: RecordWords, contest: DecidedContest, decision: ElectionDecision) -> tuple[BaseRecord, ...]:
    """Return every base of which shares are printed, the rule-set's own first, each number's meaning once.

    Of levels all bases that are or were in use are printed, though ballots by phone are all valid.
    """
    sealed, numbers = decision.sealed, decision.numbers
    kind = sealed.base.kind
    own = words.name_base(kind.value, contest.decision.base_value)
    if kind is BaseKind.VOTES_CAST:
        bases, others = [replace(own, holds_blank=False)], {"returned": numbers.returned}
    else:
        bases, others = [own], {"summoned": sealed.summoned, "returned": numbers.returned}
    if numbers.valid != numbers.returned or sealed.rule_set.form is ContestForm.LEVELS:
        others["valid"] = numbers.valid
    return (*bases, *(words.name_base(name, value) for name, value in others.items() if name != kind.value))


def _describe_test(test: TestResult, labels: Mapping[str, str]) -> TestRecord:
    return TestRecord(labels[test.option], test.needed, test.base, test.got, test.passed)


def _count_slips(words: RecordWords, election: DecidedElection) -> SlipCounts:
    numbers, paper, beside = election.decision.numbers, election.paper, election.paper_beside
    return SlipCounts(
        printed=numbers.printed,
        handed_out=numbers.handed_out,
        void=numbers.void,
        lost=numbers.lost,
        left_over=numbers.left_over,
        issued=numbers.issued,
        returned=numbers.returned,
        not_returned=numbers.not_returned,
        valid=numbers.valid,
        blank=election.decision.common_blank,
        invalid=numbers.invalid,
        invalid_reasons=()
        if paper is None
        else tuple(words.say("invalid_reason", reason=each.reason, count=each.count) for each in paper.reasons),
        paper_issued=0 if beside is None else beside.issued,
        paper_returned=0 if beside is None else beside.ballots,
        is_paper=election.is_on_paper,
    )
