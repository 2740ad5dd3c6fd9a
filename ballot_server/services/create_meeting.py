"""Create a meeting: its roll, its elections, and the series of slips that these two make necessary."""

from __future__ import annotations

from collections.abc import Sequence

from ballot_server.domain.base import list_entitled
from ballot_server.domain.member import Attendance, Roll, RollEntry
from ballot_server.domain.scenario import VoteMode
from ballot_server.domain.series import Series, plan_series
from ballot_server.errors import BallotServerError
from ballot_server.services.election_plan import ElectionPlan, encode_plan
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord, MeetingRecord, SeriesRecord
from ballot_server.storage.repositories import ElectionRepository, MeetingRepository, RollRepository, SeriesRepository
from ballot_server.storage.session import Session
from crypto.bodies import EntryKind
from crypto.credential import SLOTS
from crypto.transcript import PROTOCOL


class TooManyElectionsError(BallotServerError):
    """More elections in one meeting than a slip has slots; fields: elections, slots."""


class NobodyEntitledError(BallotServerError):
    """Nobody on the roll may vote in an election; field: election."""


def create_meeting(
    database: Database,
    board: Noticeboard,
    meeting: MeetingRecord,
    roll: Roll,
    plans: Sequence[ElectionPlan],
    *,
    planning_roll: Roll | None = None,
) -> tuple[Series, ...]:
    """Store a meeting with its roll and its elections in order, open its board, and return its series of slips.

    planning_roll: the same people with the attendance that the series are planned for, if it is known that nobody else
    will come. Otherwise everybody on the roll is taken to be in the room: an exempt member who comes late may vote in
    some of the elections, and has to find a box to draw from. A meeting wholly on paper has no slips, and no series.

    Raises: TooManyElectionsError; NobodyEntitledError. Then nothing is stored.
    """
    with database.write() as session:
        return store_meeting(session, board, meeting, roll, plans, planning_roll=planning_roll)


def store_meeting(
    session: Session,
    board: Noticeboard,
    meeting: MeetingRecord,
    roll: Roll,
    plans: Sequence[ElectionPlan],
    *,
    planning_roll: Roll | None = None,
) -> tuple[Series, ...]:
    """Create a meeting within a session. Raises: as `create_meeting`."""
    if len(plans) > SLOTS:
        raise TooManyElectionsError(elections=len(plans), slots=SLOTS)
    series = _plan_series(meeting, fill_room(roll) if planning_roll is None else planning_roll, plans)
    MeetingRepository(session).add(meeting)
    RollRepository(session).save(meeting.code, roll)
    for group in series:
        SeriesRepository(session).add(SeriesRecord(meeting=meeting.code, letter=group.letter, colour=group.colour))
    for position, plan in enumerate(plans):
        ElectionRepository(session).add(_record_election(meeting, plan, position, series))
    board.append(
        session,
        EntryKind.MEETING,
        {
            "protocol": PROTOCOL,
            "code": meeting.code,
            "superior": meeting.superior,
            "unit": meeting.unit,
            "place": meeting.place,
            "date": meeting.held_on.isoformat(),
            "server_key": board.server_key.hex(),
            "rehearsal": meeting.rehearsal,
        },
    )
    return series


def fill_room(roll: Roll) -> Roll:
    """Return a roll with everybody present: whoever could be entitled on that day is then entitled."""
    return Roll(tuple(RollEntry(entry.member, Attendance.PRESENT) for entry in roll.entries))


def _plan_series(meeting: MeetingRecord, roll: Roll, plans: Sequence[ElectionPlan]) -> tuple[Series, ...]:
    entitled = {
        plan.id: frozenset(entry.member.card_number for entry in list_entitled(roll, meeting.held_on, plan.voter_rule))
        for plan in plans
    }
    for election, members in entitled.items():
        if not members:
            raise NobodyEntitledError(election=election)
    return () if _is_on_paper(meeting) else plan_series(entitled)


def _is_on_paper(meeting: MeetingRecord) -> bool:
    return meeting.mode == VoteMode.PAPER.value


def _record_election(
    meeting: MeetingRecord, plan: ElectionPlan, position: int, series: Sequence[Series]
) -> ElectionRecord:
    return ElectionRecord(
        meeting=meeting.code,
        id=plan.id,
        position=position,
        title_vi=plan.title.vi,
        title_en=plan.title.en,
        series=tuple(sorted(group.letter for group in series if plan.id in group.elections)),
        slot=None if _is_on_paper(meeting) else position,
        rule_inputs=encode_plan(plan),
    )
