"""The scenario reader: every refusal names the path of its key, in one error for the whole file."""

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballot_server.domain.base_parts import FixedBase
from ballot_server.domain.member import Attendance, MemberClass, Roll
from ballot_server.domain.scenario import OptionCount, Scenario, ScenarioTrustees, VoteMode
from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language, translate_error
from ballot_server.services.read_scenario import LARGEST_FILE_BYTES, read_scenario
from ballot_server.services.read_scenario_contest import AskedOptions
from ballot_server.services.roll_problem import RollCause, RollError, RollProblem
from ballot_server.services.scenario_problem import (
    ScenarioCause,
    ScenarioError,
    ScenarioProblem,
    describe_scenario_problem,
)

ROLL = """name,card_number,class,attendance
Nguyễn Văn An,001,official,present
Trần Thị Bình,002,official,present
Lê Văn Cường,003,official,present
Phạm Thị Dung,004,official,present
Hoàng Văn Em,005,official,absent_excused
Vũ Thị Giang,006,probationary,present
"""
SCENARIO = """[meeting]
superior = "Đảng bộ phường"
unit = "Chi bộ 5"
place = "Nhà văn hóa"
date = 2026-01-15
roll = "roll.csv"
tellers = ["Phạm Thị Dung", "Hà"]
[trustees]
count = 3
threshold = 2
[[election]]
id = "s1"
rule_set = "pair"
title = "Lần một"
[[election.contest]]
id = "a"
subject = "Đồng chí Nguyễn Văn An"
member = "001"
counts = { agree = 2, disagree = 1, blank = 1 }
[[election.contest]]
id = "b"
subject = "Đồng chí Trần Thị Bình"
counts = { agree = 4 }
[[election]]
id = "s2"
rule_set = "pair"
title = "Lần hai"
follows = "s1"
[[election.contest]]
id = "a"
subject = "Đồng chí Nguyễn Văn An"
member = "001"
counts = { disagree = 3 }
"""
COMMITTEE = """
[[election]]
id = "bc"
rule_set = "committee"
title = "Bầu chi ủy"
[[election.contest]]
id = "cu"
subject = "Chi ủy"
options = ["x", "y", "z"]
seats = 2
ballots = 4
counts = { x = 3, y = 2, z = 1, blank = 1 }
"""


RULES = {
    "pair": AskedOptions(("agree", "disagree")),
    "committee": AskedOptions(()),
    "forms": AskedOptions(("removal", "warning"), post_only=frozenset({"removal"})),
}


def find_options(rule: str | Path, on: date) -> AskedOptions | None:
    return AskedOptions(("yes", "no")) if isinstance(rule, Path) else RULES.get(rule)


def count_present(rule: str | Path, roll: Roll, on: date) -> int:
    return sum(
        entry.attendance is Attendance.PRESENT and entry.member.member_class is MemberClass.OFFICIAL
        for entry in roll.entries
    )


def read(folder: Path, text: str = SCENARIO, roll: str = ROLL) -> Scenario:
    (folder / "roll.csv").write_text(roll, encoding="utf-8")
    (folder / "meeting.toml").write_text(text, encoding="utf-8")
    return read_scenario(folder / "meeting.toml", find_options=find_options, count_present_entitled=count_present)


def refuse(folder: Path, text: str) -> ScenarioProblem:
    """Return the one problem of a scenario; its Vietnamese sentence must name the key."""
    with pytest.raises(ScenarioError) as caught:
        read(folder, text)
    assert len(caught.value.problems) == 1, caught.value.problems
    problem = caught.value.problems[0]
    assert describe_scenario_problem(problem, Language.VIETNAMESE).startswith(f"{problem.path}: ")
    return problem


def test_read_scenario_returns_meeting_and_trustees(tmp_path: Path) -> None:
    scenario = read(tmp_path)
    assert (scenario.meeting.unit, scenario.meeting.date) == ("Chi bộ 5", date(2026, 1, 15))
    assert (scenario.meeting.mode, scenario.meeting.floor) == (VoteMode.ELECTRONIC, 3)
    assert scenario.meeting.tellers == ("Phạm Thị Dung", "Hà")
    assert scenario.trustees == ScenarioTrustees(3, 2)
    assert len(scenario.roll.entries) == 6


