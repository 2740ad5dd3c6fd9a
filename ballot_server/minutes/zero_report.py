"""The zero report: what is voted on, by which rules and among whom, and that the ballot box is empty.

It is printed before an election is opened, signed by the tellers and the chair, and may be printed again afterwards as
things stood at the opening. An election on paper has no key and no slips; there the box itself is shown.
Source: VVSG 2.0, 1.1.3-B.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ballot_server.i18n import Language, translate
from ballot_server.minutes.room_paper import RoomPaper, Signature, typeset_paper, write_in_words
from ballot_server.minutes.typesetting import Json
from ballot_server.minutes.wording import group_characters

TEMPLATE = "zero_report.typ"


@dataclass(frozen=True)
class ZeroQuestion:
    """One question as it stands on the ballot; at most `marks` of the options may be marked."""

    subject: str
    options: tuple[str, ...]
    marks: int


@dataclass(frozen=True)
class ZeroRules:
    """By which rules it is decided, in the words of the chair's page; `quorum` is empty where none is asked for."""

    title: str
    version: str
    base: str
    needed: tuple[str, ...]
    quorum: str


@dataclass(frozen=True)
class ZeroCounts:
    """People, and slips or paper ballots; `beside` are paper ballots handed out beside phones, None if not known."""

    summoned: int
    present: int
    printed: int
    handed_out: int
    left_over: int
    void: int
    lost: int
    issued: int
    beside: int | None = None


@dataclass(frozen=True)
class ZeroBox:
    """What must be zero where phones vote."""

    ballots: int
    slips_used: int


@dataclass(frozen=True)
class ZeroKey:
    """The key that ballots are encrypted under.

    words, code: of its fingerprint; tellers: who holds a share, `threshold` of them open the sum; signed: who signed
    the counts. The trial decryption is part of making the key: a key that stands has passed it.
    """

    words: tuple[str, ...]
    code: str
    threshold: int
    tellers: tuple[str, ...]
    signed: tuple[str, ...]


@dataclass(frozen=True)
class ServedFile:
    """A file that the server sends to voters' phones; `digest` is its SHA-256 in hexadecimal."""

    name: str
    digest: str


@dataclass(frozen=True)
class ZeroServer:
    """How another machine recognises the server: its signing key in hexadecimal, and what it sends to phones."""

    key: str
    files: tuple[ServedFile, ...]
    address: str = ""


@dataclass(frozen=True)
class ZeroReport:
    """What the report says.

    `box`, `key` and `server` are None for an election on paper alone. `sealed` is the hash of what was opened, empty
    before the opening.
    """

    paper: RoomPaper
    title: str
    questions: tuple[ZeroQuestion, ...]
    rules: ZeroRules
    counts: ZeroCounts
    box: ZeroBox | None
    key: ZeroKey | None
    server: ZeroServer | None
    sealed: str = ""
    tellers: tuple[str, ...] = ()
    chair: str = ""


def render_zero_report(report: ZeroReport, language: Language = Language.VIETNAMESE) -> bytes:
    """Return the report as PDF/A-2b. Raises: TypesettingError."""
    stage = "at_opening" if report.sealed else "before_opening"
    data: dict[str, Json] = {
        "sections": [
            _section("asked", _list_rules(report, language), language),
            _section("people", _list_counts(report, language), language),
            _section("box", _list_box(report, language), language),
            *([] if report.key is None else [_section("key", _list_key(report.key, language), language)]),
            *([] if report.server is None else [_section("server", _list_server(report.server, language), language)]),
        ],
        "questions": [_describe_question(question, language) for question in report.questions],
        "statement": _say("statement_paper" if report.box is None else "statement", language),
        "checks": [] if report.box is not None else [_say(f"shown_{step}", language) for step in ("open", "shut")],
        "sealed_label": _say("sealed", language) if report.sealed else "",
        "sealed": group_characters(report.sealed),
        "signatures": _list_signatures(report, language),
    }
    title = _say("title", language)
    return typeset_paper(
        TEMPLATE, report.paper, data, title=title, subtitles=(report.title, _say(stage, language)), language=language
    )


def _section(key: str, lines: Sequence[Json], language: Language) -> Json:
    return {"kind": key, "heading": _say(f"heading_{key}", language), "lines": list(lines)}


def _describe_question(question: ZeroQuestion, language: Language) -> Json:
    marks = _say("marks_one" if question.marks == 1 else "marks", language, marks=question.marks)
    return {"subject": question.subject, "options": list(question.options), "marks": marks}


def _list_rules(report: ZeroReport, language: Language) -> list[Json]:
    rules = report.rules
    lines = [_line("rules", rules.title, language), _line("version", rules.version, language)]
    lines.append(_line("base", rules.base, language))
    lines += [_line("needed", sentence, language) for sentence in rules.needed]
    return lines + ([_line("quorum", rules.quorum, language)] if rules.quorum else [])


def _list_counts(report: ZeroReport, language: Language) -> list[Json]:
    counts, kind = report.counts, "paper" if report.box is None else "slips"
    lines = [_figure(name, getattr(counts, name), language) for name in ("summoned", "present")]
    for name in ("printed", "handed_out", "left_over", "void", "lost", "issued"):
        lines.append(_figure(f"{kind}_{name}", getattr(counts, name), language))
    return lines + ([] if counts.beside is None else [_figure("beside", counts.beside, language)])


def _list_box(report: ZeroReport, language: Language) -> list[Json]:
    if report.box is None:
        return []
    return [
        _figure("ballots", report.box.ballots, language),
        _figure("slips_used", report.box.slips_used, language),
    ]


def _list_key(key: ZeroKey, language: Language) -> list[Json]:
    holders = _say("tellers_of", language, threshold=key.threshold, count=len(key.tellers))
    return [
        _line("key_words", " · ".join(key.words), language, is_code=True),
        _line("key_code", group_characters(key.code), language, is_code=True),
        _line("tellers", f"{', '.join(key.tellers)} ({holders})", language),
        _line("trial", _say("trial_done", language), language),
        _line("signed", ", ".join(key.signed), language),
    ]


def _list_server(server: ZeroServer, language: Language) -> list[Json]:
    lines = [_line("server_key", group_characters(server.key), language, is_code=True)]
    lines += [
        {"label": _say("file", language, name=file.name), "value": group_characters(file.digest), "is_code": True}
        for file in server.files
    ]
    how = _say("compare_at", language, address=server.address) if server.address else _say("compare", language)
    return [*lines, {"label": "", "value": how, "is_code": False}]


def _list_signatures(report: ZeroReport, language: Language) -> list[Json]:
    tellers: list[Json] = [Signature(_say("teller", language), name).to_json() for name in report.tellers]
    return [*tellers, Signature(_say("chair", language), report.chair).to_json()]


def _figure(key: str, number: int, language: Language) -> Json:
    words = write_in_words(number, language)
    return _line(key, f"{number} ({words})" if words else str(number), language)


def _line(key: str, value: str, language: Language, *, is_code: bool = False) -> Json:
    return {"label": _say(key, language), "value": value, "is_code": is_code}


def _say(key: str, language: Language, /, **fields: object) -> str:
    return translate(f"zero_report.{key}", language, **fields)
