"""The chair's page of one election, from what would be sealed to what came out."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from ballot_server.domain.election import ElectionState
from ballot_server.services.close_election import annul_election, close_election
from ballot_server.services.meeting_draft import read_line
from ballot_server.services.oversee_meeting import ElectionLine, Overview, oversee_meeting
from ballot_server.services.repeat_election import repeat_election
from ballot_server.services.show_election import PreviewWords, show_preview, show_result
from ballot_server.services.show_paper import show_paper
from ballot_server.services.show_slides import describe_charts
from ballot_server.services.small_group import find_secrecy_risk
from ballot_server.services.tally_election import publish_election
from ballot_server.services.trustee_room import (
    ask_counts,
    ask_decryption,
    counts_state,
    decryption_state,
    open_when_signed,
    tally_when_decrypted,
)
from ballot_server.services.watch_attendance import watch_election
from ballot_server.web.access import Audience, allow
from ballot_server.web.acts import ActRefusedError, answer_with_page, lead_to, read_number, run_act
from ballot_server.web.chair import digest_overview
from ballot_server.web.context import get_context, open_board
from ballot_server.web.errors import PageMissingError
from ballot_server.web.language import choose_language
from ballot_server.web.sessions import require_recent_passphrase

blueprint = Blueprint("chair_election", __name__, url_prefix="/chair/<meeting>/elections/<election>")


@blueprint.get("")
@allow(Audience.CHAIR)
def show_election(meeting: str, election: str) -> str:
    """Show one election and its next step."""
    return render_election(meeting, election)


@blueprint.post("/counts")
@allow(Audience.CHAIR)
def post_counts(meeting: str, election: str) -> Response:
    """Ask the tellers to sign the paper counts as they are now."""
    database = get_context().installation.database
    run_act(lambda: ask_counts(database, meeting=meeting, election=election))
    return lead_back(meeting, election)


@blueprint.post("/open")
@allow(Audience.CHAIR)
def post_open(meeting: str, election: str) -> Response:
    """Seal and open the election."""
    require_recent_passphrase()
    database, board = get_context().installation.database, open_board(meeting)
    run_act(lambda: open_when_signed(database, board, meeting=meeting, election=election))
    return lead_back(meeting, election)


@blueprint.post("/close")
@allow(Audience.CHAIR)
def post_close(meeting: str, election: str) -> Response:
    """Close the election; while slips are outstanding, only if their number was confirmed."""
    require_recent_passphrase()
    database = get_context().installation.database
    line = _find(oversee_meeting(database, meeting), election)
    confirmed = read_number("confirmed") if "confirmed" in request.form else 0
    # Ballots go on coming in while the question is read, so there may be fewer outstanding than confirmed.
    if line.state is ElectionState.OPEN and line.outstanding > confirmed:
        return Response(render_template("staff/confirm_close.html", meeting=meeting, line=line))
    board = open_board(meeting)
    run_act(lambda: close_election(database, board, meeting=meeting, election=election))
    return lead_back(meeting, election)


@blueprint.post("/decryption")
@allow(Audience.CHAIR)
def post_decryption(meeting: str, election: str) -> Response:
    """Ask the tellers to review and decrypt."""
    require_recent_passphrase()
    database = get_context().installation.database
    run_act(lambda: ask_decryption(database, meeting=meeting, election=election))
    return lead_back(meeting, election)


@blueprint.post("/tally")
@allow(Audience.CHAIR)
def post_tally(meeting: str, election: str) -> Response:
    """Count the election with the answers that are in."""
    database, board = get_context().installation.database, open_board(meeting)
    run_act(lambda: tally_when_decrypted(database, board, meeting=meeting, election=election))
    return lead_back(meeting, election)


@blueprint.post("/publish")
@allow(Audience.CHAIR)
def post_publish(meeting: str, election: str) -> Response:
    """Let the projector show the result."""
    require_recent_passphrase()
    database = get_context().installation.database
    run_act(lambda: publish_election(database, meeting=meeting, election=election))
    return lead_back(meeting, election)


@blueprint.post("/annul")
@allow(Audience.CHAIR)
def post_annul(meeting: str, election: str) -> Response:
    """Annul the election on a ground that stands in the minutes."""
    require_recent_passphrase()
    text = request.form.get("ground", "")
    ground = run_act(lambda: read_line("ground", text))
    database, board = get_context().installation.database, open_board(meeting)
    run_act(lambda: annul_election(database, board, meeting=meeting, election=election, ground=ground))
    return lead_back(meeting, election)


@blueprint.post("/repeat")
@allow(Audience.CHAIR)
def post_repeat(meeting: str, election: str) -> Response:
    """Ask the same again as a new election."""
    database = get_context().installation.database
    name = run_act(lambda: repeat_election(database, meeting=meeting, election=election))
    return lead_back(meeting, name)


@blueprint.errorhandler(ActRefusedError)
def show_refusal(error: ActRefusedError) -> Response:
    """Show the election's page with why an act was refused."""
    names = request.view_args or {}
    meeting, election = str(names["meeting"]), str(names["election"])
    return answer_with_page(error, lambda: render_election(meeting, election, refusal=error))


def render_election(meeting: str, election: str, refusal: ActRefusedError | None = None) -> str:
    """Return an election's page. Raises: MeetingUnknownError, PageMissingError."""
    database = get_context().installation.database
    overview = oversee_meeting(database, meeting)
    line = _find(overview, election)
    preview, doubt = _preview(meeting, line)
    result = show_result(database, meeting, election, choose_language())
    is_published = result is not None and line.state is ElectionState.PUBLISHED
    return render_template(
        "staff/election.html",
        view=overview,
        line=line,
        refusal=refusal,
        preview=preview,
        preview_doubt=doubt,
        counts=counts_state(database, meeting=meeting, election=election),
        decryption=decryption_state(database, meeting=meeting, election=election),
        room=watch_election(database, meeting, election),
        paper=show_paper(database, meeting, election, choose_language()),
        signing=next((each for each in overview.room.papers if each.election == election), None),
        result=result,
        risk=None if result is None else find_secrecy_risk(result),
        charts=describe_charts(result, choose_language()) if result is not None and is_published else (),
        seat_names={seat.index: seat.name for seat in overview.room.ceremony.seats},
        version=None if refusal is not None else digest_overview(overview),
    )


def _preview(meeting: str, line: ElectionLine) -> tuple[PreviewWords | None, str]:
    """Return what opening would seal, or why it cannot be said yet."""
    if line.state is not ElectionState.READY:
        return None, ""
    database, language = get_context().installation.database, choose_language()
    try:
        return run_act(lambda: show_preview(database, meeting, line.id, language)), ""
    except ActRefusedError as error:
        return None, error.sentence


def _find(overview: Overview, election: str) -> ElectionLine:
    line = overview.find(election)
    if line is None:
        raise PageMissingError
    return line


def lead_back(meeting: str, election: str) -> Response:
    """Return the answer after an act on an election: its page."""
    return lead_to("chair_election.show_election", meeting=meeting, election=election)