def test_read_scenario_returns_counts_of_every_option_in_the_order_of_the_rule_set(tmp_path: Path) -> None:
    election = read(tmp_path).elections[1]
    contest = election.contests[0]
    assert (election.rule, election.follows, election.ballots) == ("pair", "s1", 3)
    assert contest.counts == (OptionCount("agree", 0), OptionCount("disagree", 3))
    assert (contest.blank, contest.member, contest.seats) == (0, "001", None)


def test_read_scenario_accepts_every_optional_key(tmp_path: Path) -> None:
    text = SCENARIO.replace("tellers", 'mode = "electronic"\nfloor = 1\nchair = "A"\nclerk = "B"\ntellers')
    text = text.replace('title = "Lần hai"', 'title = "Lần hai"\nmember_concerned_votes = true')
    text = text.replace("counts = { disagree", "holds_post = true\nprevious_failed = 2\ncounts = { disagree")
    scenario = read(tmp_path, text)
    contest = scenario.elections[1].contests[0]
    assert (scenario.meeting.chair, scenario.meeting.clerk, scenario.meeting.floor) == ("A", "B", 1)
    assert scenario.elections[1].member_concerned_votes is True
    assert (contest.holds_post, contest.previous_failed) == (True, 2)


def test_read_scenario_returns_the_wifi_name(tmp_path: Path) -> None:
    assert read(tmp_path).meeting.wifi == ""
    assert read(tmp_path, SCENARIO.replace("tellers", 'wifi = "Phòng họp"\ntellers')).meeting.wifi == "Phòng họp"


def test_read_scenario_accepts_choice_of_several_with_ballots(tmp_path: Path) -> None:
    contest = read(tmp_path, SCENARIO + COMMITTEE).elections[2].contests[0]
    assert (contest.options, contest.seats, contest.ballots, contest.blank) == (("x", "y", "z"), 2, 4, 1)


def test_read_scenario_accepts_one_seat_without_ballots(tmp_path: Path) -> None:
    text = COMMITTEE.replace("seats = 2\nballots = 4", "seats = 1").replace("x = 3, y = 2", "x = 1, y = 1")
    assert read(tmp_path, SCENARIO + text).elections[2].ballots == 4


def test_read_scenario_accepts_rule_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("", encoding="utf-8")
    text = SCENARIO.replace('rule_set = "pair"\ntitle = "Lần hai"', 'rule_file = "own.toml"\ntitle = "Lần hai"')
    election = read(tmp_path, text.replace("disagree = 3", "no = 3")).elections[1]
    assert election.rule == tmp_path / "own.toml"
    assert election.contests[0].options == ("yes", "no")


def test_read_scenario_accepts_one_trustee_of_one(tmp_path: Path) -> None:
    text = SCENARIO.replace("count = 3\nthreshold = 2", "count = 1\nthreshold = 1")
    assert read(tmp_path, text).trustees == ScenarioTrustees(1, 1)


def test_read_scenario_composes_texts_typed_in_decomposed_letters(tmp_path: Path) -> None:
    assert read(tmp_path, unicodedata.normalize("NFD", SCENARIO)).meeting.unit == "Chi bộ 5"


def test_read_scenario_accepts_as_many_votes_as_are_present(tmp_path: Path) -> None:
    assert read(tmp_path).elections[0].ballots == 4


