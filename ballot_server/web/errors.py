"""The one place where errors become status codes and sentences.

Addresses under `/api/` answer JSON, `{"error": code, "message": sentence}`; all others a page. What nobody foresaw gets
an incident number, which stands in the program's log beside the trace; the trace never leaves the laptop.
"""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from ballot_server.errors import BallotServerError
from ballot_server.i18n import translate_error
from ballot_server.web.language import choose_language, say
from ballot_server.web.payloads import format_error

_log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 2


class RequestError(BallotServerError):
    """The request itself is wrong, whatever the meeting's state."""


class PageMissingError(RequestError):
    """There is no such address."""


class MethodNotAllowedError(RequestError):
    """The address does not take this method."""


class LengthMissingError(RequestError):
    """A body came without its length."""


class BodyTooLargeError(RequestError):
    """A body is longer than a ballot of this election; fields: expected, got (bytes)."""


class BodyTooShortError(RequestError):
    """A body is shorter than a ballot of this election, or than announced; fields: expected, got (bytes)."""


class BodyTypeError(RequestError):
    """A body is not application/octet-stream."""


class UploadTooLargeError(RequestError):
    """An uploaded file is larger than any that pages take; field: most (megabytes)."""


class RequestTooSlowError(RequestError):
    """A body did not arrive in time."""


# By name, nearest ancestor first: services raise some of these, storage others, and pages reach neither's modules.
_STATUS = {
    "PageMissingError": HTTPStatus.NOT_FOUND,
    "MethodNotAllowedError": HTTPStatus.METHOD_NOT_ALLOWED,
    "LengthMissingError": HTTPStatus.LENGTH_REQUIRED,
    "BodyTooLargeError": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "BodyTypeError": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "RequestTooSlowError": HTTPStatus.REQUEST_TIMEOUT,
    "RequestError": HTTPStatus.BAD_REQUEST,
    "CrossSiteRequestError": HTTPStatus.FORBIDDEN,
    "LaptopOnlyError": HTTPStatus.FORBIDDEN,
    "SignInNeededError": HTTPStatus.UNAUTHORIZED,
    "SessionOverError": HTTPStatus.UNAUTHORIZED,
    "JoinCodeWrongError": HTTPStatus.UNAUTHORIZED,
    "SignInRefusedError": HTTPStatus.FORBIDDEN,
    "RoleForbiddenError": HTTPStatus.FORBIDDEN,
    "FormMarkWrongError": HTTPStatus.FORBIDDEN,
    "PassphraseNeededError": HTTPStatus.FORBIDDEN,
    "PassphraseWrongError": HTTPStatus.FORBIDDEN,
    "TooManyTriesError": HTTPStatus.TOO_MANY_REQUESTS,
    "LinkInvalidError": HTTPStatus.FORBIDDEN,
    "RoleNotGivenError": HTTPStatus.FORBIDDEN,
    "StaffUnknownError": HTTPStatus.NOT_FOUND,
    "NameTakenError": HTTPStatus.CONFLICT,
    "StaffNameInvalidError": HTTPStatus.BAD_REQUEST,
    "PassphraseTooShortError": HTTPStatus.BAD_REQUEST,
    "PassphraseTooLongError": HTTPStatus.BAD_REQUEST,
    "PassphrasesDifferError": HTTPStatus.BAD_REQUEST,
    "ArchiveDestroyedError": HTTPStatus.GONE,
    "AuthorityMissingError": HTTPStatus.NOT_FOUND,
    "JsonTypeError": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "MeetingUnknownError": HTTPStatus.NOT_FOUND,
    "ElectionMissingError": HTTPStatus.NOT_FOUND,
    "SeriesUnknownError": HTTPStatus.NOT_FOUND,
    "DraftUnknownError": HTTPStatus.NOT_FOUND,
    "UnitMemberUnknownError": HTTPStatus.NOT_FOUND,
    "EntryUnknownError": HTTPStatus.NOT_FOUND,
    "CollectionUnknownError": HTTPStatus.NOT_FOUND,
    "ReceivedFileMissingError": HTTPStatus.NOT_FOUND,
    "NothingPublishedError": HTTPStatus.CONFLICT,
    "ResultNotPublishedError": HTTPStatus.CONFLICT,
    "ContestMissingError": HTTPStatus.NOT_FOUND,
    "MinutesNotWrittenError": HTTPStatus.NOT_FOUND,
    "MinutesFileMissingError": HTTPStatus.NOT_FOUND,
    "UploadTooLargeError": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "CeremonyMissingError": HTTPStatus.NOT_FOUND,
    "ElectionUnknownError": HTTPStatus.NOT_FOUND,
    "ElectionNotOpenError": HTTPStatus.CONFLICT,
    "ElectionClosedError": HTTPStatus.CONFLICT,
    "ElectionAnnulledError": HTTPStatus.CONFLICT,
    "ElectionStillOpenError": HTTPStatus.CONFLICT,
    "BallotMalformedError": HTTPStatus.BAD_REQUEST,
    "BallotTestedError": HTTPStatus.CONFLICT,
    "CiphertextRepeatedError": HTTPStatus.BAD_REQUEST,
    "AllTestsUsedError": HTTPStatus.CONFLICT,
    "TrackerUnknownError": HTTPStatus.NOT_FOUND,
    "CredentialUnknownError": HTTPStatus.FORBIDDEN,
    "CredentialSpentError": HTTPStatus.CONFLICT,
    "CredentialVoidError": HTTPStatus.CONFLICT,
    "TurnoutExceededError": HTTPStatus.CONFLICT,
    "KioskPayloadError": HTTPStatus.BAD_REQUEST,
    "VoidRefusedError": HTTPStatus.BAD_REQUEST,
    "VoidOutdatedError": HTTPStatus.CONFLICT,
    "SlipVoidAlreadyError": HTTPStatus.CONFLICT,
    "VoidUnattendedError": HTTPStatus.FORBIDDEN,
    "SlipsReturnedError": HTTPStatus.CONFLICT,
    "SeatUnknownError": HTTPStatus.UNAUTHORIZED,
    "SeatTakenError": HTTPStatus.FORBIDDEN,
    "TrusteePayloadError": HTTPStatus.BAD_REQUEST,
    "CeremonyNotBegunError": HTTPStatus.NOT_FOUND,
    "OccasionUnknownError": HTTPStatus.NOT_FOUND,
    "AttemptOverError": HTTPStatus.CONFLICT,
    "RoundNotOpenError": HTTPStatus.CONFLICT,
    "RoundUnreadableError": HTTPStatus.BAD_REQUEST,
    "MessageConflictError": HTTPStatus.CONFLICT,
    "MessageRefusedError": HTTPStatus.UNPROCESSABLE_ENTITY,
    "SeatNamesError": HTTPStatus.UNPROCESSABLE_ENTITY,
    "SeatMissingError": HTTPStatus.NOT_FOUND,
    "ThresholdError": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CeremonyHeldError": HTTPStatus.CONFLICT,
    "CeremonyUnfinishedError": HTTPStatus.CONFLICT,
    "CountsNotAskedError": HTTPStatus.CONFLICT,
    "BelowFloorError": HTTPStatus.CONFLICT,
    "AnswersMissingError": HTTPStatus.CONFLICT,
    "MinutesMissingError": HTTPStatus.CONFLICT,
    "MeetingNotEndedError": HTTPStatus.CONFLICT,
    "StatementsMissingError": HTTPStatus.CONFLICT,
    "DatabaseBusyError": HTTPStatus.SERVICE_UNAVAILABLE,
    "StorageError": HTTPStatus.SERVICE_UNAVAILABLE,
}


