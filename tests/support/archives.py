"""Small complete boards, built through the real functions from repeatable randomness.

`build_archive()` gives an honest one. For attacks, an `ArchiveBuilder` writes the entries one at a time, and
`resign` stands for a server that rewrites its own board: it holds the signing key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from crypto.aggregate import Aggregate, aggregate_ballots, encode_aggregate, hash_aggregate
from crypto.archive import encode_archive
from crypto.ballot import ContestShape, SealedBallot, Selection, decode_ballot, encrypt_ballot
from crypto.board import Entry, append_entry, fold_entries, sign_entry
from crypto.board_state import BoardState
from crypto.bodies import ClosedBody, EntryKind, TallyBody
from crypto.ceremony import Ceremony, build_counts_message, build_paper_message, sign_as_trustee
from crypto.confirmation import Confirmation, sign_confirmation
from crypto.credential import Credential, derive_credential, encode_credential_list, hash_credentials
from crypto.decryption import PartialDecryption, partially_decrypt
from crypto.encoding import JsonObject, encode_base64
from crypto.errors import CryptoError
from crypto.fields import Fields
from crypto.holding import Holding
from crypto.manifest import Contest, Counts, CountSignature, Manifest, Option, Text, TrusteeSet
from crypto.paper import PaperCounts, PaperElection
from crypto.signing import SigningSeed, derive_verification_key
from crypto.slip import generate_slip_code
from crypto.tally import compute_tally
from crypto.trustee_storage import MemoryTrusteeStorage
from crypto.void import VoidCredential, sign_void
from tests.support.crypto_samples import MEETING, SeededRandom
from tests.support.trustees import hold_ceremony

SERVER_SEED = SigningSeed(bytes(range(32)))
SERVER_KEY = derive_verification_key(SERVER_SEED)

Vote = tuple[Selection, ...]


@dataclass(frozen=True)
class KeyHolders:
    """A finished ceremony and what each trustee holds, in order of index."""

    ceremony: Ceremony
    holdings: tuple[Holding, ...]


@dataclass(frozen=True)
class ElectionPlan:
    """An election to be held; who votes first in the list of votes has the first slip of the first series.

    counts: None for counts that fit; signers: whose phones sign them.
    """

    election: str = "s1"
    slot: int = 0
    series: tuple[str, ...] = ("A",)
    shape: tuple[ContestShape, ...] = (ContestShape(options=2, marks=1),)
    votes: tuple[Vote, ...] = (((0,),), ((1,),), ((),))
    counts: Counts | None = None
    signers: tuple[int, ...] = (1, 2)
    floor: int = 3
    rules: JsonObject = field(default_factory=lambda: {"rule_set": "sample"})
    tested: tuple[bytes, ...] = ()
    void: tuple[Credential, ...] = ()


@dataclass(frozen=True)
class SampleArchive:
    """A finished board, with what a test may want of it."""

    entries: tuple[Entry, ...]
    holders: KeyHolders
    manifests: tuple[Manifest, ...]
    confirmations: tuple[Confirmation, ...]
    head: bytes | None

    @property
    def data(self) -> bytes:
        """The archive as a file."""
        return encode_archive(self.entries)


@cache
def hold_key(count: int = 3, threshold: int = 2, *, rehearsal: bool = False, seed: int = 1) -> KeyHolders:
    """Return a ceremony's holders; held once a test run."""
    storages = [MemoryTrusteeStorage() for _ in range(count)]
    held = hold_ceremony(count, threshold, rehearsal=rehearsal, server_key=SERVER_KEY, seed=seed, storages=storages)
    stored = [storage.load_holding() for storage in storages]
    return KeyHolders(held.ceremony, tuple(Holding.decode(data) for data in stored if data is not None))


def sample_credentials(voters: int, *, slot: int = 0, series: str = "A") -> tuple[Credential, ...]:
    """Return the credentials of a series' slips in one slot, in the order of their owners."""
    first = 1_000 * ord(series)
    codes = [generate_slip_code(SeededRandom(3_000_000 + first + voter)) for voter in range(voters)]
    return tuple(derive_credential(code, MEETING, slot) for code in codes)


