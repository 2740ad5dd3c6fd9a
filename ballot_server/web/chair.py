"""The chair's pages of a meeting: the key, the slips, the minutes and the end."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib import resources

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from ballot_server.services.compose_record import Network
from ballot_server.services.draft_meeting import list_drafts
from ballot_server.services.draw_code import draw_code
from ballot_server.services.issue_certificate import read_fingerprint, view_authority
from ballot_server.services.join_address import format_join_address
from ballot_server.services.keep_archive import ArchiveState, view_archive
from ballot_server.services.keep_minutes import read_editable_minutes, read_kept_minutes, write_and_keep_minutes
from ballot_server.services.oversee_meeting import Overview, list_overseen, oversee_meeting
from ballot_server.services.print_series import SPARE_SLIPS
from ballot_server.services.report_file import REPORT_SUFFIX
from ballot_server.services.trustee_room import (
    ask_destruction,
    begin_ceremony,
    end_when_destroyed,
    reissue_code,
    restart_ceremony,
)
from ballot_server.services.trustee_view import SeatCode
from ballot_server.services.unit_key import format_unit_fingerprint
from ballot_server.services.voter_view import read_board
from ballot_server.services.write_minutes import end_board
from ballot_server.services.write_report import write_report
from ballot_server.web.access import Audience, allow
from ballot_server.web.acts import ActRefusedError, answer_with_page, lead_to, read_number, run_act, send_file
from ballot_server.web.context import get_context, open_board
from ballot_server.web.language import choose_language
from ballot_server.web.roll import today
from ballot_server.web.sessions import require_recent_passphrase
from ballot_server.web.slip_printing import make_slips

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

blueprint = Blueprint("chair", __name__)


@blueprint.get("/chair")
@allow(Audience.CHAIR)
def show_meetings() -> str:
    """Show every meeting, those in preparation first."""
    database = get_context().installation.database
    return render_template("staff/meetings.html", drafts=list_drafts(database), meetings=list_overseen(database))


@blueprint.get("/chair.js")
@allow(Audience.SCREEN)
def show_script() -> Response:
    """Return the script that loads a page anew when something has happened."""
    script = resources.files("ballot_server") / "web" / "scripts" / "chair.js"
    return Response(script.read_bytes(), mimetype="text/javascript")


@blueprint.get("/chair/<meeting>")
@allow(Audience.CHAIR)
def show_meeting(meeting: str) -> str:
    """Show a meeting and its next step."""
    return render_meeting(meeting)


@blueprint.get("/api/chair/<meeting>")
@allow(Audience.CHAIR)
def get_version(meeting: str) -> Response:
    """Return what changes whenever a page about the meeting would."""
    version = digest_overview(oversee_meeting(get_context().installation.database, meeting))
    return Response(json.dumps({"version": version}), mimetype="application/json")


@blueprint.post("/chair/<meeting>/ceremony")
@allow(Audience.CHAIR)
def post_ceremony(meeting: str) -> str:
    """Seat the tellers and show each one's address, once."""
    require_recent_passphrase()
    context = get_context()
    names = [line for line in request.form.get("names", "").splitlines() if line.strip()]
    threshold = read_number("threshold", least=1, most=9)
    codes = run_act(
        lambda: begin_ceremony(
            context.installation.database,
            meeting=meeting,
            names=names,
            threshold=threshold,
            random_bytes=context.door.random_bytes,
        )
    )
    return _show_codes(meeting, codes)


@blueprint.post("/chair/<meeting>/ceremony/restart")
@allow(Audience.CHAIR)
def post_restart(meeting: str) -> Response:
    """Begin the ceremony again with the same tellers."""
    context = get_context()
    run_act(
        lambda: restart_ceremony(context.installation.database, meeting=meeting, random_bytes=context.door.random_bytes)
    )
    return lead_to("chair.show_meeting", meeting=meeting, part="key")


@blueprint.post("/chair/<meeting>/ceremony/code")
@allow(Audience.CHAIR)
def post_code(meeting: str) -> str:
    """Give one seat another address, for another device, and show it once."""
    require_recent_passphrase()
    context = get_context()
    seat = read_number("seat", least=1, most=9)
    code = run_act(
        lambda: reissue_code(
            context.installation.database, meeting=meeting, index=seat, random_bytes=context.door.random_bytes
        )
    )
    return _show_codes(meeting, (code,))


@blueprint.post("/chair/<meeting>/slips")
@allow(Audience.CHAIR)
def post_slips(meeting: str) -> Response:
    """Print a series of slips."""
    return make_slips(meeting)


@blueprint.post("/chair/<meeting>/minutes")
@allow(Audience.CHAIR)
def post_minutes(meeting: str) -> Response:
    """Write the minutes and post their hash."""
    require_recent_passphrase()
    context = get_context()
    is_tls = (context.voters_address or "").startswith("https://")
    network = Network.ROOM_TLS if is_tls else Network.ROOM_PLAIN
    language = choose_language()
    run_act(lambda: write_and_keep_minutes(context.installation, meeting=meeting, language=language, network=network))
    return lead_to("chair.show_meeting", meeting=meeting, part="end")


