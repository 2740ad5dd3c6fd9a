"""What can be wrong with a scenario, each place by the path of its key, and the one error that carries them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language, translate, translate_error
from ballot_server.services.plain_text import show_text
from ballot_server.services.roll_problem import RollProblem, describe_roll_problem

PATHS_NAMED = 5
"""How many paths the error's own sentence names; the rest is in its problems."""


class ScenarioCause(Enum):
    """Why a scenario is refused at a key; the value is the end of the sentence's key."""

    # The file as a whole.
    FILE_NOT_FOUND = "file_not_found"
    FILE_TOO_LARGE = "file_too_large"
    NOT_UTF8 = "not_utf8"
    NOT_TOML = "not_toml"
    # The form of a key.
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    NOT_TEXT = "not_text"
    NOT_NUMBER = "not_number"
    NOT_YES_OR_NO = "not_yes_or_no"
    NOT_DATE = "not_date"
    NOT_TABLE = "not_table"
    NOT_LIST = "not_list"
    EMPTY = "empty"
    TEXT_TOO_LONG = "text_too_long"
    HIDDEN_CHARACTER = "hidden_character"
    NUMBER_TOO_SMALL = "number_too_small"
    NUMBER_TOO_LARGE = "number_too_large"
    BAD_ID = "bad_id"
    DOUBLED_ID = "doubled_id"
    DOUBLED_NAME = "doubled_name"
    # Meeting and trustees.
    UNKNOWN_MODE = "unknown_mode"
    WIFI_TOO_LONG = "wifi_too_long"
    PATH_LEAVES_FOLDER = "path_leaves_folder"
    ROLL_NOT_FOUND = "roll_not_found"
    ROLL_REFUSED = "roll_refused"
    BAD_THRESHOLD = "bad_threshold"
    # Elections.
    TOO_MANY_ELECTIONS = "too_many_elections"
    RULE_TWICE = "rule_twice"
    NO_RULE = "no_rule"
    UNKNOWN_RULE_SET = "unknown_rule_set"
    RULE_FILE_NOT_FOUND = "rule_file_not_found"
    RULE_REFUSED = "rule_refused"
    FOLLOWS_NOTHING = "follows_nothing"
    FOLLOWS_LATER = "follows_later"
    FOLLOWS_ITSELF = "follows_itself"
    FOLLOWS_NO_CONTEST = "follows_no_contest"
    MEMBER_CONCERNED_UNNAMED = "member_concerned_unnamed"
    PAPER_NOT_USED = "paper_not_used"
    MORE_PAPER_THAN_VOTES = "more_paper_than_votes"
    # Contests.
    UNKNOWN_MEMBER = "unknown_member"
    TELLER_ON_BALLOT = "teller_on_ballot"
    OPTIONS_NOT_ASKED = "options_not_asked"
    SEATS_NOT_ASKED = "seats_not_asked"
    BLANK_IS_NO_OPTION = "blank_is_no_option"
    TOO_MANY_SEATS = "too_many_seats"
    UNKNOWN_OPTION = "unknown_option"
    BALLOTS_DIFFER_FROM_SUM = "ballots_differ_from_sum"
    IMPOSSIBLE_MARKS = "impossible_marks"
    UNEQUAL_SUMS = "unequal_sums"
    MORE_VOTES_THAN_PRESENT = "more_votes_than_present"
    FEWER_VOTES_THAN_FLOOR = "fewer_votes_than_floor"


@dataclass(frozen=True)
class ScenarioProblem:
    """One place to mend.

    path: the key, such as ``election[1].contest[0].counts.agree``, counted from 0; empty for the whole file.
    value: what stands there. expected: what it should be or what it clashes with. reason: what is wrong with the file
    that the key names, if that is it.
    """

    cause: ScenarioCause
    path: str = ""
    value: str = ""
    expected: str = ""
    reason: RollProblem | BallotServerError | None = None


class ScenarioError(BallotServerError):
    """A scenario is refused as a whole; `problems` holds every place to mend."""

    def __init__(self, problems: Sequence[ScenarioProblem]) -> None:
        paths = list(dict.fromkeys(problem.path or problem.cause.value for problem in problems))
        shown = [*paths[:PATHS_NAMED], "…"] if len(paths) > PATHS_NAMED else paths
        super().__init__(count=len(problems), paths=", ".join(show_text(path) for path in shown))
        self.problems = tuple(problems)


def describe_scenario_problem(problem: ScenarioProblem, language: Language) -> str:
    """Return the sentence of one problem: which key, what is wrong, what to do."""
    return translate(
        f"scenario.problem.{problem.cause.value}",
        language,
        path=show_text(problem.path),
        value=show_text(problem.value),
        expected=show_text(problem.expected),
        reason=_describe_reason(problem.reason, language),
    )


def _describe_reason(reason: RollProblem | BallotServerError | None, language: Language) -> str:
    if reason is None:
        return ""
    if isinstance(reason, RollProblem):
        return describe_roll_problem(reason, language)
    return translate_error(reason, language)
