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
from pathlib import Path

from flask import Flask
from gunicorn.app.base import BaseApplication

from ballot_server.config import read_database_url

APPLICATIONS = ("voters", "staff")
CAST_THREADS = 4
CONNECTIONS = 4_000
HEADER_SECONDS = 10
BODY_SECONDS = 20
GRACE_SECONDS = 5


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """gunicorn with our settings; the application is built in the worker, after gevent has taken over the sockets."""

    def __init__(self, application: str, *, socket: int, data_folder: Path) -> None:
        self._application = application
        self._socket = socket
        self._data_folder = data_folder
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": f"fd://{self._socket}",
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
            "proc_name": f"phieukin-{self._application}",
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return build_in_worker(self._application, self._data_folder)


def build_in_worker(application: str, data_folder: Path) -> Flask:
    """Return the application, its long work handed to gevent's native threads."""
    from gevent import Timeout
    from gevent.threadpool import ThreadPool

    from ballot_server.services.installation import open_installation
    from ballot_server.web.context import WebContext
    from ballot_server.web.errors import RequestTooSlowError
    from ballot_server.web.staff_app import create_staff_app
    from ballot_server.web.voters_app import create_voters_app

    pool = ThreadPool(CAST_THREADS)

    def run_in_thread(function: Callable[[], bytes]) -> bytes:
        answer = pool.apply(function)
        if not isinstance(answer, bytes):
            raise TypeError("long work returns bytes")
        return answer

    def limit_time() -> AbstractContextManager[object]:
        timeout: AbstractContextManager[object] = Timeout(BODY_SECONDS, RequestTooSlowError())
        return timeout

    context = WebContext(
        installation=open_installation(data_folder, os.urandom, read_database_url(os.environ)),
        run_blocking=run_in_thread,
        limit_time=limit_time,
    )
    return create_voters_app(context) if application == "voters" else create_staff_app(context, is_laptop=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve one application on an inherited listening socket until SIGTERM, or until the parent is gone."""
    parser = argparse.ArgumentParser(prog="python -m ballot_server.web.server")
    parser.add_argument("application", choices=APPLICATIONS)
    parser.add_argument("--socket", type=int, required=True, help="descriptor of an inherited listening socket")
    parser.add_argument("--data", type=Path, required=True, help="data folder")
    parsed = parser.parse_args(arguments)
    _raise_file_limit()
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    Server(parsed.application, socket=parsed.socket, data_folder=parsed.data).run()


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