@blueprint.get("/chair/<meeting>/minutes.pdf")
@allow(Audience.CHAIR)
def download_minutes(meeting: str) -> Response:
    """Return the minutes as they were written."""
    pdf = read_kept_minutes(get_context().installation, meeting)
    return send_file(pdf, name=f"bien-ban-{meeting}.pdf", mimetype="application/pdf")


@blueprint.get("/chair/<meeting>/minutes.docx")
@allow(Audience.CHAIR)
def download_editable_minutes(meeting: str) -> Response:
    """Return the minutes to edit, as they were written."""
    docx = read_editable_minutes(get_context().installation, meeting)
    return send_file(docx, name=f"bien-ban-{meeting}.docx", mimetype=DOCX_TYPE)


@blueprint.get("/chair/<meeting>/archive.jsonl")
@allow(Audience.CHAIR)
def download_archive(meeting: str) -> Response:
    """Return the archive, one canonical entry a line; once it is ended, its name says until when it must be kept."""
    database = get_context().installation.database
    archive = read_board(database, meeting)
    keeping = view_archive(database, meeting, today())
    name = f"archive-{meeting}"
    if keeping.state is not ArchiveState.NOT_ENDED:
        name += f"-luu-den-{keeping.keep_until.isoformat()}"
    return send_file(archive, name=f"{name}.jsonl", mimetype="application/jsonl")


@blueprint.get("/chair/<meeting>/report.json")
@allow(Audience.CHAIR)
def download_report(meeting: str) -> Response:
    """Return the report for the superior committee."""
    report = write_report(get_context().installation, meeting)
    return send_file(report, name=f"bao-cao-{meeting}{REPORT_SUFFIX}", mimetype="application/json")


@blueprint.post("/chair/<meeting>/destruction")
@allow(Audience.CHAIR)
def post_destruction(meeting: str) -> Response:
    """Ask the tellers to destroy their shares."""
    require_recent_passphrase()
    database = get_context().installation.database
    run_act(lambda: ask_destruction(database, meeting=meeting))
    return lead_to("chair.show_meeting", meeting=meeting, part="end")


@blueprint.post("/chair/<meeting>/end")
@allow(Audience.CHAIR)
def post_end(meeting: str) -> Response:
    """End the board, naming the seats whose devices are lost."""
    require_recent_passphrase()
    installation = get_context().installation
    without = [int(seat) for seat in request.form.getlist("without") if seat.isascii() and seat.isdigit()]
    board = open_board(meeting)
    database = installation.database
    if oversee_meeting(database, meeting).has_key:
        run_act(lambda: end_when_destroyed(database, board, meeting=meeting, without=without))
    else:
        run_act(lambda: end_board(database, board, meeting=meeting, destroyed=()))
    return lead_to("chair.show_meeting", meeting=meeting, part="end")


@blueprint.errorhandler(ActRefusedError)
def show_refusal(error: ActRefusedError) -> Response:
    """Show the meeting's page with why an act was refused."""
    meeting = str((request.view_args or {})["meeting"])
    return answer_with_page(error, lambda: render_meeting(meeting, refusal=error))


def render_meeting(meeting: str, refusal: ActRefusedError | None = None) -> str:
    """Return the meeting's page. Raises: MeetingUnknownError."""
    overview = oversee_meeting(get_context().installation.database, meeting)
    if overview.destroyed_on is not None:
        return render_template("staff/meeting_destroyed.html", view=overview)
    return render_template(
        "staff/meeting.html",
        view=overview,
        refusal=refusal,
        step=overview.next_step.value,
        spare=SPARE_SLIPS,
        unit_fingerprint=format_unit_fingerprint(get_context().installation.unit_key),
        version=None if refusal is not None else digest_overview(overview),
    )


def digest_overview(overview: Overview) -> str:
    """Return what differs between two pages of a meeting that show different things."""
    return sha256(repr(overview).encode()).hexdigest()[:16]


def _show_codes(meeting: str, codes: tuple[SeatCode, ...]) -> str:
    context = get_context()
    server = context.staff_address or request.host_url.rstrip("/")
    authority = fingerprint = None
    if server.startswith("https://") and context.staff_address is not None:
        authority = view_authority(context.installation.folder).der
        fingerprint = read_fingerprint(context.installation.folder)
    addresses = [(code, format_join_address(server, code.code, authority)) for code in codes]
    return render_template(
        "staff/codes.html",
        meeting=meeting,
        fingerprint=fingerprint,
        # The drawing is ours and holds digits only.
        seats=[(code, address, Markup(draw_code(address))) for code, address in addresses],  # noqa: S704 - our own drawing of a checked address.
    )
