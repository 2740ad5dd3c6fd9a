"""The base and who may vote, class by class and state by state."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballot_server.domain.base import (
    BaseKind,
    BaseMismatchError,
    BaseRule,
    FixedBaseMissingError,
    FixedBaseNotAskedError,
    FixedBaseTooSmallError,
    Standing,
    VoterRule,
    check_base,
    compute_base,
    count_barred,
    count_barred_present,
    list_entitled,
    list_present_entitled,
)
from ballot_server.domain.base_parts import ClassCounts, FixedBase
from ballot_server.domain.base_warnings import BareWordsDiffer, ExemptPresent, LapsedExemptions, find_base_warnings
from ballot_server.domain.member import Attendance, Exemption, MemberClass, Roll, RollEntry
from tests.support.rolls import EXEMPT_NOW, MEETING_DATE, RollMaker, make_exemption, make_roll

SCREENING = BaseRule(
    kind=BaseKind.OFFICIAL_MINUS_EXEMPT,
    exempt_present=Standing.EXCLUDED,
    transferred_out=Standing.EXCLUDED,
    suspended=Standing.EXCLUDED,
)
ORDINARY = replace(SCREENING, exempt_present=Standing.COUNTED_IF_VOTING, transferred_out=Standing.COUNTED_IF_VOTING)
BARE_WORDS = replace(SCREENING, transferred_out=Standing.COUNTED, suspended=Standing.COUNTED)
PRESENT, EXCUSED, UNEXCUSED = Attendance.PRESENT, Attendance.ABSENT_EXCUSED, Attendance.ABSENT_UNEXCUSED
DAY = timedelta(days=1)


def make_one(attendance: Attendance, **state: object) -> RollEntry:
    return RollMaker().make_entry(attendance, **state)


# The rows of the table in the rules: state, attendance, rule, in the base, votes.
TABLE = [
    ({}, PRESENT, SCREENING, True, True),
    ({}, EXCUSED, SCREENING, True, False),
    ({}, UNEXCUSED, SCREENING, True, False),
    ({}, EXCUSED, ORDINARY, True, False),
    ({"exemption": EXEMPT_NOW}, EXCUSED, SCREENING, False, False),
    ({"exemption": EXEMPT_NOW}, EXCUSED, ORDINARY, False, False),
    ({"exemption": EXEMPT_NOW}, PRESENT, SCREENING, False, False),
    ({"exemption": EXEMPT_NOW}, PRESENT, ORDINARY, True, True),
    ({"transferred_out": True}, EXCUSED, SCREENING, False, False),
    ({"transferred_out": True}, PRESENT, SCREENING, False, False),
    ({"transferred_out": True}, EXCUSED, ORDINARY, False, False),
    ({"transferred_out": True}, PRESENT, ORDINARY, True, True),
    ({"member_class": MemberClass.GUEST}, PRESENT, SCREENING, False, False),
    ({"member_class": MemberClass.GUEST}, PRESENT, ORDINARY, False, False),
    ({"member_class": MemberClass.PROBATIONARY}, PRESENT, SCREENING, False, False),
    ({"member_class": MemberClass.PROBATIONARY}, PRESENT, ORDINARY, False, False),
    ({"suspended": True}, PRESENT, SCREENING, False, False),
    ({"suspended": True}, PRESENT, ORDINARY, False, False),
    ({"suspended": True, "exemption": EXEMPT_NOW}, PRESENT, ORDINARY, False, False),
    ({"suspended": True, "transferred_out": True}, PRESENT, ORDINARY, False, False),
    ({"suspended": True}, PRESENT, BARE_WORDS, True, False),
    ({"transferred_out": True}, EXCUSED, BARE_WORDS, True, False),
]


@pytest.mark.parametrize(("state", "attendance", "rule", "in_base", "votes"), TABLE)
def test_table_of_classes_holds(
    state: dict[str, object], attendance: Attendance, rule: BaseRule, in_base: bool, votes: bool
) -> None:
    roll = make_roll(make_one(attendance, **state))
    assert compute_base(roll, MEETING_DATE, rule).value == int(in_base)
    assert len(list_present_entitled(roll, MEETING_DATE, VoterRule(rule))) == int(votes)


@pytest.mark.parametrize(
    ("exemption", "counted"),
    [
        (make_exemption(date(2025, 1, 1), MEETING_DATE - DAY), True),
        (make_exemption(MEETING_DATE + DAY, None), True),
        (make_exemption(MEETING_DATE, None), False),
        (make_exemption(date(2025, 1, 1), MEETING_DATE), False),
        (make_exemption(date(2025, 1, 1), MEETING_DATE + DAY), False),
        (make_exemption(date(2025, 1, 1), None), False),
    ],
    ids=["lapsed yesterday", "starts tomorrow", "starts today", "ends today", "ends tomorrow", "until withdrawn"],
)
def test_exemption_counts_on_its_days_only(exemption: Exemption, counted: bool) -> None:
    roll = make_roll(make_one(EXCUSED, exemption=exemption))
    base = compute_base(roll, MEETING_DATE, SCREENING)
    assert base.value == int(counted)
    assert base.parts.exempt == int(not counted)


def make_example_roll() -> Roll:
    """Return the roll of the example: 20 official, 3 exempt, 1 suspended, 1 transferred out; one exempt is present."""
    maker = RollMaker()
    return make_roll(
        *(maker.make_entry(PRESENT) for _ in range(12)),
        *(maker.make_entry(EXCUSED) for _ in range(2)),
        maker.make_entry(UNEXCUSED),
        maker.make_entry(PRESENT, exemption=EXEMPT_NOW),
        *(maker.make_entry(EXCUSED, exemption=EXEMPT_NOW) for _ in range(2)),
        maker.make_entry(PRESENT, suspended=True),
        maker.make_entry(EXCUSED, transferred_out=True),
        maker.make_entry(PRESENT, member_class=MemberClass.PROBATIONARY),
        maker.make_entry(PRESENT, member_class=MemberClass.GUEST),
    )


def test_base_is_that_of_the_example() -> None:
    assert compute_base(make_example_roll(), MEETING_DATE, SCREENING).to_json() == {
        "value": 15,
        "kind": "official_minus_exempt",
        "parts": {"official": 20, "exempt": 3, "suspended": 1, "transferred_out": 1},
        "bare_words": 17,
    }


def test_summoned_and_present_are_those_of_the_example() -> None:
    rule = VoterRule(SCREENING)
    assert len(list_entitled(make_example_roll(), MEETING_DATE, rule)) == 15
    assert len(list_present_entitled(make_example_roll(), MEETING_DATE, rule)) == 12


def test_member_in_several_states_is_subtracted_once() -> None:
    roll = make_roll(make_one(EXCUSED, exemption=EXEMPT_NOW, suspended=True, transferred_out=True))
    base = compute_base(roll, MEETING_DATE, SCREENING)
    assert base.parts == ClassCounts(official=1, exempt=1, suspended=0, transferred_out=0)
    assert base.value == 0


def test_member_concerned_loses_the_slip_but_stays_in_the_base() -> None:
    maker = RollMaker()
    concerned, other = maker.make_entry(), maker.make_entry()
    roll = make_roll(concerned, other)
    rule = VoterRule(SCREENING, barred=frozenset({concerned.member.card_number}))
    assert list_entitled(roll, MEETING_DATE, rule) == (other,)
    assert compute_base(roll, MEETING_DATE, SCREENING).value == 2
    assert count_barred(roll, MEETING_DATE, rule) == 1


def test_exempt_member_concerned_is_not_counted_as_barred() -> None:
    concerned = make_one(PRESENT, exemption=EXEMPT_NOW)
    rule = VoterRule(SCREENING, barred=frozenset({concerned.member.card_number}))
    assert count_barred(make_roll(concerned), MEETING_DATE, rule) == 0


def test_base_of_votes_cast_has_no_value_before_the_count() -> None:
    base = compute_base(make_example_roll(), MEETING_DATE, replace(ORDINARY, kind=BaseKind.VOTES_CAST))
    assert (base.value, base.bare_words) == (None, None)


def take(kind: BaseKind, roll: Roll, rule: BaseRule = ORDINARY) -> int | None:
    return compute_base(roll, MEETING_DATE, replace(rule, kind=kind)).value


def make_mixed_roll() -> Roll:
    """Return the example's roll with two members in post, one of them absent, and one excused for the whole time."""
    maker = RollMaker()
    incumbents = (maker.make_entry(PRESENT, incumbent=True), maker.make_entry(EXCUSED, incumbent=True))
    away = maker.make_entry(EXCUSED, excused_whole_congress=True)
    return make_roll(*incumbents, away, *make_example_roll().entries)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (BaseKind.OFFICIAL_MINUS_EXEMPT, 19),
        (BaseKind.OFFICIAL_MEMBERS, 19),
        (BaseKind.INCUMBENTS, 2),
        (BaseKind.SUMMONED, 19),
        (BaseKind.PRESENT, 14),
        (BaseKind.ISSUED, None),
        (BaseKind.RETURNED, None),
        (BaseKind.VALID, None),
        (BaseKind.VOTES_CAST, None),
    ],
)
def test_base_of_each_kind_is_counted_from_the_roll(kind: BaseKind, value: int | None) -> None:
    # Of 23 official members 2 exempt, 1 transferred out and 1 suspended do not count; one exempt is present and votes.
    assert take(kind, make_mixed_roll()) == value


