"""The desk: who is in the room, and how many slips are out; never which slip went to whom."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, redirect, render_template, request, url_for

from ballot_server.domain.member import Attendance
from ballot_server.services.author import Author
from ballot_server.services.check_in import open_desk
from ballot_server.services.hand_out_slips import count_handed_out
from ballot_server.services.oversee_meeting import list_overseen
from ballot_server.services.print_series import SPARE_SLIPS
from ballot_server.services.record_attendance import mark_attendance, undo_attendance
from ballot_server.services.show_paper import list_paper
from ballot_server.web.access import Audience, allow
from ballot_server.web.acts import ActRefusedError, answer_with_page, lead_to, read_number, refuse, run_act
from ballot_server.web.context import get_context
from ballot_server.web.language import choose_language
from ballot_server.web.paper_numbers import save_paper_numbers
from ballot_server.web.sessions import current_staff
from ballot_server.web.slip_printing import make_slips

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


@blueprint.get("")
@allow(Audience.DESK)
def show_desks() -> str:
    """Show the meetings to choose from."""
    return render_template("staff/desks.html", meetings=list_overseen(get_context().installation.database))


@blueprint.get("/<meeting>")
@allow(Audience.DESK)
def show_desk(meeting: str) -> str:
    """Show the desk of one meeting with the people whom `?q=` finds."""
    return _render(meeting)


@blueprint.post("/<meeting>/attendance")
@allow(Audience.DESK)
def post_attendance(meeting: str) -> Response:
    """Record whether somebody is in the room."""
    card = request.form.get("card", "")
    expected, attendance = _read_attendance("expected"), _read_attendance("attendance")
    database, author = get_context().installation.database, _make_author()
    run_act(lambda: mark_attendance(database, meeting, card, expected=expected, attendance=attendance, author=author))
    return _lead_to_people(meeting)


@blueprint.post("/<meeting>/attendance/undo")
@allow(Audience.DESK)
def post_undo(meeting: str) -> Response:
    """Take somebody's last event back, with a reason."""
    card, event, fields = request.form.get("card", ""), read_number("event", most=999_999), request.form.to_dict()
    database, author = get_context().installation.database, _make_author()
    run_act(lambda: undo_attendance(database, meeting, card, event=event, fields=fields, author=author))
    return _lead_to_people(meeting)


@blueprint.post("/<meeting>/slips")
@allow(Audience.DESK)
def post_slips(meeting: str) -> Response:
    """Record how many slips of a series are out and lost; those brought back are counted at the kiosk."""
    letter = request.form.get("series", "")
    handed_out, lost = (read_number(name) for name in ("handed_out", "lost"))
    database = get_context().installation.database
    run_act(lambda: count_handed_out(database, meeting=meeting, series=letter, handed_out=handed_out, lost=lost))
    return lead_to("desk.show_desk", meeting=meeting, part="slips")


@blueprint.post("/<meeting>/slips/print")
@allow(Audience.DESK)
def post_print(meeting: str) -> Response:
    """Print a series of slips."""
    return make_slips(meeting)


@blueprint.post("/<meeting>/paper")
@allow(Audience.DESK)
def post_paper(meeting: str) -> Response:
    """Record how many paper ballots of an election are out."""
    save_paper_numbers(meeting, request.form.get("election", ""))
    return lead_to("desk.show_desk", meeting=meeting, part="paper")


@blueprint.errorhandler(ActRefusedError)
def show_refusal(error: ActRefusedError) -> Response:
    """Show the desk as it is now, with why something was refused."""
    meeting = str((request.view_args or {})["meeting"])
    return answer_with_page(error, lambda: _render(meeting, refusal=error))


def _make_author() -> Author:
    return Author(current_staff().name, get_context().door.clock())


def _lead_to_people(meeting: str) -> Response:
    language = choose_language().value if "lang" in request.args else None
    query = request.form.get("q") or None
    address = url_for("desk.show_desk", meeting=meeting, q=query, lang=language, _anchor="people")
    response = redirect(address, HTTPStatus.SEE_OTHER)
    if not isinstance(response, Response):
        raise TypeError("Flask redirects with its own response class")
    return response


def _render(meeting: str, refusal: ActRefusedError | None = None) -> str:
    query = request.form.get("q", "") or request.args.get("q", "")
    database = get_context().installation.database
    view = open_desk(database, meeting, query[:100])
    return render_template(
        "staff/desk.html",
        view=view,
        query=query[:100],
        refusal=refusal,
        choices=tuple(Attendance),
        spare=SPARE_SLIPS,
        papers=list_paper(database, meeting, choose_language()),
    )


def _read_attendance(field: str) -> Attendance:
    try:
        return Attendance(request.form.get(field, ""))
    except ValueError:
        raise refuse("act.form_wrong") from None