CAUSE = ScenarioCause
REFUSALS = {
    "Wi-Fi name longer than a network's": (
        "tellers",
        f'wifi = "{"ộ" * 11}"\ntellers',
        CAUSE.WIFI_TOO_LONG,
        "meeting.wifi",
    ),
    "unknown key at the top": ("[meeting]", "extra = 1\n[meeting]", CAUSE.UNKNOWN_KEY, "extra"),
    "unknown key in meeting": ("unit =", "units = 1\nunit =", CAUSE.UNKNOWN_KEY, "meeting.units"),
    "unknown key in trustees": ("count = 3", "count = 3\nname = 1", CAUSE.UNKNOWN_KEY, "trustees.name"),
    "unknown key in election": ('title = "Lần một"', 'title = "T"\nx = 1', CAUSE.UNKNOWN_KEY, "election[0].x"),
    "unknown key in contest": (
        "counts = { agree = 4 }",
        "count = 1\ncounts = { agree = 4 }",
        CAUSE.UNKNOWN_KEY,
        "election[0].contest[1].count",
    ),
    "unit missing": ('unit = "Chi bộ 5"\n', "", CAUSE.MISSING_KEY, "meeting.unit"),
    "date missing": ("date = 2026-01-15\n", "", CAUSE.MISSING_KEY, "meeting.date"),
    "roll missing": ('roll = "roll.csv"\n', "", CAUSE.MISSING_KEY, "meeting.roll"),
    "title missing": ('title = "Lần hai"\n', "", CAUSE.MISSING_KEY, "election[1].title"),
    "counts missing": ("counts = { disagree = 3 }\n", "", CAUSE.MISSING_KEY, "election[1].contest[0].counts"),
    "unit a number": ('unit = "Chi bộ 5"', "unit = 5", CAUSE.NOT_TEXT, "meeting.unit"),
    "date a text": ("2026-01-15", '"2026-01-15"', CAUSE.NOT_DATE, "meeting.date"),
    "date with a time": ("2026-01-15", "2026-01-15T19:00:00", CAUSE.NOT_DATE, "meeting.date"),
    "count a boolean": ("count = 3", "count = true", CAUSE.NOT_NUMBER, "trustees.count"),
    "votes a fraction": ("agree = 4", "agree = 4.0", CAUSE.NOT_NUMBER, "election[0].contest[1].counts.agree"),
    "votes too many to write": (
        "agree = 4",
        f"agree = 0x{'f' * 9000}",
        CAUSE.NUMBER_TOO_LARGE,
        "election[0].contest[1].counts.agree",
    ),
    "counts a number": ("{ agree = 4 }", "4", CAUSE.NOT_TABLE, "election[0].contest[1].counts"),
    "tellers a text": ('["Phạm Thị Dung", "Hà"]', '"Hà"', CAUSE.NOT_LIST, "meeting.tellers"),
    "teller a number": ('"Hà"]', "1]", CAUSE.NOT_TEXT, "meeting.tellers[1]"),
    "teller twice": ('"Hà"]', '"Hà", "Hà"]', CAUSE.DOUBLED_NAME, "meeting.tellers[2]"),
    "switch a text": (
        "follows =",
        'member_concerned_votes = "no"\nfollows =',
        CAUSE.NOT_YES_OR_NO,
        "election[1].member_concerned_votes",
    ),
    "text empty": ('"Chi bộ 5"', '" "', CAUSE.EMPTY, "meeting.unit"),
    "text with a bidi override": ('"Chi bộ 5"', '"\\u202e5"', CAUSE.HIDDEN_CHARACTER, "meeting.unit"),
    "text too long": ('"Chi bộ 5"', f'"{"a" * 501}"', CAUSE.TEXT_TOO_LONG, "meeting.unit"),
    "negative count": (
        "agree = 2",
        "agree = -2",
        CAUSE.NUMBER_TOO_SMALL,
        "election[0].contest[0].counts.agree",
    ),
    "floor below one": ("[trustees]", "floor = 0\n[trustees]", CAUSE.NUMBER_TOO_SMALL, "meeting.floor"),
    "unknown option": ("agree = 2", "agre = 2", CAUSE.UNKNOWN_OPTION, "election[0].contest[0].counts.agre"),
    "unknown rule-set": (
        '"pair"\ntitle = "Lần hai"',
        '"pear"\ntitle = "Lần hai"',
        CAUSE.UNKNOWN_RULE_SET,
        "election[1].rule_set",
    ),
    "rule-set and rule file": (
        'title = "Lần hai"',
        'rule_file = "r.toml"\ntitle = "Lần hai"',
        CAUSE.RULE_TWICE,
        "election[1].rule_file",
    ),
    "neither rule-set nor rule file": (
        'rule_set = "pair"\ntitle = "Lần hai"',
        'title = "Lần hai"',
        CAUSE.NO_RULE,
        "election[1].rule_set",
    ),
    "rule file not there": (
        'rule_set = "pair"\ntitle = "Lần hai"',
        'rule_file = "r.toml"\ntitle = "Lần hai"',
        CAUSE.RULE_FILE_NOT_FOUND,
        "election[1].rule_file",
    ),
    "more votes than present": (
        "{ disagree = 3 }",
        "{ disagree = 4, blank = 1 }",
        CAUSE.MORE_VOTES_THAN_PRESENT,
        "election[1].contest[0].counts",
    ),
    "sums of contests differ": ("agree = 4", "agree = 3", CAUSE.UNEQUAL_SUMS, "election[0].contest[1].counts"),
    "ballots differ from the sum": (
        "{ disagree = 3 }",
        "{ disagree = 3 }\nballots = 4",
        CAUSE.BALLOTS_DIFFER_FROM_SUM,
        "election[1].contest[0].ballots",
    ),
    "follows nothing": ('follows = "s1"', 'follows = "s9"', CAUSE.FOLLOWS_NOTHING, "election[1].follows"),
    "follows itself": ('follows = "s1"', 'follows = "s2"', CAUSE.FOLLOWS_ITSELF, "election[1].follows"),
    "follows a later one": (
        'title = "Lần một"',
        'title = "Lần một"\nfollows = "s2"',
        CAUSE.FOLLOWS_LATER,
        "election[0].follows",
    ),
    "follows no contest": (
        'member = "001"\ncounts = { disagree',
        'member = "003"\ncounts = { disagree',
        CAUSE.FOLLOWS_NO_CONTEST,
        "election[1].contest[0]",
    ),
    "election id twice": ('id = "s2"', 'id = "s1"', CAUSE.DOUBLED_ID, "election[1].id"),
    "contest id twice": ('id = "b"', 'id = "a"', CAUSE.DOUBLED_ID, "election[0].contest[1].id"),
    "id with capitals": ('id = "b"', 'id = "B"', CAUSE.BAD_ID, "election[0].contest[1].id"),
    "id too long": ('id = "b"', f'id = "{"b" * 41}"', CAUSE.BAD_ID, "election[0].contest[1].id"),
    "roll not there": ('"roll.csv"', '"rolls.csv"', CAUSE.ROLL_NOT_FOUND, "meeting.roll"),
    "roll absolute": ('"roll.csv"', '"/etc/passwd"', CAUSE.PATH_LEAVES_FOLDER, "meeting.roll"),
    "roll above the folder": ('"roll.csv"', '"../roll.csv"', CAUSE.PATH_LEAVES_FOLDER, "meeting.roll"),
    "roll on a drive": ('"roll.csv"', "'C:roll.csv'", CAUSE.PATH_LEAVES_FOLDER, "meeting.roll"),
    "threshold all": ("threshold = 2", "threshold = 3", CAUSE.BAD_THRESHOLD, "trustees.threshold"),
    "threshold not half": ("threshold = 2", "threshold = 1", CAUSE.BAD_THRESHOLD, "trustees.threshold"),
    "threshold zero": ("threshold = 2", "threshold = 0", CAUSE.NUMBER_TOO_SMALL, "trustees.threshold"),
    "mode unknown": ("[trustees]", 'mode = "post"\n[trustees]', CAUSE.UNKNOWN_MODE, "meeting.mode"),
    "member not on the roll": (
        "counts = { agree = 4 }",
        'member = "2"\ncounts = { agree = 4 }',
        CAUSE.UNKNOWN_MEMBER,
        "election[0].contest[1].member",
    ),
    "teller in a subject": (
        "Đồng chí Trần Thị Bình",
        "Đồng chí Phạm Thị Dung, chi ủy viên",
        CAUSE.TELLER_ON_BALLOT,
        "election[0].contest[1].subject",
    ),
    "teller of one word as subject": (
        "Đồng chí Trần Thị Bình",
        "Đồng chí HÀ",
        CAUSE.TELLER_ON_BALLOT,
        "election[0].contest[1].subject",
    ),
    "options where the rule-set has its own": (
        "counts = { disagree = 3 }",
        'options = ["x"]\ncounts = { disagree = 3 }',
        CAUSE.OPTIONS_NOT_ASKED,
        "election[1].contest[0].options",
    ),
    "seats where the rule-set fills none": (
        "counts = { disagree = 3 }",
        "seats = 1\ncounts = { disagree = 3 }",
        CAUSE.SEATS_NOT_ASKED,
        "election[1].contest[0].seats",
    ),
    "member concerned unnamed": (
        'title = "Lần một"',
        'title = "Lần một"\nmember_concerned_votes = false',
        CAUSE.MEMBER_CONCERNED_UNNAMED,
        "election[0].member_concerned_votes",
    ),
}


