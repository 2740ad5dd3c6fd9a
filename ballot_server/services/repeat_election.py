"""Repeat an annulled election as a new one: the same question and rules, the same slips, a slot of its own.

What was on paper is repeated on paper.
"""

from __future__ import annotations

from dataclasses import replace

from ballot_server.domain.contest import Wording
from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.services.create_meeting import TooManyElectionsError
from ballot_server.services.election_plan import decode_plan, encode_plan
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.repositories import ElectionRepository
from ballot_server.storage.session import Session
from crypto.credential import SLOTS

_AGAIN = Wording(vi="bỏ phiếu lại", en="repeated")


class ElectionNotAnnulledError(BallotServerError):
    """Only an annulled election is repeated; field: election."""


class RepeatedAlreadyError(BallotServerError):
    """The annulled election was repeated already; fields: election, repeat."""


def repeat_election(database: Database, *, meeting: str, election: str) -> str:
    """Store a ready election that asks the same again, at the end of the meeting; return its id.

    It follows what the annulled one followed, or the repeat of that if it was annulled too.
    Raises: ElectionMissingError, ElectionNotAnnulledError, RepeatedAlreadyError, TooManyElectionsError.
    """
    with database.write() as session:
        is_on_paper = ElectionRepository(session).get(meeting, election).is_on_paper
        return store_repeat(session, meeting, election, suffix=_AGAIN, on_paper=is_on_paper)


def store_repeat(session: Session, meeting: str, election: str, *, suffix: Wording, on_paper: bool) -> str:
    """Store an annulled election's repeat, within a session. Raises: as `repeat_election`.

    suffix: what stands behind its title; on_paper: it takes no slot of the slips, and no series votes in it.
    """
    repository = ElectionRepository(session)
    record = repository.get(meeting, election)
    records = repository.list_all(meeting)
    if record.state is not ElectionState.ANNULLED:
        raise ElectionNotAnnulledError(election=record.title_vi)
    names = {each.id: each for each in records}
    name = name_repeat(election)
    if name in names:
        raise RepeatedAlreadyError(election=record.title_vi, repeat=names[name].title_vi)
    if len(records) >= SLOTS and not on_paper:
        raise TooManyElectionsError(elections=len(records) + 1, slots=SLOTS)
    plan = decode_plan(record)
    follows = plan.follows
    while follows is not None and names[follows].state is ElectionState.ANNULLED and name_repeat(follows) in names:
        follows = name_repeat(follows)
    repository.add(
        ElectionRecord(
            meeting=meeting,
            id=name,
            position=len(records),
            title_vi=_entitle(record.title_vi, suffix.vi),
            title_en=_entitle(record.title_en, suffix.en),
            state=ElectionState.READY,
            series=() if on_paper else record.series,
            slot=None if on_paper else len(records),
            rule_inputs=encode_plan(replace(plan, follows=follows)),
        )
    )
    return name


def name_repeat(election: str) -> str:
    """Return the id of an election's repeat: of `s1` it is `s1-2`, of that `s1-3`."""
    stem, _, number = election.rpartition("-")
    return f"{stem}-{int(number) + 1}" if stem and number.isdigit() else f"{election}-2"


def _entitle(title: str, again: str) -> str:
    return title if title.endswith(f"({again})") else f"{title} ({again})"
