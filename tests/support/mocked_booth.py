"""A booth's page before a server that is not there: elections of any shape, whose ballots a test decrypts itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route

from crypto.aggregate import aggregate_ballots
from crypto.ballot import ContestShape, decode_ballot, verify_ballot
from crypto.confirmation import sign_confirmation
from crypto.credential import compute_key_fingerprint, format_key_fingerprint
from crypto.encoding import encode_canonical
from crypto.manifest import Contest, Manifest
from crypto.tally import compute_tally
from tests.support.archives import SERVER_SEED, ArchiveBuilder, ElectionPlan
from tests.support.crypto_samples import MEETING, sample_slip_code

_JSON = "application/json"


@dataclass
class MockedElection:
    """An open election of these contests; `ballots` are those that pages cast."""

    builder: ArchiveBuilder
    manifest: Manifest
    ballots: list[bytes] = field(default_factory=list)

    @property
    def fragment(self) -> str:
        """What a slip's address carries."""
        digest = compute_key_fingerprint(self.builder.ceremony.ceremony_hash, self.builder.ceremony.key)
        return f"{MEETING}.{sample_slip_code()}.{format_key_fingerprint(digest)}"

    def attach(self, page: Page) -> None:
        """Answer what a page asks of the server's interface."""
        page.route("**/api/**", self._answer)

    def count(self) -> tuple[tuple[int, ...], ...]:
        """Return the counts of all ballots, blank last, decrypted by two trustees."""
        context = self.manifest.context
        ballots = [decode_ballot(data, context) for data in self.ballots]
        aggregate = aggregate_ballots(ballots, context.shape)
        partials = [self.builder.prepare_partial(self.manifest, aggregate, trustee) for trustee in (1, 2)]
        return compute_tally(self.builder.ceremony, self.manifest.election_hash, aggregate, partials).counts

    def _answer(self, route: Route) -> None:
        what = urlsplit(route.request.url).path.rsplit("/", 1)[-1]
        route.fulfill(body=self._find_answer(what, route.request.post_data_buffer or b""), content_type=_JSON)

    def _find_answer(self, what: str, body: bytes) -> bytes:
        match what:
            case "booth":
                texts = {
                    "ceremony": encode_canonical(self.builder.ceremony.to_body()).decode(),
                    "manifest": encode_canonical(self.manifest.to_object()).decode(),
                }
                return json.dumps({"state": self._describe(), **texts}).encode()
            case "status":
                return b'{"is_listed":true,"is_void":false,"ballot_hash":null}'
            case "ballots":
                ballot = decode_ballot(body, self.manifest.context)
                verify_ballot(ballot, self.manifest.context)
                self.ballots.append(body)
                return sign_confirmation(ballot.ballot_hash, self.manifest.election_hash, SERVER_SEED).encode()
            case _:
                return json.dumps(self._describe()).encode()

    def _describe(self) -> dict[str, object]:
        election = {"id": self.manifest.election, "state": "open", "election_hash": self.manifest.election_hash.hex()}
        return {"code": MEETING, "current": self.manifest.election, "elections": [election]}


def mock_election(contests: Sequence[Contest]) -> MockedElection:
    """Return an open election of these contests."""
    builder = ArchiveBuilder()
    shape = tuple(ContestShape(options=len(contest.options), marks=contest.marks) for contest in contests)
    manifest = builder.prepare_manifest(ElectionPlan(shape=shape))
    return MockedElection(builder, replace(manifest, contests=tuple(contests)))
