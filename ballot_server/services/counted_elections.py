"""The elections of a meeting that have an outcome on its board, with their counts by phone and on paper together."""

from __future__ import annotations

from typing import TypeVar, cast

from ballot_server.domain.election import ElectionState
from ballot_server.services.board_view import list_entries
from ballot_server.services.derive_result import CountedElection
from ballot_server.services.sealed_election import read_sealed
from ballot_server.storage.repositories import ElectionRepository
from ballot_server.storage.session import Session
from crypto.ballot import ballot_size
from crypto.bodies import ClosedBody, EntryKind, OutcomeBody, TallyBody
from crypto.body_form import read_body
from crypto.manifest import Manifest
from crypto.paper import PaperCounts

_Body = TypeVar("_Body", ClosedBody, TallyBody, PaperCounts)


def read_counted(session: Session, meeting: str) -> tuple[CountedElection, ...]:
    """Return the meeting's counted elections in the order of their outcomes, annulled ones left out."""
    counted = []
    for entry in list_entries(session, meeting, EntryKind.OUTCOME):
        name = cast(OutcomeBody, read_body(EntryKind.OUTCOME, entry.body)).election
        if ElectionRepository(session).get(meeting, name).state is not ElectionState.ANNULLED:
            counted.append(_read_one(session, meeting, name))
    return tuple(counted)


def add_paper(
    manifest: Manifest, counts: tuple[tuple[int, ...], ...], ballots: int, paper: PaperCounts | None
) -> CountedElection:
    """Return an election counted on phones together with what was counted on paper beside them."""
    if paper is None:
        return CountedElection(manifest=manifest, counts=counts, returned=ballots)
    together = tuple(
        tuple(phone + counted for phone, counted in zip(*rows, strict=True))
        for rows in zip(counts, paper.counts, strict=True)
    )
    return CountedElection(manifest, together, ballots + paper.ballots, paper)


def find_paper_counts(session: Session, meeting: str, election: str) -> PaperCounts | None:
    """Return what was counted of an election's paper ballots, None while that is not on the board."""
    return _find_body(session, meeting, election, EntryKind.PAPER_COUNTS, PaperCounts)


def list_closed_ballots(session: Session, meeting: str, manifest: Manifest) -> list[bytes]:
    """Return the ballots of a closed election as the board has them, which is what every device and verifier counts."""
    closed = _find_body(session, meeting, manifest.election, EntryKind.CLOSED, ClosedBody)
    if closed is None:
        return []
    size = ballot_size(manifest.shape)
    return [closed.ballots[start : start + size] for start in range(0, len(closed.ballots), size)]


def _read_one(session: Session, meeting: str, election: str) -> CountedElection:
    sealed = read_sealed(session, meeting, election)
    paper = find_paper_counts(session, meeting, election)
    if not isinstance(sealed, Manifest):
        if paper is None:
            raise TypeError("an election on paper has no outcome without its counts")
        return CountedElection(sealed, paper.counts, paper.ballots, paper)
    tally = _find_body(session, meeting, election, EntryKind.TALLY, TallyBody)
    if tally is None:
        raise TypeError("an election on phones has no outcome without a tally")
    return add_paper(sealed, tally.counts, len(list_closed_ballots(session, meeting, sealed)), paper)


def _find_body(session: Session, meeting: str, election: str, kind: EntryKind, form: type[_Body]) -> _Body | None:
    for entry in list_entries(session, meeting, kind):
        # Other elections' bodies are not decoded: a closed one may be large.
        if entry.body.get("election") == election:
            body = read_body(kind, entry.body)
            if not isinstance(body, form):
                raise TypeError(f"an entry of kind {kind.value} has another body")
            return body
    return None
