"""The processes of the service: each application's own gunicorn, started, watched and stopped from here.

The listening sockets are opened here and inherited. So a port that is taken is known before anything starts, port 0
works, and phones that connect while a process is being replaced wait in the socket's queue instead of being refused.
"""

from __future__ import annotations

import errno
import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from ballot_server.errors import BallotServerError

START_SECONDS = 60
STOP_SECONDS = 15
RESTARTS = 5
REFRESH_SECONDS = 30
LOOPBACK = "127.0.0.1"


class PortTakenError(BallotServerError):
    """Another program listens on a port; field: port."""

    def __init__(self, port: int) -> None:
        super().__init__(port=port)


class AddressUnusableError(BallotServerError):
    """The machine cannot listen on an address; fields: host, port, problem."""

    def __init__(self, *, host: str, port: int, problem: str) -> None:
        super().__init__(host=host, port=port, problem=problem)


class ServerStoppedError(BallotServerError):
    """An application stopped by itself more often than it is worth starting again; field: application."""

    def __init__(self, application: str) -> None:
        super().__init__(application=application)


@dataclass(frozen=True)
class TlsFiles:
    """A certificate, its key, and the authority that a client checks it with."""

    certificate: Path
    key: Path
    authority: Path


@dataclass(frozen=True)
class RoomAddresses:
    """Where devices in the room reach the two applications, without a slash at the end."""

    voters: str
    staff: str


class ServerProcess:
    """One application's process on a socket of its own; use it as a context, or call `stop`."""

    def __init__(
        self,
        application: str,
        *,
        listener: socket.socket,
        data_folder: Path,
        tls: TlsFiles | None = None,
        addresses: RoomAddresses | None = None,
    ) -> None:
        self.application = application
        self._tls = tls
        self._addresses = addresses
        self._listener = listener
        self._data_folder = data_folder
        self._restarts = 0
        self._process = self._launch()

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._listener.getsockname()[1]
        return port

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Return when the application answers. Raises: ServerStoppedError if it stops or does not answer in time."""
        deadline = time.monotonic() + seconds
        while not self._is_answering():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerStoppedError(self.application)

    def _is_answering(self) -> bool:
        # The socket takes connections before anybody answers them, so each attempt waits a moment of its own.
        connection = self._open_connection()
        try:
            connection.request("GET", "/healthz", headers={"Host": f"{LOOPBACK}:{self.port}"})
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _open_connection(self) -> http.client.HTTPConnection:
        host = _reach(self._listener.getsockname()[0])
        if self._tls is None:
            return http.client.HTTPConnection(host, self.port, timeout=1)
        context = ssl.create_default_context(cafile=self._tls.authority)
        # The socket's address may be one of many that the certificate does not list.
        context.check_hostname = False
        return http.client.HTTPSConnection(host, self.port, timeout=1, context=context)

    def replace(self) -> None:
        """Start the process anew on the same socket, so that it reads its certificate again."""
        self._end()
        self._process = self._launch()

    def keep_running(self) -> None:
        """Start the process again if it has stopped. Raises: ServerStoppedError after too many times."""
        if self._process.poll() is None:
            return
        self._restarts += 1
        self._let_go()
        if self._restarts > RESTARTS:
            raise ServerStoppedError(self.application)
        self._process = self._launch()

    def end_abruptly(self) -> None:
        """Kill the process and its worker without a warning; for trying what is left after it."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """End the process: requests under way are answered, then it is told again, then ended."""
        self._end()
        self._listener.close()

    def _end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self) -> subprocess.Popen[bytes]:
        descriptor = self._listener.fileno()
        # -P: a file in the working folder that is named like a module of ours or a library's is not run in its place.
        module = [sys.executable, "-P", "-m", "ballot_server.web.server", self.application]
        # A session of its own: Ctrl+C reaches only the supervisor, which then stops its processes in order.
        return subprocess.Popen(
            [*module, "--socket", str(descriptor), "--data", str(self._data_folder), *self._list_options()],
            pass_fds=[descriptor],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def _list_options(self) -> list[str]:
        options: list[str] = []
        if self._tls is not None:
            options += ["--certificate", str(self._tls.certificate), "--key", str(self._tls.key)]
        if self._addresses is not None:
            options += ["--voters-address", self._addresses.voters, "--staff-address", self._addresses.staff]
        return options


class RunningServer:
    """A voters' application that only this machine reaches."""

    def __init__(self, process: ServerProcess) -> None:
        self._process = process

    @property
    def address(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{LOOPBACK}:{self._process.port}"

    def stop(self) -> None:
        """End it."""
        self._process.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def open_listener(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises: PortTakenError, AddressUnusableError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2_048)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(port) from None
        raise AddressUnusableError(host=host, port=port, problem=error.strerror or str(error)) from None
    return listener


def start_private_server(data_dir: Path, port: int = 0) -> RunningServer:
    """Start the voters' application on 127.0.0.1 and return when it answers; port 0 takes a free one.

    Raises: PortTakenError, AddressUnusableError, ServerStoppedError.
    """
    process = ServerProcess("voters", listener=open_listener(LOOPBACK, port), data_folder=data_dir)
    process.wait_until_ready()
    return RunningServer(process)


def watch_processes(
    processes: tuple[ServerProcess, ...], stopping: threading.Event, refresh: Callable[[], None] | None = None
) -> None:
    """Start again whatever stops by itself, until `stopping` is set; call `refresh` every half minute.

    Raises: ServerStoppedError, and what `refresh` raises.
    """
    seconds = 0
    while not stopping.wait(1):
        for process in processes:
            process.keep_running()
        seconds += 1
        if refresh is not None and seconds % REFRESH_SECONDS == 0:
            refresh()


def _reach(host: str) -> str:
    return {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 - it is compared, not listened on.
