"""Sentences in the user's language: one TOML catalogue a language, looked up by key.

Catalogues are `ballot_server/translations/*.toml`, one file a subject and language (`roll.vi.toml`, `roll.en.toml`),
all merged. A key is a dotted path; a sentence's placeholders are `{name}`. Vietnamese is the language of record: a key
that is missing in another language is an error in the tests, not a fallback at run time.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import Enum
from functools import cache
from importlib import resources

from ballot_server.errors import BallotServerError
from crypto.errors import CryptoError

REFUSALS = (BallotServerError, CryptoError)
"""The roots of everything that has a translated sentence."""


class Language(Enum):
    """A language of screens and messages."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


@cache
def load_catalogue(language: Language) -> Mapping[str, str]:
    """Return every sentence of a language by key. Raises: ValueError if two files give one key."""
    sentences: dict[str, str] = {}
    folder = resources.files("ballot_server") / "translations"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(f".{language.value}.toml"):
            continue
        for key, sentence in _flatten(tomllib.loads(file.read_text(encoding="utf-8"))):
            if key in sentences:
                raise ValueError(f"{file.name}: key {key} stands in another catalogue too")
            sentences[key] = sentence
    return sentences


def translate(key: str, language: Language, /, **fields: object) -> str:
    """Return the sentence of `key` with its placeholders filled. Raises: KeyError for an unknown key."""
    return load_catalogue(language)[key].format_map(fields)


def translate_error(error: BallotServerError | CryptoError, language: Language) -> str:
    """Return the sentence of an error: of its own class, or of the nearest ancestor that has one."""
    fields = error.fields if isinstance(error, BallotServerError) else vars(error)
    catalogue = load_catalogue(language)
    for ancestor in type(error).__mro__:
        sentence = catalogue.get(f"error.{ancestor.__name__}")
        if sentence is not None:
            return sentence.format_map({name: _translate_field(value, language) for name, value in fields.items()})
    raise KeyError(f"error.{type(error).__name__}")


def _translate_field(value: object, language: Language) -> object:
    """Return a field for reading: a nested error becomes its own sentence."""
    if isinstance(value, (BallotServerError, CryptoError)):
        return translate_error(value, language)
    return value


def _flatten(table: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    result: list[tuple[str, str]] = []
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            result.extend(_flatten(value, f"{key}."))
        elif isinstance(value, str):
            result.append((key, value))
        else:
            raise ValueError(f"catalogue key {key} is not a sentence")
    return result
