"""The document of all installed rule-sets: `python -m ballot_server.cli.rules_document docs/rules.md` (`make rules`).

What stands above the marker is written by hand and kept; everything below it is written from the data.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from ballot_server.cli.rules_wording import say, say_mark, say_period, say_rule_set
from ballot_server.domain.base import BaseKind
from ballot_server.i18n import Language, translate
from ballot_server.rules.loader import list_rule_sets
from ballot_server.rules.model import ContestForm, RuleSet

MARKER = "<!-- From here on this file is written by `make rules` from ballot_server/rules/data; do not edit. -->"
_LANGUAGE = Language.ENGLISH


def renew_document(text: str, rule_sets: Sequence[RuleSet]) -> str:
    """Return a document with what follows its marker written anew. Raises: ValueError if it has no marker."""
    head, marker, _ = text.partition(MARKER)
    if not marker:
        raise ValueError("the document has no marker line to write below")
    return f"{head}{MARKER}\n\n" + "\n".join(_write_lines(rule_sets)) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Renew the document at the one path given."""
    [path] = [Path(argument) for argument in arguments]
    path.write_text(renew_document(path.read_text(encoding="utf-8"), list_rule_sets()), encoding="utf-8")
    return 0


def _write_lines(rule_sets: Sequence[RuleSet]) -> Iterator[str]:
    yield from _write_words()
    yield "## Installed rule-sets"
    yield ""
    yield "| id | title | document | in force | mark |"
    yield "|---|---|---|---|---|"
    for rule_set in rule_sets:
        yield _write_row(rule_set)
    for _, versions in groupby(rule_sets, key=lambda rule_set: rule_set.id):
        for rule_set in versions:
            yield ""
            yield from _write_rule_set(rule_set)


def _write_words() -> Iterator[str]:
    """Return what the words of a file mean: bases and contest forms."""
    yield "## What the words mean"
    yield ""
    yield "| `[base] kind` | the base is | known |"
    yield "|---|---|---|"
    for kind in BaseKind:
        known = "before the ballot" if kind.is_known_before_the_count else "after the count"
        yield f"| `{kind.value}` | {translate(f'rules.base_kind.{kind.value}', _LANGUAGE)} | {known} |"
    yield ""
    yield "| `[contest] form` | the voter's mark |"
    yield "|---|---|"
    for form in ContestForm:
        yield f"| `{form.value}` | {translate(f'rules.form.{form.value}', _LANGUAGE)} |"
    yield ""


def _write_row(rule_set: RuleSet) -> str:
    mark = rule_set.source.mark
    number = rule_set.source.number or "–"
    period = say_period(rule_set, _LANGUAGE)
    meaning = say_mark(mark, _LANGUAGE)
    return f"| `{rule_set.id}` | {rule_set.title.vi} | {number} | {period} | {mark.value} ({meaning}) |"


def _write_rule_set(rule_set: RuleSet) -> Iterator[str]:
    lines = list(say_rule_set(rule_set, _LANGUAGE))
    yield f"### {rule_set.origin}"
    yield ""
    yield f"{rule_set.title.vi} / {say(rule_set.title, _LANGUAGE)}. Worked cases: {len(rule_set.cases)}."
    yield ""
    for line in lines[1:]:
        yield f"- {line}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
