"""The chair's pages of a committee that adds up its units' reports: collections, dropped files, what they add up to."""

from __future__ import annotations

import json
from functools import partial
from importlib import resources

from flask import Blueprint, Response, render_template, request

from ballot_server.domain.combined_report import AcceptedReport
from ballot_server.services.collect_reports import (
    MOST_FILES,
    check_again,
    receive_report,
    remove_collection,
    remove_report,
)
from ballot_server.services.print_combined import CombinedForm, explain_left_out, show_figures, show_notes
from ballot_server.services.read_report import LARGEST_REPORT_BYTES
from ballot_server.services.read_units import LARGEST_LIST_BYTES
from ballot_server.services.report_collections import (
    CollectionView,
    FileView,
    begin_collection,
    change_collection,
    list_collections,
    print_collection,
    read_collection_details,
    read_unit_list,
    view_collection,
    view_received,
)
from ballot_server.web.access import Audience, allow, take_large_forms
from ballot_server.web.acts import ActRefusedError, answer_with_page, lead_to, read_upload, refuse, run_act, send_file
from ballot_server.web.context import get_context
from ballot_server.web.language import choose_language, say
from ballot_server.web.roll import read_id
from ballot_server.web.sessions import require_recent_passphrase

blueprint = Blueprint("reports", __name__)

MOST_AT_ONCE = 64 * 2**20
"""Bytes of all files that a form without a script sends at once."""

MOST_SHOWN = 500
MOST_CHECKED_AGAIN = 50
_TYPES = {
    CombinedForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    CombinedForm.PDF: "application/pdf",
    CombinedForm.JSON: "application/json",
}


@blueprint.get("/reports.js")
@allow(Audience.SCREEN)
def show_script() -> Response:
    """Return the script that sends dropped files one by one."""
    script = resources.files("ballot_server") / "web" / "scripts" / "reports.js"
    return Response(script.read_bytes(), mimetype="text/javascript")


@blueprint.get("/reports")
@allow(Audience.CHAIR)
def show_collections() -> str:
    """Show every collection, and ask for a new one."""
    return _render_list()


@blueprint.post("/reports")
@take_large_forms(LARGEST_LIST_BYTES + 100_000)
@allow(Audience.CHAIR)
def post_collection() -> Response:
    """Begin to collect."""
    fields, upload = request.form.to_dict(), read_upload("units")
    if upload is None:
        raise refuse("reports.no_units")
    database = get_context().installation.database
    details = run_act(lambda: read_collection_details(fields))
    made = run_act(lambda: begin_collection(database, details, upload[1]))
    return lead_to("reports.show_collection", collection=made)


@blueprint.get("/reports/<collection>")
@allow(Audience.CHAIR)
def show_collection(collection: str) -> str:
    """Show what has come and what it adds up to."""
    return _render(collection)


@blueprint.post("/reports/<collection>/files")
@take_large_forms(MOST_AT_ONCE)
@allow(Audience.CHAIR)
def post_files(collection: str) -> Response:
    """Check and keep files, one after another; a script, which sends one, is told what became of it."""
    number, installation = read_id(collection), get_context().installation
    uploads = [upload for upload in request.files.getlist("files") if upload.filename]
    if not uploads:
        raise refuse("reports.no_file")
    received = 0
    try:
        for upload in uploads:
            take = partial(receive_report, installation, number, name=upload.filename or "", data=upload.read())
            received = run_act(take)
    finally:
        for upload in uploads:
            upload.close()
    if request.accept_mimetypes.best == "application/json":
        view = run_act(lambda: view_received(installation.database, number, received))
        return Response(json.dumps(_describe_file(view)), mimetype="application/json")
    return lead_to("reports.show_collection", collection=number, part="files")


@blueprint.post("/reports/<collection>/files/<file>/removal")
@allow(Audience.CHAIR)
def post_file_removal(collection: str, file: str) -> Response:
    """Forget a file."""
    number, removed, installation = read_id(collection), read_id(file), get_context().installation
    run_act(lambda: remove_report(installation, number, removed))
    return lead_to("reports.show_collection", collection=number, part="files")


@blueprint.post("/reports/<collection>/check")
@allow(Audience.CHAIR)
def post_check(collection: str) -> Response:
    """Check some of the files again that no present check has seen."""
    number, installation = read_id(collection), get_context().installation
    run_act(lambda: check_again(installation, number, most=MOST_CHECKED_AGAIN))
    return lead_to("reports.show_collection", collection=number, part="files")


