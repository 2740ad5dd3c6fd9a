"""Fill the record of the minutes from a meeting's roll and its decided elections.

Every number comes from the decision that the board's outcome was drawn from; what is added here are words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from ballot_server.domain.base import VoterRule, list_entitled
from ballot_server.domain.contest import Wording
from ballot_server.domain.member import Attendance, Exemption, Member, MemberClass, Roll, RollEntry
from ballot_server.i18n import Language, translate
from ballot_server.minutes.record import (
    AnnulledElectionRecord,
    AttendanceRecord,
    ContestRecord,
    ElectionRecord,
    ExemptMember,
    MinutesRecord,
    TestRecord,
)
from ballot_server.rules.sealed import FollowedContest, SealedRules
from ballot_server.services.archive_standing import compute_keep_until
from ballot_server.services.compose_election_record import (
    AnnulledElection,
    DecidedElection,
    compose_election_record,
    name_title,
)
from ballot_server.services.record_words import RecordWords, write_date
from ballot_server.services.repeat_election import name_repeat
from ballot_server.storage.records import MeetingRecord
from crypto.manifest import Manifest


class Network(Enum):
    """What joined the voters' phones to the server; the value is part of the sentence's key."""

    SIMULATED = "rehearsal"
    """No network: the program played the phones on the server itself."""

    ROOM_PLAIN = "room_plain"
    """The room's Wi-Fi without TLS, where the pages themselves could be altered on the way."""

    ROOM_TLS = "room_tls"
    """The room's network with TLS from phone to server."""


@dataclass(frozen=True)
class Switched:
    """An election by phone that was given up for one on paper, and why."""

    title: Wording
    instead: Wording
    ground: str


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
    printed_elsewhere: Sequence[str] = (),
    switched: Sequence[Switched] = (),
) -> MinutesRecord:
    """Return the record of a meeting's minutes, of at least one election, decided or annulled.

    key_words: of the key's fingerprint; head: 32 characters without separators; network: what joined the phones to
    the server, a rehearsal's own unless given; printed_elsewhere: the letters of series whose slips another machine
    printed; switched: elections that went from phones to paper.
    """
    words = RecordWords(language)
    # An election may be annulled for its wrong base, so what it says of attendance counts only if there is no other.
    opened = [election.decision.sealed for election in elections] or [election.sealed for election in annulled]
    has_phones = bool(_list_manifests(elections, annulled))
    return MinutesRecord(
        superior=meeting.superior,
        unit=meeting.unit,
        place=meeting.place,
        date=meeting.held_on,
        chair=meeting.chair,
        clerk=meeting.clerk,
        tellers=meeting.tellers,
        form=words.say(_name_form(elections, annulled)),
        network=words.say(_name_network(network, rehearsal=meeting.rehearsal)) if has_phones else "",
        printing=_describe_printing(
            words,
            {letter for manifest in _list_manifests(elections, annulled) for letter in manifest.series},
            printed_elsewhere,
        )
        if has_phones
        else "",
        rehearsal=meeting.rehearsal,
        attendance=_compose_attendance(words, meeting.held_on, roll, opened),
        elections=_compose_elections(words, elections, key_words),
        head=head,
        annulled=_compose_annulled(words, elections, annulled),
        incidents=tuple(
            words.say(
                "switched_to_paper",
                title=each.title.in_language(language.value),
                ground=each.ground,
                instead=each.instead.in_language(language.value),
            )
            for each in switched
        ),
        keep_until=compute_keep_until(meeting.held_on),
    )


def _name_form(elections: Sequence[DecidedElection], annulled: Sequence[AnnulledElection]) -> str:
    """Return the key of the sentence that says how was voted."""
    on_paper = [election.is_on_paper for election in elections] or [
        not isinstance(election.manifest, Manifest) for election in annulled
    ]
    if any(election.paper_beside is not None for election in elections):
        return "form_mixed"
    if all(on_paper):
        return "form_paper"
    return "form_both" if any(on_paper) else "form_electronic"


def _compose_attendance(words: RecordWords, on: date, roll: Roll, opened: Sequence[SealedRules]) -> AttendanceRecord:
    """Return who was summoned and came, by the widest of the evening's elections, and who stayed away.

    Of two elections as wide, the one with more people in the room counts: the roll knows who came late. Members
    concerned who get no slip are summoned and in the room like all others.
    """
    widest = max(opened, key=lambda sealed: (sealed.heads.summoned, sealed.heads.present))
    rule = VoterRule(widest.rule_set.base)
    summoned = list_entitled(roll, on, rule)
    official = [entry for entry in roll.entries if entry.member.member_class is MemberClass.OFFICIAL]
    exempt = [entry for entry in official if entry.member.is_exempt(on)]

    def list_absent(attendance: Attendance) -> tuple[str, ...]:
        return tuple(entry.member.name for entry in summoned if entry.attendance is attendance)

    def count_present(member_class: MemberClass) -> int:
        return sum(
            entry.member.member_class is member_class and entry.attendance is Attendance.PRESENT
            for entry in roll.entries
        )

    return AttendanceRecord(
        summoned=widest.heads.summoned,
        present=widest.heads.present,
        absent_excused=list_absent(Attendance.ABSENT_EXCUSED),
        absent_unexcused=list_absent(Attendance.ABSENT_UNEXCUSED),
        exempt=tuple(_describe_exempt(words, entry.member, is_counted=entry in summoned) for entry in exempt),
        probationary=count_present(MemberClass.PROBATIONARY),
        guests=count_present(MemberClass.GUEST),
        excused_congress=_list_excused(roll, on, rule, summoned),
    )


