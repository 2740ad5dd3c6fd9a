"""The life of one election: which state may follow which.

draft → ready → open → closed → tallied → published. From ready until tallied it may be annulled instead, and is then
repeated as another election. Nothing is ever re-opened.
"""

from __future__ import annotations

from enum import Enum

from ballot_server.errors import BallotServerError


class ElectionState(Enum):
    """Where an election stands (nháp, sẵn sàng, mở, đóng, đã kiểm, đã công bố, hủy)."""

    DRAFT = "draft"
    READY = "ready"
    OPEN = "open"
    CLOSED = "closed"
    TALLIED = "tallied"
    PUBLISHED = "published"
    ANNULLED = "annulled"


class IllegalTransitionError(BallotServerError):
    """An election cannot go from its state to the one asked for; fields: state, to (values of ElectionState)."""

    def __init__(self, *, state: ElectionState, to: ElectionState) -> None:
        super().__init__(state=state.value, to=to.value)


_SUCCESSORS = {
    ElectionState.DRAFT: {ElectionState.READY},
    ElectionState.READY: {ElectionState.OPEN, ElectionState.ANNULLED},
    ElectionState.OPEN: {ElectionState.CLOSED, ElectionState.ANNULLED},
    ElectionState.CLOSED: {ElectionState.TALLIED, ElectionState.ANNULLED},
    ElectionState.TALLIED: {ElectionState.PUBLISHED, ElectionState.ANNULLED},
    ElectionState.PUBLISHED: set[ElectionState](),
    ElectionState.ANNULLED: set[ElectionState](),
}


def advance(state: ElectionState, to: ElectionState) -> ElectionState:
    """Return `to` if it may follow `state`. Raises: IllegalTransitionError otherwise, also for the same state."""
    if to not in _SUCCESSORS[state]:
        raise IllegalTransitionError(state=state, to=to)
    return to
