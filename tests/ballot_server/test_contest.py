"""Pairing the contests of two ballots about the same people."""

import pytest

from ballot_server.domain.contest import Contest, ContestPairingError, Wording, pair_contests
from ballot_server.domain.member import CardNumber
from ballot_server.i18n import Language, translate_error


def make_contest(contest_id: str, member: str | None = None) -> Contest:
    return Contest(
        id=contest_id,
        subject=Wording(vi="Đồng chí …", en="Comrade …"),
        options=(),
        marks=1,
        member=None if member is None else CardNumber(member),
    )


def pair_ids(following: list[Contest], followed: list[Contest]) -> list[str]:
    return [contest.id for contest in pair_contests(following, followed)]


def test_pair_goes_by_member_whatever_the_position() -> None:
    followed = [make_contest("p1", "001"), make_contest("p2", "002")]
    assert pair_ids([make_contest("r2", "002"), make_contest("r1", "001")], followed) == ["p2", "p1"]


def test_pair_goes_by_position_without_members() -> None:
    assert pair_ids([make_contest("r1"), make_contest("r2")], [make_contest("p1"), make_contest("p2")]) == ["p1", "p2"]


def test_pair_goes_by_position_where_the_followed_names_nobody() -> None:
    assert pair_ids([make_contest("r1", "001")], [make_contest("p1")]) == ["p1"]


def test_pair_refuses_two_different_members() -> None:
    with pytest.raises(ContestPairingError):
        pair_ids([make_contest("r1", "001")], [make_contest("p1", "002")])


def test_pair_refuses_a_contest_beyond_those_followed() -> None:
    with pytest.raises(ContestPairingError) as caught:
        pair_ids([make_contest("r1"), make_contest("r2")], [make_contest("p1")])
    assert "r2" in translate_error(caught.value, Language.VIETNAMESE)


def test_pair_refuses_one_partner_for_two() -> None:
    with pytest.raises(ContestPairingError):
        pair_ids([make_contest("r1"), make_contest("r2", "001")], [make_contest("p1", "001"), make_contest("p2")])


def test_wording_is_given_in_the_language_asked_for() -> None:
    wording = Wording(vi="Đạt", en="Passed")
    assert (wording.in_language("vi"), wording.in_language("en")) == ("Đạt", "Passed")
