"""Reports of units, each of a meeting of its own: honest ones in any number, and what a forger would make of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

from ballot_server.domain.base import make_base
from ballot_server.domain.base_parts import ClassCounts
from ballot_server.domain.combined_report import ListedUnit
from ballot_server.rules.loader import load_named_rule_set
from ballot_server.rules.sealed import SealedContest, SealedRules, seal_rules
from ballot_server.services.derive_result import CountedElection, derive_decisions
from ballot_server.services.report_file import Envelope, encode_report
from ballot_server.services.unit_key import format_unit_fingerprint
from crypto.archive import encode_archive
from crypto.ballot import ContestShape
from crypto.base32 import encode_base32
from crypto.board import Entry
from crypto.bodies import EntryKind, TallyBody
from crypto.body_form import read_body
from crypto.encoding import JsonObject, encode_canonical
from crypto.manifest import Contest, Manifest, Option, Text
from crypto.paper import PaperElection
from crypto.signing import SigningSeed, derive_verification_key
from crypto.slip import MEETING_CHARACTERS, MeetingCode
from tests.support.archives import ArchiveBuilder, ElectionPlan, SampleArchive, hold_key, sample_meeting

HELD_ON = date(2026, 1, 15)
RULE_SET = "vn-screening-step1"
OPTIONS = (Option("agree", Text("Đồng ý", "Agree")), Option("disagree", Text("Không đồng ý", "Disagree")))


@dataclass(frozen=True)
class UnitMeeting:
    """One evening of a unit: by its number everything about it differs from every other's.

    votes: one of 0 (agree), 1 (disagree) and None (blank) per voter and contest; absent: official members who did not
    come; key: the number of the unit whose key signs; occasion: tells two evenings of one unit apart.
    """

    number: int
    votes: tuple[int | None, ...] = (0, 0, 1)
    contests: int = 1
    absent: int = 1
    held_on: date = HELD_ON
    rehearsal: bool = False
    occasion: int = 0
    name: str = ""

    @property
    def unit(self) -> str:
        """The unit's name."""
        return self.name or f"Chi bộ {self.number}"

    @property
    def code(self) -> MeetingCode:
        """The meeting's code."""
        digest = sha256(f"meeting {self.number} {self.occasion}".encode()).digest()
        return MeetingCode(encode_base32(digest, MEETING_CHARACTERS))

    @property
    def official(self) -> int:
        """The official members, all of them in the base."""
        return len(self.votes) + self.absent


def make_unit_seed(number: int) -> SigningSeed:
    """Return a unit's signing seed."""
    return SigningSeed(sha256(f"unit {number}".encode()).digest())


def list_unit(number: int, name: str = "", note: str = "") -> ListedUnit:
    """Return the line of a unit in the superior committee's list."""
    key = derive_verification_key(make_unit_seed(number))
    return ListedUnit(name or f"Chi bộ {number}", format_unit_fingerprint(key), note)


def write_units(units: Iterable[ListedUnit]) -> bytes:
    """Return a list of units as a clerk keeps it."""
    return "\n".join(["đơn vị,dấu khóa,ghi chú", *(f'"{u.name}",{u.key},{u.note}' for u in units), ""]).encode()


