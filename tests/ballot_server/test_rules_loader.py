"""Rule-set files: what is read, what is refused and why, and which version a date chooses."""

from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest

from ballot_server.i18n import Language, translate_error
from ballot_server.rules.errors import (
    RuleSetChoiceError,
    RuleSetDatesError,
    RuleSetDuplicateError,
    RuleSetError,
    RuleSetFractionError,
    RuleSetHoleError,
    RuleSetMissingKeyError,
    RuleSetSyntaxError,
    RuleSetTextError,
    RuleSetTooLargeError,
    RuleSetTypeError,
    RuleSetUnknownKeyError,
    RuleSetUnknownNameError,
    UnknownRuleSetError,
)
from ballot_server.rules.loader import (
    choose_version,
    is_installed_text,
    list_rule_sets,
    load_named_rule_set,
    load_rule_set,
)
from ballot_server.rules.model import Mark, RuleSet
from tests.support.rule_files import SMALL_FILE, load_installed

MANY_TESTS = "".join(
    f'[[test]]\nid = "t{number}"\noption = "agree"\nat_least = [1, {number}]\n' for number in range(2, 15)
)

# What is changed in the whole small file, the class of the refusal, and the key it names.
REFUSED = [
    ("[source]", "[source", RuleSetSyntaxError, "*"),
    ("at_least = [2, 3]", f"at_least = [{'9' * 5000}, 3]", RuleSetSyntaxError, "*"),
    ('vi = "Quy tắc riêng"', 'vi = "Quy tă\u0301c riêng"', RuleSetTextError, "*"),
    ('id = "own-rule"', 'id = "own-rule"\ncolour = "red"', RuleSetUnknownKeyError, "colour"),
    ('mark = "V"', 'mark = "V"\npage = 3', RuleSetUnknownKeyError, "source.page"),
    ('option = "agree"\n', 'option = "agree"\nquorum = 3\n', RuleSetUnknownKeyError, "test[1].quorum"),
    ("at_least = [2, 3]", "at_least = [2, 3]\nmore_than = [2, 3]", RuleSetUnknownKeyError, "test[1].at_least"),
    ('vi = "Quy chế", en', 'vi = "Quy chế", fr = "x", en', RuleSetUnknownKeyError, "source.document.fr"),
    ('id = "own-rule"\n', "", RuleSetMissingKeyError, "id"),
    (', en = "Own rule"', "", RuleSetMissingKeyError, "title.en"),
    ('number = "1-QC"\n', "", RuleSetMissingKeyError, "source.number"),
    ("date = 2020-01-01\nclause", "clause", RuleSetMissingKeyError, "source.date"),
    ("at_least = [2, 3]\n", "", RuleSetMissingKeyError, "test[1].at_least"),
    ("base = 3\n", "", RuleSetMissingKeyError, "case[1].base"),
    ('suspended = "excluded"\n', "", RuleSetMissingKeyError, "base.suspended"),
    ('id = "own-rule"', 'id = "Own Rule"', RuleSetTypeError, "id"),
    ('vi = "Quy chế"', "vi = 3", RuleSetTypeError, "source.document.vi"),
    ('vi = "Quy chế"', 'vi = " "', RuleSetTypeError, "source.document.vi"),
    ("effective_from = 2020-01-01", 'effective_from = "2020-01-01"', RuleSetTypeError, "effective_from"),
    ("effective_from = 2020-01-01", "effective_from = 2020-01-01T00:00:00", RuleSetTypeError, "effective_from"),
    ("at_least = [2, 3]", "at_least = 0.67", RuleSetTypeError, "test[1].at_least"),
    ("at_least = [2, 3]", "at_least = [2, 3, 4]", RuleSetTypeError, "test[1].at_least"),
    ("at_least = [2, 3]", "at_least = [true, 3]", RuleSetTypeError, "test[1].at_least"),
    ("base = 3", "base = true", RuleSetTypeError, "case[1].base"),
    ("base = 3", "base = -3", RuleSetTypeError, "case[1].base"),
    ("agree = 2, disagree", "agree = 2.0, disagree", RuleSetTypeError, "case[1].counts.agree"),
    ("enough = true", 'enough = "yes"', RuleSetTypeError, "outcome[1].when[1].enough"),
    ("when = [{ enough = true }]", "when = { enough = true }", RuleSetTypeError, "outcome[1].when"),
    ("when = [{ enough = true }]", "when = []", RuleSetTypeError, "outcome[1].when"),
    ("when = [{ enough = true }]", "when = [1]", RuleSetTypeError, "outcome[1].when"),
    ('document = { vi = "Quy chế", en = "Statute" }', "document = 1", RuleSetTypeError, "source.document"),
    (
        "when = [{ enough = true }]",
        "when = [{ enough = true }]\nreview_after_months = 5000",
        RuleSetTypeError,
        "outcome[1].review_after_months",
    ),
    ('mark = "V"', 'mark = "W"', RuleSetChoiceError, "source.mark"),
    ('kind = "official_minus_exempt"', 'kind = "everyone"', RuleSetChoiceError, "base.kind"),
    ('exempt_present = "excluded"', 'exempt_present = "counted"', RuleSetChoiceError, "base.exempt_present"),
    ('suspended = "excluded"', 'suspended = "counted_if_voting"', RuleSetChoiceError, "base.suspended"),
    ('form = "choose_one"', 'form = "choose_two"', RuleSetChoiceError, "contest.form"),
    ("at_least = [2, 3]", "at_least = [0, 3]", RuleSetFractionError, "test[1].at_least"),
    ("at_least = [2, 3]", "at_least = [4, 3]", RuleSetFractionError, "test[1].at_least"),
    ("at_least = [2, 3]", "at_least = [1, 0]", RuleSetFractionError, "test[1].at_least"),
    ("at_least = [2, 3]", "more_than = [3, 3]", RuleSetFractionError, "test[1].more_than"),
    ("effective_to = 2026-12-31", "effective_to = 2019-12-31", RuleSetDatesError, "effective_to"),
    ('id = "disagree"', 'id = "agree"', RuleSetDuplicateError, "contest.option"),
    ('id = "disagree"', 'id = "blank"', RuleSetDuplicateError, "contest.option"),
    ('id = "not_passed"', 'id = "passed"', RuleSetDuplicateError, "outcome"),
    (
        "[[outcome]]",
        '[[tie]]\nid = "enough"\noptions = ["agree", "disagree"]\n[[outcome]]',
        RuleSetDuplicateError,
        "test",
    ),
    ('option = "agree"', 'option = "yes"', RuleSetUnknownNameError, "test[1].option"),
    ('option = "agree"', 'option = "blank"', RuleSetUnknownNameError, "test[1].option"),
    (
        "[[outcome]]",
        '[[tie]]\nid = "even"\noptions = ["agree", "no"]\n[[outcome]]',
        RuleSetUnknownNameError,
        "tie[1].options",
    ),
    ("{ enough = true }", "{ plenty = true }", RuleSetUnknownNameError, "outcome[1].when[1]"),
    ("agree = 2, disagree", "yes = 2, disagree", RuleSetUnknownNameError, "case[1].counts"),
    ('outcome = "passed"', 'outcome = "won"', RuleSetUnknownNameError, "case[1].outcome"),
    ('outcome = "passed"', 'outcome = "passed"\nneeded = { most = 2 }', RuleSetUnknownNameError, "case[1].needed"),
    ('outcome = "passed"', 'outcome = "passed"\nfollowed = { p = true }', RuleSetUnknownNameError, "case[1].followed"),
    ("{ enough = false }", "{ enough = true }", RuleSetHoleError, "outcome"),
    ("{ enough = false }", "{}", RuleSetHoleError, "outcome"),
    ("[[outcome]]", f"{MANY_TESTS}[[outcome]]", RuleSetTooLargeError, "outcome"),
]