@pytest.mark.parametrize(("old", "new", "cause", "path"), REFUSALS.values(), ids=REFUSALS.keys())
def test_read_scenario_refuses_naming_the_key(
    tmp_path: Path, old: str, new: str, cause: ScenarioCause, path: str
) -> None:
    assert old in SCENARIO
    problem = refuse(tmp_path, SCENARIO.replace(old, new, 1))
    assert (problem.cause, problem.path) == (cause, path)


@pytest.mark.parametrize(
    ("old", "new", "cause", "key"),
    [
        ('options = ["x", "y", "z"]\n', "", CAUSE.MISSING_KEY, "options"),
        ("seats = 2\n", "", CAUSE.MISSING_KEY, "seats"),
        ("seats = 2", "seats = 4", CAUSE.TOO_MANY_SEATS, "seats"),
        ("ballots = 4\n", "", CAUSE.MISSING_KEY, "ballots"),
        ('"z"]', '"z", "blank"]', CAUSE.BLANK_IS_NO_OPTION, "options[3]"),
        ('"z"]', '"z", "004"]', CAUSE.TELLER_ON_BALLOT, "options[3]"),
        ("x = 3", "x = 4", CAUSE.IMPOSSIBLE_MARKS, "counts"),
        ("x = 3, y = 2, z = 1", "x = 1, y = 1, z = 0", CAUSE.IMPOSSIBLE_MARKS, "counts"),
        ("z = 1, blank", "z = 2, blank", CAUSE.IMPOSSIBLE_MARKS, "counts"),
        ("blank = 1", "blank = 5", CAUSE.IMPOSSIBLE_MARKS, "counts"),
        ("ballots = 4", "ballots = 5", CAUSE.MORE_VOTES_THAN_PRESENT, "counts"),
    ],
)
def test_read_scenario_refuses_wrong_committee_election(
    tmp_path: Path, old: str, new: str, cause: ScenarioCause, key: str
) -> None:
    assert old in COMMITTEE
    problem = refuse(tmp_path, SCENARIO + COMMITTEE.replace(old, new, 1))
    assert (problem.cause, problem.path) == (cause, f"election[2].contest[0].{key}")


