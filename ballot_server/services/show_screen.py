"""What the projector shows: the state and how many have voted; per option nothing before publication."""

from __future__ import annotations

from dataclasses import dataclass

from ballot_server.domain.contest import Wording
from ballot_server.domain.election import ElectionState
from ballot_server.i18n import Language
from ballot_server.minutes.record import ElectionRecord as CountedRecord
from ballot_server.minutes.result_slides import compose_election_slides
from ballot_server.minutes.slide import Slide
from ballot_server.services.election_plan import decode_plan
from ballot_server.services.show_election import show_result
from ballot_server.services.trustee_room import ceremony_state
from ballot_server.services.trustee_view import CeremonyStage, CeremonyView
from ballot_server.services.voter_view import ElectionView, MeetingView, list_meetings
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import ElectionRepository, PaperBallotsRepository

_SUMMARY_ROWS = 3
_UNDER_WAY = (ElectionState.OPEN, ElectionState.CLOSED, ElectionState.TALLIED)


@dataclass(frozen=True)
class ScreenView:
    """The projector's page; `ceremony` while the key is made, `result` and its slides only of a published election.

    `key_words` are the eight that phones show whose slips carry no fingerprint. `paper_issued` counts paper ballots.
    """

    meeting: MeetingView | None = None
    ceremony: CeremonyView | None = None
    election: ElectionView | None = None
    contests: tuple[Wording, ...] = ()
    options: tuple[Wording, ...] = ()
    key_words: tuple[str, ...] = ()
    result: CountedRecord | None = None
    slides: tuple[Slide, ...] = ()
    paper_issued: int = 0


def show_screen(database: Database, language: Language) -> ScreenView:
    """Return what the projector shows now: of all meetings, the one where something is still to be decided."""
    meetings = list_meetings(database)
    meeting = next((each for each in meetings if each.current is not None), meetings[0] if meetings else None)
    if meeting is None:
        return ScreenView()
    under_way = next((each for each in meeting.elections if each.state in _UNDER_WAY), None)
    if under_way is None:
        ceremony = ceremony_state(database, meeting=meeting.code)
        if ceremony.stage not in (CeremonyStage.NONE, CeremonyStage.FINISHED):
            return ScreenView(meeting=meeting, ceremony=ceremony)
        published = [each for each in meeting.elections if each.state is ElectionState.PUBLISHED]
        result = show_result(database, meeting.code, published[-1].id, language) if published else None
        if result is not None:
            slides = compose_election_slides(result, language, summary_rows=_SUMMARY_ROWS)
            return ScreenView(meeting=meeting, election=published[-1], result=result, slides=slides)
    shown = under_way or next((each for each in meeting.elections if each.state is ElectionState.READY), None)
    if shown is None:
        return ScreenView(meeting=meeting)
    with database.read() as session:
        record = ElectionRepository(session).get(meeting.code, shown.id)
        paper = PaperBallotsRepository(session).find(meeting.code, shown.id)
    # An election that was stored without a plan has nothing to show beside its title.
    plan = decode_plan(record) if record.rule_inputs != "{}" else None
    return ScreenView(
        meeting=meeting,
        election=shown,
        contests=() if plan is None else tuple(contest.subject for contest in plan.contests),
        options=() if plan is None else tuple(option.text for option in plan.rule_set.options),
        key_words=() if record.is_on_paper else ceremony_state(database, meeting=meeting.code).key_words,
        paper_issued=paper.issued,
    )