def test_base_of_all_members_leaves_nobody_out() -> None:
    everybody = BaseRule(BaseKind.ALL_MEMBERS, Standing.COUNTED, Standing.COUNTED, Standing.COUNTED)
    base = compute_base(make_mixed_roll(), MEETING_DATE, everybody)
    assert (base.value, base.bare_words) == (23, None)
    check_base(base, everybody)


def test_excused_for_the_whole_congress_is_left_out_where_the_rule_says_so() -> None:
    rule = replace(ORDINARY, kind=BaseKind.OFFICIAL_MEMBERS, excused_whole_congress=Standing.COUNTED_IF_VOTING)
    base = compute_base(make_mixed_roll(), MEETING_DATE, rule)
    assert (base.value, base.parts.excused) == (18, 1)
    assert base.to_json()["parts"] == {
        "official": 23, "exempt": 2, "suspended": 1, "transferred_out": 1, "excused": 1,
    }  # fmt: skip


def test_excused_member_who_comes_after_all_votes_and_is_counted() -> None:
    rule = replace(ORDINARY, kind=BaseKind.OFFICIAL_MEMBERS, excused_whole_congress=Standing.COUNTED_IF_VOTING)
    roll = make_roll(make_one(PRESENT, excused_whole_congress=True))
    assert compute_base(roll, MEETING_DATE, rule).value == 1
    assert len(list_present_entitled(roll, MEETING_DATE, VoterRule(rule))) == 1