def test_read_scenario_counts_a_barred_member_concerned_as_not_voting(tmp_path: Path) -> None:
    text = SCENARIO.replace('title = "Lần hai"', 'title = "Lần hai"\nmember_concerned_votes = false')
    assert read(tmp_path, text).elections[1].ballots == 3
    problem = refuse(tmp_path, text.replace("disagree = 3", "disagree = 4"))
    assert (problem.cause, problem.value, problem.expected) == (CAUSE.MORE_VOTES_THAN_PRESENT, "4", "3")


def test_read_scenario_tells_how_many_are_present(tmp_path: Path) -> None:
    problem = refuse(tmp_path, SCENARIO.replace("{ disagree = 3 }", "{ disagree = 5 }"))
    sentence = describe_scenario_problem(problem, Language.VIETNAMESE)
    assert "5 phiếu mà chỉ có 4 người có mặt" in sentence


def test_read_scenario_lists_the_options_beside_an_unknown_one(tmp_path: Path) -> None:
    problem = refuse(tmp_path, SCENARIO.replace("agree = 2", "yes = 2"))
    assert problem.expected == "agree, disagree, blank"


def test_read_scenario_accepts_a_name_that_begins_like_a_teller(tmp_path: Path) -> None:
    assert read(tmp_path, SCENARIO.replace("Đồng chí Trần Thị Bình", "Đồng chí Phạm Thị Dung Anh"))