class UnitBuilder(ArchiveBuilder):
    """Writes the board of one unit's evening, as an honest server would under the installed rules."""

    def __init__(self, meeting: UnitMeeting) -> None:
        holders = hold_key(1, 1, rehearsal=True) if meeting.rehearsal else hold_key()
        printed = len(meeting.votes) + 1
        super().__init__(printed=printed, holders=holders, rehearsal=meeting.rehearsal, seed=meeting.number)
        self.meeting = meeting
        self.results: list[JsonObject] = []

    def begin(self) -> None:
        """Write the unit's meeting, and the ceremony."""
        body = sample_meeting(rehearsal=self.rehearsal)
        date_and_name = {"unit": self.meeting.unit, "date": self.meeting.held_on.isoformat()}
        self.append(EntryKind.MEETING, {**body, "code": self.meeting.code, **date_and_name})
        self.append(EntryKind.CEREMONY, self.ceremony.to_body())

    def prepare_manifest(self, plan: ElectionPlan) -> Manifest:
        """Return a plan's manifest for this meeting, with its rules."""
        names = [f"c{place + 1}" for place in range(self.meeting.contests)]
        contests = tuple(Contest(name, Text(f"Đồng chí {name}", f"Comrade {name}"), OPTIONS, 1) for name in names)
        manifest = super().prepare_manifest(plan)
        return replace(manifest, meeting=self.meeting.code, contests=contests, rules=self._seal(names))

    def draw_result(self, manifest: Manifest | PaperElection) -> JsonObject:
        """Return what the rules make of the tally before it."""
        tally = read_body(self.entries[-1].kind, self.entries[-1].body)
        assert isinstance(tally, TallyBody)
        ballots = self.state.elections[manifest.election].ballots
        [decision] = derive_decisions([CountedElection(manifest, tally.counts, ballots)])
        result: JsonObject = decision.to_result(manifest.election).to_json()  # type: ignore[assignment]  # Plain JSON.
        self.results.append(result)
        return result

    def list_numbers(self) -> JsonObject:
        """Return the results of all elections."""
        return {"elections": list(self.results)}

    def _seal(self, names: Iterable[str]) -> JsonObject:
        dated = load_named_rule_set(RULE_SET, self.meeting.held_on)
        parts = ClassCounts(official=self.meeting.official, exempt=0, suspended=0, transferred_out=0)
        sealed = SealedRules(
            dated=dated,
            meeting_date=self.meeting.held_on,
            base=make_base(dated.rule_set.base.kind, parts),
            summoned=parts.remaining,
            present=len(self.meeting.votes),
            barred=0,
            contests=tuple(SealedContest(id=name, follows=None, previous_failed=0, holds_post=False) for name in names),
        )
        return seal_rules(sealed)  # type: ignore[return-value]  # The object is plain JSON.


def begin_meeting(meeting: UnitMeeting) -> UnitBuilder:
    """Return the board of an evening up to its list of credentials."""
    builder = UnitBuilder(meeting)
    builder.begin()
    builder.publish_list()
    return builder


def plan_election(meeting: UnitMeeting, election: str = "s1") -> ElectionPlan:
    """Return the election of an evening."""
    votes = tuple(((() if vote is None else (vote,)),) * meeting.contests for vote in meeting.votes)
    signers = tuple(range(1, 2 if meeting.rehearsal else 3))
    shape = (ContestShape(options=2, marks=1),) * meeting.contests
    return ElectionPlan(election=election, shape=shape, votes=votes, signers=signers)


def hold_meeting(meeting: UnitMeeting) -> SampleArchive:
    """Return the board of an evening that has ended."""
    builder = begin_meeting(meeting)
    builder.hold_election(plan_election(meeting))
    return builder.finish()


def build_report(meeting: UnitMeeting, *, key: int | None = None) -> bytes:
    """Return the report of an evening; key: the number of the unit that signs it, its own unless given."""
    return sign_report(meeting, hold_meeting(meeting).entries, key=key)


def sign_report(meeting: UnitMeeting, entries: Iterable[Entry], /, *, key: int | None = None, **changes: str) -> bytes:
    """Return the report of a board in the envelope of an evening; `changes` replace what the envelope says."""
    board = tuple(entries)
    head = next((each.entry_hash.hex() for each in reversed(board) if each.kind is EntryKind.OUTCOME), "")
    body = sample_meeting()
    envelope = Envelope(
        unit=meeting.unit,
        superior=str(body["superior"]),
        meeting=meeting.code,
        date=meeting.held_on.isoformat(),
        head=head,
    )
    seed = make_unit_seed(meeting.number if key is None else key)
    return encode_report(replace(envelope, **changes), encode_archive(board), seed)


def alter_report(data: bytes, change: Callable[[dict[str, object]], object]) -> bytes:
    """Return a report whose object was changed after it was signed, in canonical form again."""
    report = json.loads(data)
    change(report)
    return encode_canonical(report)


TWENTY: tuple[int | None, ...] = (0,) * 14 + (1,) * 4 + (None,) * 2
"""How twenty people vote in the reports that `write_reports` makes."""


def write_reports(folder: Path, count: int, *, contests: int = 1, processes: int = 1) -> None:
    """Write the reports of so many units with twenty ballots each, and the list of these units, units.csv."""
    meetings = [UnitMeeting(number, TWENTY, contests, absent=3) for number in range(1, count + 1)]
    if processes == 1:
        for meeting in meetings:
            _write_report(folder, meeting)
    else:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            list(pool.map(partial(_write_report, folder), meetings, chunksize=20))
    (folder / "units.csv").write_bytes(write_units(list_unit(number) for number in range(1, count + 1)))


def _write_report(folder: Path, meeting: UnitMeeting) -> None:
    (folder / f"{meeting.number:04}.report.json").write_bytes(build_report(meeting))
