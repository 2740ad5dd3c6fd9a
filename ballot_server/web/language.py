"""The language of one request, and sentences in it."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request, url_for

from ballot_server.i18n import Language, translate

_FOLLOWS_BROWSER = "PHIEUKIN_FOLLOWS_BROWSER"


def set_languages(app: Flask, *, follows_browser: bool) -> None:
    """Say whether pages speak the language that a browser prefers, and give templates their sentences and links."""
    app.config[_FOLLOWS_BROWSER] = follows_browser
    app.jinja_env.globals.update(say=say, link=link, choose_language=choose_language)


def choose_language() -> Language:
    """Return the language of `?lang=`, else the one the browser prefers where it is followed, else Vietnamese."""
    asked = request.args.get("lang")
    if asked is None and current_app.config[_FOLLOWS_BROWSER]:
        asked = request.accept_languages.best_match([language.value for language in Language])
    return Language.ENGLISH if asked == Language.ENGLISH.value else Language.VIETNAMESE


def say(key: str, /, **fields: object) -> str:
    """Return a sentence of the pages in the request's language."""
    return translate(f"web.{key}", choose_language(), **fields)


def link(endpoint: str, *, meeting: str | None = None, election: str | None = None, **names: object) -> str:
    """Return the address of a page of ours, in the language that was asked for; `names` are its other parts."""
    language = None if request.args.get("lang") is None else choose_language().value
    return url_for(endpoint, meeting=meeting, election=election, lang=language, **_write_names(names))


def _write_names(names: dict[str, object]) -> dict[str, Any]:
    return {name: None if value is None else str(value) for name, value in names.items()}