@pytest.mark.parametrize(("old", "new", "error_class", "key"), REFUSED)
def test_load_refuses_a_wrong_file_naming_path_key_and_reason(
    old: str, new: str, error_class: type[RuleSetError], key: str
) -> None:
    assert old in SMALL_FILE
    with pytest.raises(RuleSetError) as caught:
        load_rule_set(SMALL_FILE.replace(old, new, 1), "own.toml")
    assert type(caught.value) is error_class
    assert (caught.value.path, caught.value.key) == ("own.toml", key)
    for language in Language:
        assert "own.toml" in translate_error(caught.value, language)


def test_load_refuses_a_file_without_cases() -> None:
    with pytest.raises(RuleSetMissingKeyError) as caught:
        load_rule_set(SMALL_FILE.split("[[case]]")[0], "own.toml")
    assert caught.value.key == "case"


def test_load_refuses_a_file_too_long_for_a_verifier() -> None:
    with pytest.raises(RuleSetTextError):
        load_rule_set(SMALL_FILE + "#" * 100_000, "own.toml")


def test_load_refuses_nesting_beyond_the_parser() -> None:
    with pytest.raises(RuleSetSyntaxError):
        load_rule_set("a = " + "[" * 50_000, "own.toml")


def test_hole_names_the_combination_without_outcome() -> None:
    with pytest.raises(RuleSetHoleError) as caught:
        load_rule_set(SMALL_FILE.replace("{ enough = false }", "{ enough = true }"), "own.toml")
    assert caught.value.fields["outcomes"] == "passed, not_passed"
    with pytest.raises(RuleSetHoleError) as caught:
        load_rule_set(SMALL_FILE.replace("{ enough = true }", "{ enough = false }"), "own.toml")
    assert caught.value.fields["combination"] == "enough = true"
    assert caught.value.fields["outcomes"] == "–"


