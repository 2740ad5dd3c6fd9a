"""What the staff's pages do: run an act, show on the same page why it was refused, and lead on when it is done."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from flask import Response, redirect, request

from ballot_server.domain.election import IllegalTransitionError
from ballot_server.errors import BallotServerError
from ballot_server.i18n import REFUSALS, translate_error
from ballot_server.services.draft_lines import LineNumberUnknownError
from ballot_server.services.form_fields import FormError
from ballot_server.services.meeting_draft import DraftFieldError
from ballot_server.services.own_rule import OwnRuleChoiceError, OwnRuleFractionError
from ballot_server.services.record_attendance import AttendanceChangedError
from ballot_server.services.roll_problem import RollError, describe_roll_problem
from ballot_server.services.unit_problem import UnitsError, describe_unit_problem
from ballot_server.web.context import get_context
from ballot_server.web.errors import answer_refusal, find_status
from ballot_server.web.language import choose_language, link, say

MOST_PROBLEMS = 200
_Made = TypeVar("_Made")


class ActRefusedError(BallotServerError):
    """An act was refused; `sentence` and `details` say why and what to do, `status` is the answer's."""

    def __init__(self, sentence: str, details: tuple[str, ...] = (), status: int = HTTPStatus.CONFLICT) -> None:
        super().__init__(sentence=sentence)
        self.sentence = sentence
        self.details = details
        self.status = status


def run_act(act: Callable[[], _Made]) -> _Made:
    """Run an act without holding up other requests and return what it made.

    Raises: ActRefusedError for whatever has a sentence; a storage that is busy stays what it is.
    """
    made: list[_Made] = []

    def work() -> bytes:
        made.append(act())
        return b""

    try:
        get_context().run_blocking(work)
    except REFUSALS as error:
        status = find_status(error) if isinstance(error, BallotServerError) else None
        if isinstance(error, BallotServerError) and status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.NOT_FOUND):
            raise
        raise ActRefusedError(*_explain(error), status or HTTPStatus.CONFLICT) from error
    return made[0]


def refuse(key: str, /, **fields: object) -> ActRefusedError:
    """Return the refusal of a form that does not say what it must."""
    return ActRefusedError(say(key, **fields), status=HTTPStatus.BAD_REQUEST)


def answer_with_page(refusal: ActRefusedError, render: Callable[[], str]) -> Response:
    """Return the page that a refused form was on; where that page cannot be shown either, why not."""
    try:
        page = render()
    except BallotServerError as reason:
        return answer_refusal(reason)
    return Response(page, HTTPStatus(refusal.status))


def lead_to(
    endpoint: str, *, meeting: str | None = None, election: str | None = None, part: str = "", **names: object
) -> Response:
    """Return the answer after a form: the page to look at now, at one of its parts."""
    address = link(endpoint, meeting=meeting, election=election, **names) + (f"#{part}" if part else "")
    response = redirect(address, HTTPStatus.SEE_OTHER)
    if not isinstance(response, Response):
        raise TypeError("Flask redirects with its own response class")
    return response


def send_file(content: bytes, *, name: str, mimetype: str) -> Response:
    """Return a file to keep."""
    response = Response(content, mimetype=mimetype)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def read_number(field: str, *, least: int = 0, most: int = 100_000) -> int:
    """Return a whole number of the form. Raises: ActRefusedError."""
    text = request.form.get(field, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most):
        raise refuse("act.number_wrong", label=say(f"field.{field}"), least=least, most=most)
    return int(text)


def read_upload(field: str) -> tuple[str, bytes] | None:
    """Return name and bytes of an uploaded file, or None if none was chosen."""
    upload = request.files.get(field)
    if upload is None or not upload.filename:
        return None
    return upload.filename, upload.read()


def _explain(error: Exception) -> tuple[str, tuple[str, ...]]:
    language = choose_language()
    if isinstance(error, RollError):
        problems = [describe_roll_problem(problem, language) for problem in error.problems[:MOST_PROBLEMS]]
        return say("draft.roll_refused", count=len(error.problems)), tuple(problems)
    if isinstance(error, UnitsError):
        sentences = [describe_unit_problem(problem, language) for problem in error.problems[:MOST_PROBLEMS]]
        return say("reports.units_refused", count=len(error.problems)), tuple(sentences)
    if isinstance(error, FormError):
        return say("act.form_refused", count=len(error.problems)), tuple(_explain(each)[0] for each in error.problems)
    if isinstance(error, (DraftFieldError, LineNumberUnknownError, OwnRuleChoiceError, OwnRuleFractionError)):
        error.fields["field"] = say(f"field.{error.fields['field']}")
    if isinstance(error, AttendanceChangedError):
        error.fields["current"] = say(f"attendance.{error.current.value}")
    if isinstance(error, IllegalTransitionError):
        error.fields |= {name: say(f"state.{error.fields[name]}") for name in ("state", "to")}
    if not isinstance(error, REFUSALS):
        raise error
    return translate_error(error, language), ()
