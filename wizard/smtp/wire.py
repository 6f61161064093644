"""One connection to a stranger's server, bounded in bytes, lines and time."""

from __future__ import annotations

import contextlib
import re
import selectors
import socket
import ssl
import time

from wizard.smtp.model import Reply
from wizard.smtp.record import Record
from wizard.smtp.waiting import TimedOut, wait_for

MAX_LINE = 4096  # RFC 5321 allows a reply line of 512 octets
MAX_LINES = 128
MAX_REPLY = 64 * 1024
BLOCK = 8192

REPLY_LINE = re.compile(r"([1-5][0-9]{2})(?:[ -]|\Z)")
ENHANCED = re.compile(r"#?([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")


class Closed(Exception):
    """The peer ended the connection, or the network broke it; the text is the system's own."""


class Garbled(Exception):
    """What came is no SMTP reply, or is none that a client would read to its end."""

    def __init__(self, problem: str, begins: bytes = b"") -> None:
        super().__init__(problem)
        self.problem = problem
        self.begins = begins


class Wire:
    """A connected, non-blocking socket with a line buffer."""

    def __init__(self, sock: socket.socket, record: Record) -> None:
        self._sock = sock
        self._record = record
        self._buffer = bytearray()

    @property
    def local_address(self) -> str:
        return str(self._sock.getsockname()[0]).partition("%")[0]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.close()

    def send_line(self, line: str) -> None:
        """Send one command; that a peer has left shows when its reply is read: it may have said why."""
        if "\r" in line or "\n" in line:
            raise ValueError("a command is one line")
        self._record.add("sent", line)
        self.send(line.encode("utf-8") + b"\r\n")

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[self._sock.send(view) :]
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError) as later:
                reading = isinstance(later, ssl.SSLWantReadError)
                event = selectors.EVENT_READ if reading else selectors.EVENT_WRITE
                wait_for(self._sock, event, self._record.until, self._record)
            except OSError:
                return

    def read_reply(self, until: float) -> Reply:
        """Read one reply of one line or many; raises Closed, TimedOut or Garbled."""
        lines: list[str] = []
        size = 0
        while True:
            raw = self._read_line(until)
            text = raw.decode("utf-8", "backslashreplace")
            self._record.add("received", text)
            found = REPLY_LINE.match(text)
            if not found:
                raise Garbled("not a reply", raw)
            lines.append(text)
            size += len(raw)
            if text[3:4] != "-":
                return make_reply(tuple(lines))
            if len(lines) >= MAX_LINES or size > MAX_REPLY:
                raise Garbled(f"a reply without end: {len(lines)} lines, {size} bytes")

    def _read_line(self, until: float) -> bytes:
        while True:
            end = self._buffer.find(b"\n")
            if 0 <= end <= MAX_LINE:
                line = bytes(self._buffer[:end]).removesuffix(b"\r")
                del self._buffer[: end + 1]
                return line
            if len(self._buffer) > MAX_LINE:
                raise self._no_line(f"a line of more than {MAX_LINE} bytes")
            if len(self._buffer) >= 4 and not re.match(rb"[1-5][0-9]{2}[ \r-]", self._buffer):
                raise self._no_line("not a reply")
            try:
                self._fill(until)
            except (Closed, TimedOut):
                self._show_rest()
                raise

    def _no_line(self, problem: str) -> Garbled:
        begins = bytes(self._buffer[:64])
        self._show_rest()
        return Garbled(problem, begins)

    def _show_rest(self) -> None:
        """Put the beginning of what is no whole line into the transcript."""
        if self._buffer:
            self._record.add("received", bytes(self._buffer[:512]).decode("utf-8", "backslashreplace"), "unfinished")
            self._buffer.clear()

    def _fill(self, until: float) -> None:
        while True:
            if time.monotonic() >= until:
                raise TimedOut
            try:
                block = self._sock.recv(BLOCK)
            except (ssl.SSLWantReadError, BlockingIOError):
                wait_for(self._sock, selectors.EVENT_READ, until, self._record)
            except ssl.SSLWantWriteError:
                wait_for(self._sock, selectors.EVENT_WRITE, until, self._record)
            except OSError as error:
                raise Closed(error.strerror or str(error)) from error
            else:
                if not block:
                    raise Closed("")
                self._buffer += block
                return

    def start_tls(self, context: ssl.SSLContext, host: str, until: float) -> ssl.SSLSocket:
        """Turn the connection into TLS; raises ssl.SSLError, Closed, TimedOut, or Garbled where plain text follows."""
        if self._buffer:
            raise Garbled("plain text after the reply to STARTTLS", bytes(self._buffer[:64]))
        secure = context.wrap_socket(self._sock, server_hostname=host, do_handshake_on_connect=False)
        self._sock = secure
        while True:
            try:
                secure.do_handshake()
            except ssl.SSLWantReadError:
                wait_for(secure, selectors.EVENT_READ, until, self._record)
            except ssl.SSLWantWriteError:
                wait_for(secure, selectors.EVENT_WRITE, until, self._record)
            except ssl.SSLError:
                raise
            except OSError as error:
                raise Closed(error.strerror or str(error)) from error
            else:
                return secure


def make_reply(lines: tuple[str, ...]) -> Reply:
    """Build a reply from its lines as sent; the gateway writes enhanced codes with a `#`.

    >>> make_reply(("550 #5.1.0 Address rejected.",))
    Reply(code=550, lines=('550 #5.1.0 Address rejected.',), enhanced='5.1.0')
    """
    code = int(lines[-1][:3])
    found = next((match for line in lines if (match := ENHANCED.match(line, 4))), None)
    fits = found is not None and int(found[1][0]) == code // 100
    return Reply(code, lines, found[1] if found and fits else None)
