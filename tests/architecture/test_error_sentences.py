"""Every error has a sentence in both languages, fills its placeholders, and comes back from other processes."""

from __future__ import annotations

import ast
import importlib
import inspect
import pickle
import pkgutil
import string
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import cache
from pathlib import Path
from typing import get_origin, get_type_hints

import pytest

import ballot_server
import crypto
from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language, load_catalogue, translate_error
from ballot_server.web.errors import find_status
from crypto.errors import CryptoError

ErrorClass = type[BallotServerError] | type[CryptoError]
ROOTS = (BallotServerError, CryptoError)


@cache
def list_modules() -> tuple[Path, ...]:
    """Import every module of ours, so that every class is known; return their files."""
    files = []
    for package in (ballot_server, crypto):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("__main__") or ".migrations." in module.name:
                continue
            file = importlib.import_module(module.name).__file__
            assert file is not None
            files.append(Path(file))
    return tuple(files)


def list_descendants(root: ErrorClass) -> Iterator[ErrorClass]:
    for child in root.__subclasses__():
        yield child
        yield from list_descendants(child)


@cache
def list_errors() -> dict[str, ErrorClass]:
    list_modules()
    found = {child for root in ROOTS for child in list_descendants(root)}
    return {
        child.__name__: child
        for child in sorted(found, key=lambda child: child.__name__)
        if child.__module__.partition(".")[0] in ("ballot_server", "crypto")
    }


@cache
def list_given_names() -> dict[str, list[set[str]]]:
    """Return, for each error that is made somewhere, the names of the fields that each such place gives it."""
    given: dict[str, list[set[str]]] = {}
    for file in list_modules():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id in list_errors():
                given.setdefault(node.exc.id, []).append(set())
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in list_errors():
                if any(keyword.arg is None for keyword in node.keywords):
                    continue
                names = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
                given.setdefault(node.func.id, []).append(names)
    return given


def find_placeholders(sentence: str) -> set[str]:
    return {name.partition(".")[0] for _, name, _, _ in string.Formatter().parse(sentence) if name}


def find_constructor(error: ErrorClass) -> type:
    """Return the class whose constructor an error has."""
    return next(ancestor for ancestor in error.__mro__ if "__init__" in vars(ancestor))


def has_open_fields(error: ErrorClass) -> bool:
    """Tell whether an error takes whatever fields it is given where it is raised."""
    parameters = inspect.signature(find_constructor(error)).parameters.values()
    return any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters)


def find_sentence(error: ErrorClass) -> str | None:
    """Return the Vietnamese sentence of an error or of an ancestor that is no root."""
    catalogue = load_catalogue(Language.VIETNAMESE)
    ancestors = [ancestor.__name__ for ancestor in error.__mro__ if ancestor not in (*ROOTS, Exception)]
    return next((catalogue[f"error.{name}"] for name in ancestors if f"error.{name}" in catalogue), None)


@pytest.mark.parametrize("name", list_errors())
def test_error_has_a_sentence_of_its_own_or_of_its_kind(name: str) -> None:
    assert find_sentence(list_errors()[name]) is not None


@pytest.mark.parametrize("name", [name for name, error in list_errors().items() if has_open_fields(error)])
def test_error_fills_the_placeholders_of_its_sentence_wherever_it_is_raised(name: str) -> None:
    needed = find_placeholders(find_sentence(list_errors()[name]) or "")
    assert [given for given in list_given_names().get(name, []) if not needed <= given] == []


def test_sentences_of_errors_are_of_errors_that_exist() -> None:
    keys = {key.removeprefix("error.") for key in load_catalogue(Language.VIETNAMESE) if key.startswith("error.")}
    assert keys - list_errors().keys() - {root.__name__ for root in ROOTS} == set()


def make_error(error: ErrorClass) -> BallotServerError | CryptoError:
    """Return an error with some value in every field."""
    constructor = find_constructor(error)
    if constructor in (Exception, BaseException):
        return error()
    hints = get_type_hints(vars(constructor)["__init__"])
    positional: list[object] = []
    named: dict[str, object] = {}
    for name, parameter in inspect.signature(error).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            placeholders = find_placeholders(find_sentence(error) or "")
            named |= {field: "7" for field in placeholders if field not in named}
        elif parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            named[name] = make_value(hints[name])
        elif parameter.kind is not inspect.Parameter.VAR_POSITIONAL:
            positional.append(make_value(hints[name]))
    return error(*positional, **named)


def make_value(hint: object) -> object:
    """Return a value of an annotated type: of an enumeration its first member, of a sequence the empty one."""
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if hint is int:
        return 7
    return () if get_origin(hint) in (tuple, Sequence) else "7"


@pytest.mark.parametrize("name", list_errors())
@pytest.mark.parametrize("language", list(Language))
def test_error_is_said_in_both_languages(name: str, language: Language) -> None:
    assert "{" not in translate_error(make_error(list_errors()[name]), language)


@pytest.mark.parametrize("name", list_errors())
def test_error_comes_back_from_another_process_as_it_was(name: str) -> None:
    error = make_error(list_errors()[name])
    returned = pickle.loads(pickle.dumps(error))
    assert type(returned) is type(error)
    assert (str(returned), vars(returned).keys()) == (str(error), vars(error).keys())


CASTING = (
    "ElectionUnknownError", "ElectionNotOpenError", "ElectionClosedError", "ElectionAnnulledError",
    "BallotMalformedError", "BallotTestedError", "CredentialUnknownError", "CredentialVoidError",
    "CredentialSpentError", "CiphertextRepeatedError", "TurnoutExceededError", "MeetingUnknownError",
    "CeremonyMissingError", "DatabaseBusyError", "DatabaseUnusableError",
)  # fmt: skip


@pytest.mark.parametrize("name", CASTING)
def test_error_of_casting_has_a_status_for_phones(name: str) -> None:
    error = make_error(list_errors()[name])
    assert isinstance(error, BallotServerError)
    status = find_status(error)
    assert status is not None
    assert (status == 503) is name.startswith("Database")


def test_every_error_that_casting_names_has_a_status() -> None:
    casting = importlib.import_module("ballot_server.services.cast_ballot")
    names = {name for name in casting.__all__ if name.endswith("Error")}
    assert names <= set(CASTING)
