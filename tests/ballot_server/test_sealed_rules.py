"""The sealed rules object: what reads back, what is refused, and elections decided from it alone."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import msgspec
import pytest

from ballot_server.domain.base import BaseKind, make_base
from ballot_server.domain.base_parts import ClassCounts, FixedBase
from ballot_server.domain.quorum import QuorumNotMetError
from ballot_server.domain.result import (
    BallotNumbers,
    ContestMarksError,
    ContestSumError,
    ReturnedExceedsPresentError,
)
from ballot_server.i18n import Language, translate_error
from ballot_server.rules.election import ElectionDecision, decide_sealed
from ballot_server.rules.errors import (
    ContestCountsError,
    ContestsMismatchError,
    FollowedElectionError,
    FollowedTestsError,
    SealedRulesError,
)
from ballot_server.rules.loader import load_named_rule_set, load_rule_set
from ballot_server.rules.model import date_rule_set
from ballot_server.rules.sealed import (
    FollowedContest,
    SealedContest,
    SealedRules,
    check_can_follow,
    measure_quorum_of,
    read_sealed_rules,
    seal_rules,
)
from crypto.encoding import decode_canonical, encode_canonical
from tests.support.rolls import MEETING_DATE
from tests.support.rule_files import make_plain_base

PARTS = ClassCounts(official=20, exempt=3, suspended=1, transferred_out=1)
NUMBERS = BallotNumbers(printed=14, handed_out=12, left_over=2, void=0, lost=0, returned=12)


def make_contest(contest_id: str, follows: FollowedContest | None = None) -> SealedContest:
    return SealedContest(id=contest_id, follows=follows, previous_failed=0, holds_post=False)


def make_sealed(rule_set_id: str, *contests: SealedContest) -> SealedRules:
    dated = load_named_rule_set(rule_set_id, MEETING_DATE)
    return SealedRules(
        dated=dated,
        meeting_date=MEETING_DATE,
        base=make_base(dated.rule_set.base.kind, PARTS),
        summoned=15,
        present=12,
        barred=0,
        contests=contests,
    )


STEP1 = make_sealed("vn-screening-step1", make_contest("m1"))
PROGRESS = make_sealed("vn-screening-progress", make_contest("p1"), make_contest("p2"))
REMOVAL = make_sealed(
    "vn-screening-removal",
    make_contest("r1", FollowedContest("progress", "p1")),
    make_contest("r2", FollowedContest("progress", "p2")),
)
MAJORITY = make_sealed("majority-of-votes-cast", make_contest("a"), make_contest("b"))


def replace_contest(contest: SealedContest, **changes: object) -> SealedContest:
    return msgspec.structs.replace(contest, **changes)


def count_agree(agree: int, blank: int = 0) -> dict[str, int]:
    return {"agree": agree, "disagree": 12 - agree - blank, "blank": blank}


@pytest.mark.parametrize("sealed", [STEP1, PROGRESS, REMOVAL, MAJORITY], ids=lambda sealed: sealed.rule_set.id)
def test_sealed_object_reads_back_after_its_canonical_form(sealed: SealedRules) -> None:
    assert read_sealed_rules(decode_canonical(encode_canonical(seal_rules(sealed)))) == sealed


def test_result_is_that_of_the_example() -> None:
    decision = decide_sealed(STEP1, {"m1": count_agree(10)}, NUMBERS, {})
    shares = {
        "base": {"agree": "66.67", "disagree": "13.33", "blank": "0.00"},
        "returned": {"agree": "83.33", "disagree": "16.67", "blank": "0.00"},
    }
    assert decision.to_result("s1").to_json() == {
        "id": "s1", "rule_set": "vn-screening-step1", "mark": "V", "in_force": True,
        "base": {
            "value": 15, "kind": "official_minus_exempt",
            "parts": {"official": 20, "exempt": 3, "suspended": 1, "transferred_out": 1}, "bare_words": 17,
        },
        "summoned": 15, "present": 12, "printed": 14, "handed_out": 12, "void": 0, "lost": 0, "issued": 12,
        "returned": 12, "not_returned": 0,
        "contests": [{
            "id": "m1", "counts": {"agree": 10, "disagree": 2, "blank": 0},
            "shares": {**shares, "summoned": shares["base"], "valid": shares["returned"]},
            "tests": [{"option": "agree", "at_least": [2, 3], "base": 15, "needed": 10, "got": 10, "passed": True}],
            "outcome": {"id": "listed"},
        }],
    }  # fmt: skip


def test_result_is_json_a_board_can_carry() -> None:
    result = decide_sealed(STEP1, {"m1": count_agree(10)}, NUMBERS, {}).to_result("s1").to_json()
    assert json.loads(encode_canonical(result)) == result


def decide_pair(progress: tuple[int, int], removal: tuple[int, int]) -> ElectionDecision:
    first = decide_sealed(PROGRESS, {"p1": count_agree(progress[0]), "p2": count_agree(progress[1])}, NUMBERS, {})
    counts = {"r1": count_agree(removal[0]), "r2": count_agree(removal[1])}
    return decide_sealed(REMOVAL, counts, NUMBERS, first.collect_tests("progress"))


def test_pair_is_decided_contest_by_contest_on_the_same_base() -> None:
    decision = decide_pair((8, 7), (3, 10))
    assert [contest.decision.outcome.id for contest in decision.contests] == [
        "progress_recognised",
        "proposed_for_removal",
    ]


def test_pair_that_contradicts_itself_draws_no_conclusion() -> None:
    decision = decide_pair((8, 7), (10, 9))
    assert [contest.decision.outcome.id for contest in decision.contests] == [
        "contradiction",
        "another_twelve_months",
    ]


def test_pair_is_refused_without_the_first_ballot() -> None:
    with pytest.raises(FollowedTestsError) as caught:
        decide_sealed(REMOVAL, {"r1": count_agree(3), "r2": count_agree(3)}, NUMBERS, {})
    assert "vn-screening-progress" in translate_error(caught.value, Language.VIETNAMESE)


def test_pair_is_refused_where_the_first_ballot_had_another_base() -> None:
    other = replace(PROGRESS, base=make_plain_base(16), summoned=16)
    first = decide_sealed(other, {"p1": count_agree(8), "p2": count_agree(8)}, NUMBERS, {})
    with pytest.raises(FollowedElectionError):
        decide_sealed(REMOVAL, {"r1": count_agree(3), "r2": count_agree(3)}, NUMBERS, first.collect_tests("progress"))


def test_check_before_opening_lets_the_pair_follow() -> None:
    check_can_follow(REMOVAL, PROGRESS)


@pytest.mark.parametrize(
    "followed",
    [STEP1, replace(PROGRESS, base=make_plain_base(16))],
    ids=["another rule-set", "another base"],
)
def test_check_before_opening_refuses_what_cannot_be_followed(followed: SealedRules) -> None:
    with pytest.raises(FollowedElectionError) as caught:
        check_can_follow(REMOVAL, followed)
    assert translate_error(caught.value, Language.VIETNAMESE)


def test_check_before_opening_refuses_to_follow_where_nothing_is_followed() -> None:
    with pytest.raises(FollowedElectionError):
        check_can_follow(STEP1, PROGRESS)


def test_votes_cast_are_each_contests_own_base() -> None:
    counts = {"a": {"yes": 6, "no": 4, "blank": 2}, "b": {"yes": 6, "no": 6, "blank": 0}}
    result = decide_sealed(MAJORITY, counts, NUMBERS, {}).to_result("e")
    assert [contest.tests[0].base for contest in result.contests] == [10, 12]
    assert [contest.outcome for contest in result.contests] == ["passed", "tied"]
    assert result.base.value is None
    assert result.contests[0].shares["votes_cast"]["yes"] == "60.00"
    assert result.contests[0].shares["valid"]["yes"] == "50.00"


def test_votes_cast_alike_in_all_contests_are_the_elections_base() -> None:
    counts = {"a": {"yes": 6, "no": 4, "blank": 2}, "b": {"yes": 5, "no": 5, "blank": 2}}
    assert decide_sealed(MAJORITY, counts, NUMBERS, {}).to_result("e").base.value == 10


def test_decide_refuses_ballots_beyond_those_present() -> None:
    numbers = replace(NUMBERS, printed=15, handed_out=13, returned=13)
    with pytest.raises(ReturnedExceedsPresentError):
        decide_sealed(STEP1, {"m1": {"agree": 13, "disagree": 0, "blank": 0}}, numbers, {})


def test_decide_refuses_counts_that_do_not_add_up() -> None:
    with pytest.raises(ContestSumError):
        decide_sealed(STEP1, {"m1": {"agree": 10, "disagree": 1, "blank": 0}}, NUMBERS, {})


@pytest.mark.parametrize("counts", [{}, {"m2": count_agree(10)}, {"m1": count_agree(10), "m2": count_agree(10)}])
def test_decide_refuses_counts_of_other_contests(counts: dict[str, dict[str, int]]) -> None:
    with pytest.raises(ContestsMismatchError) as caught:
        decide_sealed(STEP1, counts, NUMBERS, {})
    assert "m1" in translate_error(caught.value, Language.VIETNAMESE)


def test_decide_refuses_counts_of_other_options() -> None:
    with pytest.raises(ContestCountsError) as caught:
        decide_sealed(STEP1, {"m1": {"yes": 10, "no": 2, "blank": 0}}, NUMBERS, {})
    assert "agree" in translate_error(caught.value, Language.VIETNAMESE)


Change = Callable[[dict[str, Any]], object]

TAMPERED: list[tuple[str, Change]] = [
    ("smaller base", lambda sealed: sealed["base"].update(value=14)),
    ("smaller base with its parts", lambda sealed: sealed["base"]["parts"].update(exempt=4)),
    ("bare words", lambda sealed: sealed["base"].update(bare_words=15)),
    ("no base", lambda sealed: sealed["base"].update(value=None)),
    ("another kind of base", lambda sealed: sealed["base"].update(kind="votes_cast", value=None, bare_words=None)),
    ("unknown kind of base", lambda sealed: sealed["base"].update(kind="present")),
    ("official members invented", lambda sealed: sealed["base"]["parts"].update(official=21)),
    ("better mark", lambda sealed: sealed.update(mark="S")),
    ("not in force", lambda sealed: sealed.update(in_force=False)),
    ("meeting before the rules", lambda sealed: sealed.update(meeting_date="2021-01-15")),
    ("another form of the date", lambda sealed: sealed.update(meeting_date="20260115")),
    ("no date", lambda sealed: sealed.update(meeting_date="15/01/2026")),
    ("a date beyond the calendar", lambda sealed: sealed.update(meeting_date="9999-12-31")),
    ("another id", lambda sealed: sealed.update(rule_set="vn-screening-progress")),
    ("text refused", lambda sealed: sealed.update(text=sealed["text"].replace("[2, 3]", "[4, 3]"))),
    ("more summoned", lambda sealed: sealed.update(summoned=16)),
    ("fewer summoned", lambda sealed: sealed.update(summoned=14)),
    ("more barred", lambda sealed: sealed.update(barred=1)),
    ("barred below zero", lambda sealed: sealed.update(barred=-1, summoned=16)),
    ("more present than summoned", lambda sealed: sealed.update(present=16)),
    ("present below zero", lambda sealed: sealed.update(present=-1)),
    ("number as text", lambda sealed: sealed.update(present="12")),
    ("number as truth", lambda sealed: sealed.update(present=True)),
    ("number as float", lambda sealed: sealed.update(present=12.0)),
    ("unknown key", lambda sealed: sealed.update(note="x")),
    ("unknown part", lambda sealed: sealed["base"]["parts"].update(guest=1)),
    ("missing key", lambda sealed: sealed.pop("barred")),
    ("no contests", lambda sealed: sealed.update(contests=[])),
    ("one contest twice", lambda sealed: sealed["contests"].append(sealed["contests"][0])),
    (
        "follows where nothing is followed",
        lambda sealed: sealed["contests"][0].update(follows={"election": "p", "contest": "p1"}),
    ),
    ("failures below zero", lambda sealed: sealed["contests"][0].update(previous_failed=-1)),
]


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in TAMPERED])
def test_tampered_sealed_rules_are_refused(change: Change) -> None:
    sealed: dict[str, Any] = copy.deepcopy(seal_rules(STEP1))
    change(sealed)
    with pytest.raises(SealedRulesError) as caught:
        read_sealed_rules(sealed)
    for language in Language:
        assert translate_error(caught.value, language)


ELECTION = make_sealed(
    "vn-committee-election",
    SealedContest("b1", follows=None, previous_failed=0, holds_post=False, candidates=("a", "b", "c"), seats=2),
)
CHAIRS_NUMBER = STEP1.rule_set.source_text.replace('kind = "official_minus_exempt"', 'kind = "fixed"')
FIXED = replace(
    STEP1,
    dated=date_rule_set(load_rule_set(CHAIRS_NUMBER, "own.toml"), MEETING_DATE),
    base=make_base(BaseKind.FIXED, PARTS, fixed=FixedBase(21, "Quyết định 5")),
)

TAMPERED_MORE: list[tuple[str, SealedRules, Change]] = [
    ("quorum left out", ELECTION, lambda sealed: sealed.pop("quorum")),
    ("quorum of fewer", ELECTION, lambda sealed: sealed["quorum"].update(needed=9)),
    ("quorum of another base", ELECTION, lambda sealed: sealed["quorum"].update(of="all_members")),
    ("quorum with more people", ELECTION, lambda sealed: sealed["quorum"].update(got=13)),
    ("quorum with a number for a truth", ELECTION, lambda sealed: sealed["quorum"].update(met=1)),
    ("quorum no longer met", ELECTION, lambda sealed: sealed.update(present=9)),
    ("quorum where none is asked for", STEP1, lambda sealed: sealed.update(quorum={"met": True})),
    ("no candidates", ELECTION, lambda sealed: sealed["contests"][0].update(candidates=[])),
    ("candidate twice", ELECTION, lambda sealed: sealed["contests"][0].update(candidates=["a", "b", "a"])),
    ("candidate called blank", ELECTION, lambda sealed: sealed["contests"][0].update(candidates=["a", "blank"])),
    ("no seats", ELECTION, lambda sealed: sealed["contests"][0].update(seats=None)),
    ("seats below one", ELECTION, lambda sealed: sealed["contests"][0].update(seats=0)),
    ("more seats than candidates", ELECTION, lambda sealed: sealed["contests"][0].update(seats=4)),
    ("candidates where none are asked for", STEP1, lambda sealed: sealed["contests"][0].update(candidates=["a"])),
    ("seats where none are asked for", STEP1, lambda sealed: sealed["contests"][0].update(seats=1)),
    ("barred in the room beyond the barred", STEP1, lambda sealed: sealed.update(barred_present=1)),
    ("excused where nobody is left out for it", STEP1, lambda sealed: sealed["base"]["parts"].update(excused=1)),
    ("not in post where all count", STEP1, lambda sealed: sealed["base"]["parts"].update(not_incumbent=1)),
    ("ground of a computed base", STEP1, lambda sealed: sealed["base"].update(ground="x")),
    ("entered base without its ground", FIXED, lambda sealed: sealed["base"].update(ground=None)),
    ("entered base below those present", FIXED, lambda sealed: sealed["base"].update(value=11)),
    ("entered base of zero", FIXED, lambda sealed: sealed["base"].update(value=0)),
]


@pytest.mark.parametrize(
    ("sealed", "change"), [pytest.param(sealed, change, id=name) for name, sealed, change in TAMPERED_MORE]
)
def test_tampered_quorum_candidates_and_base_are_refused(sealed: SealedRules, change: Change) -> None:
    written: dict[str, Any] = copy.deepcopy(seal_rules(sealed))
    change(written)
    with pytest.raises(SealedRulesError):
        read_sealed_rules(written)


@pytest.mark.parametrize("sealed", [ELECTION, FIXED], ids=["election", "entered base"])
def test_elections_and_entered_bases_read_back(sealed: SealedRules) -> None:
    assert read_sealed_rules(decode_canonical(encode_canonical(seal_rules(sealed)))) == sealed


def test_entered_base_is_shown_with_its_ground() -> None:
    result = decide_sealed(FIXED, {"m1": count_agree(12)}, NUMBERS, {}).to_result("s1").to_json()
    assert result["base"] == {**FIXED.base.to_json(), "value": 21, "ground": "Quyết định 5"}
    assert decide_sealed(FIXED, {"m1": count_agree(12)}, NUMBERS, {}).contests[0].decision.outcome.id == "not_listed"


def test_seal_refuses_to_open_without_a_quorum() -> None:
    with pytest.raises(QuorumNotMetError) as caught:
        seal_rules(replace(ELECTION, present=9))
    assert (caught.value.fields["needed"], caught.value.fields["present"]) == (10, 9)
    assert "10" in translate_error(caught.value, Language.VIETNAMESE)


def test_quorum_counts_the_member_concerned_who_is_in_the_room() -> None:
    sealed = replace(ELECTION, summoned=14, present=9, barred=1, barred_present=1)
    assert read_sealed_rules(seal_rules(sealed)).quorum == measure_quorum_of(sealed, 10)


def test_quorum_at_the_close_is_of_those_then_in_the_room() -> None:
    at_close = measure_quorum_of(ELECTION, 9)
    assert at_close is not None
    assert (at_close.needed, at_close.got, at_close.met) == (10, 9, False)
    assert measure_quorum_of(STEP1, 9) is None


def test_election_is_written_with_standings_seats_left_and_quorum() -> None:
    counts = {"b1": {"a": 9, "b": 8, "c": 8, "blank": 1}}
    with pytest.raises(ContestMarksError):
        decide_sealed(ELECTION, counts, NUMBERS, {})
    counts = {"b1": {"a": 9, "b": 8, "c": 5, "blank": 1}}
    result = decide_sealed(ELECTION, counts, NUMBERS, {}).to_result("b").to_json()
    assert result["quorum"] == {"of": "summoned", "at_least": [2, 3], "needed": 10, "got": 12, "met": True}
    [contest] = cast(list[dict[str, Any]], result["contests"])
    standings = {"a": "elected", "b": "elected", "c": "not_elected"}
    assert contest["outcome"] == {"candidates": standings, "seats_left": 0}
    assert contest["tests"][2] == {
        "option": "c", "more_than": [1, 2], "base": 15, "needed": 8, "got": 5, "passed": False,
    }  # fmt: skip


def test_election_with_a_tie_leaves_the_seat() -> None:
    counts = {"b1": {"a": 8, "b": 8, "c": 8, "blank": 0}}
    [contest] = decide_sealed(ELECTION, counts, NUMBERS, {}).to_result("b").contests
    assert contest.to_json()["outcome"] == {"candidates": {"a": "tied", "b": "tied", "c": "tied"}, "seats_left": 2}


def test_election_cannot_be_followed() -> None:
    with pytest.raises(FollowedElectionError):
        check_can_follow(REMOVAL, ELECTION)


@pytest.mark.parametrize(
    ("holds_post", "expulsion", "outcome"),
    [
        (False, 10, {"id": "expulsion", "proposed": True}),
        (False, 8, {"id": "warning"}),
        (True, 8, {"id": "removal_from_office", "proposed": True}),
    ],
)
def test_discipline_says_what_the_unit_only_proposes(
    holds_post: bool, expulsion: int, outcome: dict[str, object]
) -> None:
    sealed = make_sealed("vn-discipline", replace_contest(make_contest("k1"), holds_post=holds_post))
    counts = {"expulsion": expulsion, "warning": 0, "reprimand": 12 - expulsion, "none": 0, "blank": 0}
    if holds_post:
        counts["removal_from_office"] = 0
    [contest] = decide_sealed(sealed, {"k1": counts}, NUMBERS, {}).to_result("k").contests
    assert contest.to_json()["outcome"] == outcome


def test_discipline_refuses_votes_for_removal_of_who_holds_no_post() -> None:
    sealed = make_sealed("vn-discipline", make_contest("k1"))
    counts = {"expulsion": 0, "removal_from_office": 12, "warning": 0, "reprimand": 0, "none": 0, "blank": 0}
    with pytest.raises(ContestCountsError):
        decide_sealed(sealed, {"k1": counts}, NUMBERS, {})


@pytest.mark.parametrize(("failed", "outcome"), [(0, "not_passed"), (1, "not_passed"), (2, "report_after_third")])
def test_third_failure_is_reported_up(failed: int, outcome: str) -> None:
    sealed = make_sealed("vn-recognition", replace_contest(make_contest("m1"), previous_failed=failed))
    [contest] = decide_sealed(sealed, {"m1": count_agree(9)}, NUMBERS, {}).contests
    assert contest.decision.outcome.id == outcome


def test_confidence_is_shared_out_on_every_base() -> None:
    sealed = make_sealed("vn-confidence", make_contest("m1"))
    counts = {"m1": {"high": 2, "medium": 1, "low": 8, "blank": 1}}
    [contest] = decide_sealed(sealed, counts, NUMBERS, {}).to_result("t").contests
    low = {name: shares["low"] for name, shares in contest.shares.items()}
    assert low == {"base": "66.67", "summoned": "53.33", "returned": "66.67", "valid": "66.67"}
    assert contest.outcome == "two_thirds_low"


def test_confidence_of_2021_draws_nothing_at_exactly_two_thirds() -> None:
    sealed = make_sealed("vn-confidence-2021", make_contest("m1"))
    counts = {"m1": {"high": 2, "medium": 1, "low": 8, "blank": 1}}
    [contest] = decide_sealed(sealed, counts, NUMBERS, {}).contests
    assert contest.decision.outcome.id == "both_readings"


@pytest.mark.parametrize("junk", [None, [], "x", 3, {}])
def test_junk_is_not_sealed_rules(junk: object) -> None:
    with pytest.raises(SealedRulesError):
        read_sealed_rules(junk)


def test_pair_in_which_two_contests_follow_one_is_refused() -> None:
    follows = FollowedContest("progress", "p1")
    with pytest.raises(SealedRulesError):
        seal_rules(replace(REMOVAL, contests=(make_contest("r1", follows), make_contest("r2", follows))))


def test_pair_without_the_followed_contest_is_refused() -> None:
    with pytest.raises(SealedRulesError):
        seal_rules(replace(REMOVAL, contests=(make_contest("r1"),)))


def test_seal_refuses_a_standing_that_is_not_the_dates() -> None:
    dated = load_named_rule_set("vn-screening-step1", MEETING_DATE.replace(year=2020))
    with pytest.raises(SealedRulesError):
        seal_rules(replace(STEP1, dated=dated))


def test_meeting_before_the_rules_seals_with_an_unverified_mark() -> None:
    early = MEETING_DATE.replace(year=2020)
    sealed = replace(STEP1, dated=date_rule_set(STEP1.rule_set, early), meeting_date=early)
    result = decide_sealed(read_sealed_rules(seal_rules(sealed)), {"m1": count_agree(10)}, NUMBERS, {}).to_result("s1")
    assert (result.mark, result.in_force) == ("?", False)


def test_member_concerned_without_a_slip_is_summoned_no_more_but_counted() -> None:
    sealed = replace(STEP1, summoned=14, barred=1)
    assert read_sealed_rules(seal_rules(sealed)).base.value == 15


def test_suspended_in_the_base_by_the_rule_are_not_summoned() -> None:
    text = STEP1.rule_set.source_text.replace('suspended = "excluded"', 'suspended = "counted"')
    base = make_base(BaseKind.OFFICIAL_MINUS_EXEMPT, ClassCounts(20, 3, 0, 1))
    dated = date_rule_set(load_rule_set(text, "own.toml"), MEETING_DATE)
    sealed = replace(STEP1, dated=dated, base=base, summoned=15)
    assert read_sealed_rules(seal_rules(sealed)).base.value == 16
    with pytest.raises(SealedRulesError):
        seal_rules(replace(sealed, summoned=17))
