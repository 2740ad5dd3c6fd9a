"""The elections of a meeting that have an outcome on its board, with their counts by phone and on paper together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, cast

from ballot_server.domain.election import ElectionState
from ballot_server.services.board_view import list_entries
from ballot_server.services.derive_result import CountedElection
from ballot_server.services.sealed_election import read_sealed
from ballot_server.storage.keeping_records import KeptResultRecord
from ballot_server.storage.repositories import ArchiveRepository, ElectionRepository
from ballot_server.storage.session import Session
from crypto.ballot import ballot_size
from crypto.bodies import ClosedBody, EntryKind, OutcomeBody, TallyBody
from crypto.body_form import read_body
from crypto.encoding import decode_canonical_object
from crypto.manifest import Manifest
from crypto.paper import PaperCounts, PaperElection

_Body = TypeVar("_Body", ClosedBody, TallyBody, PaperCounts)


@dataclass(frozen=True)
class ElectionSums:
    """What was counted of one election: `ballots` by phone with their counts, none on paper alone, and the paper."""

    election: str
    ballots: int
    counts: tuple[tuple[int, ...], ...]
    paper: PaperCounts | None


def read_counted(session: Session, meeting: str) -> tuple[CountedElection, ...]:
    """Return the meeting's counted elections in the order of their outcomes, annulled ones left out."""
    return tuple(_add_up(read_sealed(session, meeting, sums.election), sums) for sums in list_sums(session, meeting))


def list_sums(session: Session, meeting: str) -> tuple[ElectionSums, ...]:
    """Return what was counted, in the order of the outcomes: from the board, or what outlived a destroyed archive."""
    if ArchiveRepository(session).find_destruction(meeting) is not None:
        return tuple(_restore_sums(kept) for kept in ArchiveRepository(session).list_results(meeting))
    names = [
        cast(OutcomeBody, read_body(EntryKind.OUTCOME, entry.body)).election
        for entry in list_entries(session, meeting, EntryKind.OUTCOME)
    ]
    return tuple(
        _read_sums(session, meeting, name)
        for name in names
        if ElectionRepository(session).get(meeting, name).state is not ElectionState.ANNULLED
    )


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
    kept = ArchiveRepository(session).find_result(meeting, election)
    if kept is not None:
        return _restore_sums(kept).paper
    return _find_body(session, meeting, election, EntryKind.PAPER_COUNTS, PaperCounts)


def count_returned(
    session: Session, meeting: str, sealed: Manifest | PaperElection, paper: PaperCounts | None
) -> int | None:
    """Return how many ballots came back, decrypted or not, by what the board has; None while it is not closed."""
    on_paper = 0 if paper is None else paper.ballots
    if not isinstance(sealed, Manifest):
        return None if paper is None else on_paper
    if _find_body(session, meeting, sealed.election, EntryKind.CLOSED, ClosedBody) is None:
        return None
    return len(list_closed_ballots(session, meeting, sealed)) + on_paper


def list_closed_ballots(session: Session, meeting: str, manifest: Manifest) -> list[bytes]:
    """Return the ballots of a closed election as the board has them, which is what every device and verifier counts."""
    closed = _find_body(session, meeting, manifest.election, EntryKind.CLOSED, ClosedBody)
    if closed is None:
        return []
    size = ballot_size(manifest.shape)
    return [closed.ballots[start : start + size] for start in range(0, len(closed.ballots), size)]


def _add_up(sealed: Manifest | PaperElection, sums: ElectionSums) -> CountedElection:
    if isinstance(sealed, Manifest):
        return add_paper(sealed, sums.counts, sums.ballots, sums.paper)
    if sums.paper is None:
        raise TypeError("an election on paper has no outcome without its counts")
    return CountedElection(sealed, sums.paper.counts, sums.paper.ballots, sums.paper)


def _read_sums(session: Session, meeting: str, election: str) -> ElectionSums:
    sealed = read_sealed(session, meeting, election)
    paper = find_paper_counts(session, meeting, election)
    if not isinstance(sealed, Manifest):
        return ElectionSums(election, 0, (), paper)
    tally = _find_body(session, meeting, election, EntryKind.TALLY, TallyBody)
    if tally is None:
        raise TypeError("an election on phones has no outcome without a tally")
    return ElectionSums(election, len(list_closed_ballots(session, meeting, sealed)), tally.counts, paper)


def _restore_sums(kept: KeptResultRecord) -> ElectionSums:
    paper = None if kept.paper is None else read_body(EntryKind.PAPER_COUNTS, decode_canonical_object(kept.paper))
    return ElectionSums(kept.election, kept.ballots, kept.counts, cast(PaperCounts | None, paper))


def _find_body(session: Session, meeting: str, election: str, kind: EntryKind, form: type[_Body]) -> _Body | None:
    for entry in list_entries(session, meeting, kind):
        # Other elections' bodies are not decoded: a closed one may be large.
        if entry.body.get("election") == election:
            body = read_body(kind, entry.body)
            if not isinstance(body, form):
                raise TypeError(f"an entry of kind {kind.value} has another body")
            return body
    return None
