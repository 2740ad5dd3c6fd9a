"""The JSON that phones read, as bytes; small, because a hall full of phones asks for it every few seconds."""

from __future__ import annotations

import json

from ballot_server.services.voter_view import BoothView, ElectionView, MeetingView


def format_state(meeting: MeetingView) -> bytes:
    """Return a meeting's state; titles and questions are in the manifests."""
    return _write(_describe_meeting(meeting.on_phones))


def format_booth(booth: BoothView) -> bytes:
    """Return what a phone begins with; ceremony and manifest are canonical texts, whose bytes it hashes."""
    return _write(
        {
            "state": _describe_meeting(booth.meeting),
            "ceremony": None if booth.ceremony is None else booth.ceremony.decode(),
            "manifest": None if booth.manifest is None else booth.manifest.decode(),
        }
    )


def format_error(code: str, message: str) -> bytes:
    """Return an error as phones read it."""
    return _write({"error": code, "message": message})


def format_health() -> bytes:
    """Return what a process that can serve says of itself."""
    return _write({"status": "ok"})


def _describe_meeting(meeting: MeetingView) -> dict[str, object]:
    return {
        "code": meeting.code,
        "current": meeting.current,
        "elections": [_describe_election(election) for election in meeting.elections],
    }


def _describe_election(election: ElectionView) -> dict[str, object]:
    return {
        "id": election.id,
        "state": election.state.value,
        "election_hash": election.election_hash,
        "ballots": election.ballots,
        "present": election.present,
    }


def _write(value: dict[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
