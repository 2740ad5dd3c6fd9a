"""Fill the record of the minutes from a meeting's roll and its decided elections.

Every number comes from the decision that the board's outcome was drawn from; what is added here are words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from fractions import Fraction

from ballot_server.domain.base import Base, BaseKind, VoterRule, list_entitled
from ballot_server.domain.contest import BLANK
from ballot_server.domain.member import Attendance, Member, MemberClass, Roll
from ballot_server.domain.result import BallotNumbers
from ballot_server.domain.threshold import Comparator, TestResult, Threshold
from ballot_server.i18n import Language, translate
from ballot_server.minutes.record import (
    AnnulledElectionRecord,
    AttendanceRecord,
    BaseRecord,
    ContestRecord,
    ElectionRecord,
    ExemptMember,
    MinutesRecord,
    OptionRecord,
    RuleSetRecord,
    SealedBaseRecord,
    SlipCounts,
    TestRecord,
    ThresholdRecord,
)
from ballot_server.rules.election import DecidedContest, ElectionDecision
from ballot_server.rules.model import RuleSet
from ballot_server.rules.sealed import SealedRules, read_sealed_rules
from ballot_server.storage.records import MeetingRecord
from crypto.manifest import Manifest
from crypto.paper import PaperElection


@dataclass(frozen=True)
class DecidedElection:
    """A manifest and the decision on its tally."""

    manifest: Manifest | PaperElection
    decision: ElectionDecision


@dataclass(frozen=True)
class AnnulledElection:
    """A sealed election that was annulled, and on what ground."""

    manifest: Manifest | PaperElection
    ground: str

    @property
    def sealed(self) -> SealedRules:
        """The rules it was to be decided by."""
        return read_sealed_rules(self.manifest.rules)


class Network(Enum):
    """What joined the voters' phones to the server; the value is part of the sentence's key."""

    SIMULATED = "rehearsal"
    """No network: the program played the phones on the server itself."""

    ROOM_PLAIN = "room_plain"
    """The room's Wi-Fi without TLS, where the pages themselves could be altered on the way."""

    ROOM_TLS = "room_tls"
    """The room's network with TLS from phone to server."""


def compose_election_record(
    election: DecidedElection, *, key_words: tuple[str, ...], language: Language
) -> ElectionRecord:
    """Return one election's part of the record, which the minutes and every screen show alike."""
    return _Composer(language).compose_election(election, key_words)


def compose_base_record(sealed: SealedRules, language: Language) -> SealedBaseRecord:
    """Return how a base is made up, in the minutes' words; `base` is None where each contest has its own."""
    return _Composer(language).describe_base(sealed.base, sealed.base.value)


def compose_record(
    meeting: MeetingRecord,
    roll: Roll,
    elections: Sequence[DecidedElection],
    annulled: Sequence[AnnulledElection],
    *,
    key_words: tuple[str, ...],
    head: str,
    language: Language,
    network: Network | None = None,
) -> MinutesRecord:
    """Return the record of a meeting's minutes, of at least one election, decided or annulled.

    key_words: of the key's fingerprint; head: 32 characters without separators; network: what joined the phones to
    the server, a rehearsal's own unless given.
    """
    composer = _Composer(language)
    # An election may be annulled for its wrong base, so what it says of attendance counts only if there is no other.
    opened = [election.decision.sealed for election in elections] or [election.sealed for election in annulled]
    return MinutesRecord(
        superior=meeting.superior,
        unit=meeting.unit,
        place=meeting.place,
        date=meeting.held_on,
        chair=meeting.chair,
        clerk=meeting.clerk,
        tellers=meeting.tellers,
        form=composer.say("form_electronic"),
        network=composer.say(_name_network(network, rehearsal=meeting.rehearsal)),
        printing=composer.say("printing_server"),
        rehearsal=meeting.rehearsal,
        attendance=composer.compose_attendance(meeting.held_on, roll, opened),
        elections=tuple(composer.compose_election(election, key_words) for election in elections),
        head=head,
        annulled=tuple(composer.compose_annulled(election) for election in annulled),
    )


