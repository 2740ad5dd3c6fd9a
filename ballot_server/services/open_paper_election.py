"""Open an election on paper: seal its base, its numbers and its rules as a manifest would, without any key or slip."""

from __future__ import annotations

from typing import cast

from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.rules.sealed import seal_rules
from ballot_server.services.election_plan import decode_plan
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.open_election import translate_contest, translate_wording
from ballot_server.services.preview_election import compute_preview
from ballot_server.services.watch_attendance import freeze_attendance
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import ElectionRepository, MeetingRepository
from crypto.bodies import EntryKind
from crypto.encoding import JsonObject, encode_canonical
from crypto.paper import PaperElection
from crypto.slip import MeetingCode
from crypto.verify import check_counts


class ElectionNotOnPaperError(BallotServerError):
    """Phones vote in this election: it is opened with the tellers' signatures; field: election."""


class NoPaperHandedOutError(BallotServerError):
    """No paper ballot was counted as handed out, so there is nothing to open; field: election."""


def open_paper_election(database: Database, board: Noticeboard, *, meeting: str, election: str) -> PaperElection:
    """Seal and open an election on paper; the ballots are handed out already.

    Raises: ElectionNotOnPaperError, NoPaperHandedOutError; IllegalTransitionError; what `preview_election` raises;
    VerificationError of V6 if the numbers contradict each other. Then the election stays as it was.
    """
    with database.write() as session:
        elections = ElectionRepository(session)
        record = elections.change_state(meeting, election, ElectionState.OPEN)
        if not record.is_on_paper:
            raise ElectionNotOnPaperError(election=record.title_vi)
        preview = compute_preview(session, meeting, election)
        if not preview.counts.issued:
            raise NoPaperHandedOutError(election=record.title_vi)
        check_counts(preview.counts)
        plan = decode_plan(record)
        sealed = PaperElection(
            meeting=MeetingCode(meeting),
            election=election,
            title=translate_wording(plan.title),
            contests=tuple(translate_contest(contest) for contest in plan.contests),
            counts=preview.counts,
            rules=cast(JsonObject, seal_rules(preview.sealed)),
            rehearsal=MeetingRepository(session).get(meeting).rehearsal,
        )
        data = encode_canonical(sealed.to_object())
        elections.seal(meeting, election, manifest=data, election_hash=sealed.election_hash)
        board.append(session, EntryKind.PAPER_ELECTION, sealed.to_object())
        freeze_attendance(session, meeting, election, is_close=False)
    return sealed
