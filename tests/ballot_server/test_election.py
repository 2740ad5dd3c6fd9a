"""The state machine of an election against a plain model of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballot_server.domain.election import ElectionState, IllegalTransitionError, advance

LINE = [
    ElectionState.DRAFT,
    ElectionState.READY,
    ElectionState.OPEN,
    ElectionState.CLOSED,
    ElectionState.TALLIED,
    ElectionState.PUBLISHED,
]


def is_allowed(state: ElectionState, to: ElectionState) -> bool:
    if to is ElectionState.ANNULLED:
        return state in LINE[1:5]
    return state is not ElectionState.ANNULLED and LINE.index(to) == LINE.index(state) + 1


@given(st.lists(st.sampled_from(ElectionState), max_size=12))
def test_advance_follows_the_model_along_any_walk(walk: list[ElectionState]) -> None:
    state = ElectionState.DRAFT
    for to in walk:
        if is_allowed(state, to):
            state = advance(state, to)
            assert state is to
        else:
            with pytest.raises(IllegalTransitionError):
                advance(state, to)


@pytest.mark.parametrize("state", [ElectionState.CLOSED, ElectionState.TALLIED, ElectionState.ANNULLED])
def test_advance_refuses_to_open_again(state: ElectionState) -> None:
    with pytest.raises(IllegalTransitionError):
        advance(state, ElectionState.OPEN)


def test_illegal_transition_names_both_states() -> None:
    with pytest.raises(IllegalTransitionError) as caught:
        advance(ElectionState.DRAFT, ElectionState.OPEN)
    assert caught.value.fields == {"state": "draft", "to": "open"}
