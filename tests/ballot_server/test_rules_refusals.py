"""What the loader refuses in elections, cumulated forms, levels, quorums and past failures; and own files it takes."""

import pytest

from ballot_server.domain.base import BaseKind
from ballot_server.i18n import Language, translate_error
from ballot_server.rules.cases import run_cases
from ballot_server.rules.errors import (
    RuleSetCaseError,
    RuleSetChoiceError,
    RuleSetCumulationError,
    RuleSetDuplicateError,
    RuleSetError,
    RuleSetFractionError,
    RuleSetHoleError,
    RuleSetMissingKeyError,
    RuleSetTypeError,
    RuleSetUnknownKeyError,
    RuleSetUnknownNameError,
)
from ballot_server.rules.loader import load_rule_set
from tests.support.rule_files import SMALL_FILE, load_installed

DISCIPLINE, ELECTION, CONFIDENCE, RECOGNITION, CAST = (
    load_installed(f"{rule_set_id}").source_text
    for rule_set_id in (
        "vn-discipline",
        "vn-committee-election",
        "vn-confidence",
        "vn-recognition",
        "two-thirds-of-votes-cast",
    )
)
TIE = '[[tie]]\nid = "even"\noptions = ["agree", "disagree"]\n'
OUTCOME = "[[outcome]]\n"

