"""A third reading of the specification: a ballot and a partial decryption checked with plain integers.

Nothing of ours is imported. It follows `SPEC.md` and RFC 9496 line by line, is slow, and exists so that a slip of the
text shows: whoever writes another verifier has only the text.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)

Point = tuple[int, int]
IDENTITY: Point = (0, 1)


class RefusedError(Exception):
    """What was read is not what the specification asks for."""


def absolute(value: int) -> int:
    """Return the even one of x and −x. Source: RFC 9496, section 4.1."""
    return value if value % 2 == 0 else P - value


def find_inverse_root(value: int) -> tuple[bool, int]:
    """Return whether 1/value is a square, and its root. Source: RFC 9496, section 4.2."""
    root = pow(value, 3, P) * pow(pow(value, 7, P), (P - 5) // 8, P) % P
    check = value * root * root % P
    if check in ((P - 1) % P, (-ROOT) % P):
        root = root * ROOT % P
    return check in (1, P - 1), absolute(root)


def decode_point(data: bytes) -> Point:
    """Return one of the points that 32 bytes stand for. Source: RFC 9496, section 4.3.1."""
    s = int.from_bytes(data, "little")
    if len(data) != 32 or s >= P or s % 2:
        raise RefusedError("element")
    u1, u2 = (1 - s * s) % P, (1 + s * s) % P
    v = (-D * u1 * u1 - u2 * u2) % P
    was_square, inverse = find_inverse_root(v * u2 * u2 % P)
    x = absolute(2 * s * inverse * u2 % P)
    y = u1 * (inverse * inverse * u2 * v) % P
    if not was_square or x * y % P % 2 or y == 0:
        raise RefusedError("element")
    return x, y


def is_equal(left: Point, right: Point) -> bool:
    """Tell whether two points are one element. Source: RFC 9496, section 4.3.3."""
    return left[0] * right[1] % P == left[1] * right[0] % P or left[1] * right[1] % P == left[0] * right[0] % P


def add(left: Point, right: Point) -> Point:
    """Return the sum on the twisted Edwards curve with a = −1."""
    product = D * left[0] * right[0] * left[1] * right[1] % P
    x = (left[0] * right[1] + left[1] * right[0]) * pow(1 + product, -1, P) % P
    y = (left[1] * right[1] + left[0] * right[0]) * pow(1 - product, -1, P) % P
    return x, y


def negate(point: Point) -> Point:
    """Return the opposite."""
    return (-point[0]) % P, point[1]


def multiply(scalar: int, point: Point) -> Point:
    """Return the multiple; of zero, and of the identity, the identity."""
    result = IDENTITY
    for bit in bin(scalar % ORDER)[2:]:
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


GENERATOR = decode_point(bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))


def decode_number(data: bytes) -> int:
    """Return a scalar below the order. Spec: "decode_scalar"."""
    number = int.from_bytes(data, "little")
    if len(data) != 32 or number >= ORDER:
        raise RefusedError("scalar")
    return number


def decode_public_point(data: bytes) -> Point:
    """Return a point other than the identity. Spec: "decode_public_element"."""
    point = decode_point(data)
    if is_equal(point, IDENTITY):
        raise RefusedError("identity")
    return point


def number(value: int) -> bytes:
    """Return u32(value)."""
    return value.to_bytes(4, "big")


def digest_items(label: str, *items: bytes) -> bytes:
    """Spec: "hash_items"."""
    parts = [b"phieukin/1/" + label.encode(), *items]
    return hashlib.sha512(b"".join(number(len(part)) + part for part in parts)).digest()


def challenge(label: str, *items: bytes) -> int:
    """Spec: "hash_to_scalar"."""
    return int.from_bytes(digest_items(label, *items), "little") % ORDER


def require(left: Point, right: Point, what: str) -> None:
    """Fail unless both are one element."""
    if not is_equal(left, right):
        raise RefusedError(what)


@dataclass(frozen=True)
class Pair:
    """A ciphertext, as bytes and as points."""

    data: bytes
    alpha: Point
    beta: Point


@dataclass(frozen=True)
class Election:
    """What a ballot is bound to; shape: options and marks of each contest."""

    election_hash: bytes
    key: bytes
    shape: tuple[tuple[int, int], ...]


def check_proof(
    election: Election, digest: bytes, contest: int, position: bytes, pair: Pair, values: range, proof: bytes
) -> None:
    """Spec: "verify_membership"."""
    m = len(values)
    parts = [proof[start : start + 32] for start in range(0, len(proof), 32)]
    points = [decode_point(part) for part in parts[: 2 * m]]
    scalars = [decode_number(part) for part in parts[2 * m :]]
    whole = challenge("membership", digest, number(contest), position, b"".join(parts[: 2 * m]))
    challenges = [(whole - sum(scalars[: m - 1])) % ORDER, *scalars[: m - 1]]
    key = decode_public_point(election.key)
    for branch, value in enumerate(values):
        c, z = challenges[branch], scalars[m - 1 + branch]
        message = add(pair.beta, negate(multiply(value, GENERATOR)))
        require(multiply(z, GENERATOR), add(points[2 * branch], multiply(c, pair.alpha)), "proof")
        require(multiply(z, key), add(points[2 * branch + 1], multiply(c, message)), "proof")


def check_ballot(election: Election, data: bytes) -> bytes:
    """Return the hash of a ballot that may be counted. Spec: "decode_ballot, verify_ballot"."""
    size = 128 + sum(288 * (n + 1) + 32 * (4 * k - 1) for n, k in election.shape)
    if len(data) != size or data[:32] != election.election_hash:
        raise RefusedError("ballot")
    unsigned, signature = data[:-64], data[-64:]
    public = decode_public_point(data[32:64])
    c = challenge("cast", election.election_hash, data[32:64], signature[:32], unsigned)
    right = add(decode_point(signature[:32]), multiply(c, public))
    require(multiply(decode_number(signature[32:]), GENERATOR), right, "signature")
    contests = list(split_contests(election, unsigned[64:]))
    pairs = [pair for members, _, _ in contests for pair, _ in members]
    if len({pair.data[:32] for pair in pairs}) != len(pairs):
        raise RefusedError("alpha twice")
    joined = b"".join(pair.data for pair in pairs)
    digest = digest_items("ballot", election.election_hash, election.key, data[32:64], joined)
    for index, (members, proof, k) in enumerate(contests):
        for option, (pair, own) in enumerate(members):
            check_proof(election, digest, index, b"option" + number(option), pair, range(2), own)
        check_proof(election, digest, index, b"sum", add_pairs(members, k), range(1, k + 1), proof)
    return hashlib.sha256(unsigned).digest()


def split_contests(election: Election, data: bytes) -> list[tuple[list[tuple[Pair, bytes]], bytes, int]]:
    """Return each contest's ciphertexts with their proofs, the proof of its sum, and k."""
    contests = []
    for n, k in election.shape:
        members = []
        for _ in range(n + 1):
            part, data = data[:288], data[288:]
            pair = Pair(part[:64], decode_public_point(part[:32]), decode_point(part[32:64]))
            members.append((pair, part[64:]))
        size = 32 * (4 * k - 1)
        contests.append((members, data[:size], k))
        data = data[size:]
    return contests


