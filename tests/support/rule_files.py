"""Rule-set files for tests: a small whole one, and the installed ones by id."""

from ballot_server.domain.base import Base, BaseKind, make_base
from ballot_server.domain.base_parts import ClassCounts
from ballot_server.rules.loader import load_named_rule_set
from ballot_server.rules.model import RuleSet
from tests.support.rolls import MEETING_DATE

SMALL_FILE = """\
id = "own-rule"
title = { vi = "Quy tắc riêng", en = "Own rule" }
effective_from = 2020-01-01
effective_to = 2026-12-31

[source]
document = { vi = "Quy chế", en = "Statute" }
number = "1-QC"
date = 2020-01-01
clause = { vi = "điều 1", en = "article 1" }
mark = "V"

[base]
kind = "official_minus_exempt"
exempt_present = "excluded"
transferred_out = "excluded"
suspended = "excluded"

[contest]
form = "choose_one"
[[contest.option]]
id = "agree"
text = { vi = "Đồng ý", en = "Agree" }
[[contest.option]]
id = "disagree"
text = { vi = "Không đồng ý", en = "Disagree" }

[[test]]
id = "enough"
option = "agree"
at_least = [2, 3]

[[outcome]]
id = "passed"
when = [{ enough = true }]
text = { vi = "Đạt", en = "Passed" }
next = { vi = "Ghi biên bản.", en = "Record it." }
clause = { vi = "điều 1", en = "article 1" }

[[outcome]]
id = "not_passed"
when = [{ enough = false }]
text = { vi = "Không đạt", en = "Not passed" }
next = { vi = "Ghi biên bản.", en = "Record it." }
clause = { vi = "điều 1", en = "article 1" }

[[case]]
title = "đúng hai phần ba"
base = 3
counts = { agree = 2, disagree = 1 }
outcome = "passed"
"""


def load_installed(rule_set_id: str) -> RuleSet:
    """Return an installed rule-set as of the tests' meeting date."""
    return load_named_rule_set(rule_set_id, MEETING_DATE).rule_set


def make_plain_base(value: int) -> Base:
    """Return a base of so many official members, none left out."""
    parts = ClassCounts(official=value, exempt=0, suspended=0, transferred_out=0)
    return make_base(BaseKind.OFFICIAL_MINUS_EXEMPT, parts)


def make_votes_cast_base(official: int) -> Base:
    """Return a base of votes cast over so many official members."""
    parts = ClassCounts(official=official, exempt=0, suspended=0, transferred_out=0)
    return make_base(BaseKind.VOTES_CAST, parts)
