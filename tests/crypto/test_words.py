"""Words that are read aloud."""

import hashlib
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import crypto
from crypto.errors import EncodingError
from crypto.words import encode_words, load_words
from tests.support.crypto_samples import load_vectors

VECTORS = load_vectors("words")
NOUNS = tuple(dict.fromkeys(phrase.split(" ")[0] for phrase in load_words()))
ADJECTIVES = tuple(dict.fromkeys(phrase.split(" ")[1] for phrase in load_words()))
# What northern or southern speech merges: first consonants, last consonants, and some vowels before them.
FIRST = (("tr", "ch"), ("gi", "z"), ("đ", "đ"), ("s", "x"), ("r", "z"), ("v", "z"), ("d", "z"), ("l", "n"))
LAST = (("ng", "n"), ("nh", "n"), ("ch", "t"), ("c", "t"))
VOWELS = (("iê", "i"), ("yê", "i"), ("ươ", "i"), ("uô", "u"), ("y", "i"))


def strip_marks(text: str) -> str:
    """Return the letters alone, without tones, hats, horns and breves."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def merge_sounds(syllable: str) -> str:
    """Return what is left of a syllable when no tone and no sound that some speaker merges is told apart."""
    for sound, merged in FIRST:
        if syllable.startswith(sound):
            syllable = merged + syllable.removeprefix(sound)
            break
    for sound, merged in LAST:
        if syllable.endswith(sound):
            syllable = syllable.removesuffix(sound) + merged
            break
    for sound, merged in VOWELS:
        syllable = unicodedata.normalize("NFC", strip_tones(syllable)).replace(sound, merged)
    return strip_marks(syllable)


def strip_tones(text: str) -> str:
    """Return the text without its five tone marks."""
    return re.sub("[\u0300\u0301\u0303\u0309\u0323]", "", unicodedata.normalize("NFD", text))


def test_load_words_gives_2048_different_words() -> None:
    assert len(set(load_words())) == len(load_words()) == 2048


def test_load_words_gives_the_words_of_the_vectors() -> None:
    assert hashlib.sha256((Path(crypto.__file__).parent / "words.txt").read_bytes()).hexdigest() == VECTORS["sha256"]


def test_words_are_in_nfc() -> None:
    assert all(unicodedata.is_normalized("NFC", word) for word in load_words())


def test_words_join_64_nouns_and_32_adjectives_in_order() -> None:
    assert load_words() == tuple(f"{noun} {adjective}" for noun in NOUNS for adjective in ADJECTIVES)
    assert (len(NOUNS), len(ADJECTIVES)) == (64, 32)


@pytest.mark.parametrize("syllables", [NOUNS, ADJECTIVES], ids=["nouns", "adjectives"])
def test_words_stay_distinct_without_tones(syllables: tuple[str, ...]) -> None:
    assert len({strip_tones(syllable) for syllable in syllables}) == len(syllables)


@pytest.mark.parametrize("syllables", [NOUNS, ADJECTIVES], ids=["nouns", "adjectives"])
def test_words_stay_distinct_when_typed_without_any_mark(syllables: tuple[str, ...]) -> None:
    assert len({strip_marks(syllable).replace("đ", "d") for syllable in syllables}) == len(syllables)


@pytest.mark.parametrize("syllables", [NOUNS, ADJECTIVES], ids=["nouns", "adjectives"])
def test_words_stay_distinct_when_speakers_merge_sounds(syllables: tuple[str, ...]) -> None:
    assert len({merge_sounds(syllable) for syllable in syllables}) == len(syllables)


@pytest.mark.parametrize("case", VECTORS["cases"])
def test_encode_words_matches_the_vectors(case: dict[str, list[str]]) -> None:
    digest = bytes.fromhex(str(case["digest"]))
    assert list(encode_words(digest, len(case["words"]))) == case["words"]


@given(st.binary(min_size=11, max_size=11))
def test_encode_words_loses_no_bit(digest: bytes) -> None:
    value = 0
    for word in encode_words(digest, 8):
        value = value << 11 | load_words().index(word)
    assert value.to_bytes(11, "big") == digest


@pytest.mark.parametrize(("length", "count"), [(0, 1), (5, 4), (1, -1)])
def test_encode_words_refuses_a_short_digest(length: int, count: int) -> None:
    with pytest.raises(EncodingError):
        encode_words(bytes(length), count)
