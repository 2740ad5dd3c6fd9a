"""Somebody between a phone and the server: every answer may be changed, replaced or lost on its way."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Tamper = Callable[[str, str, bytes], bytes | None]
"""From method, path and the server's answer to what the phone gets; None when the answer is lost."""


@contextmanager
def intercept(address: str, tamper: Tamper) -> Iterator[str]:
    """Yield the address of a middleman before the server at `http://host:port`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on(None)

        def do_POST(self) -> None:
            self._pass_on(self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name is the base class's.
            """Say nothing."""

        def _pass_on(self, body: bytes | None) -> None:
            connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
            headers = {} if body is None else {"Content-Type": str(self.headers["Content-Type"])}
            connection.request(self.command, self.path, body=body, headers=headers)
            response = connection.getresponse()
            original = response.read()
            answer = tamper(self.command, self.path, original)
            connection.close()
            if answer is None:
                self.close_connection = True
                return
            self.send_response(response.status if answer == original else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as middleman:
        thread = threading.Thread(target=middleman.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{middleman.server_port}"
        finally:
            middleman.shutdown()
            thread.join()
