"""The two exemption books: their lines, a new one, its decision, its return, and striking out."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from ballot_server.domain.exemption import ExemptionReason, ReliefKind, Standing
from ballot_server.domain.member import ExemptionBook
from ballot_server.services.exemption_books import HORIZONS, view_book, view_entry
from ballot_server.services.exemption_form import write_grant
from ballot_server.services.keep_exemptions import change_entry, return_member, strike_entry, write_entry
from ballot_server.services.unit_roll import view_member
from ballot_server.web.access import Audience, allow
from ballot_server.web.acts import ActRefusedError, answer_with_page, lead_to, run_act
from ballot_server.web.context import get_context
from ballot_server.web.errors import PageMissingError
from ballot_server.web.roll import make_author, read_id, today

blueprint = Blueprint("exemptions", __name__, url_prefix="/chair/roll")


@blueprint.get("/exemptions/<book>")
@allow(Audience.DESK)
def show_book(book: str) -> str:
    """Show one book, what lapses and what has lapsed first."""
    view = view_book(get_context().installation.database, _read_book(book), today())
    return render_template("staff/exemption_book.html", view=view, horizons=HORIZONS, standings=Standing)


@blueprint.get("/members/<member>/exemptions/<book>")
@allow(Audience.DESK)
def show_new(member: str, book: str) -> str:
    """Ask for a new line about a member."""
    return _render_new(member, book)


@blueprint.post("/members/<member>/exemptions/<book>")
@allow(Audience.DESK)
def post_new(member: str, book: str) -> Response:
    """Write a new line."""
    number = read_id(member)
    fields = {**request.form.to_dict(), "book": _read_book(book).value}
    database, author = get_context().installation.database, make_author()
    entry = run_act(lambda: write_entry(database, number, fields, author))
    return lead_to("exemptions.show_entry", entry=entry)


@blueprint.get("/entries/<entry>")
@allow(Audience.DESK)
def show_entry(entry: str) -> str:
    """Show one line and what can be done with it."""
    return _render_entry(entry)


@blueprint.post("/entries/<entry>")
@allow(Audience.DESK)
def post_change(entry: str) -> Response:
    """Store a decision, or other details."""
    number, fields = read_id(entry), request.form.to_dict()
    database, author = get_context().installation.database, make_author()
    run_act(lambda: change_entry(database, number, fields, author))
    return lead_to("exemptions.show_entry", entry=number)


@blueprint.post("/entries/<entry>/return")
@allow(Audience.DESK)
def post_return(entry: str) -> Response:
    """Record that the member takes part again."""
    number, fields = read_id(entry), request.form.to_dict()
    database, author = get_context().installation.database, make_author()
    run_act(lambda: return_member(database, number, fields, author))
    return lead_to("exemptions.show_entry", entry=number)


@blueprint.post("/entries/<entry>/strike")
@allow(Audience.DESK)
def post_strike(entry: str) -> Response:
    """Strike the line out."""
    number, fields = read_id(entry), request.form.to_dict()
    database, author = get_context().installation.database, make_author()
    run_act(lambda: strike_entry(database, number, fields, author))
    return lead_to("exemptions.show_entry", entry=number)


@blueprint.errorhandler(ActRefusedError)
def show_refusal(error: ActRefusedError) -> Response:
    """Show the page that the form was on, with why it was refused and what was entered."""
    names = request.view_args or {}

    def render() -> str:
        if "entry" in names:
            return _render_entry(str(names["entry"]), error)
        return _render_new(str(names["member"]), str(names["book"]), error)

    return answer_with_page(error, render)


def _read_book(text: str) -> ExemptionBook:
    try:
        return ExemptionBook(text)
    except ValueError:
        raise PageMissingError from None


def _render_new(member: str, book: str, refusal: ActRefusedError | None = None) -> str:
    chosen = _read_book(book)
    return render_template(
        "staff/exemption_new.html",
        line=view_member(get_context().installation.database, read_id(member), today()).line,
        book=chosen,
        values=request.form.to_dict() if refusal else {"kind": ReliefKind.EXEMPTION.value},
        reasons=tuple(reason for reason in ExemptionReason if reason.book is chosen),
        kinds=tuple(ReliefKind),
        refusal=refusal,
    )


def _render_entry(entry: str, refusal: ActRefusedError | None = None) -> str:
    line = view_entry(get_context().installation.database, read_id(entry), today())
    grant = line.entry.grant
    return render_template(
        "staff/exemption_entry.html",
        line=line,
        values={**write_grant(grant), **(request.form.to_dict() if refusal else {})},
        reasons=tuple(reason for reason in ExemptionReason if reason.book is grant.book),
        kinds=tuple(ReliefKind),
        refusal=refusal,
    )
