"""Print an election's paper ballot from its plan: what is asked, not who it is for."""

from __future__ import annotations

from ballot_server.i18n import Language
from ballot_server.minutes.paper_ballot import BallotQuestion, PaperBallotSheet, render_paper_ballot
from ballot_server.services.election_plan import decode_plan
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import ElectionRepository, MeetingRepository


def print_paper_ballot(database: Database, *, meeting: str, election: str, language: Language) -> bytes:
    """Return the page to print. Raises: MeetingUnknownError, ElectionMissingError, TypesettingError."""
    with database.read() as session:
        held = MeetingRepository(session).get(meeting)
        plan = decode_plan(ElectionRepository(session).get(meeting, election))
    code = language.value
    sheet = PaperBallotSheet(
        unit=held.unit,
        superior=held.superior,
        title=plan.title.in_language(code),
        date=held.held_on,
        questions=tuple(
            BallotQuestion(
                subject=contest.subject.in_language(code),
                options=tuple(option.text.in_language(code) for option in contest.options),
                marks=contest.marks,
            )
            for contest in plan.contests
        ),
        rehearsal=held.rehearsal,
    )
    return render_paper_ballot(sheet, language)
