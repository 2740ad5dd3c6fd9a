"""Two tellers count an election's paper ballots, each alone: their codes, their sheets, and whether they agree.

A teller opens the page with a code of their own, on any device, also one after the other on the same one. What a teller
entered is shown to nobody, not to that teller either; once both are in, the cells that differ are named, without any
number, and both count again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from ballot_server.domain.contest import Contest, Wording
from ballot_server.domain.election import ElectionState
from ballot_server.domain.paper import Cell, CountSheet, check_sheet, compare_sheets
from ballot_server.errors import BallotServerError
from ballot_server.services.board_view import list_entries
from ballot_server.services.election_plan import decode_plan
from ballot_server.services.plain_text import normalise_text
from ballot_server.storage.engine import Database
from ballot_server.storage.paper_records import PaperCounterRecord, PaperSheetRecord
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.repositories import ElectionRepository, PaperCountRepository
from ballot_server.storage.session import Session
from crypto.base32 import ALPHABET, encode_base32
from crypto.bodies import EntryKind
from crypto.group import RandomBytes

COUNTERS = 2
CODE_CHARACTERS = 16
_CODE_BYTES = 10
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


class CounterNamesError(BallotServerError):
    """Two different tellers must be named."""


class CountCodeInvalidError(BallotServerError):
    """A code opens no count: it is wrong, or other tellers were named since."""


class PaperNotToCountError(BallotServerError):
    """The paper ballots of this election are not to be counted now; field: election."""


class SheetEnteredError(BallotServerError):
    """This teller's numbers of this round are in already; field: name."""


class SheetFormError(BallotServerError):
    """A sheet has other contests or options than the election."""


@dataclass(frozen=True)
class CounterCode:
    """A teller's code, shown once."""

    seat: int
    name: str
    code: str


@dataclass(frozen=True)
class CountTask:
    """What a code opens: an election to count, in which round; `has_entered` if this round's sheet is in."""

    meeting: str
    election: str
    title: Wording
    contests: tuple[Contest, ...]
    name: str
    round: int
    has_entered: bool
    is_agreed: bool
    differing: tuple[Cell, ...]


@dataclass(frozen=True)
class PaperCount:
    """How far the count of an election has come.

    names: of the two tellers, empty until they are named; entered: seats whose sheet of this round is in; differing:
    where the sheets of the round before differ; agreed: what both counted.
    """

    names: tuple[str, ...] = ()
    round: int = 1
    entered: tuple[int, ...] = ()
    differing: tuple[Cell, ...] = ()
    agreed: CountSheet | None = None


def seat_counters(
    database: Database, *, meeting: str, election: str, names: Sequence[str], random_bytes: RandomBytes
) -> tuple[CounterCode, ...]:
    """Name the two tellers who count and return their codes; earlier codes are void, and what was counted is forgotten.

    Raises: ElectionMissingError, CounterNamesError, PaperNotToCountError.
    """
    chosen = [normalise_text(name) for name in names]
    if len(chosen) != COUNTERS or not all(chosen) or chosen[0].casefold() == chosen[1].casefold():
        raise CounterNamesError
    codes = [encode_base32(random_bytes(_CODE_BYTES), CODE_CHARACTERS) for _ in chosen]
    with database.write() as session:
        _check_to_count(session, ElectionRepository(session).get(meeting, election))
        repository = PaperCountRepository(session)
        repository.remove_sheets(meeting, election)
        repository.seat(
            [
                PaperCounterRecord(meeting, election, seat, name, _hash_code(code))
                for seat, (name, code) in enumerate(zip(chosen, codes, strict=True), start=1)
            ]
        )
    return tuple(
        CounterCode(seat, name, code) for seat, (name, code) in enumerate(zip(chosen, codes, strict=True), start=1)
    )


def open_count(database: Database, code: str) -> CountTask:
    """Return what a teller's code opens. Raises: CountCodeInvalidError."""
    with database.read() as session:
        counter = _find_counter(session, code)
        return _describe_task(session, counter)


