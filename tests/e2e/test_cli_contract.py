"""What every command keeps to: help, exit status 0, 1 or 2, `--json` and `--lang`, and `serve` from start to stop."""

from __future__ import annotations

import io
import json
import re
import signal
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from ballot_server.cli.main import main
from ballot_server.web.processes import open_listener
from tests.support.command_line import PATIENCE_SECONDS, PHIEUKIN, SAMPLE, run_phieukin
from tests.support.rehearsals import Rehearsal
from tests.support.rule_files import SMALL_FILE
from tests.support.verifying import Verify

COMMANDS = {"serve", "rehearse", "verify", "rules", "roll"}
"""Those of the contract that there must be; the tests below hold for every other one too."""
TALKING_TO_PROGRAMS = {
    ("rehearse",),
    ("verify",),
    ("rules", "list"),
    ("rules", "show"),
    ("rules", "check"),
    ("roll", "check"),
}


def read_help(command: tuple[str, ...]) -> str:
    """Return what a command's `--help` prints, which must end well."""
    output = io.StringIO()
    with redirect_stdout(output), pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    return output.getvalue()


def list_commands(command: tuple[str, ...], text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every command below one with its help; argparse lists subcommands four blanks deep."""
    names = re.findall(r"^ {4}([a-z]+)\b", text, re.MULTILINE)
    for name in names:
        below = (*command, name)
        help_text = read_help(below)
        yield below, help_text
        yield from list_commands(below, help_text)


@pytest.fixture(scope="module")
def helps() -> dict[tuple[str, ...], str]:
    """The help of every command and subcommand there is."""
    return dict(list_commands((), read_help(())))


def test_every_command_has_help(helps: dict[tuple[str, ...], str]) -> None:
    assert {command[0] for command in helps} >= COMMANDS
    for command, text in helps.items():
        assert text.startswith(f"usage: phieukin {' '.join(command)}")
        assert len(text.splitlines()) > 3


def test_every_command_that_does_something_takes_a_language(helps: dict[tuple[str, ...], str]) -> None:
    groups = {command[:-1] for command in helps if len(command) > 1}
    assert not [command for command, text in helps.items() if command not in groups and "--lang {vi,en}" not in text]


def test_commands_that_a_program_may_read_offer_json(helps: dict[tuple[str, ...], str]) -> None:
    assert not [command for command in TALKING_TO_PROGRAMS if "--json" not in helps[command]]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["vote"],
        ["verify"],
        ["rehearse", "meeting.toml"],
        ["rules"],
        ["rules", "vote"],
        ["roll", "check"],
        ["verify", "archive.jsonl", "--unknown"],
        ["rules", "list", "--lang", "fr"],
        ["roll", "check", "roll.csv", "--on", "31/02/2026"],
        ["serve", "--voters-port", "many"],
    ],
    ids=lambda arguments: " ".join(arguments) or "nothing",
)
def test_bad_usage_is_status_2_and_told_on_the_error_stream(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    captured = capsys.readouterr()
    assert (caught.value.code, captured.out) == (2, "")
    assert captured.err.startswith("usage: phieukin")


def test_status_of_a_command_is_that_of_its_process() -> None:
    assert [run_phieukin(*arguments).status for arguments in (["--help"], ["vote"])] == [0, 2]


def read_json(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> object:
    """Return what a command prints as JSON, and nothing beside it."""
    assert main([*arguments, "--json"]) == status
    captured = capsys.readouterr()
    assert captured.err == ""
    return json.loads(captured.out)


def test_rules_list_and_show_speak_json(capsys: pytest.CaptureFixture[str]) -> None:
    listed = read_json(capsys, "rules", "list")
    assert isinstance(listed, list)
    for entry in listed:
        shown = read_json(capsys, "rules", "show", entry["id"])
        assert isinstance(shown, list)
        assert {version["id"] for version in shown} == {entry["id"]}


@pytest.mark.parametrize(
    ("change", "status", "accepted"),
    [
        (("", ""), 0, True),
        (('outcome = "passed"', 'outcome = "not_passed"'), 1, False),
        (("when = [{ enough = false }]", "when = [{ enough = true }]"), 1, False),
        (("[base]", "[bass]"), 1, False),
    ],
    ids=["right", "wrong case", "wrong outcome", "wrong key"],
)
def test_rules_check_speaks_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], status: int, accepted: bool
) -> None:
    (tmp_path / "own.toml").write_text(SMALL_FILE.replace(*change) if change[0] else SMALL_FILE, encoding="utf-8")
    told = read_json(capsys, "rules", "check", str(tmp_path / "own.toml"), status=status)
    assert isinstance(told, dict)
    assert told["accepted"] is accepted


@pytest.mark.parametrize("arguments", [("rules", "check"), ("roll", "check"), ("verify",)])
def test_file_that_is_not_there_is_bad_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert main([*arguments, str(tmp_path / "missing.toml")]) == 2
    assert "missing.toml" in capsys.readouterr().err


def test_rule_set_that_is_not_installed_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "show", "vn-screening-step9"]) == 2
    assert "vn-screening-step9" in capsys.readouterr().err


def test_roll_check_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    told = read_json(capsys, "roll", "check", str(SAMPLE / "roll.csv"), "--on", "15/01/2026")
    assert isinstance(told, dict)
    assert (told["ok"], told["total"], told["classes"]["official"]) == (True, 27, 22)
    assert [len(told["exemptions"][group]) for group in ("in_force", "lapsed", "not_yet")] == [3, 1, 0]


def test_verify_speaks_json(sample: Rehearsal, verify: Verify) -> None:
    status, output, _ = verify(sample.archive, "--json", "--head", sample.result["board_head"])
    told = json.loads(output)
    assert (status, told["verified"], told["head_compared"], told["head"]) == (
        0,
        True,
        True,
        sample.result["board_head"],
    )
    assert told["elections"]["s1"]["counts"] == [[12, 1, 1], [11, 2, 1]]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("rules", "list"), "Majority of the votes cast"),
        (("rules", "show", "vn-screening-step1"), "at least 2/3 of the base"),
        (("roll", "check", str(SAMPLE / "roll.csv"), "--on", "2026-01-15"), "27 people"),
    ],
    ids=["rules list", "rules show", "roll check"],
)
def test_command_speaks_english_when_asked(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    assert main([*arguments, "--lang", "en"]) == 0
    assert sentence in capsys.readouterr().out


def test_verify_speaks_english_when_asked(sample: Rehearsal, verify: Verify) -> None:
    assert "NOT compared with the signed minutes" in verify(sample.archive, "--lang", "en")[1]


def test_terminal_without_vietnamese_letters_gets_an_answer_and_no_trace() -> None:
    finished = run_phieukin("rules", "list", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (finished.status, finished.errors) == (0, "")
    assert "vn-screening-step1 [V]" in finished.output


@dataclass(frozen=True)
class Served:
    """A running `phieukin serve`, its data folder, and the lines it printed until it was ready."""

    process: subprocess.Popen[str]
    folder: Path
    lines: tuple[str, ...]

    @property
    def addresses(self) -> list[str]:
        """The addresses of the applications, each once."""
        found = re.findall(r"https?://[^\s/#]+", "\n".join(self.lines))
        return list(dict.fromkeys(found))

    def read_health(self, address: str) -> int:
        """Return the status of an application's health page."""
        context = ssl.create_default_context()
        if address.startswith("https"):
            context.load_verify_locations(self.folder / "authority.pem")
        with urllib.request.urlopen(f"{address}/healthz", timeout=30, context=context) as response:
            return int(response.status)


def start_serving(folder: Path, *options: str) -> Served:
    """Start `phieukin serve` and return when it has said everything."""
    ports = ("--voters-port", "0", "--staff-port", "0", "--laptop-port", "0")
    process = subprocess.Popen(
        [PHIEUKIN, "serve", "--host", "127.0.0.1", "--data", folder, *ports, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl+C" in line:
            return Served(process, folder, tuple(lines))
    raise AssertionError(f"serve ended with {process.wait()} and said {lines}")


@pytest.mark.parametrize(("language", "farewell"), [("vi", "Đã tắt.\n"), ("en", "Stopped.\n")])
def test_serve_answers_on_every_address_it_prints_and_stops_cleanly(
    tmp_path: Path, language: str, farewell: str
) -> None:
    served = start_serving(tmp_path, "--lang", language)
    healths = [served.read_health(address) for address in served.addresses]
    served.process.send_signal(signal.SIGTERM)
    output, _ = served.process.communicate(timeout=PATIENCE_SECONDS)
    assert len(healths) >= 2
    assert set(healths) == {200}
    assert (served.process.returncode, output) == (0, farewell)


def test_serve_says_that_a_port_is_taken(tmp_path: Path) -> None:
    with open_listener("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        finished = run_phieukin("serve", "--host", "127.0.0.1", "--data", tmp_path, "--voters-port", port)
    assert (finished.status, finished.output) == (1, "")
    assert finished.errors.startswith(f"Cổng {port} đang có chương trình khác dùng.")
    assert len(finished.errors.splitlines()) == 1


def test_serve_refuses_one_port_for_two_applications(tmp_path: Path) -> None:
    finished = run_phieukin("serve", "--data", tmp_path, "--voters-port", 18080, "--staff-port", 18080, "--lang", "en")
    assert (finished.status, finished.output) == (1, "")
    assert "18080" in finished.errors
    assert "Traceback" not in finished.errors


def test_reader_who_has_seen_enough_gets_no_trace(tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    with errors.open("wb") as written:
        command = [str(PHIEUKIN), "rules", "show", "vn-discipline"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=written)
        assert process.stdout is not None
        process.stdout.close()
        process.wait(timeout=60)
    assert errors.read_bytes() == b""
