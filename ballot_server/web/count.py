"""The tellers' page for entering what they counted on paper: a code of their own opens it, on whatever device.

The code travels in forms only. Nothing that anybody entered is ever shown here.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, render_template, request

from ballot_server.domain.contest import Contest
from ballot_server.domain.paper import CountSheet, InvalidCount, InvalidKind
from ballot_server.i18n import Language, translate
from ballot_server.services.count_paper import CountTask, enter_sheet, open_count
from ballot_server.services.meeting_draft import read_line
from ballot_server.services.show_paper import describe_cell
from ballot_server.web.access import Audience, allow
from ballot_server.web.acts import ActRefusedError, read_number, run_act
from ballot_server.web.context import get_context
from ballot_server.web.language import choose_language

blueprint = Blueprint("count", __name__, url_prefix="/count")

MOST_BALLOTS = 5_000


@blueprint.get("")
@allow(Audience.ANYBODY_STAFF_APP)
def show_count() -> str:
    """Ask for a code; a script of ours takes it from the address's fragment, which never leaves the browser."""
    return render_template("staff/count.html", refusal=None)


@blueprint.post("")
@allow(Audience.ANYBODY_STAFF_APP)
def post_code() -> Response:
    """Show the sheet that a code opens."""
    return Response(_render_sheet(_open_task()))


@blueprint.post("/sheet")
@allow(Audience.ANYBODY_STAFF_APP)
def post_sheet() -> Response:
    """Take a teller's numbers and say whether both agree, without showing any."""
    task = _open_task()
    try:
        sheet = _read_sheet(task.contests)
        database, code = get_context().installation.database, _read_code()
        task = run_act(lambda: enter_sheet(database, code, sheet))
    except ActRefusedError as error:
        return Response(_render_sheet(task, refusal=error), HTTPStatus(error.status))
    return Response(render_template("staff/count_taken.html", task=task, differing=_name_differing(task)))


@blueprint.errorhandler(ActRefusedError)
def show_refusal(error: ActRefusedError) -> Response:
    """Ask for the code again."""
    return Response(render_template("staff/count.html", refusal=error), HTTPStatus(error.status))


def list_reasons(language: Language) -> tuple[tuple[str, str], ...]:
    """Return the form's field and the words of each reason that practice knows."""
    return tuple(
        (f"reason_{kind.value}", translate(f"web.count.invalid.{kind.value}", language)) for kind in InvalidKind
    )


def _open_task() -> CountTask:
    database, code = get_context().installation.database, _read_code()
    return run_act(lambda: open_count(database, code))


def _read_code() -> str:
    return request.form.get("code", "")[:40]


def _read_sheet(contests: tuple[Contest, ...]) -> CountSheet:
    ballots = read_number("ballots", most=MOST_BALLOTS)
    # Reasons go on the board in the language of record, whatever language the page is read in.
    reasons = [InvalidCount(words, _read_count(field)) for field, words in list_reasons(Language.VIETNAMESE)]
    other = _read_count("other_count")
    if other:
        text = request.form.get("other_reason", "")
        reasons.append(InvalidCount(run_act(lambda: read_line("other_reason", text)), other))
    return CountSheet(
        ballots=ballots,
        reasons=tuple(reason for reason in reasons if reason.count),
        counts=tuple(
            (
                *(_read_count(f"c{place}_o{option}") for option in range(len(contest.options))),
                _read_count(f"c{place}_blank"),
            )
            for place, contest in enumerate(contests)
        ),
    )


def _read_count(field: str) -> int:
    """Return a number of the sheet; a field that was left empty is none, as on a paper sheet."""
    text = request.form.get(field, "").strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and int(text) <= MOST_BALLOTS):
        language = choose_language()
        label = translate("web.field.sheet_number", language)
        sentence = translate("web.act.number_wrong", language, label=label, least=0, most=MOST_BALLOTS)
        raise ActRefusedError(sentence, status=HTTPStatus.BAD_REQUEST)
    return int(text)


def _render_sheet(task: CountTask, refusal: ActRefusedError | None = None) -> str:
    return render_template(
        "staff/count_sheet.html",
        task=task,
        code=_read_code(),
        refusal=refusal,
        reasons=list_reasons(choose_language()),
        differing=_name_differing(task),
        most=MOST_BALLOTS,
        given=request.form,
    )


def _name_differing(task: CountTask) -> tuple[str, ...]:
    return tuple(describe_cell(cell, task.contests, choose_language()) for cell in task.differing)
