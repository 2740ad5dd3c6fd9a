"""Where rule-sets come from: a file's text, or those installed with the program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from importlib import resources

from ballot_server.rules.coverage import check_coverage
from ballot_server.rules.errors import UnknownRuleSetError
from ballot_server.rules.model import DatedRuleSet, RuleSet, date_rule_set
from ballot_server.rules.parsing import parse_rule_set


@lru_cache(maxsize=32)
def load_rule_set(text: str, origin: str) -> RuleSet:
    """Return the rule-set a file's text describes; the last few texts are kept, since whole archives share them.

    origin: the file's name, for messages; it is sealed with the text, so it carries no path of this machine.
    Raises: a RuleSetError naming file, key and cause.
    """
    rule_set = parse_rule_set(text, origin)
    check_coverage(rule_set)
    return rule_set


@cache
def list_rule_sets() -> tuple[RuleSet, ...]:
    """Return every installed version of every rule-set, by file name; read once, since none changes while we run."""
    folder = resources.files("ballot_server") / "rules" / "data"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return tuple(load_rule_set(file.read_text(encoding="utf-8"), file.name) for file in files)


def load_named_rule_set(rule_set_id: str, on: date) -> DatedRuleSet:
    """Return the installed version of a rule-set that was in force on a date, else the nearest, marked UNVERIFIED.

    Raises: UnknownRuleSetError if no version is installed.
    """
    installed = list_rule_sets()
    versions = [rule_set for rule_set in installed if rule_set.id == rule_set_id]
    if not versions:
        known = ", ".join(sorted({rule_set.id for rule_set in installed}))
        raise UnknownRuleSetError(id=rule_set_id, known=known)
    return choose_version(versions, on)


def choose_version(versions: Sequence[RuleSet], on: date) -> DatedRuleSet:
    """Return the version in force on a date, else the nearest; of two equally near, the one given first."""
    return date_rule_set(min(versions, key=lambda version: _count_days_away(version, on)), on)


def is_installed_text(rule_set: RuleSet) -> bool:
    """Tell whether a rule-set's text is, letter for letter, one installed here under its id.

    A sealed file may carry a well-known id over other fractions; a verifier says whether it is the text it knows.
    """
    return any(known.id == rule_set.id and known.source_text == rule_set.source_text for known in list_rule_sets())


def _count_days_away(rule_set: RuleSet, on: date) -> int:
    if rule_set.effective_from is not None and on < rule_set.effective_from:
        return (rule_set.effective_from - on).days
    if rule_set.effective_to is not None and on > rule_set.effective_to:
        return (on - rule_set.effective_to).days
    return 0