def test_read_scenario_refuses_teller_as_member_concerned(tmp_path: Path) -> None:
    text = SCENARIO.replace('member = "001"', 'member = "004"')
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, text)
    assert {(problem.cause, problem.path) for problem in caught.value.problems} == {
        (CAUSE.TELLER_ON_BALLOT, "election[0].contest[0].member"),
        (CAUSE.TELLER_ON_BALLOT, "election[1].contest[0].member"),
    }


def test_read_scenario_refuses_more_elections_than_slots(tmp_path: Path) -> None:
    extra = "".join(
        f'[[election]]\nid = "e{number}"\nrule_set = "pair"\ntitle = "T"\n'
        f'[[election.contest]]\nid = "a"\nsubject = "S"\ncounts = {{ agree = 3 }}\n'
        for number in range(23)
    )
    problem = refuse(tmp_path, SCENARIO + extra)
    assert (problem.cause, problem.path, problem.value) == (CAUSE.TOO_MANY_ELECTIONS, "election", "25")


def test_read_scenario_collects_every_problem(tmp_path: Path) -> None:
    text = SCENARIO.replace("count = 3", "count = 2").replace("agree = 2", "agre = 2").replace('"s1"\n', '"S1"\n', 1)
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, text)
    paths = {problem.path for problem in caught.value.problems}
    assert {
        "trustees.threshold",
        "election[0].contest[0].counts.agre",
        "election[0].id",
        "election[1].follows",
    } == paths


def test_translate_error_names_the_keys(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, SCENARIO.replace("agree = 2", "agre = 2"))
    sentence = translate_error(caught.value, Language.VIETNAMESE)
    assert sentence == "Kịch bản có 1 chỗ phải sửa (election[0].contest[0].counts.agre)."


def test_read_scenario_tells_row_and_column_of_a_wrong_roll(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, roll=ROLL.replace("probationary", "reserve"))
    problem = caught.value.problems[0]
    assert (problem.cause, problem.path) == (CAUSE.ROLL_REFUSED, "meeting.roll")
    assert problem.reason == RollProblem(RollCause.UNKNOWN_CLASS, 7, "class", "reserve")
    assert "Dòng 7, cột “class”" in describe_scenario_problem(problem, Language.VIETNAMESE)


def test_read_scenario_refuses_roll_without_attendance(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, roll="name,card_number,class\nAn,001,official\n")
    reason = caught.value.problems[0].reason
    assert isinstance(reason, RollProblem)
    assert (reason.cause, reason.value) == (RollCause.MISSING_COLUMN, "attendance")


def test_read_scenario_tells_why_a_rule_file_is_refused(tmp_path: Path) -> None:
    def refuse_rules(rule: str | Path, on: date) -> AskedOptions | None:
        raise RollError([RollProblem(RollCause.NO_MEMBERS, row=1)])

    read(tmp_path)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(tmp_path / "meeting.toml", find_options=refuse_rules, count_present_entitled=count_present)
    problem = caught.value.problems[0]
    assert (problem.cause, problem.path) == (CAUSE.RULE_REFUSED, "election[0].rule_set")
    assert isinstance(problem.reason, BallotServerError)


