"""The chair's pages of a meeting in preparation."""

from __future__ import annotations

from dataclasses import fields
from typing import TypeVar

from flask import Blueprint, Response, render_template, request

from ballot_server.services.draft_election import (
    ElectionForm,
    RuleQuestions,
    describe_rules,
    list_rule_choices,
    list_rule_questions,
)
from ballot_server.services.draft_lines import DraftLines
from ballot_server.services.draft_meeting import (
    add_election,
    begin_draft,
    change_details,
    finalise_draft,
    get_draft,
    import_draft_roll,
    remove_draft,
    remove_election,
    take_draft_roll,
)
from ballot_server.services.meeting_draft import DraftDetails, read_details
from ballot_server.services.own_rule import OWN_BASES, OWN_RULE, OwnForm, OwnRuleEntries, read_own_rule
from ballot_server.services.summarise_roll import summarise_roll
from ballot_server.web.access import Audience, allow
from ballot_server.web.acts import ActRefusedError, answer_with_page, lead_to, read_upload, refuse, run_act
from ballot_server.web.context import get_context
from ballot_server.web.language import choose_language
from ballot_server.web.sessions import require_recent_passphrase

_Entries = TypeVar("_Entries", DraftLines, OwnRuleEntries)

blueprint = Blueprint("draft", __name__, url_prefix="/drafts")

RULE_FILE = "rule-file"
"""Chosen in the place of a rule-set's id: the rules come as a file."""

_FIELDS = ("unit", "superior", "place", "held_on", "chair", "clerk", "tellers", "mode", "wifi")


@blueprint.get("/new")
@allow(Audience.CHAIR)
def show_new() -> str:
    """Ask who meets, where and when."""
    return render_template("staff/draft_new.html", refusal=None, values={})


@blueprint.post("")
@allow(Audience.CHAIR)
def post_new() -> Response:
    """Begin to prepare a meeting."""
    details = _read_details()
    context = get_context()
    code = run_act(lambda: begin_draft(context.installation.database, details, context.door.random_bytes))
    return lead_to("draft.show_draft", meeting=code)


@blueprint.get("/<meeting>")
@allow(Audience.CHAIR)
def show_draft(meeting: str) -> str:
    """Show a meeting in preparation."""
    return _render(meeting)


@blueprint.post("/<meeting>/details")
@allow(Audience.CHAIR)
def post_details(meeting: str) -> Response:
    """Store other details."""
    details = _read_details()
    database = get_context().installation.database
    run_act(lambda: change_details(database, meeting, details))
    return lead_to("draft.show_draft", meeting=meeting)


@blueprint.post("/<meeting>/roll")
@allow(Audience.CHAIR)
def post_roll(meeting: str) -> Response:
    """Import a roll, all or nothing."""
    upload = read_upload("roll")
    if upload is None:
        raise refuse("draft.roll_not_chosen")
    name, data = upload
    database = get_context().installation.database
    run_act(lambda: import_draft_roll(database, meeting, name=name, data=data))
    return lead_to("draft.show_draft", meeting=meeting, part="roll")


@blueprint.post("/<meeting>/roll/unit")
@allow(Audience.CHAIR)
def post_unit_roll(meeting: str) -> Response:
    """Take the unit's roll as of the meeting's date."""
    database = get_context().installation.database
    run_act(lambda: take_draft_roll(database, meeting))
    return lead_to("draft.show_draft", meeting=meeting, part="roll")


@blueprint.get("/<meeting>/elections/new")
@allow(Audience.CHAIR)
def show_election_form(meeting: str) -> str:
    """Ask for one election what its rules need."""
    return _render_election(meeting, request.args.get("rule_set", ""))


@blueprint.post("/<meeting>/elections")
@allow(Audience.CHAIR)
def post_election(meeting: str) -> Response:
    """Add an election."""
    votes, rule_set = request.form.get("member_concerned", ""), request.form.get("rule_set", "")
    is_own, entries = rule_set == OWN_RULE, _read_form(OwnRuleEntries)
    form = ElectionForm(
        title_vi=request.form.get("title", ""),
        title_en=request.form.get("title_en", ""),
        rule_set="" if rule_set in (OWN_RULE, RULE_FILE) else rule_set,
        rule_file=read_upload("rule_file"),
        lines=_read_form(DraftLines),
        follows=request.form.get("follows", ""),
        member_concerned_votes={"yes": True, "no": False}.get(votes),
        own_rule=run_act(lambda: read_own_rule(entries)) if is_own else None,
    )
    database = get_context().installation.database
    run_act(lambda: add_election(database, meeting, form))
    return lead_to("draft.show_draft", meeting=meeting, part="elections")