class ArchiveBuilder:
    """Writes a board entry by entry, as an honest server would unless a test asks for something else.

    printed: slips per series.
    """

    def __init__(
        self, *, printed: int = 4, holders: KeyHolders | None = None, rehearsal: bool = False, seed: int = 1
    ) -> None:
        self.printed = printed
        self.rehearsal = rehearsal
        self.holders = holders or hold_key()
        self.random_bytes = SeededRandom(4_000_000 + seed)
        self.state = BoardState()
        self.entries: list[Entry] = []
        self.manifests: list[Manifest] = []
        self.confirmations: list[Confirmation] = []

    @property
    def ceremony(self) -> Ceremony:
        """The finished ceremony."""
        return self.holders.ceremony

    def append(self, kind: EntryKind, body: JsonObject) -> Entry:
        """Append an entry that the order allows."""
        self.state, entry = append_entry(self.state, kind, body, SERVER_SEED)
        self.entries.append(entry)
        return entry

    def begin(self) -> None:
        """Write meeting and ceremony."""
        self.append(EntryKind.MEETING, sample_meeting(rehearsal=self.rehearsal))
        self.append(EntryKind.CEREMONY, self.ceremony.to_body())

    def publish_list(self, series: str = "A", slot: int = 0, *, credentials: bytes | None = None) -> None:
        """Write a series' list for a slot."""
        members = sample_credentials(self.printed, slot=slot, series=series)
        encoded = encode_credential_list(member.public for member in members) if credentials is None else credentials
        self.append(EntryKind.LIST, {"series": series, "slot": slot, "credentials": encode_base64(encoded)})

    def open_election(self, plan: ElectionPlan, **changes: object) -> Manifest:
        """Write a plan's manifest; `changes` replace fields of it after the counts are signed."""
        manifest = replace(self.prepare_manifest(plan), **changes)  # type: ignore[arg-type]  # Tests name the fields.
        self.append(EntryKind.MANIFEST, manifest.to_object())
        self.manifests.append(manifest)
        return manifest

    def prepare_manifest(self, plan: ElectionPlan) -> Manifest:
        """Return a plan's manifest."""
        lists = [sample_credentials(self.printed, slot=plan.slot, series=series) for series in plan.series]
        publics = [sorted(member.public for member in members) for members in lists]
        listed = sum(len(members) for members in publics)
        counts = plan.counts or fit_counts(listed, present=len(plan.votes))
        return Manifest(
            meeting=MEETING,
            election=plan.election,
            title=Text("Lấy phiếu thử", "A sample vote"),
            series=plan.series,
            slot=plan.slot,
            contests=tuple(_name_contest(index, shape) for index, shape in enumerate(plan.shape)),
            key=self.ceremony.key,
            ceremony_hash=self.ceremony.ceremony_hash,
            trustees=TrusteeSet(self.ceremony.terms.count, self.ceremony.terms.threshold, self.ceremony.public_shares),
            credentials_hash=hash_credentials(publics),
            credentials=listed,
            counts=counts,
            count_signatures=tuple(self._sign_counts(plan, counts, trustee) for trustee in plan.signers),
            server_key=SERVER_KEY,
            rehearsal=self.rehearsal,
            floor=plan.floor,
            rules=plan.rules,
        )

    def cast(self, plan: ElectionPlan, manifest: Manifest) -> list[SealedBallot]:
        """Return the plan's ballots in the order of their voters, and keep the server's confirmations."""
        voters = [
            member
            for series in plan.series
            for member in sample_credentials(self.printed, slot=plan.slot, series=series)
        ]
        ballots = [
            encrypt_ballot(manifest.context, voter, vote, self.random_bytes)
            for voter, vote in zip(voters, plan.votes, strict=False)
        ]
        for ballot in ballots:
            self.confirmations.append(sign_confirmation(ballot.ballot_hash, manifest.election_hash, SERVER_SEED))
        return ballots

    def close(
        self,
        manifest: Manifest,
        ballots: Iterable[SealedBallot],
        *,
        tested: Iterable[bytes] = (),
        void: Iterable[Credential] = (),
    ) -> None:
        """Write the closed entry of these ballots; the slips of `void` sign that they are void."""
        ordered = sorted(ballots, key=lambda ballot: ballot.ballot_hash)
        body = ClosedBody(
            election=manifest.election,
            election_hash=manifest.election_hash,
            ballots=b"".join(ballot.data for ballot in ordered),
            tested=tuple(sorted(tested)),
            void=tuple(self._void(manifest, credential) for credential in sorted(void, key=lambda each: each.public)),
        )
        self.append(EntryKind.CLOSED, body.to_object())

    def publish_paper(self, paper: PaperCounts, *, signers: Iterable[int] = (1, 2)) -> PaperCounts:
        """Write the counts of paper ballots, signed by these trustees."""
        signed = replace(paper, signatures=tuple(self._sign_paper(paper, trustee) for trustee in signers))
        self.append(EntryKind.PAPER_COUNTS, signed.to_object())
        return signed

    def publish_aggregate(self, manifest: Manifest, ballots: Sequence[SealedBallot]) -> Aggregate:
        """Write the aggregate of these ballots, closed or not."""
        aggregate = sum_ballots(manifest, ballots)
        self.append(
            EntryKind.AGGREGATE,
            {
                "election": manifest.election,
                "election_hash": manifest.election_hash.hex(),
                "ballots": aggregate.ballots,
                "ciphertexts": encode_base64(encode_aggregate(aggregate)),
                "aggregate_hash": hash_aggregate(manifest.election_hash, aggregate).hex(),
            },
        )
        return aggregate

    def decrypt(self, manifest: Manifest, aggregate: Aggregate, trustees: Iterable[int]) -> list[PartialDecryption]:
        """Write the trustees' partial decryptions of an aggregate."""
        partials = [self.prepare_partial(manifest, aggregate, trustee) for trustee in trustees]
        for partial in partials:
            self.append(EntryKind.PARTIAL_DECRYPTION, partial.to_body())
        return partials

    def prepare_partial(self, manifest: Manifest, aggregate: Aggregate, trustee: int) -> PartialDecryption:
        """Return a trustee's partial decryption."""
        holding = self.holders.holdings[trustee - 1]
        return partially_decrypt(
            self.ceremony,
            manifest.election,
            manifest.election_hash,
            aggregate,
            trustee=trustee,
            share=holding.share,
            random_bytes=self.random_bytes,
        )

    def publish_tally(
        self, manifest: Manifest, aggregate: Aggregate, partials: Iterable[PartialDecryption]
    ) -> TallyBody:
        """Write the tally that the partial decryptions give."""
        tally = compute_tally(self.ceremony, manifest.election_hash, aggregate, partials)
        body = TallyBody(
            election=manifest.election,
            aggregate_hash=hash_aggregate(manifest.election_hash, aggregate),
            trustees=tally.trustees,
            counts=tally.counts,
        )
        self.append(EntryKind.TALLY, body.to_object())
        return body

    def decide(self, manifest: Manifest | PaperElection) -> None:
        """Write an outcome."""
        self.append(
            EntryKind.OUTCOME,
            {
                "election": manifest.election,
                "election_hash": manifest.election_hash.hex(),
                "result": self.draw_result(manifest),
            },
        )

    def draw_result(self, manifest: Manifest | PaperElection) -> JsonObject:
        """Return the result of an outcome; here it is one that no rules have drawn."""
        return {"outcome": "listed"}

    def list_numbers(self) -> JsonObject:
        """Return the numbers of the minutes; here they are nobody's."""
        return {"present": self.printed}

    def annul(self, election: str) -> None:
        """Write that an election no longer counts."""
        self.append(EntryKind.ANNULLED, {"election": election, "ground": "Sai mẫu số"})

    def count(self, manifest: Manifest, ballots: Sequence[SealedBallot]) -> None:
        """Write everything from the aggregate of the ballots to the outcome."""
        if ballots:
            aggregate = self.publish_aggregate(manifest, ballots)
            trustees = range(1, self.ceremony.terms.threshold + 1)
            partials = self.decrypt(manifest, aggregate, trustees)
        else:
            aggregate, partials = sum_ballots(manifest, ()), []
        self.publish_tally(manifest, aggregate, partials)
        self.decide(manifest)

    def hold_election(self, plan: ElectionPlan) -> Manifest:
        """Write an election from its manifest to its outcome; its lists stand on the board already."""
        manifest = self.open_election(plan)
        ballots = self.cast(plan, manifest)
        self.close(manifest, ballots, tested=plan.tested, void=plan.void)
        self.count(manifest, ballots)
        return manifest

    def finish(self, *, destroy: bool = True) -> SampleArchive:
        """Write minutes, destroyed shares and final, and return the whole."""
        minutes = hashlib.sha256(b"minutes").hexdigest()
        self.append(EntryKind.MINUTES, {"sha256": minutes, "numbers": self.list_numbers()})
        for holding in self.holders.holdings if destroy else ():
            message: JsonObject = {"ceremony_hash": self.ceremony.ceremony_hash.hex(), "trustee": holding.trustee}
            self.append(EntryKind.DESTROYED, sign_as_trustee("destroyed", message, holding.trustee, holding.seed))
        self.append(EntryKind.FINAL, self.state.final_body.to_object())
        return SampleArchive(
            entries=tuple(self.entries),
            holders=self.holders,
            manifests=tuple(self.manifests),
            confirmations=tuple(self.confirmations),
            head=self.state.head,
        )

    def _sign_paper(self, paper: PaperCounts, trustee: int) -> CountSignature:
        message = build_paper_message(self.ceremony, paper.to_signed())
        signed = sign_as_trustee("paper", message, trustee, self.holders.holdings[trustee - 1].seed)
        fields = Fields(signed, "signature", frozenset({"trustee", "signature"}))
        return CountSignature(trustee, fields.digest("signature", length=64))

    def _void(self, manifest: Manifest, credential: Credential) -> VoidCredential:
        signature = sign_void(credential, manifest.meeting, manifest.slot, self.random_bytes)
        return VoidCredential(credential.public, signature)

    def _sign_counts(self, plan: ElectionPlan, counts: Counts, trustee: int) -> CountSignature:
        message = build_counts_message(self.ceremony, plan.election, plan.slot, counts.to_object())
        signed = sign_as_trustee("counts", message, trustee, self.holders.holdings[trustee - 1].seed)
        fields = Fields(signed, "signature", frozenset({"trustee", "signature"}))
        return CountSignature(trustee, fields.digest("signature", length=64))


