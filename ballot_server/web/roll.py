"""The unit's own roll: who is on it, what a file would change, and one member's page with the history."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, render_template, request

from ballot_server.domain.member import MemberClass
from ballot_server.services.author import Author
from ballot_server.services.change_unit_roll import add_member, change_member, read_member, set_left
from ballot_server.services.form_fields import FormError, FormReader
from ballot_server.services.import_unit_roll import apply_import, preview_import
from ballot_server.services.keep_exemptions import HISTORY
from ballot_server.services.unit_roll import MemberView, list_all_members, view_member, view_unit_roll
from ballot_server.services.write_roll import write_roll_csv, write_roll_workbook
from ballot_server.services.write_roll_template import make_roll_template
from ballot_server.web.access import Audience, allow
from ballot_server.web.acts import (
    ActRefusedError,
    answer_with_page,
    lead_to,
    read_number,
    read_upload,
    refuse,
    run_act,
    send_file,
)
from ballot_server.web.context import get_context
from ballot_server.web.errors import PageMissingError
from ballot_server.web.language import say
from ballot_server.web.sessions import current_staff

blueprint = Blueprint("roll", __name__, url_prefix="/chair/roll")

MOST_SHOWN = 300
TICKS = ("transferred_out", "suspended", "excused_whole_congress", "incumbent")
_CHOICES = {"book": "exemption.book", "kind": "relief", "reason": "exemption_reason"}
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("")
@allow(Audience.DESK)
def show_roll() -> str:
    """Show the roll with the members whom `?q=` finds; `?gone=yes` lists those who left too."""
    return _render_roll()


@blueprint.get("/template.xlsx")
@allow(Audience.DESK)
def get_template() -> Response:
    """Return the empty roll to fill in."""
    return send_file(make_roll_template(), name="mau-danh-sach.xlsx", mimetype=_WORKBOOK)


@blueprint.get("/roll.xlsx")
@allow(Audience.DESK)
def get_workbook() -> Response:
    """Return the roll as XLSX."""
    members = list_all_members(get_context().installation.database, today())
    return send_file(write_roll_workbook(members), name="danh-sach.xlsx", mimetype=_WORKBOOK)


@blueprint.get("/roll.csv")
@allow(Audience.DESK)
def get_csv() -> Response:
    """Return the roll as CSV."""
    members = list_all_members(get_context().installation.database, today())
    return send_file(write_roll_csv(members), name="danh-sach.csv", mimetype="text/csv; charset=utf-8")


@blueprint.post("/import")
@allow(Audience.DESK)
def post_import() -> str:
    """Show what a file would change; nothing is changed yet."""
    upload = read_upload("roll")
    if upload is None:
        raise refuse("draft.roll_not_chosen")
    name, data = upload
    database, by, on = get_context().installation.database, current_staff().name, today()
    preview = run_act(lambda: preview_import(database, name=name, data=data, by=by, on=on))
    return render_template("staff/roll_import.html", preview=preview, refusal=None, most=MOST_SHOWN)


@blueprint.post("/import/apply")
@allow(Audience.DESK)
def post_apply() -> Response:
    """Import the file that was looked through."""
    digest, version = request.form.get("digest", ""), read_number("version", most=999_999)
    missing_left = request.form.get("missing_left") == "yes"
    database, author, on = get_context().installation.database, make_author(), today()
    run_act(
        lambda: apply_import(database, digest=digest, version=version, author=author, on=on, missing_left=missing_left)
    )
    return lead_to("roll.show_roll", part="people")


@blueprint.get("/new")
@allow(Audience.DESK)
def show_new() -> str:
    """Ask who is new."""
    return _render_new()


@blueprint.post("/members")
@allow(Audience.DESK)
def post_new() -> Response:
    """Add a member."""
    database, author = get_context().installation.database, make_author()
    fields = request.form.to_dict()
    member = run_act(lambda: add_member(database, read_member(fields), author))
    return lead_to("roll.show_member", member=member)


@blueprint.get("/members/<member>")
@allow(Audience.DESK)
def show_member(member: str) -> str:
    """Show a member with exemptions and history."""
    return _render_member(member)


@blueprint.post("/members/<member>")
@allow(Audience.DESK)
def post_member(member: str) -> Response:
    """Store a member as the form says."""
    number, fields = read_id(member), request.form.to_dict()
    database, author = get_context().installation.database, make_author()
    run_act(lambda: change_member(database, number, read_member(fields), author))
    return lead_to("roll.show_member", member=number, part="history")


@blueprint.post("/members/<member>/left")
@allow(Audience.DESK)
def post_left(member: str) -> Response:
    """Record from which day a member belongs elsewhere; with `back`, that the member belongs here."""
    number, fields = read_id(member), request.form.to_dict()
    database, author = get_context().installation.database, make_author()
    left_on = None if request.form.get("back") == "yes" else run_act(lambda: _read_left(fields))
    run_act(lambda: set_left(database, number, left_on, author))
    return lead_to("roll.show_member", member=number)


@blueprint.errorhandler(ActRefusedError)
def show_refusal(error: ActRefusedError) -> Response:
    """Show the page that the form was on, with why it was refused."""
    member = (request.view_args or {}).get("member")

    def render() -> str:
        if member is not None:
            return _render_member(str(member), error)
        return _render_new(error) if request.endpoint == "roll.post_new" else _render_roll(error)

    return answer_with_page(error, render)


def make_author() -> Author:
    """Return who makes the request, and when."""
    return Author(current_staff().name, get_context().door.clock())


def today() -> date:
    """Return the day it is in this room."""
    return get_context().door.clock().astimezone().date()


def read_id(text: str) -> int:
    """Return a number from an address. Raises: PageMissingError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise PageMissingError
    return int(text)


