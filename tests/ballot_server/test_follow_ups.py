"""What is followed up each month: dates of screening, the January review, exemptions, votes that failed before."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from ballot_server.domain.contest import Wording
from ballot_server.domain.member import CardNumber
from ballot_server.domain.staff import Role
from ballot_server.services.follow_ups import Urgency, list_follow_ups
from ballot_server.services.meeting_draft import DraftContest, DraftElection
from ballot_server.services.past_votes import PastVote, count_failed, list_past_votes
from ballot_server.services.propose_failed import propose_failed
from tests.support.evenings import AGREE, DISAGREE, SCREENING, Evening, load_rules, make_plan, prepare_evening
from tests.support.registers import BOOK_TWO, Registry, open_registry
from tests.support.staff import sign_in

MEMBER = CardNumber("00125001")
HELD_ON = date(2026, 1, 15)
FAILING = make_plan("s1", rules="vn-recognition")


def hold(evening: Evening, *outcomes: tuple[str, int]) -> None:
    """Hold elections of five voters, each with so many who agree."""
    for election, agreed in outcomes:
        evening.hold(election, *[AGREE] * agreed, *[DISAGREE] * (5 - agreed))


def test_members_to_be_looked_at_again_are_named_with_their_date(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING, rehearsal=False, floor=3) as evening:
        hold(evening, ("s3a", 1), ("s3b", 1))
        [review] = list_follow_ups(evening.database, date(2026, 12, 20)).reviews
    assert (review.due, review.urgency, review.at_earliest) == (date(2027, 1, 15), Urgency.WITHIN_30, False)
    assert review.member == MEMBER


def test_progress_that_was_recognised_leaves_nothing_to_look_at(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING, rehearsal=False, floor=3) as evening:
        hold(evening, ("s3a", 5), ("s3b", 1))
        assert list_follow_ups(evening.database, HELD_ON).reviews == ()


def test_member_put_on_the_list_is_looked_at_a_year_later_at_the_earliest(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, rehearsal=False, floor=3) as evening:
        hold(evening, ("s1", 4))
        [review] = list_follow_ups(evening.database, date(2027, 1, 16)).reviews
    assert (review.due, review.urgency, review.at_earliest) == (date(2027, 1, 15), Urgency.OVERDUE, True)


def test_practice_meeting_leaves_nothing_to_follow_up(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (FAILING,)) as evening:
        hold(evening, ("s1", 1))
        view = list_follow_ups(evening.database, HELD_ON)
    assert (view.reviews, view.failed) == ((), ())


def test_unpublished_count_is_not_followed_up(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (FAILING,), rehearsal=False, floor=3) as evening:
        evening.open("s1")
        evening.cast("s1", DISAGREE, DISAGREE, DISAGREE)
        evening.close("s1")
        evening.tally("s1")
        with evening.database.read() as session:
            assert list_past_votes(session) == ()


def test_failed_vote_is_counted_and_proposed_for_the_next(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (FAILING,), rehearsal=False, floor=3) as evening:
        hold(evening, ("s1", 3))
        [failed] = list_follow_ups(evening.database, HELD_ON).failed
        with evening.database.read() as session:
            votes = list_past_votes(session)
    assert (failed.member, failed.count, failed.last_on) == (MEMBER, 1, HELD_ON)
    assert count_failed(votes, rule_set="vn-recognition", member=CardNumber("0012 5001")) == 1
    assert count_failed(votes, rule_set="vn-striking-off", member=MEMBER) == 0
    assert count_failed(votes, rule_set="vn-recognition", member=CardNumber("00125002")) == 0


def propose(evening: Evening, rules: str, entered: int = 0) -> list[int]:
    """Return what is proposed for the next vote about the member, about another, and about a matter without one."""
    rule_set = load_rules(rules)
    contests = [DraftContest("x", member, previous_failed=entered) for member in (MEMBER, CardNumber("2"), None)]
    words = Wording(vi="x", en="x")
    election = DraftElection("s1", words, rule_set.source_text, rule_set.origin, tuple(contests), None, True)
    with evening.database.read() as session:
        return [contest.previous_failed for contest in propose_failed(session, election).contests]


def test_next_vote_is_prepared_with_the_failed_ones_before_it(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (FAILING,), rehearsal=False, floor=3) as evening:
        hold(evening, ("s1", 3))
        assert propose(evening, "vn-recognition") == [1, 0, 0]
        assert propose(evening, "vn-recognition", entered=2) == [2, 2, 2]
        assert propose(evening, "vn-screening-step1") == [0, 0, 0]


def make_vote(outcome: str, day: int) -> PastVote:
    words = Wording(vi="x", en="x")
    return PastVote(
        "M0000001", date(2026, 1, day), 0, words, "vn-recognition", words, words, MEMBER, outcome, words, None
    )


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((), 0),
        (("not_passed",), 1),
        (("not_passed", "not_passed", "report_after_third"), 3),
        (("not_passed", "passed"), 0),
        (("not_passed", "passed", "not_passed"), 1),
    ],
)
def test_failed_votes_are_counted_since_the_last_that_passed(outcomes: tuple[str, ...], expected: int) -> None:
    votes = [make_vote(outcome, day) for day, outcome in enumerate(outcomes, start=1)]
    assert count_failed(votes, rule_set="vn-recognition", member=MEMBER) == expected


def show(registry: Registry, query: str = "") -> str:
    answer = registry.clerk.get(f"/chair/follow-ups{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_page_names_the_january_review(tmp_path: Path) -> None:
    with open_registry(tmp_path, roll="") as registry:
        assert "Tháng này cấp ủy chi bộ rà soát" in show(registry)
        registry.clock.move(timedelta(days=31))
        page = create_page_after_a_month(registry)
    assert "Lần rà soát tới: tháng 1 năm 2027." in page


def create_page_after_a_month(registry: Registry) -> str:
    """Sign in again, since nobody stays signed in for a month, and return the page."""
    sign_in(registry.clerk, Role.CLERK)
    return show(registry)


def test_page_names_exemptions_that_lapsed_that_lapse_and_that_are_proposed(tmp_path: Path) -> None:
    with open_registry(tmp_path) as registry:
        path = registry.find("anh")
        registry.act(f"{path}/exemptions/other", **{**BOOK_TWO, "ends": "14/02/2026"})
        undecided = {"deciding_body": "", "decision_number": "", "decision_on": ""}
        registry.act(f"{registry.find('thanh')}/exemptions/other", **{**BOOK_TWO, **undecided})
        page = show(registry)
    lapsed, rest = page.split("Hết hạn miễn trong 90 ngày tới")
    lapsing, proposed = rest.split("<h2>Mới đề nghị</h2>")
    assert "Lê Văn An" in lapsed
    assert "Đỗ Thị Ánh" in lapsing
    assert "Còn 30 ngày thì hết hạn miễn." in lapsing
    assert "Nguyễn Văn Thành" in proposed


def test_page_leaves_out_exemptions_of_those_who_left(tmp_path: Path) -> None:
    with open_registry(tmp_path) as registry:
        page = registry.get("?q=le van an")
        path = "/members/" + page.split('href="/chair/roll/members/')[1].split('"')[0]
        registry.act(f"{path}/left", left_on="2026-01-01")
        assert "Lê Văn An" not in show(registry)


def test_page_speaks_english(tmp_path: Path) -> None:
    with open_registry(tmp_path) as registry:
        assert "To be followed up" in show(registry, "?lang=en")
