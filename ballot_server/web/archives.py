"""The chair's pages of sealed ballots in keeping: until when, keeping longer, and destroying by decision."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request

from ballot_server.services.destroy_archive import destroy_archive, read_destruction_record, view_doomed
from ballot_server.services.destruction_order import ORDER_FIELDS, read_order
from ballot_server.services.keep_archive import ArchiveState, keep_longer, list_archives, view_archive
from ballot_server.services.second_person import confirm_with_second
from ballot_server.web.access import Audience, allow
from ballot_server.web.acts import ActRefusedError, answer_with_page, lead_to, run_act, send_file
from ballot_server.web.context import get_context
from ballot_server.web.language import choose_language
from ballot_server.web.roll import today
from ballot_server.web.sessions import SECOND_PASSPHRASE_FIELD, current_staff, require_recent_passphrase

blueprint = Blueprint("archives", __name__, url_prefix="/chair/archives")


@blueprint.get("")
@allow(Audience.CHAIR)
def show_archives() -> str:
    """Show every meeting's archive, those whose keeping is over first."""
    archives = list_archives(get_context().installation.database, today())
    return render_template("staff/archives.html", archives=archives, states=ArchiveState)


@blueprint.get("/<meeting>")
@allow(Audience.CHAIR)
def show_archive(meeting: str) -> str:
    """Show one archive and what can be done with it."""
    return _render_archive(meeting)


@blueprint.post("/<meeting>/keeping")
@allow(Audience.CHAIR)
def post_keeping(meeting: str) -> Response:
    """Keep an archive longer."""
    require_recent_passphrase()
    database, fields = get_context().installation.database, request.form.to_dict()
    by, on = current_staff().name, today()
    run_act(lambda: keep_longer(database, meeting, fields, by=by, on=on))
    return lead_to("archives.show_archive", meeting=meeting)


@blueprint.post("/<meeting>/review")
@allow(Audience.CHAIR)
def post_review(meeting: str) -> str:
    """Show what the destruction would take, and ask for a second person; nothing is changed."""
    require_recent_passphrase()
    return _render_review(meeting)


@blueprint.post("/<meeting>/destruction")
@allow(Audience.CHAIR)
def post_destruction(meeting: str) -> Response:
    """Destroy the archive, if a second person confirms it."""
    require_recent_passphrase()
    context, first, on, language = get_context(), current_staff(), today(), choose_language()
    fields, source = request.form.to_dict(), request.remote_addr or ""
    database = context.installation.database

    def destroy() -> None:
        held_on = view_archive(database, meeting, on).meeting.held_on
        order = read_order(fields, held_on=held_on, on=on)
        second = confirm_with_second(
            database,
            context.door,
            first,
            name=fields.get("second_name", ""),
            passphrase=fields.get(SECOND_PASSPHRASE_FIELD, ""),
            source=source,
        )
        destroy_archive(
            context.installation,
            order,
            meeting=meeting,
            seen=_read_digest(fields.get("seen", "")),
            ordered_by=first.name,
            confirmed_by=second.name,
            on=on,
            language=language,
        )

    run_act(destroy)
    return lead_to("archives.show_archive", meeting=meeting)


@blueprint.get("/<meeting>/record.pdf")
@allow(Audience.CHAIR)
def download_record(meeting: str) -> Response:
    """Return the record of a destruction as it was written."""
    pdf = read_destruction_record(get_context().installation, meeting)
    return send_file(pdf, name=f"bien-ban-tieu-huy-{meeting}.pdf", mimetype="application/pdf")


@blueprint.errorhandler(ActRefusedError)
def show_refusal(error: ActRefusedError) -> Response:
    """Show the page that the form was on, with why it was refused and what was entered."""
    meeting = str((request.view_args or {})["meeting"])

    def render() -> str:
        if request.endpoint == "archives.post_destruction":
            try:
                return _render_review(meeting, error)
            except ActRefusedError:
                # The order itself is refused, or there is nothing to destroy any more.
                return _render_archive(meeting, error)
        return _render_archive(meeting, error)

    return answer_with_page(error, render)


def _render_archive(meeting: str, refusal: ActRefusedError | None = None) -> str:
    archive = view_archive(get_context().installation.database, meeting, today())
    return render_template(
        "staff/archive.html",
        archive=archive,
        first_day=_find_first_day(archive.keep_until),
        refusal=refusal,
        values=request.form.to_dict() if request.method == "POST" else {},
    )


def _render_review(meeting: str, refusal: ActRefusedError | None = None) -> str:
    database, on, language, fields = (
        get_context().installation.database,
        today(),
        choose_language(),
        request.form.to_dict(),
    )
    doomed = run_act(lambda: view_doomed(database, meeting, on=on, language=language))
    order = run_act(lambda: read_order(fields, held_on=doomed.archive.meeting.held_on, on=on))
    return render_template(
        "staff/archive_review.html",
        doomed=doomed,
        order=order,
        kept_fields=[(name, fields.get(name, "")) for name in ORDER_FIELDS],
        second_name=fields.get("second_name", ""),
        refusal=refusal,
    )


def _find_first_day(keep_until: date) -> date:
    """Return the first day on which an archive may be destroyed: its last day is still one of keeping."""
    return keep_until + timedelta(days=1)


def _read_digest(text: str) -> bytes:
    """Return the digest that the form carries; one of another form names no archive."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