@pytest.mark.parametrize(("text", "line"), [("[meeting]\nunit = \n", "2"), ("a = 1\nb = [1,\n", "3"), ("a" * 9, "1")])
def test_read_scenario_refuses_broken_toml_naming_the_line(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, text)
    problem = caught.value.problems[0]
    assert (problem.cause, problem.value) == (CAUSE.NOT_TOML, line)
    assert describe_scenario_problem(problem, Language.VIETNAMESE).startswith(f"Dòng {line}: ")


def refuse_bytes(folder: Path, data: bytes) -> ScenarioCause:
    path = folder / "meeting.toml"
    path.write_bytes(data)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path, find_options=find_options, count_present_entitled=count_present)
    return caught.value.problems[0].cause


def test_read_scenario_refuses_text_that_is_not_utf8(tmp_path: Path) -> None:
    assert refuse_bytes(tmp_path, b"a = '\xff'") is CAUSE.NOT_UTF8


def test_read_scenario_refuses_too_large_file(tmp_path: Path) -> None:
    assert refuse_bytes(tmp_path, b"#" * (LARGEST_FILE_BYTES + 1)) is CAUSE.FILE_TOO_LARGE


def test_deeply_nested_toml_is_refused(tmp_path: Path) -> None:
    assert refuse_bytes(tmp_path, b"a = " + b"[" * 100_000) is CAUSE.NOT_TOML


def test_number_of_too_many_digits_is_refused(tmp_path: Path) -> None:
    assert refuse_bytes(tmp_path, b"a = " + b"9" * 9_000) is CAUSE.NOT_TOML


def test_read_scenario_refuses_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(tmp_path / "x.toml", find_options=find_options, count_present_entitled=count_present)
    assert caught.value.problems[0].cause is CAUSE.FILE_NOT_FOUND


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_scenario_with_a_piece_cut_out_ends_in_no_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(SCENARIO)))
    length = data.draw(st.integers(1, 40))
    folder = tmp_path_factory.getbasetemp()
    try:
        read(folder, SCENARIO[:start] + SCENARIO[start + length :])
    except ScenarioError as error:
        for problem in error.problems:
            assert describe_scenario_problem(problem, Language.ENGLISH)


def test_read_scenario_names_candidates_as_written_by_card_or_by_id(tmp_path: Path) -> None:
    text = COMMITTEE.replace('["x", "y", "z"]', '["x", "001", "z"]').replace("y = 2", '"001" = 2')
    scenario = read(tmp_path, SCENARIO + text.replace("seats = 2", 'seats = 2\nnames = { x = "Ông Xuân" }'))
    names = [(name.option, name.name) for name in scenario.elections[2].contests[0].names]
    assert names == [("x", "Ông Xuân"), ("001", "Nguyễn Văn An"), ("z", "z")]


def test_read_scenario_refuses_a_name_of_no_candidate(tmp_path: Path) -> None:
    problem = refuse(tmp_path, SCENARIO + COMMITTEE.replace("seats = 2", 'seats = 2\nnames = { w = "Ai" }'))
    assert (problem.cause, problem.path) == (CAUSE.UNKNOWN_KEY, "election[2].contest[0].names.w")


def test_read_scenario_refuses_a_candidate_id_that_no_manifest_takes(tmp_path: Path) -> None:
    problem = refuse(tmp_path, SCENARIO + COMMITTEE.replace('"x"', '"Ông X"').replace("x = 3, ", '"Ông X" = 3, '))
    assert (problem.cause, problem.path) == (CAUSE.BAD_ID, "election[2].contest[0].options[0]")


FORMS = SCENARIO + COMMITTEE.split("[[election.contest]]", maxsplit=1)[0].replace("committee", "forms")


