"""Rule-set files: what is read, what is refused and why, and which version a date chooses."""

from dataclasses import replace
from datetime import date

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


def test_load_keeps_the_text_it_was_given() -> None:
    assert load_rule_set(SMALL_FILE, "own.toml").source_text == SMALL_FILE


def test_load_takes_any_of_several_rows_for_one_outcome() -> None:
    text = SMALL_FILE.replace("[[outcome]]", '[[tie]]\nid = "even"\noptions = ["agree", "disagree"]\n[[outcome]]', 1)
    text = text.replace("{ enough = false }", "{ enough = false, even = true }, { enough = false, even = false }")
    outcome = load_rule_set(text, "own.toml").outcomes[1]
    assert [outcome.holds({"enough": False, "even": even}) for even in (True, False)] == [True, True]


def test_installed_are_the_four_by_their_ids() -> None:
    assert [rule_set.id for rule_set in list_rule_sets()] == [
        "majority-of-votes-cast",
        "vn-screening-progress",
        "vn-screening-removal",
        "vn-screening-step1",
    ]


@pytest.mark.parametrize("rule_set", list_rule_sets(), ids=lambda rule_set: rule_set.id)
def test_installed_file_is_named_for_its_id(rule_set: RuleSet) -> None:
    assert rule_set.origin == f"{rule_set.id}.toml"


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
