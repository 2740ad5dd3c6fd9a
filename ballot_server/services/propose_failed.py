"""Propose how often the votes of an election in preparation failed before."""

from __future__ import annotations

from dataclasses import replace

from ballot_server.rules.loader import load_rule_set
from ballot_server.services.meeting_draft import DraftElection
from ballot_server.services.past_votes import count_failed, list_past_votes
from ballot_server.storage.session import Session


def propose_failed(session: Session, election: DraftElection) -> DraftElection:
    """Return an election with the failed votes about its members that this installation published, as the least number.

    Only where the rules ask for them; what was voted elsewhere is for the chair to enter.
    """
    rule_set = load_rule_set(election.rule_text, election.rule_origin)
    if not rule_set.failures or all(contest.member is None for contest in election.contests):
        return election
    votes = list_past_votes(session)
    return replace(
        election,
        contests=tuple(
            contest
            if contest.member is None
            else replace(
                contest,
                previous_failed=max(
                    contest.previous_failed, count_failed(votes, rule_set=rule_set.id, member=contest.member)
                ),
            )
            for contest in election.contests
        ),
    )