# The file, what is changed in it, the class of the refusal, and the key it names.
REFUSED = [
    ("seats are no decision of one mark", SMALL_FILE, 'id = "own-rule"', 'id = "own-rule"\ndecision = "seats"',
     RuleSetChoiceError, "decision"),
    ("a table elects nobody", ELECTION, "[source]", 'decision = "table"\n[source]', RuleSetChoiceError,
     "decision"),
    ("levels are not cumulated", CONFIDENCE, "effective_from", 'decision = "cumulation"\neffective_from',
     RuleSetChoiceError, "decision"),
    ("an election names no options", ELECTION, 'form = "choose_up_to"',
     'form = "choose_up_to"\n[[contest.option]]\nid = "a"\ntext = { vi = "A", en = "A" }', RuleSetUnknownKeyError,
     "contest.option"),
    ("levels need options", CONFIDENCE, "[[contest.option]]", "[[contest.other]]", RuleSetUnknownKeyError,
     "contest.other"),
    ("an election's test is of no option", ELECTION, "more_than = [1, 2]", 'option = "a"\nmore_than = [1, 2]',
     RuleSetUnknownKeyError, "test[1].option"),
    ("an election ties of itself", ELECTION, OUTCOME, f"{TIE}{OUTCOME}", RuleSetUnknownKeyError, "tie"),
    ("an election without its standings", ELECTION, "tied = {", "level = {", RuleSetMissingKeyError, "candidate.tied"),
    ("standings where nobody is elected", SMALL_FILE, OUTCOME, f"[candidate]\n{OUTCOME}", RuleSetUnknownKeyError,
     "candidate"),
    ("an election with a hole", ELECTION, "{ seats_filled = false, seats_tied = false }",
     "{ seats_filled = true, seats_tied = false }", RuleSetHoleError, "outcome"),
    ("an election's test is no condition", ELECTION, "{ seats_tied = true }", "{ majority = true }",
     RuleSetUnknownNameError, "outcome[3].when[1]"),
    ("a test with a reserved name", ELECTION, 'id = "majority"', 'id = "seats_tied"', RuleSetDuplicateError, "test"),
    ("a case without seats", ELECTION, "seats = 2\n", "", RuleSetMissingKeyError, "case[1].seats"),
    ("a case with more seats than candidates", ELECTION, "seats = 2\n", "seats = 4\n", RuleSetCaseError,
     "case[1].seats"),
    ("a case without ballots", ELECTION, "ballots = 18\n", "", RuleSetMissingKeyError, "case[1].ballots"),
    ("a case with too few ballots", ELECTION, "ballots = 18\n", "ballots = 14\n", RuleSetCaseError, "case[1].ballots"),
    ("a case with a standing that is none", ELECTION, 'a = "elected"', 'a = "won"', RuleSetChoiceError,
     "case[1].candidates.a"),
    ("a case that counts another candidate", ELECTION, "counts = { a = 15", "counts = { z = 15",
     RuleSetUnknownNameError, "case[1].counts"),
    ("cumulation without its order", DISCIPLINE, "order = [", "sequence = [", RuleSetMissingKeyError,
     "cumulation.order"),
    ("cumulation not asked for", DISCIPLINE, 'decision = "cumulation"\n', "", RuleSetMissingKeyError,
     "outcome[1].when"),
    ("a form left out of the order", DISCIPLINE, '"warning", "reprimand"]', '"warning"]', RuleSetUnknownNameError,
     "contest.option"),
    ("a form in the order twice", DISCIPLINE, '"warning", "reprimand"]', '"warning", "reprimand", "warning"]',
     RuleSetDuplicateError, "cumulation.order"),
    ("an unknown form in the order", DISCIPLINE, '"warning", "reprimand"]', '"warning", "reprimand", "fine"]',
     RuleSetUnknownNameError, "cumulation.order"),
    ("the form apart is cumulated", DISCIPLINE, 'apart = "none"', 'apart = "warning"', RuleSetDuplicateError,
     "cumulation.order"),
    ("the form apart is not on every ballot", DISCIPLINE, '"Không kỷ luật", en = "No discipline" }',
     '"Không kỷ luật", en = "No discipline" }\nonly_if = "holds_post"', RuleSetUnknownNameError, "cumulation.apart"),
    ("a form with half only", DISCIPLINE, "more_than = [1, 2]", "at_least = [1, 2]", RuleSetCumulationError, "test[2]"),
    ("a form with a third", DISCIPLINE, "at_least = [2, 3]", "at_least = [1, 3]", RuleSetCumulationError, "test[1]"),
    ("a form tested twice", DISCIPLINE, 'id = "none"\noption = "none"', 'id = "none"\noption = "warning"',
     RuleSetDuplicateError, "test"),
    ("a form without its outcome", DISCIPLINE, '[[outcome]]\nid = "reprimand"', '[[outcome]]\nid = "fine"',
     RuleSetUnknownNameError, "outcome"),
    ("a cumulation's outcome on conditions", DISCIPLINE, '[[outcome]]\nid = "none"',
     '[[outcome]]\nid = "none"\nwhen = [{ none = true }]', RuleSetUnknownKeyError, "outcome[5].when"),
    ("a cumulation with a tie", DISCIPLINE, OUTCOME, f"{TIE}{OUTCOME}", RuleSetUnknownKeyError, "tie"),
    ("an option for whoever", DISCIPLINE, 'only_if = "holds_post"', 'only_if = "old"', RuleSetTypeError,
     "contest.option[2].only_if"),
    ("votes for an option that is not on the ballot", DISCIPLINE, "counts = { expulsion = 10,",
     "counts = { removal_from_office = 0, expulsion = 10,", RuleSetUnknownNameError, "case[1].counts"),
    ("failures without a number", RECOGNITION, "at_least = 2\n", "", RuleSetMissingKeyError,
     "previous_failed[1].at_least"),
    ("no failures", RECOGNITION, "at_least = 2\n", "at_least = 0\n", RuleSetTypeError, "previous_failed[1].at_least"),
    ("failures that no outcome asks about", SMALL_FILE, "{ enough = true }", "{ failed_twice_before = true }",
     RuleSetUnknownNameError, "outcome[1].when[1]"),
    ("a third failure without an outcome", RECOGNITION, "{ enough = false, failed_twice_before = true }",
     "{ enough = true, failed_twice_before = true }", RuleSetHoleError, "outcome"),
    ("a quorum of what is counted later", CONFIDENCE, 'of = "summoned"', 'of = "returned"', RuleSetChoiceError,
     "quorum.of"),
    ("a quorum of those present", ELECTION, 'of = "summoned"', 'of = "present"', RuleSetChoiceError, "quorum.of"),
    ("a quorum beyond everybody", ELECTION, "at_least = [2, 3]", "at_least = [4, 3]", RuleSetFractionError,
     "quorum.at_least"),
    ("a quorum with another key", ELECTION, "at_least = [2, 3]", "at_least = [2, 3]\nor = 5", RuleSetUnknownKeyError,
     "quorum.or"),
    ("the excused voting from home", ELECTION, 'congress = "counted_if_voting"', 'congress = "excluded"',
     RuleSetChoiceError, "base.excused_whole_congress"),
    ("a case with a base that is counted later", CAST, "counts =", "base = 12\ncounts =", RuleSetCaseError,
     "case[1].base"),
    ("a case whose ballots are not its marks", CAST, "counts =", "ballots = 5\ncounts =", RuleSetCaseError,
     "case[1].ballots"),
    ("a case with negative ballots", CAST, "counts =", "invalid = -1\ncounts =", RuleSetTypeError, "case[1].invalid"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "old", "new", "error_class", "key"), [pytest.param(*row, id=why) for why, *row in REFUSED]
)
def test_load_refuses_naming_path_key_and_reason(
    text: str, old: str, new: str, error_class: type[RuleSetError], key: str
) -> None:
    assert old in text
    with pytest.raises(RuleSetError) as caught:
        load_rule_set(text.replace(old, new, 1), "own.toml")
    assert (type(caught.value), caught.value.path, caught.value.key) == (error_class, "own.toml", key)
    for language in Language:
        assert "own.toml" in translate_error(caught.value, language)


