"""The document of the rule-sets is what the data says, and names every word a file may use."""

from pathlib import Path

import pytest

from ballot_server.cli.rules_document import MARKER, main, renew_document
from ballot_server.domain.base import BaseKind, Standing
from ballot_server.rules.loader import list_rule_sets
from ballot_server.rules.model import ContestForm, DecisionKind

DOCUMENT = Path(__file__).parents[2] / "docs/rules.md"


def test_document_is_what_the_data_says() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert renew_document(text, list_rule_sets()) == text, "run: make rules"


def test_renewing_keeps_what_stands_above_the_marker(tmp_path: Path) -> None:
    path = tmp_path / "rules.md"
    path.write_text(f"by hand\n{MARKER}\nold\n", encoding="utf-8")
    assert main([str(path)]) == 0
    renewed = path.read_text(encoding="utf-8")
    assert renewed.startswith(f"by hand\n{MARKER}\n")
    assert "old" not in renewed.splitlines()


def test_renewing_refuses_a_document_without_a_marker() -> None:
    with pytest.raises(ValueError, match="marker"):
        renew_document("by hand", ())


@pytest.mark.parametrize("word", [*ContestForm, *DecisionKind, *BaseKind, *Standing], ids=lambda word: word.value)
def test_document_names_every_word_of_a_file(word: ContestForm | DecisionKind | BaseKind | Standing) -> None:
    assert word.value in DOCUMENT.read_text(encoding="utf-8")
