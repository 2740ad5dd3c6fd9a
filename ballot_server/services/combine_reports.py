"""Add up the reports of many units; pure: who is listed, who reported what, and nothing else decides.

A file counts once its key is a listed unit's, its archive names that unit, its day is in the period, and no other file
says something else of the same meeting. Of two different reports of one meeting nobody here knows which is true, so
neither counts until the unit has been asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ballot_server.domain.combined_report import (
    AcceptedReport,
    CombinedReport,
    LeftOut,
    ListedUnit,
    OutcomeTotal,
    Period,
    ReceivedFile,
    RuleSetTotal,
    Total,
    UnitReports,
)
from ballot_server.domain.received_report import (
    ElectionSummary,
    LeftOutCause,
    NamedText,
    Refusal,
    ReportSummary,
    RuleSetName,
)
from ballot_server.services.plain_text import normalise_text


def combine_reports(
    units: Sequence[ListedUnit], files: Sequence[ReceivedFile], period: Period | None = None
) -> CombinedReport:
    """Return what the files of the listed units add up to.

    units: with names and keys that differ; files: in the order in which they came, so that of two equal ones the
    first counts; period: the days that count, all unless given.
    """
    period = period or Period()
    unit_of_key = {unit.key: unit for unit in units}
    candidates: list[AcceptedReport] = []
    left_out: dict[int, LeftOut] = {}
    places: list[int] = []
    for place, file in enumerate(files):
        found = _place_file(file, unit_of_key, period)
        if isinstance(found, LeftOut):
            left_out[place] = found
        else:
            candidates.append(found)
            places.append(place)
    accepted = []
    refusals = _compare_reports(candidates, _list_signed(files, unit_of_key), unit_of_key)
    for place, candidate, refused in zip(places, candidates, refusals, strict=True):
        if refused is None:
            accepted.append(candidate)
        else:
            left_out[place] = refused
    accepted.sort(key=lambda each: (each.report.held_on, each.report.meeting))
    of_key: dict[str, list[AcceptedReport]] = {unit.key: [] for unit in units}
    for each in accepted:
        of_key[each.report.unit_key].append(each)
    return CombinedReport(
        units=tuple(
            UnitReports(unit, tuple(of_key[unit.key]), add_reports(each.report for each in of_key[unit.key]))
            for unit in units
        ),
        total=add_reports(each.report for each in accepted),
        left_out=tuple(left_out[place] for place in sorted(left_out)),
        period=period,
    )


def name_unit(text: str) -> str:
    """Return what spellings of one unit's name share: spaces and case do not make another unit."""
    return normalise_text(text).casefold()


def add_reports(reports: Iterable[ReportSummary]) -> Total:
    """Return what reports add up to."""
    kept = list(reports)
    elections = [election for report in kept for election in report.elections]
    return Total(
        meetings=len(kept),
        elections=len(elections),
        contests=sum(len(election.contests) for election in elections),
        annulled=sum(len(report.annulled) for report in kept),
        summoned=sum(report.summoned for report in kept),
        present=sum(report.present for report in kept),
        ballots=sum(election.returned for election in elections),
        rule_sets=_add_rule_sets(elections),
    )


def _place_file(file: ReceivedFile, unit_of_key: Mapping[str, ListedUnit], period: Period) -> AcceptedReport | LeftOut:
    """Return a file as one that may count, or why it may not, whatever the other files are."""
    result = file.result
    if isinstance(result, Refusal):
        return LeftOut(file.name, result.cause, check=result.check, entry=result.entry, detail=result.detail)
    unit = unit_of_key.get(result.unit_key)
    if unit is None:
        return LeftOut(file.name, LeftOutCause.FOREIGN, detail=result.unit_key)
    if name_unit(unit.name) != name_unit(result.unit):
        return LeftOut(file.name, LeftOutCause.OTHER_UNIT, unit=unit.name, detail=result.unit)
    if not period.holds(result.held_on):
        return LeftOut(file.name, LeftOutCause.OTHER_DAY, unit=unit.name, detail=result.held_on.isoformat())
    return AcceptedReport(file.name, result)


def _list_signed(files: Sequence[ReceivedFile], unit_of_key: Mapping[str, ListedUnit]) -> list[AcceptedReport]:
    """Return all verified reports of listed keys: one that says another day or unit contradicts as well."""
    reports = [(file.name, file.result) for file in files if isinstance(file.result, ReportSummary)]
    return [AcceptedReport(name, report) for name, report in reports if report.unit_key in unit_of_key]


def _compare_reports(
    candidates: Sequence[AcceptedReport], signed: Sequence[AcceptedReport], unit_of_key: Mapping[str, ListedUnit]
) -> list[LeftOut | None]:
    """Return for each candidate why it does not count beside all that were signed, itself among them, or None."""
    meetings: dict[tuple[str, str], list[AcceptedReport]] = {}
    for each in signed:
        meetings.setdefault((each.report.unit_key, each.report.meeting), []).append(each)
    firsts: dict[str, AcceptedReport] = {}
    found: list[LeftOut | None] = []
    for candidate in candidates:
        report = candidate.report
        others = meetings[report.unit_key, report.meeting]
        different = next((each for each in others if each.report.archive != report.archive), None)
        if different is not None:
            cause, other = LeftOutCause.CONTRADICTED, different.file
        elif firsts.setdefault(report.archive, candidate) is not candidate:
            cause, other = LeftOutCause.DOUBLED, firsts[report.archive].file
        else:
            found.append(None)
            continue
        found.append(LeftOut(candidate.file, cause, unit=unit_of_key[report.unit_key].name, other=other))
    return found


def _add_rule_sets(elections: Iterable[ElectionSummary]) -> tuple[RuleSetTotal, ...]:
    """Return a total for each text of rules: two texts of one id are two rows, our own ones first, older ones first."""
    groups: dict[str, list[ElectionSummary]] = {}
    for election in elections:
        groups.setdefault(election.rule_set.digest, []).append(election)
    totals = [_add_elections(group[0].rule_set, group) for group in groups.values()]

    def rank(total: RuleSetTotal) -> tuple[str, bool, int, str]:
        name = total.rule_set
        return name.id, name.is_own, 0 if name.version is None else name.version.toordinal(), name.digest

    return tuple(sorted(totals, key=rank))


def _add_elections(rule_set: RuleSetName, elections: Sequence[ElectionSummary]) -> RuleSetTotal:
    contests = [contest for election in elections for contest in election.contests]
    return RuleSetTotal(
        rule_set=rule_set,
        elections=len(elections),
        contests=len(contests),
        summoned=sum(election.summoned for election in elections),
        present=sum(election.present for election in elections),
        issued=sum(election.issued for election in elections),
        returned=sum(election.returned for election in elections),
        not_returned=sum(election.not_returned for election in elections),
        valid=sum(election.valid for election in elections),
        invalid=sum(election.invalid for election in elections),
        outcomes=_count_each(rule_set.outcomes, (contest.outcome for contest in contests)),
        standings=_count_each(
            rule_set.standings, (option.standing for contest in contests for option in contest.options)
        ),
    )


def _count_each(names: Sequence[NamedText], found: Iterable[str]) -> tuple[OutcomeTotal, ...]:
    counts = Counter(found)
    return tuple(OutcomeTotal(name.id, name.text, counts[name.id]) for name in names)
