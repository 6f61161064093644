"""Small SMTP servers on loopback for the tests, well behaved or not; each keeps what it was sent."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

Handler = Callable[["Connection"], None]


class Connection:
    """One accepted connection, with the lines that came over it."""

    def __init__(self, sock: socket.socket, lines: list[str], stop: threading.Event) -> None:
        self.sock = sock
        self.lines = lines
        self.stop = stop
        self._file: BinaryIO = sock.makefile("rb")

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read(self) -> str | None:
        """Return the next line the client sent, None at the end."""
        line = self._file.readline(5000).decode("latin-1")
        if not line:
            return None
        self.lines.append(line.rstrip("\r\n"))
        return self.lines[-1]

    def silence(self, seconds: float = 30) -> None:
        """Stay silent until the client leaves, the test ends or the time is over."""
        self.sock.settimeout(0.05)
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.stop.is_set():
            with contextlib.suppress(TimeoutError):
                if not self.sock.recv(1, socket.MSG_PEEK):
                    return
                time.sleep(0.05)

    def encrypt(self, context: ssl.SSLContext) -> None:
        self._file.close()
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self._file = self.sock.makefile("rb")


class Server:
    """Accepts connections one after the other and hands each to the handler; `most` is how many were open at once."""

    def __init__(self, handler: Handler, address: str = "127.0.0.1", port: int = 0) -> None:
        self.handler = handler
        self.lines: list[str] = []
        self.peers: list[str] = []
        self.times: list[float] = []
        self.open = self.most = 0
        self._stop = threading.Event()
        self._sock = socket.create_server((address, port), family=_family(address))
        self.port: int = self._sock.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                sock, peer = self._sock.accept()
            except OSError:
                return
            self.peers.append(peer[0])
            self.times.append(time.monotonic())
            threading.Thread(target=self._handle, args=(sock,), daemon=True).start()

    def _handle(self, sock: socket.socket) -> None:
        self.open += 1
        self.most = max(self.most, self.open)
        connection = Connection(sock, self.lines, self._stop)
        with contextlib.suppress(OSError, ValueError):
            self.handler(connection)
        self.open -= 1
        with contextlib.suppress(OSError):
            connection.sock.close()
        with contextlib.suppress(OSError):
            sock.close()

    def close(self) -> None:
        self._stop.set()
        self._sock.close()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def polite(
    banner: bytes = b"220 gw.corp.example ESMTP\r\n",
    *,
    delay: float = 0,
    tls: ssl.SSLContext | None = None,
    offers: tuple[bytes, ...] = (b"8BITMIME", b"SIZE 10485760"),
    **replies: bytes,
) -> Handler:
    """Return a handler that greets and answers every command; `replies` (EHLO, MAIL, …) replace its usual answers."""

    def handle(connection: Connection) -> None:
        time.sleep(delay)
        connection.send(banner)
        keywords = [*offers, *([b"STARTTLS"] if tls else [])]
        data = False
        while (line := connection.read()) is not None:
            verb = line[:4].upper()
            if data:
                data = line != "."
                if not data:
                    connection.send(replies.get("DOT", b"250 ok:  Message 60 accepted\r\n"))
                continue
            if verb in replies:
                connection.send(replies[verb])
                data = verb == "DATA" and replies[verb].startswith(b"354")
            elif verb == "EHLO":
                rows = [b"gw.corp.example", *keywords]
                marks = [b"-"] * (len(rows) - 1) + [b" "]
                connection.send(b"".join(b"250" + mark + row + b"\r\n" for mark, row in zip(marks, rows, strict=True)))
            elif verb == "STAR" and tls:
                connection.send(b"220 Go ahead with TLS\r\n")
                connection.encrypt(tls)
                keywords = [*offers]
            elif verb == "DATA":
                connection.send(b"354 go ahead\r\n")
                data = True
            elif verb == "QUIT":
                connection.send(b"221 gw.corp.example\r\n")
                return
            else:
                connection.send(b"250 ok\r\n")

    return handle


def says(*pieces: bytes, pause: float = 0, then: str = "close") -> Handler:
    """Return a handler that sends pieces, a pause after each, whatever comes; then it closes, resets or is silent."""

    def handle(connection: Connection) -> None:
        for piece in pieces:
            connection.send(piece)
            if connection.stop.wait(pause):
                return
        if then == "silence":
            connection.silence()
        elif then == "reset":
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    return handle


def without_end(piece: bytes, pause: float = 0) -> Handler:
    """Return a handler that sends the same piece again and again until the client leaves."""

    def handle(connection: Connection) -> None:
        while not connection.stop.wait(pause) if pause else not connection.stop.is_set():
            connection.send(piece)

    return handle


@contextlib.contextmanager
def full_backlog() -> Iterator[int]:
    """Yield a loopback port whose queue is full, so that a connection attempt gets no answer at all, as if filtered."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
        time.sleep(0.1)
        yield port


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def make_certificates(folder: Path) -> None:
    """Make a root `ca.pem` and signed by it, each with its key: `good.pem`, `old.pem` (expired), `other.pem` (name)."""
    script = """
    set -e
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj '/O=Test Root/CN=Root' \
        -addext keyUsage=critical,keyCertSign
    openssl req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj '/O=Corp, Ltd/CN=gw.corp.example'
    printf 'subjectAltName=DNS:gw.corp.example,DNS:localhost,IP:127.0.0.1,IP:::1' > names
    printf 'subjectAltName=DNS:other.example' > other
    sign() { openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial "$@"; cat key.pem; }
    sign -days 10 -extfile names > good.pem
    sign -days -1 -extfile names > old.pem
    sign -days 10 -extfile other > other.pem
    """
    subprocess.run(["sh", "-c", script], cwd=folder, check=True, capture_output=True, timeout=60)


def tls_server(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
