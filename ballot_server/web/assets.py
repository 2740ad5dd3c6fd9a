"""The browser's bundles, as built at install: read once, compressed once, and named by their digest.

An address with the digest never changes its content, so phones keep it; after an update the page names another.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, request
from markupsafe import Markup

from ballot_server.errors import BallotServerError
from ballot_server.web.access import Audience, allow
from ballot_server.web.errors import PageMissingError

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".wasm": "application/wasm"}
_A_YEAR_SECONDS = 31_536_000
BUNDLES = Path(__file__).parent / "bundles"


class BundleMissingError(BallotServerError):
    """The installation lacks a file that browsers load; field: name."""


@dataclass(frozen=True)
class Bundle:
    """One file as it is sent; `digest` is the SHA-256 of its plain bytes, in hexadecimal."""

    content: bytes
    compressed: bytes
    content_type: str
    digest: str


def load_bundles(names: Iterable[str], folder: Path = BUNDLES) -> Mapping[str, Bundle]:
    """Return the bundles of these names. Raises: BundleMissingError."""
    return {name: _read_bundle(folder, name) for name in names}


def build_assets(bundles: Mapping[str, Bundle], audience: Audience = Audience.ROOM) -> Blueprint:
    """Return the pages that serve bundles; templates name them by `asset_url` and hold them by `asset_text`."""
    blueprint = Blueprint("assets", __name__, url_prefix="/assets")

    @blueprint.app_template_global()
    def asset_url(name: str) -> str:
        return f"/assets/{name}?d={bundles[name].digest[:16]}"

    @blueprint.app_template_global()
    def asset_text(name: str) -> Markup:
        # Our own file, as built; its digest is in the page's policy.
        return Markup(bundles[name].content.decode())  # noqa: S704

    @blueprint.get("/<name>")
    @allow(audience)
    def get_asset(name: str) -> Response:
        bundle = bundles.get(name)
        if bundle is None:
            raise PageMissingError
        is_compressed = request.accept_encodings.quality("gzip") > 0
        response = Response(bundle.compressed if is_compressed else bundle.content, content_type=bundle.content_type)
        if is_compressed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        is_named = request.args.get("d") == bundle.digest[:16]
        response.headers["Cache-Control"] = f"public, max-age={_A_YEAR_SECONDS}, immutable" if is_named else "no-cache"
        return response

    return blueprint


def _read_bundle(folder: Path, name: str) -> Bundle:
    try:
        content = (folder / name).read_bytes()
    except FileNotFoundError:
        raise BundleMissingError(name=name) from None
    return Bundle(
        content=content,
        compressed=gzip.compress(content, compresslevel=9, mtime=0),
        content_type=_TYPES[Path(name).suffix],
        digest=hashlib.sha256(content).hexdigest(),
    )