def test_load_refuses_a_hole_in_the_pair_of_ballots() -> None:
    text = load_installed("vn-screening-removal").source_text
    with pytest.raises(RuleSetHoleError) as caught:
        load_rule_set(text.replace("{ progress = true, removal = true }", "{ removal = true }"), "pair.toml")
    assert caught.value.fields["outcomes"] == "proposed_for_removal, contradiction"


def test_load_refuses_a_case_that_leaves_the_followed_vote_open() -> None:
    text = load_installed("vn-screening-removal").source_text
    with pytest.raises(RuleSetMissingKeyError) as caught:
        load_rule_set(text.replace("followed = { progress = true }\n", "", 1), "pair.toml")
    assert caught.value.key == "case[1].followed.progress"


def test_load_refuses_a_line_that_keeps_the_reader_busy_for_a_minute() -> None:
    with pytest.raises(RuleSetSyntaxError):
        load_rule_set(SMALL_FILE + "a" + ".a" * 40_000 + " = 1\n", "own.toml")


def test_load_keeps_the_text_it_was_given() -> None:
    assert load_rule_set(SMALL_FILE, "own.toml").source_text == SMALL_FILE


def test_load_takes_any_of_several_rows_for_one_outcome() -> None:
    text = SMALL_FILE.replace("[[outcome]]", '[[tie]]\nid = "even"\noptions = ["agree", "disagree"]\n[[outcome]]', 1)
    text = text.replace("{ enough = false }", "{ enough = false, even = true }, { enough = false, even = false }")
    outcome = load_rule_set(text, "own.toml").outcomes[1]
    assert [outcome.holds({"enough": False, "even": even}) for even in (True, False)] == [True, True]


def test_installed_are_the_rows_of_the_table() -> None:
    assert {rule_set.id for rule_set in list_rule_sets()} == {
        "majority-of-all-members",
        "majority-of-votes-cast",
        "two-thirds-of-votes-cast",
        "vn-admission",
        "vn-committee-decision",
        "vn-committee-election",
        "vn-confidence",
        "vn-confidence-2021",
        "vn-discipline",
        "vn-floor-nomination",
        "vn-recognition",
        "vn-resolution",
        "vn-screening-progress",
        "vn-screening-removal",
        "vn-screening-step1",
        "vn-striking-off",
    }


# Options and outcomes of the table in RULES, by rule-set id; an election's outcomes are its standings.
AGREE_OR_NOT, YES_OR_NO = ["agree", "disagree"], ["yes", "no"]
THREE_LEVELS = ["high", "medium", "low"]
FORMS = ["expulsion", "removal_from_office", "warning", "reprimand"]
TABLE = {
    "vn-screening-step1": (AGREE_OR_NOT, {"listed", "not_listed"}),
    "vn-screening-progress": (AGREE_OR_NOT, {"progress_recognised", "progress_not_recognised"}),
    "vn-screening-removal": (
        AGREE_OR_NOT,
        {"progress_recognised", "proposed_for_removal", "another_twelve_months", "contradiction"},
    ),
    "vn-confidence": (THREE_LEVELS, {"no_consequence", "above_half_low", "two_thirds_low"}),
    "vn-confidence-2021": (THREE_LEVELS, {"no_consequence", "above_half_low", "two_thirds_low", "both_readings"}),
    "vn-admission": (AGREE_OR_NOT, {"passed", "not_passed"}),
    "vn-recognition": (AGREE_OR_NOT, {"passed", "not_passed", "report_after_third"}),
    "vn-striking-off": (AGREE_OR_NOT, {"passed", "not_passed", "report_after_third"}),
    "vn-discipline": ([*FORMS, "none"], {*FORMS, "none", "inconclusive"}),
    "vn-committee-election": ([], {"elected", "not_elected", "tied"}),
    "vn-resolution": (AGREE_OR_NOT, {"passed", "not_passed"}),
    "vn-committee-decision": (AGREE_OR_NOT, {"passed", "not_passed"}),
    "vn-floor-nomination": (AGREE_OR_NOT, {"passed", "not_passed"}),
    "majority-of-votes-cast": (YES_OR_NO, {"passed", "not_passed", "tied"}),
    "two-thirds-of-votes-cast": (YES_OR_NO, {"passed", "not_passed"}),
    "majority-of-all-members": (YES_OR_NO, {"passed", "not_passed"}),
}