def _list_excused(roll: Roll, on: date, rule: VoterRule, summoned: Sequence[RollEntry]) -> tuple[str, ...]:
    """Return who would be summoned, were they not excused for the whole congress."""
    known = {entry.member.card_number for entry in summoned}
    lenient = Roll(
        tuple(replace(entry, member=replace(entry.member, excused_whole_congress=False)) for entry in roll.entries)
    )
    return tuple(
        entry.member.name for entry in list_entitled(lenient, on, rule) if entry.member.card_number not in known
    )


def _list_manifests(elections: Sequence[DecidedElection], annulled: Sequence[AnnulledElection]) -> list[Manifest]:
    sealed = [*(each.manifest for each in elections), *(each.manifest for each in annulled)]
    return [manifest for manifest in sealed if isinstance(manifest, Manifest)]


def _describe_printing(words: RecordWords, series: Set[str], elsewhere: Sequence[str]) -> str:
    """Return who printed the slips of the series that voted."""
    foreign = sorted(series & set(elsewhere))
    if not foreign:
        return words.say("printing_server")
    if len(foreign) == len(series):
        return words.say("printing_elsewhere")
    own = sorted(series - set(elsewhere))
    return words.say("printing_both", elsewhere=", ".join(foreign), server=", ".join(own))


def _compose_elections(
    words: RecordWords, elections: Sequence[DecidedElection], key_words: tuple[str, ...]
) -> tuple[ElectionRecord, ...]:
    """Return the elections' parts; a contest that follows another says first what that one came to."""
    records: dict[str, ElectionRecord] = {}
    for election in elections:
        record = compose_election_record(election, key_words=key_words, language=words.language)
        contests = tuple(
            contest if sealed.follows is None else _cite_followed(words, contest, records, elections, sealed.follows)
            for contest, sealed in zip(record.contests, election.decision.sealed.contests, strict=True)
        )
        records[election.manifest.election] = replace(record, contests=contests)
    return tuple(records.values())


def _cite_followed(
    words: RecordWords,
    contest: ContestRecord,
    records: Mapping[str, ElectionRecord],
    elections: Sequence[DecidedElection],
    follows: FollowedContest,
) -> ContestRecord:
    """Return a contest whose note begins with the tests of the one that it follows."""
    [followed] = [each for each in elections if each.manifest.election == follows.election]
    place = [each.id for each in followed.manifest.contests].index(follows.contest)
    record = records[follows.election]
    tests = "; ".join(_write_test(test, words.language) for test in record.contests[place].tests)
    said = words.say("followed", title=record.title, tests=tests)
    return replace(contest, note=f"{said} {contest.note}".strip())


def _write_test(test: TestRecord, language: Language) -> str:
    key = "test_passed" if test.passed else "test_failed"
    return translate(
        f"minutes.print.contest.{key}",
        language,
        option=test.option,
        needed=test.needed,
        base=test.base,
        got=test.got,
    )


def _compose_annulled(
    words: RecordWords, elections: Sequence[DecidedElection], annulled: Sequence[AnnulledElection]
) -> tuple[AnnulledElectionRecord, ...]:
    """Return the annulled elections, each with the one that repeats it, decided or annulled in its turn."""
    manifests = [*(each.manifest for each in elections), *(each.manifest for each in annulled)]
    titles = {manifest.election: name_title(manifest, words.language) for manifest in manifests}
    return tuple(
        AnnulledElectionRecord(
            title=name_title(election.manifest, words.language),
            rule_set_title=election.sealed.rule_set.title.in_language(words.language.value),
            ground=election.ground,
            repeated_as=titles.get(name_repeat(election.manifest.election), ""),
            issued=election.issued,
            returned=election.returned,
        )
        for election in annulled
    )


def _describe_exempt(words: RecordWords, member: Member, *, is_counted: bool) -> ExemptMember:
    exemption = member.exemption
    if exemption is None:
        raise ValueError("only an exempt member is described as one")
    return ExemptMember(
        name=member.name,
        book=words.say(f"book_{exemption.book.value}"),
        resolution=_describe_resolution(words, exemption),
        is_counted=is_counted,
    )


def _describe_resolution(words: RecordWords, exemption: Exemption) -> str:
    """Return the paper as the roll has it, and until when it exempts."""
    if exemption.ends is None:
        return exemption.resolution
    return words.say("resolution_until", resolution=exemption.resolution, date=write_date(exemption.ends))


def _name_network(network: Network | None, *, rehearsal: bool) -> str:
    if network is None:
        return "network_rehearsal" if rehearsal else "network_room"
    return f"network_{network.value}"