def _render_roll(refusal: ActRefusedError | None = None) -> str:
    query = request.args.get("q", "")[:100]
    with_gone = request.args.get("gone") == "yes"
    view = view_unit_roll(get_context().installation.database, today(), query, with_gone=with_gone)
    return render_template("staff/roll.html", view=view, query=query, with_gone=with_gone, refusal=refusal)


def _render_new(refusal: ActRefusedError | None = None) -> str:
    values = request.form.to_dict() if refusal else {"class": MemberClass.OFFICIAL.value}
    return render_template(
        "staff/roll_new.html", values=values, classes=tuple(MemberClass), ticks=TICKS, refusal=refusal
    )


def _render_member(member: str, refusal: ActRefusedError | None = None) -> str:
    on = today()
    view = view_member(get_context().installation.database, read_id(member), on)
    values = request.form.to_dict() if "name" in request.form else _list_values(view)
    return render_template(
        "staff/roll_member.html",
        view=view,
        on=on,
        values=values,
        classes=tuple(MemberClass),
        ticks=TICKS,
        refusal=refusal,
        name_change=_name_change,
        show_value=_show_value,
    )


def _name_change(field: str) -> str:
    """Return what a field of the history is called."""
    of_book = field.removeprefix(f"{HISTORY}.")
    return (
        say(f"roll_field.{field}") if of_book == field else f"{say('roll_field.exemption')}, {say(f'field.{of_book}')}"
    )


def _show_value(field: str, value: str) -> str:
    """Return a value of the history in the page's words."""
    kind = _CHOICES.get(field.removeprefix(f"{HISTORY}."))
    return say(f"{kind}.{value}") if kind and value and field.startswith(HISTORY) else value


def _list_values(view: MemberView) -> dict[str, str]:
    member = view.line.member
    return {
        "name": member.name,
        "card_number": member.card_number,
        "class": member.member_class.value,
        "position": member.position,
        "note": member.note,
        **{name: "yes" for name in TICKS if getattr(member, name)},
    }


def _read_left(fields: dict[str, str]) -> date:
    form = FormReader(fields)
    left_on = form.read_date("left_on", needed=True)
    form.check()
    if left_on is None:
        raise FormError([])
    return left_on