@pytest.mark.parametrize("rule_set", list_rule_sets(), ids=lambda rule_set: rule_set.origin)
def test_options_and_outcomes_are_those_of_the_table(rule_set: RuleSet) -> None:
    options, outcomes = TABLE[rule_set.id]
    assert list(rule_set.option_ids) == options
    standings = {standing.value for standing in rule_set.standing_texts}
    assert (standings or {outcome.id for outcome in rule_set.outcomes}) == outcomes


def test_versions_of_one_id_never_overlap() -> None:
    for one, other in combinations(list_rule_sets(), 2):
        if one.id == other.id:
            first, last = sorted((one, other), key=lambda each: each.effective_from or date.min)
            assert first.effective_to is not None
            assert last.effective_from is not None
            assert first.effective_to < last.effective_from


# On a day: the document whose version is used, whether it was in force, and the mark.
VERSIONS = [
    ("vn-discipline", date(2021, 7, 27), "22-QĐ/TW", False, "?"),
    ("vn-discipline", date(2021, 7, 28), "22-QĐ/TW", True, "S"),
    ("vn-discipline", date(2025, 5, 29), "22-QĐ/TW", True, "S"),
    ("vn-discipline", date(2025, 5, 30), "296-QĐ/TW", True, "?"),
    ("vn-committee-election", date(2014, 1, 1), "244-QĐ/TW", False, "?"),
    ("vn-committee-election", date(2020, 6, 1), "244-QĐ/TW", True, "S"),
    ("vn-committee-election", date(2024, 10, 9), "244-QĐ/TW", True, "S"),
    ("vn-committee-election", date(2024, 10, 10), "190-QĐ/TW", True, "S"),
    ("vn-confidence", date(2023, 2, 1), "96-QĐ/TW", False, "?"),
    ("vn-confidence", date(2023, 2, 2), "96-QĐ/TW", True, "P"),
    ("vn-confidence-2021", date(2021, 11, 3), "41-QĐ/TW", True, "P"),
    ("vn-confidence-2021", date(2025, 10, 8), "41-QĐ/TW", False, "?"),
    ("vn-floor-nomination", date(2026, 1, 15), "190-QĐ/TW", True, "S"),
    ("vn-admission", date(2025, 6, 8), "01-HD/TW", True, "?"),
    ("vn-admission", date(2025, 6, 9), "06-HD/TW", True, "V"),
    ("vn-admission", date(2026, 5, 19), "06-HD/TW", False, "?"),
    *[
        (rule_set_id, day, number, in_force, mark)
        for rule_set_id in ("vn-recognition", "vn-striking-off", "vn-resolution", "vn-committee-decision")
        for day, number, in_force, mark in (
            (date(2021, 7, 29), "24-QĐ/TW", False, "?"),
            (date(2025, 5, 25), "24-QĐ/TW", True, "?"),
            (date(2025, 5, 26), "294-QĐ/TW", True, "V"),
            (date(2026, 7, 25), "294-QĐ/TW", True, "V"),
            (date(2026, 7, 26), "294-QĐ/TW", False, "?"),
        )
    ],
]


@pytest.mark.parametrize(("rule_set_id", "day", "number", "in_force", "mark"), VERSIONS)
def test_meetings_date_chooses_the_version(rule_set_id: str, day: date, number: str, in_force: bool, mark: str) -> None:
    dated = load_named_rule_set(rule_set_id, day)
    assert (dated.rule_set.source.number, dated.in_force, dated.mark.value) == (number, in_force, mark)


