"""A rule-set as JSON, for a program that reads `rules list` and `rules show`."""

from __future__ import annotations

from datetime import date

from ballot_server.domain.base import BaseRule
from ballot_server.domain.threshold import Threshold
from ballot_server.rules.model import OutcomeRule, RuleSet, Source, Test


def summarise_rule_set(rule_set: RuleSet) -> dict[str, object]:
    """Return what a list of rule-sets shows of one version."""
    return {
        "id": rule_set.id,
        "title": rule_set.title.to_json(),
        "mark": rule_set.source.mark.value,
        "form": rule_set.form.value,
        "effective_from": _write_date(rule_set.effective_from),
        "effective_to": _write_date(rule_set.effective_to),
    }


def describe_rule_set(rule_set: RuleSet) -> dict[str, object]:
    """Return everything one version says, its cases left out."""
    cumulation, quorum = rule_set.cumulation, rule_set.quorum
    return {
        **summarise_rule_set(rule_set),
        "file": rule_set.origin,
        "source": _describe_source(rule_set.source),
        "options": [option.id for option in rule_set.options],
        "options_if_holds_post": [option for option in rule_set.option_ids if option in rule_set.post_options],
        "member_concerned_votes": rule_set.member_concerned_votes,
        "base": _describe_base(rule_set.base),
        "quorum": None if quorum is None else {"of": quorum.of.value, **_describe_threshold(quorum.threshold)},
        "follows": None if rule_set.follows is None else rule_set.follows.rule_set,
        "decision": rule_set.decision.value,
        "cumulation": None if cumulation is None else {"order": list(cumulation.order), "apart": cumulation.apart},
        "tests": [_describe_test(test) for test in rule_set.tests],
        "previous_failed": [{"id": each.id, "at_least": each.at_least} for each in rule_set.failures],
        "candidates": {standing.value: text.to_json() for standing, text in rule_set.standing_texts.items()},
        "outcomes": [_describe_outcome(outcome) for outcome in rule_set.outcomes],
        "readings": [
            {"id": reading.id, "mark": reading.mark.value, "text": reading.text.to_json()}
            for reading in rule_set.readings
        ],
    }


def _describe_source(source: Source) -> dict[str, object]:
    return {
        "document": source.document.to_json(),
        "number": source.number,
        "date": _write_date(source.issued_on),
        "clause": source.clause.to_json(),
        "note": None if source.note is None else source.note.to_json(),
        "read_on": _write_date(source.read_on),
        "mark": source.mark.value,
    }


def _describe_base(base: BaseRule) -> dict[str, object]:
    return {
        "kind": base.kind.value,
        "exempt_present": base.exempt_present.value,
        "transferred_out": base.transferred_out.value,
        "suspended": base.suspended.value,
        "excused_whole_congress": base.excused_whole_congress.value,
    }


def _describe_test(test: Test) -> dict[str, object]:
    option = {} if test.option is None else {"option": test.option}
    return {"id": test.id, **option, **_describe_threshold(test.threshold)}


def _describe_threshold(threshold: Threshold) -> dict[str, object]:
    return {threshold.comparator.value: list(threshold.fraction.as_integer_ratio())}


def _describe_outcome(outcome: OutcomeRule) -> dict[str, object]:
    proposed = {"proposed": True} if outcome.proposed else {}
    return {"id": outcome.id, **proposed, "text": outcome.text.to_json()}


def _write_date(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
