"""Both languages say the same things."""

import string
import unicodedata

import pytest

from ballot_server.i18n import Language, load_catalogue


def find_placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_languages_have_the_same_keys() -> None:
    assert load_catalogue(Language.VIETNAMESE).keys() == load_catalogue(Language.ENGLISH).keys()


@pytest.mark.parametrize("key", sorted(load_catalogue(Language.VIETNAMESE)))
def test_sentence_has_the_same_placeholders_in_both_languages(key: str) -> None:
    vietnamese = load_catalogue(Language.VIETNAMESE)[key]
    assert find_placeholders(vietnamese) == find_placeholders(load_catalogue(Language.ENGLISH)[key])


@pytest.mark.parametrize("language", list(Language))
def test_sentences_are_in_composed_form(language: Language) -> None:
    for key, sentence in load_catalogue(language).items():
        assert unicodedata.is_normalized("NFC", sentence), key