def sample_meeting(*, rehearsal: bool = False) -> JsonObject:
    """Return the body of a meeting entry."""
    return {
        "protocol": "phieukin/1",
        "code": MEETING,
        "superior": "Đảng bộ phường Ngọc Lâm",
        "unit": "Chi bộ tổ dân phố số 5",
        "place": "Nhà văn hóa tổ 5",
        "date": "2026-01-15",
        "server_key": SERVER_KEY.hex(),
        "rehearsal": rehearsal,
    }


def fit_counts(printed: int, *, present: int) -> Counts:
    """Return counts of an evening on which everybody present drew one slip and nothing went wrong."""
    return Counts(
        printed=printed,
        handed_out=present,
        brought_back=0,
        lost=0,
        left_over=printed - present,
        present=present,
    )


def sum_ballots(manifest: Manifest, ballots: Sequence[SealedBallot]) -> Aggregate:
    """Return the aggregate of ballots."""
    return aggregate_ballots((decode_ballot(ballot.data, manifest.context) for ballot in ballots), manifest.shape)


def begin_board(plans: Sequence[ElectionPlan], *, printed: int = 4) -> ArchiveBuilder:
    """Return a builder with meeting, ceremony and the lists that the plans need."""
    builder = ArchiveBuilder(printed=printed)
    builder.begin()
    for name in sorted({(series, plan.slot) for plan in plans for series in plan.series}):
        builder.publish_list(*name)
    return builder