@blueprint.post("/<meeting>/elections/remove")
@allow(Audience.CHAIR)
def post_election_removal(meeting: str) -> Response:
    """Take an election out."""
    election = request.form.get("election", "")
    database = get_context().installation.database
    run_act(lambda: remove_election(database, meeting, election))
    return lead_to("draft.show_draft", meeting=meeting, part="elections")


@blueprint.post("/<meeting>/remove")
@allow(Audience.CHAIR)
def post_removal(meeting: str) -> Response:
    """Remove the draft."""
    require_recent_passphrase()
    database = get_context().installation.database
    run_act(lambda: remove_draft(database, meeting))
    return lead_to("chair.show_meetings")


@blueprint.post("/<meeting>/finalise")
@allow(Audience.CHAIR)
def post_finalise(meeting: str) -> Response:
    """Create the meeting."""
    require_recent_passphrase()
    installation = get_context().installation
    run_act(lambda: finalise_draft(installation.database, installation.seed, meeting))
    return lead_to("chair.show_meeting", meeting=meeting)


@blueprint.errorhandler(ActRefusedError)
def show_refusal(error: ActRefusedError) -> Response:
    """Show the draft's page, with what was entered, and why it was refused."""
    meeting = (request.view_args or {}).get("meeting")

    def render() -> str:
        if meeting is None:
            return render_template("staff/draft_new.html", refusal=error, values=request.form)
        if request.endpoint == "draft.post_election":
            return _render_election(str(meeting), request.form.get("rule_set", ""), refusal=error)
        return _render(str(meeting), refusal=error)

    return answer_with_page(error, render)


def _render(meeting: str, refusal: ActRefusedError | None = None) -> str:
    draft = get_draft(get_context().installation.database, meeting)
    details, language = draft.details, choose_language()
    values = {
        **{name: getattr(details, name) for name in _FIELDS},
        "held_on": details.held_on.isoformat(),
        "tellers": "\n".join(details.tellers),
        "rehearsal": "yes" if details.rehearsal else "",
        "mode": details.mode.value,
    }
    return render_template(
        "staff/draft.html",
        draft=draft,
        refusal=refusal,
        values=values | (request.form.to_dict() if "unit" in request.form else {}),
        own_rule=OWN_RULE,
        rule_file=RULE_FILE,
        choices=list_rule_choices(language),
        summary=summarise_roll(draft.roll, details.held_on) if draft.roll.entries else None,
        rules={each.id: describe_rules(each, details.held_on, language) for each in draft.elections},
    )


def _render_election(meeting: str, rule_set: str, refusal: ActRefusedError | None = None) -> str:
    draft, language = get_draft(get_context().installation.database, meeting), choose_language()
    titles = {choice.id: choice.title for choice in list_rule_choices(language)}
    if rule_set in titles:
        questions = list_rule_questions(rule_set, draft.details.held_on)
    elif rule_set in (OWN_RULE, RULE_FILE):
        # What a file or an own rule will ask is not known yet: whatever may be asked is, and nothing more is needed.
        questions = RuleQuestions(
            candidates=True, posts=True, failures=True, fixed_base=True, follows=True, other_places=True
        )
    else:
        return _render(meeting, refusal=refusal or refuse("draft.rule_not_chosen"))
    return render_template(
        "staff/draft_election.html",
        draft=draft,
        refusal=refusal,
        entered=request.form,
        rule_set=rule_set,
        rule_title=titles.get(rule_set, ""),
        is_own=rule_set == OWN_RULE,
        is_file=rule_set == RULE_FILE,
        questions=questions,
        forms=[form.value for form in OwnForm],
        bases=[base.value for base in OWN_BASES],
    )


def _read_form(kind: type[_Entries]) -> _Entries:
    """Return the form's texts by the names of a record whose fields are all texts."""
    return kind(**{each.name: request.form.get(each.name, "") for each in fields(kind)})


def _read_details() -> DraftDetails:
    entered = {name: request.form.get(name, "") for name in _FIELDS}
    is_rehearsal = request.form.get("rehearsal") == "yes"
    return run_act(lambda: read_details(entered, rehearsal=is_rehearsal))