@dataclass(frozen=True)
class _Composer:
    """Words of one language around the numbers."""

    language: Language

    def say(self, key: str, /, **fields: object) -> str:
        return translate(f"record.{key}", self.language, **fields)

    def compose_attendance(self, on: date, roll: Roll, opened: Sequence[SealedRules]) -> AttendanceRecord:
        """Return who was summoned and came, by the widest of the evening's elections, and who stayed away.

        Of two elections as wide, the one with more people in the room counts: the roll knows who came late.
        """
        widest = max(opened, key=lambda sealed: (sealed.summoned, sealed.present))
        summoned = list_entitled(roll, on, VoterRule(widest.rule_set.base))
        official = [entry for entry in roll.entries if entry.member.member_class is MemberClass.OFFICIAL]
        exempt = [entry.member for entry in official if entry.member.is_exempt(on)]

        def list_absent(attendance: Attendance) -> tuple[str, ...]:
            return tuple(entry.member.name for entry in summoned if entry.attendance is attendance)

        def count_present(member_class: MemberClass) -> int:
            return sum(
                entry.member.member_class is member_class and entry.attendance is Attendance.PRESENT
                for entry in roll.entries
            )

        return AttendanceRecord(
            summoned=widest.summoned,
            present=widest.present,
            absent_excused=list_absent(Attendance.ABSENT_EXCUSED),
            absent_unexcused=list_absent(Attendance.ABSENT_UNEXCUSED),
            exempt=tuple(self._describe_exempt(member) for member in exempt),
            probationary=count_present(MemberClass.PROBATIONARY),
            guests=count_present(MemberClass.GUEST),
        )

    def compose_election(self, election: DecidedElection, key_words: tuple[str, ...]) -> ElectionRecord:
        """Return one election's part."""
        manifest, decision = election.manifest, election.decision
        sealed = decision.sealed
        rule_set = sealed.rule_set
        options = {option.id: option.text.in_language(self.language.value) for option in rule_set.options}
        return ElectionRecord(
            title=manifest.title.vi if self.language is Language.VIETNAMESE else manifest.title.en,
            rule_set=self._describe_rule_set(decision),
            base=self.describe_base(sealed.base, decision.to_result("").base.value),
            thresholds=self._list_thresholds(decision, options),
            summoned=sealed.summoned,
            present=sealed.present,
            slips=_count_slips(decision.numbers, decision.contests),
            key_words=key_words,
            contests=tuple(
                self._describe_contest(manifest, place, contest, decision, options)
                for place, contest in enumerate(decision.contests)
            ),
            note=self.say("barred", count=sealed.barred) if sealed.barred else "",
        )

    def compose_annulled(self, election: AnnulledElection) -> AnnulledElectionRecord:
        """Return an annulled election's part."""
        manifest = election.manifest
        return AnnulledElectionRecord(
            title=manifest.title.vi if self.language is Language.VIETNAMESE else manifest.title.en,
            rule_set_title=election.sealed.rule_set.title.in_language(self.language.value),
            ground=election.ground,
        )

    def _describe_exempt(self, member: Member) -> ExemptMember:
        exemption = member.exemption
        if exemption is None:
            raise ValueError("only an exempt member is described as one")
        return ExemptMember(
            name=member.name, book=self.say(f"book_{exemption.book.value}"), resolution=exemption.resolution
        )

    def _describe_rule_set(self, decision: ElectionDecision) -> RuleSetRecord:
        dated = decision.sealed.dated
        rule_set, source = dated.rule_set, dated.rule_set.source
        return RuleSetRecord(
            title=rule_set.title.in_language(self.language.value),
            identifier=rule_set.id,
            version=self._describe_version(rule_set),
            source=source.document.in_language(self.language.value),
            number=source.number or "",
            issued="" if source.issued_on is None else _write_date(source.issued_on),
            clause=source.clause.in_language(self.language.value),
            mark=dated.mark.value,
            in_force=dated.in_force,
            readings=tuple(reading.text.in_language(self.language.value) for reading in rule_set.readings),
        )

    def _describe_version(self, rule_set: RuleSet) -> str:
        if rule_set.effective_from is None:
            return self.say("version_undated")
        return self.say("version", effective_from=_write_date(rule_set.effective_from))

    def describe_base(self, base: Base, value: int | None) -> SealedBaseRecord:
        """Return how a base is made up; `value` is None where each contest has its own."""
        if base.kind is BaseKind.VOTES_CAST:
            # Contests that differ have a base each, and it stands with each of them.
            shared = None if value is None else self._name_base("votes_cast", value)
            return SealedBaseRecord(shared, self.say("part.counted_after"))
        parts = [self.say("part.official", count=base.parts.official)]
        for name in ("exempt", "transferred_out", "suspended"):
            count = base.parts.to_json()[name]
            if count:
                parts.append(self.say(f"part.{name}", count=count))
        differs = base.bare_words != base.value
        return SealedBaseRecord(
            self._name_base(base.kind.value, base.value or 0),
            f"{' − '.join(parts)} = {base.value}",
            base.bare_words if differs else None,
            self.say("base.bare_words_reading") if differs else "",
        )

    def _list_thresholds(self, decision: ElectionDecision, options: Mapping[str, str]) -> tuple[ThresholdRecord, ...]:
        """Return what each test asked for; where that depends on the count, contests say it with their tests."""
        if decision.sealed.base.kind is BaseKind.VOTES_CAST or not decision.contests:
            return ()
        return tuple(
            ThresholdRecord(options[test.option], self._read_threshold(test.threshold), test.needed, test.base)
            for test in decision.contests[0].decision.tests
        )

    def _read_threshold(self, threshold: Threshold) -> str:
        named = {
            (Comparator.AT_LEAST, Fraction(1, 2)): "half_or_more",
            (Comparator.AT_LEAST, Fraction(2, 3)): "two_thirds_or_more",
            (Comparator.MORE_THAN, Fraction(1, 2)): "more_than_half",
        }.get((threshold.comparator, threshold.fraction))
        if named is not None:
            return self.say(named)
        fraction = threshold.fraction
        return self.say(threshold.comparator.value, numerator=fraction.numerator, denominator=fraction.denominator)

    def _describe_contest(
        self,
        manifest: Manifest | PaperElection,
        place: int,
        contest: DecidedContest,
        decision: ElectionDecision,
        options: Mapping[str, str],
    ) -> ContestRecord:
        made = contest.decision
        asked = manifest.contests[place].text
        review = made.review_on
        next_step = made.next_step.in_language(self.language.value)
        return ContestRecord(
            subject=asked.vi if self.language is Language.VIETNAMESE else asked.en,
            options=tuple(OptionRecord(label, contest.counts[option]) for option, label in options.items()),
            blank=OptionRecord(translate("minutes.print.contest.blank", self.language), contest.counts[BLANK]),
            bases=self._list_bases(contest, decision),
            tests=tuple(_describe_test(test, options) for test in made.tests),
            outcome=made.text.in_language(self.language.value),
            clause=made.clause.in_language(self.language.value),
            note=" ".join(
                part for part in (next_step, self.say("review_on", date=_write_date(review)) if review else "") if part
            ),
            marks=manifest.contests[place].marks,
        )

    def _list_bases(self, contest: DecidedContest, decision: ElectionDecision) -> tuple[BaseRecord, ...]:
        sealed, numbers = decision.sealed, decision.numbers
        own = self._name_base(sealed.base.kind.value, contest.decision.base_value)
        if sealed.base.kind is BaseKind.VOTES_CAST:
            bases = [replace(own, holds_blank=False)]
        else:
            bases = [own, self._name_base("summoned", sealed.summoned)]
        bases.append(self._name_base("returned", numbers.returned))
        if numbers.valid != numbers.returned:
            bases.append(self._name_base("valid", numbers.valid))
        return tuple(bases)

    def _name_base(self, name: str, value: int) -> BaseRecord:
        return BaseRecord(self.say(f"base.{name}"), value, self.say(f"base.{name}_short"))


def _describe_test(test: TestResult, options: Mapping[str, str]) -> TestRecord:
    return TestRecord(options[test.option], test.needed, test.base, test.got, test.passed)


def _count_slips(numbers: BallotNumbers, contests: Sequence[DecidedContest]) -> SlipCounts:
    blanks = {contest.counts[BLANK] for contest in contests}
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
        blank=blanks.pop() if len(blanks) == 1 else None,
        invalid=numbers.invalid,
    )


def _name_network(network: Network | None, *, rehearsal: bool) -> str:
    if network is None:
        return "network_rehearsal" if rehearsal else "network_room"
    return f"network_{network.value}"


def _write_date(day: date) -> str:
    return day.strftime("%d/%m/%Y")