def handle_errors(app: Flask) -> None:
    """Make every error of an application an answer in the voter's words."""
    app.register_error_handler(BallotServerError, answer_refusal)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_incident)


def find_status(error: BallotServerError) -> HTTPStatus | None:
    """Return the status code of an error, or None if nobody foresaw that it reaches a page."""
    for ancestor in type(error).__mro__:
        if ancestor.__name__ in _STATUS:
            return _STATUS[ancestor.__name__]
    return None


def answer_refusal(error: BallotServerError) -> Response:
    """Return the answer to a request that was refused for this reason."""
    status = find_status(error)
    if status is None:
        return _answer_incident(error)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        _log.error("storage failed: %s", error)
        return _answer("unavailable", say("error.unavailable"), status)
    return _answer(_name_error(error), _write_sentence(error), status)


def _answer_http(error: HTTPException) -> Response:
    if isinstance(error, RequestEntityTooLarge):
        if request.mimetype == "multipart/form-data":
            return answer_refusal(UploadTooLargeError(most=(request.max_content_length or 0) // 1_000_000))
        return answer_refusal(BodyTooLargeError(expected=0, got=request.content_length or 0))
    match error.code:
        case HTTPStatus.NOT_FOUND:
            return answer_refusal(PageMissingError())
        case HTTPStatus.METHOD_NOT_ALLOWED:
            response = answer_refusal(MethodNotAllowedError())
            response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ["GET"]))
            return response
        case code if code is not None and 400 <= code < 500:
            return answer_refusal(RequestError())
    return _answer_incident(error)


def _answer_incident(error: Exception) -> Response:
    number = secrets.token_hex(4).upper()
    _log.error("incident %s", number, exc_info=error)
    return _answer("incident", say("error.incident", incident=number), HTTPStatus.INTERNAL_SERVER_ERROR)


def _answer(code: str, message: str, status: HTTPStatus) -> Response:
    if request.path.startswith("/api/"):
        response = Response(format_error(code, message), status, mimetype="application/json")
    else:
        response = Response(render_template("error.html", message=message), status)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _write_sentence(error: BallotServerError) -> str:
    try:
        return translate_error(error, choose_language())
    except KeyError:
        return say("error.refused")


def _name_error(error: BallotServerError) -> str:
    """Return an error's code: its class name in snake case without "Error"."""
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
