"""One application inside gunicorn: `python -m ballot_server.web.server voters --socket FD --data FOLDER`.

gevent carries hundreds of slow or idle phones in one process. Casting runs in native threads beside the event loop, so
that neither the checking of proofs nor a wait for the database holds up other pages; libsodium releases the interpreter
while it computes. There is no access log: nothing here writes down who asked for what, or when.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from gunicorn.app.base import BaseApplication

from ballot_server.config import read_database_url
from ballot_server.errors import BallotServerError

if TYPE_CHECKING:
    from ssl import SSLContext

APPLICATIONS = ("voters", "staff", "laptop")
CAST_THREADS = 4
CONNECTIONS = 4_000
HEADER_SECONDS = 10
BODY_SECONDS = 20
GRACE_SECONDS = 5


@dataclass(frozen=True)
class ServerOptions:
    """What one process serves: an application on an inherited socket, with TLS if it has a certificate and key."""

    application: str
    socket: int
    data_folder: Path
    certificate: Path | None = None
    key: Path | None = None
    staff_address: str | None = None
    voters_address: str | None = None


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """gunicorn with our settings; the application is built in the worker, after gevent has taken over the sockets."""

    def __init__(self, options: ServerOptions) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": f"fd://{self._options.socket}",
            "worker_class": "gevent",
            "workers": 1,
            "worker_connections": CONNECTIONS,
            # gunicorn's gevent worker gives each request's headers as long as a kept connection may idle.
            "keepalive": HEADER_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 60,
            "limit_request_line": 2_048,
            "limit_request_fields": 60,
            "limit_request_field_size": 4_096,
            "control_socket_disable": True,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "proc_name": f"phieukin-{self._options.application}",
        }
        if self._options.certificate is not None and self._options.key is not None:
            settings |= {
                "certfile": str(self._options.certificate),
                "keyfile": str(self._options.key),
                "ssl_context": _demand_tls,
            }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return build_in_worker(self._options)


def _demand_tls(_configuration: object, build_default: Callable[[], SSLContext]) -> SSLContext:
    # Not before: gevent must replace this module's sockets first.
    from ssl import TLSVersion

    context = build_default()
    context.minimum_version = TLSVersion.TLSv1_2
    return context


def build_in_worker(options: ServerOptions) -> Flask:
    """Return the application, its long work handed to gevent's native threads."""
    from ssl import SSLError

    from gevent import Timeout
    from gevent.hub import Hub
    from gevent.threadpool import ThreadPool

    from ballot_server.services.installation import open_installation
    from ballot_server.web.context import WebContext
    from ballot_server.web.errors import RequestTooSlowError
    from ballot_server.web.staff_app import create_staff_app
    from ballot_server.web.voters_app import create_voters_app

    # A phone that does not trust the authority yet breaks the handshake off: no fault, and nothing to write down.
    Hub.NOT_ERROR = (*Hub.NOT_ERROR, SSLError, ConnectionError)
    pool = ThreadPool(CAST_THREADS)

    def run_in_thread(function: Callable[[], bytes]) -> bytes:
        answer = pool.apply(_catch, (function,))
        if isinstance(answer, BallotServerError):
            raise answer
        if not isinstance(answer, bytes):
            raise TypeError("long work returns bytes")
        return answer

    def limit_time() -> AbstractContextManager[object]:
        timeout: AbstractContextManager[object] = Timeout(BODY_SECONDS, RequestTooSlowError())
        return timeout

    context = WebContext(
        installation=open_installation(options.data_folder, os.urandom, read_database_url(os.environ)),
        run_blocking=run_in_thread,
        limit_time=limit_time,
        staff_address=options.staff_address,
        voters_address=options.voters_address,
    )
    if options.application == "voters":
        return create_voters_app(context)
    return create_staff_app(context, is_laptop=options.application == "laptop")


def _catch(function: Callable[[], bytes]) -> bytes | BallotServerError:
    """Return a refusal instead of raising it: the pool would write down each with its time, a slip's second use too."""
    try:
        return function()
    except BallotServerError as error:
        return error


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve one application on an inherited listening socket until SIGTERM, or until the parent is gone."""
    parser = argparse.ArgumentParser(prog="python -m ballot_server.web.server")
    parser.add_argument("application", choices=APPLICATIONS)
    parser.add_argument("--socket", type=int, required=True, help="descriptor of an inherited listening socket")
    parser.add_argument("--data", type=Path, required=True, help="data folder")
    parser.add_argument("--certificate", type=Path, help="certificate file: the application is served with TLS")
    parser.add_argument("--key", type=Path, help="the certificate's key file")
    parser.add_argument("--staff-address", help="where devices in the room reach the staff's application")
    parser.add_argument("--voters-address", help="where devices in the room reach the voters' application")
    parsed = parser.parse_args(arguments)
    _raise_file_limit()
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    options = ServerOptions(
        application=parsed.application,
        socket=parsed.socket,
        data_folder=parsed.data,
        certificate=parsed.certificate,
        key=parsed.key,
        staff_address=parsed.staff_address,
        voters_address=parsed.voters_address,
    )
    Server(options).run()


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, 2 * CONNECTIONS)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _stop_with_parent() -> None:
    # The parent holds the other end of our standard input and never writes: its end of file is the parent's.
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