def build_archive(plans: Sequence[ElectionPlan] = (ElectionPlan(),), *, printed: int = 4) -> SampleArchive:
    """Return the archive of a meeting that held these elections."""
    builder = begin_board(plans, printed=printed)
    for plan in plans:
        builder.hold_election(plan)
    return builder.finish()


def build_smallest_archive() -> SampleArchive:
    """Return a rehearsal with one trustee, one slip, and one ballot of one contest with one option."""
    builder = ArchiveBuilder(printed=1, holders=hold_key(1, 1, rehearsal=True), rehearsal=True)
    builder.begin()
    builder.publish_list()
    plan = ElectionPlan(shape=(ContestShape(options=1, marks=1),), votes=(((0,),),), signers=(1,), floor=1)
    builder.hold_election(plan)
    return builder.finish()


def resign(
    entries: Iterable[Entry], change: Callable[[Entry], JsonObject | None], *, seed: SigningSeed = SERVER_SEED
) -> bytes:
    """Return the archive as a server would rewrite it: bodies changed or dropped (None), chain and totals made anew."""
    kept = [(entry, body) for entry in entries if (body := change(entry)) is not None]
    rebuilt: list[Entry] = []
    for entry, body in kept:
        content = _recount(rebuilt) if entry.kind is EntryKind.FINAL and body is entry.body else body
        previous = rebuilt[-1].entry_hash if rebuilt else bytes(32)
        unsigned = Entry(len(rebuilt), previous, entry.kind, content or body, b"")
        rebuilt.append(sign_entry(unsigned, seed))
    return encode_archive(rebuilt)


def change_kind(
    kind: EntryKind, change: Callable[[JsonObject], JsonObject | None]
) -> Callable[[Entry], JsonObject | None]:
    """Return a change for `resign` that touches the entries of one kind only."""
    return lambda entry: change(dict(entry.body)) if entry.kind is kind else entry.body


def _recount(entries: Sequence[Entry]) -> JsonObject | None:
    """Return a final body with right totals, as far as the board can be counted at all."""
    try:
        return fold_entries(entries).final_body.to_object()
    except CryptoError:
        return None


def _name_contest(index: int, shape: ContestShape) -> Contest:
    options = tuple(
        Option(f"o{option}", Text(f"Phương án {option + 1}", f"Option {option + 1}")) for option in range(shape.options)
    )
    return Contest(f"c{index}", Text(f"Nội dung {index + 1}", f"Question {index + 1}"), options, shape.marks)
