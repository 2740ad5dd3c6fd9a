"""The language of one request, and sentences in it."""

from __future__ import annotations

from flask import request

from ballot_server.i18n import Language, translate


def choose_language() -> Language:
    """Return the language of `?lang=`, else the one the browser prefers, else Vietnamese."""
    asked = request.args.get("lang") or request.accept_languages.best_match([language.value for language in Language])
    return Language.ENGLISH if asked == Language.ENGLISH.value else Language.VIETNAMESE


def say(key: str, /, **fields: object) -> str:
    """Return a sentence of the pages in the request's language."""
    return translate(f"web.{key}", choose_language(), **fields)
