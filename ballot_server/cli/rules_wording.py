"""A rule-set in sentences, for `rules show` and for the document of all rule-sets."""

from __future__ import annotations

from collections.abc import Iterator

from ballot_server.domain.contest import Wording
from ballot_server.domain.threshold import Comparator, Threshold
from ballot_server.i18n import Language, translate
from ballot_server.rules.model import DecisionKind, Mark, OutcomeRule, RuleSet


def say(wording: Wording, language: Language) -> str:
    """Return a text in one language."""
    return wording.in_language(language.value)


def say_mark(mark: Mark, language: Language) -> str:
    """Return what a mark means."""
    return translate(f"rules.mark.{'unverified' if mark is Mark.UNVERIFIED else mark.value}", language)


def say_period(rule_set: RuleSet, language: Language) -> str:
    """Return from when and until when a version is in force."""
    parts: list[str] = []
    if rule_set.effective_from is not None:
        parts.append(translate("rules.period_from", language, first=rule_set.effective_from.isoformat()))
    if rule_set.effective_to is not None:
        parts.append(translate("rules.period_to", language, last=rule_set.effective_to.isoformat()))
    return " ".join(parts) or translate("rules.period_always", language)


def say_rule_set(rule_set: RuleSet, language: Language) -> Iterator[str]:
    """Return the whole rule-set, a line for each thing it says; its cases are left out."""
    yield f"{rule_set.id} – {say(rule_set.title, language)}"
    yield from _say_source(rule_set, language)
    yield from _say_ballot(rule_set, language)
    yield from _say_base(rule_set, language)
    yield from _say_tests(rule_set, language)
    for outcome in rule_set.outcomes:
        yield _say_outcome(outcome, language)
    for reading in rule_set.readings:
        yield translate("rules.reading", language, mark=reading.mark.value, text=say(reading.text, language))


def _say_source(rule_set: RuleSet, language: Language) -> Iterator[str]:
    source = rule_set.source
    yield translate(
        "rules.source", language, document=say(source.document, language), clause=say(source.clause, language)
    )
    if source.number is not None and source.issued_on is not None:
        yield translate("rules.source_number", language, number=source.number, date=source.issued_on.isoformat())
    elif source.number is not None:
        yield translate("rules.source_number_alone", language, number=source.number)
    if source.note is not None:
        yield translate("rules.source_note", language, note=say(source.note, language))
    yield translate("rules.mark_line", language, mark=source.mark.value, meaning=say_mark(source.mark, language))
    yield translate("rules.effective", language, period=say_period(rule_set, language))


def _say_ballot(rule_set: RuleSet, language: Language) -> Iterator[str]:
    yield translate(f"rules.form.{rule_set.form.value}", language)
    named = []
    for option in rule_set.options:
        text = f"{say(option.text, language)} ({option.id})"
        held = option.id in rule_set.post_options
        named.append(translate("rules.option_if_post", language, option=text) if held else text)
    if named:
        yield translate("rules.options", language, options=", ".join(named))


def _say_base(rule_set: RuleSet, language: Language) -> Iterator[str]:
    base = rule_set.base
    yield translate("rules.base", language, base=translate(f"rules.base_kind.{base.kind.value}", language))
    for field, standing in (
        ("exempt_present", base.exempt_present),
        ("transferred_out", base.transferred_out),
        ("suspended", base.suspended),
        ("excused_whole_congress", base.excused_whole_congress),
    ):
        yield translate(f"rules.standing.{field}_{standing.value}", language)
    votes = "member_concerned_votes" if rule_set.member_concerned_votes else "member_concerned_does_not_vote"
    yield translate(f"rules.{votes}", language)
    quorum = rule_set.quorum
    if quorum is not None:
        of = translate(f"rules.base_kind.{quorum.of.value}", language)
        yield translate("rules.quorum", language, threshold=_say_fraction(quorum.threshold, language), base=of)


def _say_tests(rule_set: RuleSet, language: Language) -> Iterator[str]:
    if rule_set.follows is not None:
        yield translate("rules.follows", language, rule_set=rule_set.follows.rule_set)
    for failures in rule_set.failures:
        yield translate("rules.previous_failed", language, id=failures.id, count=failures.at_least)
    each = translate("rules.each_candidate", language)
    for test in rule_set.tests:
        threshold = _say_threshold(test.threshold, language)
        yield translate("rules.test", language, test=test.id, option=test.option or each, threshold=threshold)
    if rule_set.cumulation is not None:
        labels = {option.id: say(option.text, language) for option in rule_set.options}
        order = " → ".join(labels[form] for form in rule_set.cumulation.order)
        yield translate("rules.decision.cumulation", language, order=order, apart=labels[rule_set.cumulation.apart])
    if rule_set.decision is DecisionKind.SEATS:
        yield translate("rules.decision.seats", language)
        for standing, text in rule_set.standing_texts.items():
            yield translate("rules.standing_text", language, id=standing.value, text=say(text, language))


def _say_outcome(outcome: OutcomeRule, language: Language) -> str:
    text = say(outcome.text, language)
    return translate(
        "rules.outcome",
        language,
        id=outcome.id,
        text=f"{text} [{translate('rules.proposed', language)}]" if outcome.proposed else text,
        next=say(outcome.next_step, language),
        clause=say(outcome.clause, language),
    )


def _say_fraction(threshold: Threshold, language: Language) -> str:
    return translate(f"rules.fraction.{threshold.comparator.value}", language, fraction=threshold.fraction)


def _say_threshold(threshold: Threshold, language: Language) -> str:
    key = "rules.at_least" if threshold.comparator is Comparator.AT_LEAST else "rules.more_than"
    return translate(key, language, fraction=threshold.fraction)