def enter_sheet(database: Database, code: str, sheet: CountSheet) -> CountTask:
    """Take a teller's sheet and return how things stand then; numbers that contradict themselves are not taken.

    Raises: CountCodeInvalidError, PaperNotToCountError, SheetEnteredError, SheetFormError; what `check_sheet` raises.
    """
    with database.write() as session:
        counter = _find_counter(session, code)
        record = ElectionRepository(session).get(counter.meeting, counter.election)
        _check_to_count(session, record)
        contests = decode_plan(record).contests
        if [len(row) for row in sheet.counts] != [len(contest.options) + 1 for contest in contests]:
            raise SheetFormError
        check_sheet(sheet, contests)
        count = describe_count(session, counter.meeting, counter.election)
        if counter.seat in count.entered or count.agreed is not None:
            raise SheetEnteredError(name=counter.name)
        PaperCountRepository(session).add_sheet(
            PaperSheetRecord(
                counter.meeting, counter.election, count.round, counter.seat, msgspec.json.encode(sheet).decode()
            )
        )
        return _describe_task(session, counter)


def describe_count(session: Session, meeting: str, election: str) -> PaperCount:
    """Return how far the count of an election's paper ballots has come."""
    repository = PaperCountRepository(session)
    names = tuple(counter.name for counter in repository.list_counters(meeting, election))
    rounds: dict[int, dict[int, CountSheet]] = {}
    for sheet in repository.list_sheets(meeting, election):
        rounds.setdefault(sheet.round, {})[sheet.seat] = msgspec.json.decode(sheet.content, type=CountSheet)
    last = max(rounds, default=1)
    sheets = rounds.get(last, {})
    if len(sheets) < COUNTERS:
        earlier = rounds.get(last - 1, {})
        differing = compare_sheets(earlier[1], earlier[2]) if earlier else ()
        return PaperCount(names, last, tuple(sorted(sheets)), differing)
    differing = compare_sheets(sheets[1], sheets[2])
    if differing:
        return PaperCount(names, last + 1, (), differing)
    return PaperCount(names, last, (1, 2), agreed=_sort_reasons(sheets[1]))


def _sort_reasons(sheet: CountSheet) -> CountSheet:
    """Return a sheet without reasons that no ballot has; two that agree may have written them in another order."""
    reasons = sorted((each for each in sheet.reasons if each.count), key=lambda each: each.reason)
    return CountSheet(sheet.ballots, tuple(reasons), sheet.counts)


def _describe_task(session: Session, counter: PaperCounterRecord) -> CountTask:
    record = ElectionRepository(session).get(counter.meeting, counter.election)
    plan = decode_plan(record)
    count = describe_count(session, counter.meeting, counter.election)
    return CountTask(
        meeting=counter.meeting,
        election=counter.election,
        title=plan.title,
        contests=plan.contests,
        name=counter.name,
        round=count.round,
        has_entered=counter.seat in count.entered,
        is_agreed=count.agreed is not None,
        differing=count.differing,
    )


def _check_to_count(session: Session, record: ElectionRecord) -> None:
    """Check that the box is closed and its count is not on the board yet."""
    entries = list_entries(session, record.meeting, EntryKind.PAPER_COUNTS)
    is_posted = any(entry.body["election"] == record.id for entry in entries)
    if record.state is not ElectionState.CLOSED or is_posted:
        raise PaperNotToCountError(election=record.title_vi)


def _find_counter(session: Session, code: str) -> PaperCounterRecord:
    normalised = code.upper().translate(_LOOKALIKES).strip()
    if len(normalised) != CODE_CHARACTERS or any(character not in ALPHABET for character in normalised):
        raise CountCodeInvalidError
    counter = PaperCountRepository(session).find_counter(_hash_code(normalised))
    if counter is None:
        raise CountCodeInvalidError
    return counter


def _hash_code(code: str) -> bytes:
    return sha256(b"phieukin paper count\x00" + code.encode()).digest()