def add_pairs(members: list[tuple[Pair, bytes]], k: int) -> Pair:
    """Return the sum of a contest's ciphertexts, the blank one k times."""
    alpha, beta = multiply(k, members[-1][0].alpha), multiply(k, members[-1][0].beta)
    for pair, _ in members[:-1]:
        alpha, beta = add(alpha, pair.alpha), add(beta, pair.beta)
    return Pair(b"", alpha, beta)


def check_decryption(case: dict[str, str], trustee: int) -> None:
    """Check one partial decryption of the vectors. Spec: "verify_decryption"."""
    names = ("ceremony_hash", "public_share", "context", "alpha", "beta", "decryption", "proof")
    ceremony_hash, share, context, alpha, beta, decryption, proof = (bytes.fromhex(case[name]) for name in names)
    if len(proof) != 96:
        raise RefusedError("proof")
    items = (ceremony_hash, number(trustee), share, context, alpha, beta, decryption)
    c, z = challenge("decryption", *items, proof[:32], proof[32:64]), decode_number(proof[64:])
    base = add(decode_point(proof[:32]), multiply(c, decode_public_point(share)))
    require(multiply(z, GENERATOR), base, "proof")
    point = add(decode_point(proof[32:64]), multiply(c, decode_point(decryption)))
    require(multiply(z, decode_point(alpha)), point, "proof")