def test_only_members_in_post_vote_on_a_committees_decision() -> None:
    rule = replace(ORDINARY, kind=BaseKind.INCUMBENTS)
    base = compute_base(make_mixed_roll(), MEETING_DATE, rule)
    assert (base.value, base.parts.not_incumbent) == (2, 21)
    assert len(list_present_entitled(make_mixed_roll(), MEETING_DATE, VoterRule(rule))) == 1


@pytest.mark.parametrize("kind", [BaseKind.SUMMONED, BaseKind.PRESENT])
def test_member_concerned_is_not_taken_from_a_base_of_people(kind: BaseKind) -> None:
    maker = RollMaker()
    concerned = maker.make_entry(PRESENT)
    roll = make_roll(concerned, maker.make_entry(PRESENT))
    rule = VoterRule(replace(ORDINARY, kind=kind), barred=frozenset({concerned.member.card_number}))
    assert compute_base(roll, MEETING_DATE, rule.base).value == 2
    assert (count_barred(roll, MEETING_DATE, rule), count_barred_present(roll, MEETING_DATE, rule)) == (1, 1)


def test_entered_base_is_the_chairs_number_with_its_ground() -> None:
    rule = replace(ORDINARY, kind=BaseKind.FIXED)
    base = compute_base(make_mixed_roll(), MEETING_DATE, rule, fixed=FixedBase(40, "Nghị quyết 3"))
    assert (base.value, base.ground) == (40, "Nghị quyết 3")
    check_base(base, rule)


@pytest.mark.parametrize("fixed", [None, FixedBase(0, "x"), FixedBase(5, " ")], ids=["none", "zero", "no ground"])
def test_entered_base_is_refused_without_number_and_ground(fixed: FixedBase | None) -> None:
    with pytest.raises(FixedBaseMissingError):
        compute_base(make_mixed_roll(), MEETING_DATE, replace(ORDINARY, kind=BaseKind.FIXED), fixed=fixed)


