"""`phieukin slips ORDER --out DIR`, on another machine than the server; `phieukin order MEETING` on the server.

Exit status: 0 when the files are written, 1 when the order or the meeting is wrong, 2 when the command is used wrongly.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ballot_server import config
from ballot_server.cli.options import add_common_options
from ballot_server.i18n import Language, translate
from ballot_server.services.fill_order import FilledOrder, fill_order
from ballot_server.services.installation import open_existing_installation
from ballot_server.services.order_slips import order_slips
from ballot_server.services.slip_order import LARGEST_ORDER, SlipOrder, SlipOrderMalformedError

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

OK, BAD_USAGE = 0, 2
_COUNT = re.compile("([A-Z])=([0-9]{1,4})")


def register(subparsers: Subparsers) -> None:
    """Add both commands to the parser of `phieukin`."""
    slips = subparsers.add_parser("slips", help=_help("slips"), description=_help("slips_description"))
    slips.add_argument("order", type=Path, metavar="ORDER", help=_help("order"))
    slips.add_argument("--out", type=Path, required=True, metavar="DIR", help=_help("out"))
    add_common_options(slips)
    slips.set_defaults(run=run_slips)
    order = subparsers.add_parser("order", help=_help("slip_order"), description=_help("slip_order_description"))
    order.add_argument("meeting", metavar="MEETING", help=_help("meeting"))
    order.add_argument("--count", type=parse_count, action="append", required=True, metavar="A=20", help=_help("count"))
    order.add_argument("--address", required=True, metavar="ADDRESS", help=_help("address"))
    order.add_argument("--out", type=Path, required=True, metavar="FILE", help=_help("order_out"))
    order.add_argument("--data", type=Path, default=config.DEFAULT_DATA_FOLDER, help=_help("data"))
    add_common_options(order)
    order.set_defaults(run=run_order)


def parse_count(text: str) -> tuple[str, int]:
    """Return letter and number of ``A=20``. Raises: argparse.ArgumentTypeError."""
    match = _COUNT.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r}: A=20")
    return match[1], int(match[2])


def run_slips(arguments: argparse.Namespace) -> int:
    """Make the slips of an order, write the files to print and the lists, and keep nothing.

    Raises: SlipOrderMalformedError, SlipSheetError, EncodingError, TypesettingError.
    """
    language: Language = arguments.language
    # A fault must not leave the secrets in a file of this process's memory.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        data = arguments.order.read_bytes()
    except OSError as error:
        return _complain("unreadable", language, path=arguments.order, problem=error.strerror)
    if len(data) > LARGEST_ORDER:
        raise SlipOrderMalformedError(problem=f"{len(data)} bytes")
    order = SlipOrder.decode(data)
    names = _name_files(arguments.out, order)
    existing = next((path for path in names.values() if path.exists()), None)
    if existing is not None:
        return _complain("exists", language, path=existing)
    filled = fill_order(order, language=language, random_bytes=os.urandom)
    try:
        _write_files(names, filled)
    except OSError as error:
        return _complain("unwritable", language, path=arguments.out, problem=error.strerror)
    if arguments.json:
        print(json.dumps(_describe(order, names), ensure_ascii=False, indent=1))
    else:
        print("\n".join(_tell(order, names, language)))
    return OK


def run_order(arguments: argparse.Namespace) -> int:
    """Order slips from another machine and write the order's file.

    Raises: what `order_slips` raises; InstallationMissingError, StorageError.
    """
    language: Language = arguments.language
    counts = dict(arguments.count)
    if len(counts) != len(arguments.count):
        return _complain("count_twice", language)
    if arguments.out.exists():
        return _complain("exists", language, path=arguments.out)
    installation = open_existing_installation(arguments.data, os.urandom, config.read_database_url(os.environ))
    try:
        order = order_slips(installation.database, meeting=arguments.meeting, counts=counts, address=arguments.address)
    finally:
        installation.close()
    try:
        _write_new(arguments.out, order)
    except OSError as error:
        return _complain("unwritable", language, path=arguments.out, problem=error.strerror)
    if arguments.json:
        print(json.dumps({"ok": True, "meeting": arguments.meeting, "series": counts, "order": str(arguments.out)}))
    else:
        print(translate("slips_command.ordered", language, path=arguments.out))
    return OK


_LISTS = ""


def _name_files(folder: Path, order: SlipOrder) -> Mapping[str, Path]:
    """Return the path of each series' file by letter, and of the lists under the empty name."""
    sheets = {each.series: folder / f"the-bo-phieu-{order.meeting}-{each.series}.pdf" for each in order.series}
    return {**sheets, _LISTS: folder / f"danh-sach-the-{order.meeting}.json"}


def _write_files(names: Mapping[str, Path], filled: FilledOrder) -> None:
    """Write all files or none; only their owner may read them."""
    contents = {**dict(filled.sheets), _LISTS: filled.lists}
    written: list[Path] = []
    try:
        for name, path in names.items():
            written.append(path)
            _write_new(path, contents[name])
    except OSError:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _write_new(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _tell(order: SlipOrder, names: Mapping[str, Path], language: Language) -> list[str]:
    key = "with_key" if order.key is not None else "without_key"
    return [
        translate("slips_command.made", language, unit=order.unit, date=order.held_on.strftime("%d/%m/%Y")),
        *(
            translate("slips_command.series", language, series=each.series, count=each.count, path=names[each.series])
            for each in order.series
        ),
        translate("slips_command.address", language, address=order.address),
        translate(f"slips_command.{key}", language, words=" · ".join(_list_words(order, language))),
        translate("slips_command.lists", language, path=names[_LISTS]),
        translate("slips_command.then", language),
    ]


def _list_words(order: SlipOrder, language: Language) -> tuple[str, ...]:
    return order.design(order.series[0], language).key_words


def _describe(order: SlipOrder, names: Mapping[str, Path]) -> dict[str, object]:
    return {
        "ok": True,
        "meeting": order.meeting,
        "address": order.address,
        "has_key": order.key is not None,
        "series": [
            {"series": each.series, "colour": each.colour, "count": each.count, "file": str(names[each.series])}
            for each in order.series
        ],
        "lists": str(names[_LISTS]),
    }


def _help(key: str) -> str:
    return translate(f"slips_command.help.{key}", Language.VIETNAMESE)


def _complain(key: str, language: Language, /, **fields: object) -> int:
    print(translate(f"slips_command.{key}", language, **fields), file=sys.stderr)
    return BAD_USAGE