def test_read_scenario_asks_for_an_option_of_post_holders_only_where_a_post_is_held(tmp_path: Path) -> None:
    contest = '[[election.contest]]\nid = "a"\nsubject = "A"\nholds_post = true\ncounts = { removal = 3 }\n'
    assert read(tmp_path, FORMS + contest).elections[2].contests[0].options == ("removal", "warning")
    problem = refuse(tmp_path, FORMS + contest.replace("holds_post = true\n", ""))
    assert (problem.cause, problem.expected) == (CAUSE.UNKNOWN_OPTION, "warning, blank")


def test_read_scenario_takes_a_fixed_base_with_its_ground(tmp_path: Path) -> None:
    fixed = 'title = "Lần hai"\nfixed_base = { value = 40, ground = "Quyết định 12" }'
    scenario = read(tmp_path, SCENARIO.replace('title = "Lần hai"', fixed))
    assert scenario.elections[1].fixed_base == FixedBase(40, "Quyết định 12")


@pytest.mark.parametrize(
    ("fixed", "cause", "path"),
    [
        ("{ value = 0, ground = 'x' }", CAUSE.NUMBER_TOO_SMALL, "fixed_base.value"),
        ("{ value = 40 }", CAUSE.MISSING_KEY, "fixed_base.ground"),
        ("40", CAUSE.NOT_TABLE, "fixed_base"),
    ],
)
def test_read_scenario_refuses_a_fixed_base(tmp_path: Path, fixed: str, cause: ScenarioCause, path: str) -> None:
    problem = refuse(tmp_path, SCENARIO.replace('title = "Lần hai"', f'title = "Lần hai"\nfixed_base = {fixed}'))
    assert (problem.cause, problem.path) == (cause, f"election[1].{path}")


def in_mode(mode: str, keys: str = "", floor: int = 1) -> str:
    """Return the scenario in a mode, with more keys for its first election."""
    text = SCENARIO.replace("[trustees]", f'mode = "{mode}"\nfloor = {floor}\n[trustees]')
    return text.replace('title = "Lần một"', f'title = "Lần một"\n{keys}')


def test_read_scenario_on_paper_needs_no_trustees_and_no_floor(tmp_path: Path) -> None:
    text = in_mode("paper", floor=9).replace("[trustees]\ncount = 3\nthreshold = 2\n", "")
    assert read(tmp_path, text).meeting.mode is VoteMode.PAPER


def test_read_scenario_takes_the_paper_of_a_mixed_meeting(tmp_path: Path) -> None:
    text = in_mode("mixed", "paper = 1\ninvalid = 0")
    election = read(tmp_path, text).elections[0]
    assert (election.paper, election.invalid) == (1, 0)


@pytest.mark.parametrize(
    ("mode", "keys", "cause", "key"),
    [
        ("electronic", "paper = 1", CAUSE.PAPER_NOT_USED, "paper"),
        ("electronic", "invalid = 1", CAUSE.PAPER_NOT_USED, "invalid"),
        ("paper", "paper = 1", CAUSE.PAPER_NOT_USED, "paper"),
        ("mixed", "paper = 5", CAUSE.MORE_PAPER_THAN_VOTES, "paper"),
        ("mixed", "paper = -1", CAUSE.NUMBER_TOO_SMALL, "paper"),
    ],
)
def test_read_scenario_refuses_paper_that_cannot_be(
    tmp_path: Path, mode: str, keys: str, cause: ScenarioCause, key: str
) -> None:
    problem = refuse(tmp_path, in_mode(mode, keys))
    assert (problem.cause, problem.path) == (cause, f"election[0].{key}")


def test_read_scenario_refuses_a_channel_below_the_floor(tmp_path: Path) -> None:
    problem = refuse(tmp_path, in_mode("mixed", "paper = 1", floor=3))
    assert (problem.cause, problem.path) == (CAUSE.FEWER_VOTES_THAN_FLOOR, "election[0].paper")


def test_read_scenario_counts_invalid_ballots_among_those_returned(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, in_mode("paper", "invalid = 1"))
    assert {problem.cause for problem in caught.value.problems} == {CAUSE.MORE_VOTES_THAN_PRESENT}