def test_entered_base_is_refused_below_those_who_can_vote() -> None:
    # Fourteen may vote in the room; thirteen as a base would let more than everybody agree.
    rule = replace(ORDINARY, kind=BaseKind.FIXED)
    with pytest.raises(FixedBaseTooSmallError):
        compute_base(make_mixed_roll(), MEETING_DATE, rule, fixed=FixedBase(13, "x"))
    assert compute_base(make_mixed_roll(), MEETING_DATE, rule, fixed=FixedBase(14, "x")).value == 14


def test_number_is_refused_where_the_base_is_computed() -> None:
    with pytest.raises(FixedBaseNotAskedError):
        compute_base(make_mixed_roll(), MEETING_DATE, ORDINARY, fixed=FixedBase(5, "x"))


def test_warnings_name_lapsed_exempt_and_the_bare_words() -> None:
    maker = RollMaker()
    lapsed = maker.make_entry(exemption=make_exemption(date(2024, 1, 1), MEETING_DATE - DAY))
    exempt = maker.make_entry(PRESENT, exemption=EXEMPT_NOW)
    roll = make_roll(lapsed, exempt, maker.make_entry(suspended=True))
    assert find_base_warnings(roll, MEETING_DATE, SCREENING) == (
        LapsedExemptions((lapsed.member.name,)),
        ExemptPresent((exempt.member.name,)),
        BareWordsDiffer(value=1, bare_words=2),
    )


def test_warnings_are_silent_on_a_plain_roll() -> None:
    assert find_base_warnings(make_roll(make_one(PRESENT)), MEETING_DATE, SCREENING) == ()


@pytest.mark.parametrize("kind", list(BaseKind), ids=lambda kind: kind.value)
def test_warnings_are_found_whatever_the_base(kind: BaseKind) -> None:
    warnings = find_base_warnings(make_example_roll(), MEETING_DATE, replace(SCREENING, kind=kind))
    bare_words = [warning for warning in warnings if isinstance(warning, BareWordsDiffer)]
    assert bool(bare_words) is (kind is BaseKind.OFFICIAL_MINUS_EXEMPT)


def test_warnings_leave_out_exempt_who_vote_under_the_rule() -> None:
    roll = make_roll(make_one(PRESENT, exemption=EXEMPT_NOW))
    assert find_base_warnings(roll, MEETING_DATE, ORDINARY) == ()


def test_check_refuses_a_base_that_does_not_follow_from_its_parts() -> None:
    base = compute_base(make_example_roll(), MEETING_DATE, SCREENING)
    with pytest.raises(BaseMismatchError):
        check_base(replace(base, value=14), SCREENING)


def test_check_refuses_parts_below_zero() -> None:
    base = compute_base(make_roll(), MEETING_DATE, SCREENING)
    parts = ClassCounts(official=1, exempt=-1, suspended=0, transferred_out=0)
    with pytest.raises(BaseMismatchError):
        check_base(replace(base, parts=parts, value=2, bare_words=2), SCREENING)


def test_check_refuses_suspended_left_out_where_the_rule_counts_them() -> None:
    base = compute_base(make_example_roll(), MEETING_DATE, SCREENING)
    with pytest.raises(BaseMismatchError):
        check_base(base, replace(SCREENING, suspended=Standing.COUNTED))


STATES = st.builds(
    lambda attendance, member_class, exemption, transferred_out, suspended: (
        attendance,
        {
            "member_class": member_class,
            "exemption": exemption,
            "transferred_out": transferred_out,
            "suspended": suspended,
        },
    ),
    st.sampled_from(Attendance),
    st.sampled_from(MemberClass),
    st.sampled_from([None, EXEMPT_NOW, make_exemption(date(2024, 1, 1), date(2024, 2, 1))]),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(STATES, max_size=12), st.sampled_from([SCREENING, ORDINARY, BARE_WORDS]))
def test_parts_add_up_and_voters_are_in_the_base(
    states: list[tuple[Attendance, dict[str, object]]], rule: BaseRule
) -> None:
    maker = RollMaker()
    roll = make_roll(*(maker.make_entry(attendance, **state) for attendance, state in states))
    base = compute_base(roll, MEETING_DATE, rule)
    check_base(base, rule)
    assert base.value is not None
    assert len(list_present_entitled(roll, MEETING_DATE, VoterRule(rule))) <= base.value
    assert len(list_entitled(roll, MEETING_DATE, VoterRule(rule))) <= base.value <= len(states)
