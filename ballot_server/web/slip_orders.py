"""The chair's pages for slips that another machine prints: the order to take there, the lists to bring back."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ballot_server.services.order_slips import order_slips, take_slip_lists, withdraw_order
from ballot_server.services.slip_order import LARGEST_LISTS
from ballot_server.web.access import Audience, allow, take_large_forms
from ballot_server.web.acts import ActRefusedError, answer_with_page, lead_to, read_upload, refuse, run_act, send_file
from ballot_server.web.chair import render_meeting
from ballot_server.web.context import get_context, open_board
from ballot_server.web.language import say
from ballot_server.web.sessions import require_recent_passphrase
from ballot_server.web.slip_printing import MOST_SLIPS

blueprint = Blueprint("slip_orders", __name__, url_prefix="/chair/<meeting>/slips")

_COUNT = "count_"


@blueprint.post("/order")
@allow(Audience.CHAIR)
def post_order(meeting: str) -> Response:
    """Order the series whose numbers the form has, and return the order's file."""
    require_recent_passphrase()
    context = get_context()
    address = context.voters_address
    if address is None:
        raise refuse("slips.no_address")
    counts = {
        field.removeprefix(_COUNT): _read_count(value)
        for field, value in request.form.items()
        if field.startswith(_COUNT) and value.strip()
    }
    database = context.installation.database
    order = run_act(lambda: order_slips(database, meeting=meeting, counts=counts, address=address))
    return send_file(order, name=f"don-dat-in-{meeting}.json", mimetype="application/json")


@blueprint.post("/lists")
@take_large_forms(LARGEST_LISTS + 100_000)
@allow(Audience.CHAIR)
def post_lists(meeting: str) -> Response:
    """Take the lists that the other machine made."""
    # No passphrase here: the order, which said how many, took one; and a form that is sent again has lost its file.
    upload = read_upload("lists")
    if upload is None:
        raise refuse("order.no_file")
    _, data = upload
    installation = get_context().installation
    board = open_board(meeting)
    run_act(lambda: take_slip_lists(installation.database, board, meeting=meeting, data=data))
    return lead_to("chair.show_meeting", meeting=meeting, part="slips")


@blueprint.post("/withdrawal")
@allow(Audience.CHAIR)
def post_withdrawal(meeting: str) -> Response:
    """Withdraw the order of a series."""
    require_recent_passphrase()
    letter = request.form.get("series", "")
    database = get_context().installation.database
    run_act(lambda: withdraw_order(database, meeting=meeting, series=letter))
    return lead_to("chair.show_meeting", meeting=meeting, part="slips")


def _read_count(text: str) -> int:
    number = text.strip()
    if not (number.isascii() and number.isdigit() and len(number) <= 6 and 1 <= int(number) <= MOST_SLIPS):
        raise refuse("act.number_wrong", label=say("field.count"), least=1, most=MOST_SLIPS)
    return int(number)


@blueprint.errorhandler(ActRefusedError)
def show_refusal(error: ActRefusedError) -> Response:
    """Show the meeting's page with why an act was refused."""
    meeting = str((request.view_args or {})["meeting"])
    return answer_with_page(error, lambda: render_meeting(meeting, refusal=error))
