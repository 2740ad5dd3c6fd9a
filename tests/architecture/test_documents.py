"""The documents are true: what they name exists, and every command in them can be typed."""

from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from ballot_server.cli.main import build_parser
from crypto.verify.__main__ import main as run_verifier
from crypto.verify.sentences import CHECKS, Language

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path for pattern in ("*.md", "crypto/*.md", "docs/**/*.md", "deploy/**/*.md") for path in ROOT.glob(pattern)
)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
GUIDES = {Language.VIETNAMESE: ROOT / "docs" / "verify.vi.md", Language.ENGLISH: ROOT / "docs" / "verify.en.md"}
MADE_BY_COMMANDS = ("out/", ".venv", "./data")
"""What a fresh copy does not hold: results, the environment, the data folder."""

MACHINE_PATH = re.compile(r"(?<![\w./~-])/(?:home|root|tmp|work|opt|srv|mnt|usr|var|Users)/|\b[A-Z]:\\")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
INLINE_CODE = re.compile(r"`([^`\n]+)`")
TEST_NAME = re.compile(r"`([\w/]+\.py)::(\w+)`")
NAMING_TESTS = [
    ROOT / "docs" / "coverage.md",
    *(ROOT / "docs" / "sources" / f"{name}.md" for name in ("screening", "confidence", "resignation", "control")),
]
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def name_document(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def list_code(path: Path) -> list[str]:
    """Return the indented lines and the inline code of a document."""
    text = path.read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.startswith("    ")] + INLINE_CODE.findall(text)


def list_commands(path: Path, program: str) -> list[list[str]]:
    """Return the arguments of each command in a document that is given with all its arguments."""
    commands = []
    for code in list_code(path):
        words = shlex.split(code, comments=True) if code.startswith((program, f".venv/bin/{program}")) else []
        if len(words) > 1 and "…" not in code:
            commands.append(words[1:])
    return commands


def make_cases(program: str) -> list[list[str]]:
    return [words for path in DOCUMENTS for words in list_commands(path, program)]


@cache
def list_tests(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def make_anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("words", make_cases("phieukin"), ids=" ".join)
def test_phieukin_command_of_a_document_can_be_typed(words: list[str]) -> None:
    # Two words, such as `rules check` or `roll template`, name a command without its arguments.
    if len(words) > 2:
        assert build_parser().parse_args(words).command == words[0]
    else:
        with pytest.raises(SystemExit) as ended:
            build_parser().parse_args([*words, "--help"])
        assert ended.value.code == 0


def test_verifier_command_of_a_document_can_be_typed(capsys: pytest.CaptureFixture[str]) -> None:
    commands = [words[2:] for words in make_cases("python") if words[:2] == ["-m", "crypto.verify"]]
    assert commands
    for words in commands:
        with pytest.raises(SystemExit) as ended:
            run_verifier([*words, "--help"])
        assert ended.value.code == 0
    assert "--head" in capsys.readouterr().out


def test_make_targets_of_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {words[0] for words in make_cases("make ")}
    assert {"run", "test", "rehearsal"} <= named <= targets


@pytest.mark.parametrize("document", ["README.md", "docs/operator.vi.md"])
def test_paths_of_a_document_exist(document: str) -> None:
    words = {word for code in list_code(ROOT / document) for word in code.split() if "/" in word}
    paths = {word for word in words if re.fullmatch(r"[\w.-]+(/[\w.-]*)+", word)}
    named = {path for path in paths if not path.startswith((*MADE_BY_COMMANDS, "ten-thu-muc/"))}
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_document)
def test_links_of_a_document_resolve(path: Path) -> None:
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if link.startswith(("https://", "mailto:")):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            headings = HEADING.findall(target.read_text(encoding="utf-8"))
            assert anchor in map(make_anchor, headings), link


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_document)
def test_document_names_no_path_of_a_machine(path: Path) -> None:
    assert MACHINE_PATH.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", NAMING_TESTS, ids=name_document)
def test_tests_named_in_a_document_exist(path: Path) -> None:
    named = set(TEST_NAME.findall(path.read_text(encoding="utf-8")))
    assert named
    missing = [
        f"{file}::{name}"
        for file, name in sorted(named)
        if not (ROOT / "tests" / file).is_file() or name not in list_tests(ROOT / "tests" / file)
    ]
    assert missing == []


def test_rows_of_the_coverage_name_a_test_and_an_identifier_once() -> None:
    text = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ") and "::" in line]
    identifiers = [row[0] for row in rows]
    assert len(identifiers) == len(set(identifiers))
    assert all("::" in line for line in text.splitlines() if line.startswith("| ") and "| shown |" not in line)


@pytest.mark.parametrize("path", DECISIONS, ids=name_document)
def test_decision_is_short_and_says_why_and_what_it_costs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 30
    assert text.startswith(f"# {path.name[:4]} ")
    assert all(part in text for part in ("**Decided.**", "**Why.**", "**Costs.**"))


def test_decisions_are_listed_by_their_titles() -> None:
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    titles = {path.name: path.read_text(encoding="utf-8").splitlines()[0][7:] for path in DECISIONS}
    assert [name for name, title in titles.items() if f"]({name}) {title}" not in index] == []


@pytest.mark.parametrize("language", GUIDES)
def test_guide_to_verifying_quotes_the_program(language: Language) -> None:
    text = GUIDES[language].read_text(encoding="utf-8")
    quoted = [check for check, sentence in CHECKS.items() if f"): {sentence.say(language)}" in text]
    assert quoted == [check for check in CHECKS if check != "V12"]
