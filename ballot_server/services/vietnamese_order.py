"""The order of Vietnamese names: by given name, which stands last, letters before tones."""

from __future__ import annotations

import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANKS = {letter: rank for rank, letter in enumerate(_ALPHABET)}
# Level, huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}

NameKey = tuple[tuple[tuple[tuple[int, ...], tuple[int, ...]], ...], str]


def order_name(name: str) -> NameKey:
    """Return the key by which a name is sorted: given name, then surname, then what stands between."""
    words = name.casefold().split()
    turned = [*words[-1:], *words[:-1]]
    return tuple(_order_word(word) for word in turned), name


def _order_word(word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the ranks of a word's letters, and then those of its tones."""
    letters: list[int] = []
    tones: list[int] = []
    for character in unicodedata.normalize("NFD", word):
        if character in _TONES:
            tones.append(_TONES[character])
        elif unicodedata.combining(character) and letters:
            # A breve, circumflex or horn belongs to the letter before it.
            composed = unicodedata.normalize("NFC", _letter(letters[-1]) + character)
            letters[-1] = _RANKS.get(composed, letters[-1])
        else:
            letters.append(_RANKS.get(character, len(_ALPHABET) + ord(character)))
    return tuple(letters), tuple(tones)


def _letter(rank: int) -> str:
    return _ALPHABET[rank] if rank < len(_ALPHABET) else ""
