"""What the chair sees of one election, in words: before opening what would be sealed, after the count what came out."""

from __future__ import annotations

from dataclasses import dataclass

from ballot_server.domain.base_warnings import BareWordsDiffer, BaseWarning, ExemptPresent, LapsedExemptions
from ballot_server.domain.election import ElectionState
from ballot_server.i18n import Language, translate
from ballot_server.minutes.record import ElectionRecord as CountedRecord
from ballot_server.rules.decide import Reachability
from ballot_server.rules.sealed import SealedRules
from ballot_server.services.compose_election_record import compose_base_record, compose_election_record
from ballot_server.services.preview_election import Preview, preview_election
from ballot_server.services.record_words import RecordWords, write_date
from ballot_server.services.write_minutes import read_decided
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import ElectionRepository
from crypto.manifest import Counts

COUNTED_STATES = frozenset({ElectionState.TALLIED, ElectionState.PUBLISHED})


@dataclass(frozen=True)
class PreviewWords:
    """What opening would seal; `needed` and `doubts` are sentences, `doubts` about what cannot be reached.

    `version` names the document and the version of the rules with its mark, `voters` says who of the exempt and of the
    members concerned votes, `quorum` is empty where the rules ask for none.
    """

    rule_title: str
    version: str
    voters: tuple[str, ...]
    quorum: str
    quorum_met: bool
    base: str
    needed: tuple[str, ...]
    doubts: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    summoned: int
    present: int
    barred: int
    counts: Counts
    paper: int = 0


def show_preview(database: Database, meeting: str, election: str, language: Language) -> PreviewWords:
    """Return in words what opening an election now would seal. Raises: what `preview_election` raises."""
    return write_preview(preview_election(database, meeting, election), language)


def write_preview(preview: Preview, language: Language) -> PreviewWords:
    """Return in words what would be sealed, or what was."""
    sealed = preview.sealed
    return PreviewWords(
        rule_title=sealed.rule_set.title.in_language(language.value),
        version=_describe_version(sealed, language),
        voters=_list_voters(sealed, language),
        quorum="" if sealed.quorum is None else RecordWords(language).describe_quorum(sealed.quorum),
        quorum_met=sealed.quorum is None or sealed.quorum.met,
        base=compose_base_record(sealed, language).parts,
        needed=_list_needed(preview, language),
        doubts=tuple(
            translate("rules.not_reachable", language, present=test.present, needed=test.needed)
            for test in preview.tests
            if test.needed is not None and not test.reachable
        ),
        warnings=tuple(_write_warning(warning, language) for warning in preview.warnings),
        notes=list_rule_notes(sealed, language),
        summoned=sealed.summoned,
        present=sealed.present,
        barred=sealed.barred,
        counts=preview.counts,
        paper=preview.paper,
    )


def show_result(database: Database, meeting: str, election: str, language: Language) -> CountedRecord | None:
    """Return what an election came to, as the minutes carry it, or None while it is not counted.

    Raises: ElectionMissingError.
    """
    with database.read() as session:
        if ElectionRepository(session).get(meeting, election).state not in COUNTED_STATES:
            return None
        decided = {each.manifest.election: each for each in read_decided(session, meeting)}
    found = decided.get(election)
    return None if found is None else compose_election_record(found, key_words=(), language=language)


def list_rule_notes(sealed: SealedRules, language: Language) -> tuple[str, ...]:
    """Return what must be said of the rules: not in force on the day, not compared with the primary text, readings."""
    dated = sealed.dated
    notes = []
    if not dated.in_force:
        day = sealed.meeting_date.strftime("%d/%m/%Y")
        notes.append(translate("rules.not_in_force", language, id=dated.rule_set.id, date=day))
    if dated.mark.asks_for_a_note:
        notes.append(translate("rules.not_compared", language))
    for reading in dated.rule_set.readings:
        text = reading.text.in_language(language.value)
        notes.append(translate("rules.reading", language, mark=reading.mark.value, text=text))
    return tuple(notes)


def _describe_version(sealed: SealedRules, language: Language) -> str:
    """Return the document in number and date as far as it bears them, since when it is applied, and the mark."""
    dated, words = sealed.dated, RecordWords(language)
    source = dated.rule_set.source
    number = "" if source.number is None else f", {source.number}"
    issued = "" if source.issued_on is None else f", {write_date(source.issued_on)}"
    period = words.describe_version(dated.rule_set.effective_from)
    document = source.document.in_language(language.value)
    return f"{document}{number}{issued}; {period} [{dated.mark.value}]"


def _list_voters(sealed: SealedRules, language: Language) -> tuple[str, ...]:
    standing = sealed.rule_set.base.exempt_present
    exempt = translate(f"rules.exempt_{standing.value}", language)
    concerned = "member_concerned_does_not_vote" if sealed.barred else "member_concerned_votes"
    return (exempt, translate(f"rules.{concerned}", language))


def _list_needed(preview: Preview, language: Language) -> tuple[str, ...]:
    if preview.sealed.base.value is None:
        return (translate("rules.base_after_count", language),)
    labels = {option.id: option.text.in_language(language.value) for option in preview.sealed.rule_set.options}
    each = translate("rules.each_candidate", language)
    return tuple(
        _write_need(test, each if test.option is None else labels[test.option], language) for test in preview.tests
    )


def _write_need(test: Reachability, option: str, language: Language) -> str:
    return translate("rules.needed", language, needed=test.needed, base=test.base, option=option)


def _write_warning(warning: BaseWarning, language: Language) -> str:
    match warning:
        case LapsedExemptions(names):
            return translate("rules.lapsed_exemptions", language, names=", ".join(names))
        case ExemptPresent(names):
            return translate("rules.exempt_present", language, names=", ".join(names))
        case BareWordsDiffer(value, bare_words):
            return translate("rules.base_bare_words", language, value=value, bare_words=bare_words)