@blueprint.post("/reports/<collection>/details")
@take_large_forms(LARGEST_LIST_BYTES + 100_000)
@allow(Audience.CHAIR)
def post_details(collection: str) -> Response:
    """Store other details, and another list of units if one was chosen."""
    number, fields, upload = read_id(collection), request.form.to_dict(), read_upload("units")
    database = get_context().installation.database
    details = run_act(lambda: read_collection_details(fields))
    run_act(lambda: change_collection(database, number, details, None if upload is None else upload[1]))
    return lead_to("reports.show_collection", collection=number)


@blueprint.post("/reports/<collection>/removal")
@allow(Audience.CHAIR)
def post_removal(collection: str) -> Response:
    """Forget a collection with its files."""
    require_recent_passphrase()
    number, installation = read_id(collection), get_context().installation
    run_act(lambda: remove_collection(installation, number))
    return lead_to("reports.show_collections")


@blueprint.get("/reports/<collection>/combined.xlsx")
@allow(Audience.CHAIR)
def get_workbook(collection: str) -> Response:
    """Return the combined report as XLSX."""
    return _send_combined(collection, CombinedForm.XLSX)


@blueprint.get("/reports/<collection>/combined.pdf")
@allow(Audience.CHAIR)
def get_pdf(collection: str) -> Response:
    """Return the combined report as PDF."""
    return _send_combined(collection, CombinedForm.PDF)


@blueprint.get("/reports/<collection>/combined.json")
@allow(Audience.CHAIR)
def get_json(collection: str) -> Response:
    """Return the combined report as JSON."""
    return _send_combined(collection, CombinedForm.JSON)


@blueprint.get("/reports/<collection>/units.csv")
@allow(Audience.CHAIR)
def get_units(collection: str) -> Response:
    """Return the list of units as it was sent."""
    units = read_unit_list(get_context().installation.database, read_id(collection))
    return send_file(units, name="UNITS.csv", mimetype="text/csv; charset=utf-8")


@blueprint.errorhandler(ActRefusedError)
def show_refusal(error: ActRefusedError) -> Response:
    """Show the page that the form was on, with why it was refused; tell a script in its own form."""
    if request.accept_mimetypes.best == "application/json":
        body = json.dumps({"state": "failed", "sentence": error.sentence, "next_step": ""})
        return Response(body, error.status, mimetype="application/json")
    collection = (request.view_args or {}).get("collection")
    return answer_with_page(error, lambda: _render_list(error) if collection is None else _render(collection, error))


def _send_combined(collection: str, form: CombinedForm) -> Response:
    number, language, database = read_id(collection), choose_language(), get_context().installation.database
    made = run_act(lambda: print_collection(database, number, form, language))
    return send_file(made, name=f"{say('reports.file_name')}-{number}.{form.value}", mimetype=_TYPES[form])


def _describe_file(view: FileView) -> dict[str, str]:
    outcome = view.outcome
    if isinstance(outcome, AcceptedReport):
        report = outcome.report
        day = report.held_on.strftime("%d/%m/%Y")
        sentence = say("reports.taken", unit=report.unit, date=day, ballots=report.ballots)
        return {"name": view.name, "state": "counted", "sentence": sentence, "next_step": ""}
    words = explain_left_out(outcome, choose_language())
    return {"name": view.name, "state": "left_out", "sentence": words.cause, "next_step": words.next_step}


def _render_list(refusal: ActRefusedError | None = None) -> str:
    collections = list_collections(get_context().installation.database)
    values = request.form.to_dict() if refusal else {}
    return render_template("staff/reports.html", collections=collections, values=values, refusal=refusal)


def _render(collection: str, refusal: ActRefusedError | None = None) -> str:
    number, language, database = read_id(collection), choose_language(), get_context().installation.database
    # Adding up thousands of files takes a moment, which other pages need not wait for.
    view: CollectionView = run_act(lambda: view_collection(database, number))
    return render_template(
        "staff/report_collection.html",
        view=view,
        combined=view.combined,
        values=request.form.to_dict() if "collection_title" in request.form else _list_values(view),
        figures=show_figures(view.combined, language),
        notes=show_notes(view.combined, language),
        explain=lambda left_out: explain_left_out(left_out, language),
        refusal=refusal,
        most_files=MOST_FILES,
        largest=LARGEST_REPORT_BYTES,
        most_shown=MOST_SHOWN,
    )


def _list_values(view: CollectionView) -> dict[str, str]:
    period = view.details.period
    return {
        "collection_title": view.details.title,
        "first_day": "" if period.first is None else period.first.isoformat(),
        "last_day": "" if period.last is None else period.last.isoformat(),
    }
