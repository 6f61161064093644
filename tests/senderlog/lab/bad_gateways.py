"""Gateways that treat a sending server badly, each on a loopback address of its own, port 25."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

LONG = 600.0


@dataclass(frozen=True)
class Gateway:
    """A host `NAME.gw.test` at `address`; mail for `NAME.test` goes there and is treated as `behaviour` says."""

    name: str
    address: str
    behaviour: Callable[[Conversation], None] | None
    listens: bool = True

    @property
    def host(self) -> str:
        return f"{self.name}.gw.test"


class Conversation:
    """The gateway's side of one connection: `say` the greeting, then `serve` with the replies that are not ordinary."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.lines = connection.makefile("rb")

    def say(self, text: str) -> None:
        self.connection.sendall(text.encode() + b"\r\n")

    def serve(self, replies: dict[str, str | Callable[[Conversation], None]]) -> None:
        for line in self.lines:
            verb = line.split(b":")[0].split()[0].decode().upper() if line.strip() else ""
            reply = replies.get(verb, ORDINARY.get(verb, "500 5.5.1 command not recognized"))
            if callable(reply):
                return reply(self)
            self.say(reply)
            if verb == "QUIT":
                return None
            if verb == "DATA" and reply.startswith("354"):
                self.take_message()
                end = replies.get(".", ORDINARY["."])
                if callable(end):
                    return end(self)
                self.say(end)
        return None

    def take_message(self) -> None:
        for line in self.lines:
            if line == b".\r\n":
                return


ORDINARY = {
    "EHLO": "250-gw.test\r\n250 8BITMIME",
    "HELO": "250 gw.test",
    "MAIL": "250 sender ok",
    "RCPT": "250 recipient ok",
    "DATA": "354 go ahead",
    ".": "250 ok: Message 4711 accepted",
    "RSET": "250 reset",
    "QUIT": "221 gw.test",
}


def stall(_: Conversation) -> None:
    time.sleep(LONG)


def close(_: Conversation) -> None:
    return


def spoil_tls(conversation: Conversation) -> None:
    conversation.say("220 Go ahead with TLS")
    conversation.connection.recv(4096)
    conversation.connection.sendall(b"this is no handshake at all\r\n" * 4)


def greeting(**replies: str | Callable[[Conversation], None]) -> Callable[[Conversation], None]:
    """Ordinary but for `replies`, by verb; END is the reply to the message's last line."""

    def behave(conversation: Conversation) -> None:
        conversation.say("220 gw.test ESMTP")
        conversation.serve({"." if verb == "END" else verb: reply for verb, reply in replies.items()})

    return behave


def turned_away(reply: str) -> Callable[[Conversation], None]:
    def behave(conversation: Conversation) -> None:
        conversation.say(reply)
        conversation.serve(dict.fromkeys(("EHLO", "HELO", "MAIL"), reply))

    return behave


_BEHAVIOURS: dict[str, Callable[[Conversation], None] | None] = {
    "accepts": greeting(),
    "slow": stall,
    "hangup": close,
    "refused": None,
    "unreachable": None,
    "unreachable-fast": None,
    "busy": turned_away("421 4.3.2 gw.test too many sessions"),
    "unwanted": turned_away("554 gw.test your access to this mail system has been rejected"),
    "rcpt-lost": greeting(RCPT=close),
    "rcpt-stalls": greeting(RCPT=stall),
    "data-lost": greeting(END=close),
    "rcpt-later": greeting(RCPT="451 4.7.1 Unable to perform DMARC verification."),
    "rcpt-unknown": greeting(RCPT="550 5.1.1 Unknown address"),
    "mail-unwanted": greeting(MAIL="550 #5.7.1 SPF unauthorized mail is prohibited."),
    "data-unwanted": greeting(END="554 5.7.1 message content rejected"),
    "tls-broken": greeting(EHLO="250-gw.test\r\n250 STARTTLS", STARTTLS=spoil_tls),
}

GATEWAYS = tuple(
    Gateway(name, f"127.0.1.{number}", behaviour, listens=name != "refused")
    for number, (name, behaviour) in enumerate(_BEHAVIOURS.items(), start=10)
)


def start() -> list[socket.socket]:
    """Open them all, in threads that die with the process; what is returned must be kept alive."""
    kept: list[socket.socket] = []
    for gateway in GATEWAYS:
        if gateway.behaviour:
            _serve(gateway.address, gateway.behaviour)
        elif gateway.listens:
            kept += _full_house(gateway.address)
    return kept


def _serve(address: str, behaviour: Callable[[Conversation], None]) -> None:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                behaviour(Conversation(self.request))
            except OSError:
                return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    threading.Thread(target=Server((address, 25), Handler).serve_forever, daemon=True).start()


def _full_house(address: str) -> list[socket.socket]:
    """A listener whose queue is full, so that the kernel drops every further attempt to connect without an answer."""
    listener = socket.socket()
    listener.bind((address, 25))
    listener.listen(0)
    guests = []
    for _ in range(3):
        guest = socket.socket()
        guest.setblocking(False)
        guest.connect_ex((address, 25))
        guests.append(guest)
    return [listener, *guests]


SECOND_CHOICE = "second-choice"
"""A domain with two hosts: the slow one, then the one that accepts."""


def hosts_of_domains() -> dict[str, tuple[str, ...]]:
    """Where mail for each domain goes; bounces to the sender go to the gateway that accepts."""
    hosts = {f"{gateway.name}.test": (gateway.host,) for gateway in GATEWAYS}
    return {**hosts, f"{SECOND_CHOICE}.test": ("slow.gw.test", "accepts.gw.test"), "partner.test": ("accepts.gw.test",)}
