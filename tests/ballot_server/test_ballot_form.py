"""What stands on a ballot, and how many marks it bears."""

import pytest

from ballot_server.domain.contest import Option, Wording
from ballot_server.i18n import Language, translate_error
from ballot_server.rules.ballot_form import (
    CandidatesNeededError,
    CandidatesNotAskedError,
    CandidateTwiceError,
    SeatsWrongError,
    count_marks,
    plan_options,
)
from tests.support.rule_files import load_installed

DISCIPLINE = load_installed("vn-discipline")
ELECTION = load_installed("vn-committee-election")
PEOPLE = tuple(Option(id=name, text=Wording(name, name)) for name in ("an", "binh", "chi"))


def test_removal_is_on_the_ballot_of_who_holds_a_post_only() -> None:
    with_post = [option.id for option in plan_options(DISCIPLINE, holds_post=True)]
    assert with_post == ["expulsion", "removal_from_office", "warning", "reprimand", "none"]
    assert [option.id for option in plan_options(DISCIPLINE)] == [id_ for id_ in with_post if "removal" not in id_]


def test_election_has_the_contests_candidates_in_their_order() -> None:
    assert plan_options(ELECTION, candidates=PEOPLE) == PEOPLE


def test_election_without_candidates_is_refused() -> None:
    with pytest.raises(CandidatesNeededError):
        plan_options(ELECTION)


def test_candidates_are_refused_where_the_rules_name_the_options() -> None:
    with pytest.raises(CandidatesNotAskedError):
        plan_options(DISCIPLINE, candidates=PEOPLE)


@pytest.mark.parametrize("extra", ["an", "blank"])
def test_candidate_twice_or_called_blank_is_refused(extra: str) -> None:
    with pytest.raises(CandidateTwiceError) as caught:
        plan_options(ELECTION, candidates=(*PEOPLE, Option(id=extra, text=Wording("x", "x"))))
    assert extra in translate_error(caught.value, Language.VIETNAMESE)


def test_election_allows_as_many_marks_as_seats() -> None:
    assert count_marks(ELECTION, seats=2, options=3) == 2


def test_other_votes_allow_one_mark() -> None:
    assert count_marks(DISCIPLINE, seats=None, options=5) == 1


@pytest.mark.parametrize("seats", [None, 0, 4])
def test_seats_beyond_the_candidates_are_refused(seats: int | None) -> None:
    with pytest.raises(SeatsWrongError):
        count_marks(ELECTION, seats=seats, options=3)


def test_seats_are_refused_where_nobody_is_elected() -> None:
    with pytest.raises(CandidatesNotAskedError):
        count_marks(DISCIPLINE, seats=1, options=5)