@pytest.mark.parametrize("rule_set_id", ["vn-confidence", "vn-confidence-2021"])
def test_letting_resign_is_never_an_outcome_where_the_dismissal_band_is_met(rule_set_id: str) -> None:
    for outcome in load_installed(rule_set_id).outcomes:
        printed = " ".join((outcome.text.vi, outcome.text.en, outcome.next_step.vi, outcome.next_step.en)).lower()
        lets_resign = "từ chức" in printed or "resign" in printed
        assert lets_resign is (outcome.id == "above_half_low")


def test_unit_only_proposes_expulsion_and_removal() -> None:
    for rule_set in list_rule_sets():
        proposed = {outcome.id for outcome in rule_set.outcomes if outcome.proposed}
        assert proposed == ({"expulsion", "removal_from_office"} if rule_set.id == "vn-discipline" else set())


@pytest.mark.parametrize("rule_set", list_rule_sets(), ids=lambda rule_set: rule_set.origin)
def test_installed_file_is_named_for_its_id(rule_set: RuleSet) -> None:
    assert rule_set.origin.split(".")[0] == rule_set.id


@pytest.mark.parametrize("rule_set_id", ["vn-screening-step1", "vn-screening-progress", "vn-screening-removal"])
def test_screening_is_verbatim_and_in_force_at_the_sample_meeting(rule_set_id: str) -> None:
    dated = load_named_rule_set(rule_set_id, date(2026, 1, 15))
    assert (dated.in_force, dated.mark) == (True, Mark.VERBATIM)
    assert dated.rule_set.source.note is not None
    assert "không ghi số, ngày" in dated.rule_set.source.note.vi
    assert dated.rule_set.source.number is None


@pytest.mark.parametrize(("on", "in_force"), [(date(2021, 10, 27), False), (date(2021, 10, 28), True)])
def test_screening_before_its_source_can_exist_is_marked_unverified(on: date, in_force: bool) -> None:
    dated = load_named_rule_set("vn-screening-step1", on)
    assert dated.in_force is in_force
    assert dated.mark is (Mark.VERBATIM if in_force else Mark.UNVERIFIED)


@pytest.mark.parametrize("rule_set_id", ["vn-screening-step1", "vn-screening-progress", "vn-screening-removal"])
def test_screening_shows_its_readings_as_inferences(rule_set_id: str) -> None:
    readings = {reading.id: reading.mark for reading in load_installed(rule_set_id).readings}
    assert readings["transferred_out_and_suspended"] is Mark.INFERENCE
    assert ("two_ballots_one_conclusion" in readings) is (rule_set_id == "vn-screening-removal")


def test_load_named_refuses_an_unknown_id() -> None:
    with pytest.raises(UnknownRuleSetError) as caught:
        load_named_rule_set("vn-screening-step9", date(2026, 1, 15))
    assert "vn-screening-step9" in translate_error(caught.value, Language.VIETNAMESE)


@pytest.mark.parametrize(
    ("on", "origin", "in_force"),
    [
        (date(2019, 1, 1), "old.toml", False),
        (date(2020, 6, 1), "old.toml", True),
        (date(2021, 3, 1), "old.toml", False),
        (date(2021, 11, 1), "new.toml", False),
        (date(2022, 1, 1), "new.toml", True),
        (date(2030, 1, 1), "new.toml", True),
    ],
)
def test_choose_takes_the_version_in_force_else_the_nearest(on: date, origin: str, in_force: bool) -> None:
    known = load_rule_set(SMALL_FILE, "own.toml")
    old = replace(known, origin="old.toml", effective_from=date(2020, 1, 1), effective_to=date(2020, 12, 31))
    new = replace(known, origin="new.toml", effective_from=date(2022, 1, 1), effective_to=None)
    dated = choose_version((new, old), on)
    assert (dated.rule_set.origin, dated.in_force) == (origin, in_force)
    assert (dated.mark is Mark.UNVERIFIED) is not in_force


def test_altered_fractions_under_a_known_id_are_not_the_installed_text() -> None:
    known = load_installed("vn-screening-step1")
    text = known.source_text.split("[[case]]")[0].replace("[2, 3]", "[1, 3]")
    case = '[[case]]\ntitle = "x"\nbase = 3\ncounts = { agree = 1 }\noutcome = "listed"\n'
    assert is_installed_text(known)
    assert not is_installed_text(load_rule_set(text + case, known.origin))


@pytest.mark.parametrize(("mark", "asks"), [("V", False), ("S", False), ("P", True), ("I", True), ("?", True)])
def test_marks_below_secondary_ask_for_a_note(mark: str, asks: bool) -> None:
    assert Mark(mark).asks_for_a_note is asks
