"""Meetings held through the services alone, in a data folder: a roll, real slips, real tellers' devices, no network."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ballot_server.domain.contest import Wording
from ballot_server.domain.election import ElectionState
from ballot_server.domain.member import (
    Attendance,
    CardNumber,
    Exemption,
    ExemptionBook,
    Member,
    MemberClass,
    Roll,
    RollEntry,
)
from ballot_server.domain.series import Series
from ballot_server.i18n import Language
from ballot_server.minutes.record import MinutesRecord
from ballot_server.minutes.slips import SlipSheet
from ballot_server.rehearsal.tellers import Tellers
from ballot_server.rules.loader import load_named_rule_set
from ballot_server.rules.model import RuleSet
from ballot_server.services.cast_ballot import cast_ballot
from ballot_server.services.close_election import annul_election, close_election
from ballot_server.services.create_meeting import create_meeting
from ballot_server.services.election_plan import ElectionPlan, plan_contest
from ballot_server.services.hand_out_slips import count_handed_out
from ballot_server.services.installation import Installation, open_installation
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.open_election import make_ready, open_election
from ballot_server.services.print_slips import print_slips
from ballot_server.services.record_ceremony import record_ceremony
from ballot_server.services.tally_election import TalliedElection, publish_election, tally_election
from ballot_server.services.verify_results import RulesReport, verify_results
from ballot_server.services.voter_view import read_board
from ballot_server.services.write_minutes import Minutes, end_board, write_minutes
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord, MeetingRecord
from ballot_server.storage.repositories import BallotRepository, BoardRepository, ElectionRepository
from crypto.ballot import SealedBallot, Selection, encrypt_ballot
from crypto.board import Entry, format_head
from crypto.bodies import EntryKind
from crypto.ceremony import CeremonyTerms
from crypto.closed import ClosedElection
from crypto.credential import Credential, derive_credential
from crypto.decryption import PartialDecryption
from crypto.manifest import Manifest
from crypto.slip import MeetingCode, parse_slip_fragment
from crypto.verify import Report, review_closed_board, verify_archive
from tests.support.crypto_samples import SeededRandom

MEETING = MeetingCode("M0000001")
HELD_ON = date(2026, 1, 15)
AGREE: Selection = (0,)
DISAGREE: Selection = (1,)
BLANK: Selection = ()


def make_member(
    number: int,
    *,
    member_class: MemberClass = MemberClass.OFFICIAL,
    exempt: bool = False,
    suspended: bool = False,
    transferred_out: bool = False,
    attendance: Attendance = Attendance.PRESENT,
) -> RollEntry:
    """Return one row of a roll; names and numbers are made from `number`."""
    exemption = None
    if exempt:
        exemption = Exemption(ExemptionBook.AGE_HEALTH, f"{number:02d}-NQ/CB", starts=date(2024, 1, 1), ends=None)
    member = Member(
        name=f"Nguyễn Văn {number:02d}",
        card_number=CardNumber(f"001250{number:02d}"),
        member_class=member_class,
        exemption=exemption,
        suspended=suspended,
        transferred_out=transferred_out,
    )
    return RollEntry(member=member, attendance=attendance)


def make_roll(present: int = 5, *others: RollEntry) -> Roll:
    """Return a roll of so many official members in the room, numbered from 1, and others."""
    return Roll((*(make_member(number) for number in range(1, present + 1)), *others))


def load_rules(name: str) -> RuleSet:
    """Return an installed rule-set."""
    return load_named_rule_set(name, HELD_ON).rule_set


def make_plan(
    election: str = "s1",
    *,
    rules: str = "vn-screening-step1",
    members: Sequence[int | None] = (1,),
    follows: str | None = None,
    member_concerned_votes: bool = True,
) -> ElectionPlan:
    """Return a plan with a contest for each member concerned (None: for nobody)."""
    rule_set = load_rules(rules)
    contests = [
        plan_contest(
            rule_set,
            contest=f"c{place}",
            subject=Wording(vi=f"Nội dung {place}", en=f"Matter {place}"),
            member=None if number is None else CardNumber(f"001250{number:02d}"),
        )
        for place, number in enumerate(members, 1)
    ]
    return ElectionPlan(
        id=election,
        title=Wording(vi=f"Lần bỏ phiếu {election}", en=f"Election {election}"),
        rule_set=rule_set,
        planned=tuple(contests),
        follows=follows,
        member_concerned_votes=member_concerned_votes,
    )


SCREENING = (
    make_plan("s3a", rules="vn-screening-progress"),
    make_plan("s3b", rules="vn-screening-removal", follows="s3a"),
)
"""Step 3 of a screening: its second vote follows the first."""


@dataclass
class Evening:
    """A meeting under way; `drawn` are the codes' credentials in people's hands, by series letter."""

    folder: Path
    installation: Installation
    board: Noticeboard
    tellers: Tellers
    random_source: random.Random
    series: tuple[Series, ...] = ()
    sheets: dict[str, SlipSheet] = field(default_factory=dict)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    confirmations: list[bytes] = field(default_factory=list)

    @property
    def database(self) -> Database:
        """The opened database."""
        return self.installation.database

    def print_series(self, letter: str, count: int) -> SlipSheet:
        """Print a series and keep what stands on the paper."""

        def look(sheet: SlipSheet) -> bytes:
            self.sheets[letter] = sheet
            return b"printed"

        print_slips(
            self.database,
            self.board,
            meeting=MEETING,
            series=letter,
            title="Rà soát",
            count=count,
            address="http://192.168.10.1:8080",
            fingerprint=None,
            key_words=(),
            print_sheet=look,
            random_bytes=self.random_source.randbytes,
        )
        return self.sheets[letter]

    def hand_out(self, letter: str, count: int) -> None:
        """Record how many slips of a series are drawn."""
        count_handed_out(self.database, meeting=MEETING, series=letter, handed_out=count)

    def ready(self, election: str) -> None:
        """Make an election ready."""
        make_ready(self.database, MEETING, election)

    def open(self, election: str) -> Manifest:
        """Open an election, all tellers signing."""
        manifest = open_election(
            self.database, self.board, meeting=MEETING, election=election, sign_counts=self.tellers.sign_counts
        )
        self.manifests[election] = manifest
        return manifest

    def list_voters(self, election: str) -> list[Credential]:
        """Return the credentials of an election in the order of the sheets, series by series."""
        manifest = self.manifests[election]
        return [
            derive_credential(parse_slip_fragment(slip.url.partition("#")[2]).code, MEETING, manifest.slot)
            for letter in manifest.series
            for slip in self.sheets[letter].slips
        ]

    def seal(self, election: str, voter: int, *selections: Selection) -> SealedBallot:
        """Return a ballot of one voter, one selection a contest; one alone is marked in every contest."""
        manifest = self.manifests[election]
        marked = selections if len(selections) > 1 else selections * len(manifest.contests)
        return encrypt_ballot(manifest.context, self.list_voters(election)[voter], marked, self.random_source.randbytes)

    def send(self, election: str, data: bytes) -> bytes:
        """Cast a sealed ballot."""
        return cast_ballot(self.database, self.installation.seed, self.manifests[election].election_hash, data)

    def cast(self, election: str, *votes: Selection) -> None:
        """Let voters vote in order, each the same in every contest."""
        for voter, selection in enumerate(votes):
            self.confirmations.append(self.send(election, self.seal(election, voter, selection).data))

    def close(self, election: str) -> int:
        """Close an election."""
        return close_election(self.database, self.board, meeting=MEETING, election=election)

    def annul(self, election: str, ground: str = "Sai mẫu số") -> None:
        """Annul an election."""
        annul_election(self.database, self.board, meeting=MEETING, election=election, ground=ground)

    def decrypt(self, election: str) -> Sequence[PartialDecryption]:
        """Let every teller's device review the board and answer."""
        return self.tellers.decrypt(read_board(self.database, MEETING), election, _review)

    def tally(
        self, election: str, decrypt: Callable[[str], Sequence[PartialDecryption]] | None = None
    ) -> TalliedElection:
        """Count a closed election."""
        return tally_election(
            self.database, self.board, meeting=MEETING, election=election, decrypt=decrypt or self.decrypt
        )

    def publish(self, election: str) -> None:
        """Publish a tallied election."""
        publish_election(self.database, meeting=MEETING, election=election)

    def hold(self, election: str, *votes: Selection) -> TalliedElection:
        """Hold an election from ready to published."""
        self.open(election)
        self.cast(election, *votes)
        self.close(election)
        tallied = self.tally(election)
        self.publish(election)
        return tallied

    def write_minutes(self, print_record: Callable[[MinutesRecord, Language], bytes] | None = None) -> Minutes:
        """Write the minutes, laid out by nobody."""
        return write_minutes(
            self.database,
            self.board,
            meeting=MEETING,
            print_record=print_record or (lambda record, language: b"minutes"),
            language=Language.VIETNAMESE,
        )

    def end(self) -> bytes:
        """Destroy the shares and end the board; return the archive."""
        return end_board(self.database, self.board, meeting=MEETING, destroyed=self.tellers.destroy_shares())

    def finish(self) -> tuple[Report, RulesReport]:
        """Write the minutes, end the board, and verify the archive as a stranger would."""
        minutes = self.write_minutes()
        report = verify_archive(self.end(), head=format_head(minutes.head), confirmations=self.confirmations)
        return report, verify_results(report)

    def list_entries(self, kind: EntryKind | None = None) -> list[Entry]:
        """Return the board's entries, of one kind or all."""
        with self.database.read() as session:
            entries = [Entry.decode(line) for line in BoardRepository(session).list_all(MEETING)]
        return [entry for entry in entries if kind in (None, entry.kind)]

    def get(self, election: str) -> ElectionRecord:
        """Return an election as stored."""
        with self.database.read() as session:
            return ElectionRepository(session).get(MEETING, election)

    def state(self, election: str) -> ElectionState:
        """Return the state of an election."""
        return self.get(election).state

    def count_ballots(self, election: str) -> int:
        """Return how many ballots of a sealed election are stored."""
        with self.database.read() as session:
            return BallotRepository(session).count(self.manifests[election].election_hash)