@pytest.mark.parametrize("kind", list(BaseKind), ids=lambda kind: kind.value)
def test_own_yes_or_no_vote_needs_no_program_whatever_its_base(kind: BaseKind) -> None:
    text = SMALL_FILE.replace("official_minus_exempt", kind.value)
    if not kind.is_known_before_the_count:
        text = text.replace("base = 3\n", "")
    rule_set = load_rule_set(text, "own.toml")
    assert rule_set.base.kind is kind
    assert all(result.agrees for result in run_cases(rule_set))


def test_own_election_may_ask_for_another_fraction_of_another_base() -> None:
    text = ELECTION.split("[[case]]")[0].replace("more_than = [1, 2]", "at_least = [4, 5]")
    text = text.replace('kind = "official_members"', 'kind = "votes_cast"') + (
        '[[case]]\ntitle = "bốn phần năm"\nseats = 2\nballots = 11\ncounts = { a = 8, b = 7, blank = 1 }\n'
        'outcome = "seats_left"\ncandidates = { a = "elected", b = "not_elected" }\nseats_left = 1\n'
    )
    [result] = run_cases(load_rule_set(text, "own.toml"))
    assert result.agrees
    assert result.needed == {"majority": 8}


def test_own_levels_may_be_five() -> None:
    levels = "".join(
        f'[[contest.option]]\nid = "level{place}"\ntext = {{ vi = "Mức {place}", en = "Level {place}" }}\n'
        for place in range(1, 6)
    )
    head, rest = SMALL_FILE.split('[contest]\nform = "choose_one"\n')
    tail = rest[rest.index("[[test]]") :].replace('option = "agree"', 'option = "level5"')
    tail = tail.replace("agree = 2, disagree = 1", "level5 = 2, level1 = 1")
    rule_set = load_rule_set(f'{head}[contest]\nform = "levels"\n{levels}{tail}', "own.toml")
    assert rule_set.option_ids == ("level1", "level2", "level3", "level4", "level5")
    assert all(result.agrees for result in run_cases(rule_set))