@contextmanager
def begin_evening(
    folder: Path,
    plans: Sequence[ElectionPlan] = (make_plan(),),
    roll: Roll | None = None,
    *,
    rehearsal: bool = True,
    floor: int = 1,
    database_url: str | None = None,
) -> Iterator[Evening]:
    """Yield a meeting that is created, with its key made and nothing printed."""
    source = random.Random(20260115)
    installation = open_installation(folder, source.randbytes, database_url)
    try:
        board = Noticeboard(MEETING, installation.seed)
        terms = CeremonyTerms(source.randbytes(16), installation.server_key, 3, 2, rehearsal=rehearsal)
        tellers = Tellers(terms, SeededRandom(1))
        evening = Evening(folder, installation, board, tellers, source)
        record = describe_meeting(rehearsal=rehearsal, floor=floor)
        evening.series = create_meeting(installation.database, board, record, roll or make_roll(), plans)
        record_ceremony(installation.database, board, meeting=MEETING, ceremony=tellers.hold_ceremony())
        yield evening
    finally:
        installation.close()


@contextmanager
def prepare_evening(
    folder: Path,
    plans: Sequence[ElectionPlan] = (make_plan(),),
    roll: Roll | None = None,
    *,
    drawn: Mapping[str, int] | None = None,
    rehearsal: bool = True,
    floor: int = 1,
    database_url: str | None = None,
) -> Iterator[Evening]:
    """Yield a meeting whose elections are ready, everybody present having drawn a slip, with one slip to spare.

    drawn: other numbers of slips handed out, by series letter.
    """
    with begin_evening(folder, plans, roll, rehearsal=rehearsal, floor=floor, database_url=database_url) as evening:
        present = {
            entry.member.card_number
            for entry in (roll or make_roll()).entries
            if entry.attendance is Attendance.PRESENT
        }
        for series in evening.series:
            count = (drawn or {}).get(series.letter, len(series.members & present))
            evening.print_series(series.letter, count + 1)
            evening.hand_out(series.letter, count)
        for plan in plans:
            evening.ready(plan.id)
        yield evening


def describe_meeting(*, rehearsal: bool = True, floor: int = 1) -> MeetingRecord:
    """Return the record of the meeting."""
    return MeetingRecord(
        code=MEETING,
        superior="Đảng bộ phường Ngọc Lâm",
        unit="Chi bộ tổ dân phố số 5",
        place="Nhà văn hóa tổ 5",
        held_on=HELD_ON,
        chair="Nguyễn Văn 01",
        clerk="Nguyễn Văn 02",
        tellers=("Nguyễn Văn 03", "Nguyễn Văn 04", "Nguyễn Văn 05"),
        floor=floor,
        rehearsal=rehearsal,
    )


def _review(archive: bytes, election: str) -> ClosedElection:
    return review_closed_board(archive, election)
