"""One question to one name server: UDP sent again when silent, without EDNS where it disturbs, TCP where truncated."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from wizard.resolve.addressing import Server
from wizard.resolve.answers import Answer, Kind, Question
from wizard.resolve.reading import read_reply

if TYPE_CHECKING:
    import dns.message

# When a packet is sent again; the last one goes without EDNS, for servers and firewalls that drop what they don't know.
SEND_AT = (0.0, 1.5, 4.0)
EDNS_PAYLOAD = 1232


class NoReply(Exception):
    """Nothing usable came back; `kind` says how."""

    def __init__(self, kind: Kind, note: str = "") -> None:
        super().__init__(note)
        self.kind = kind
        self.note = note


@dataclass(frozen=True, slots=True)
class Wish:
    """How to ask: recursion for a resolver, none for an authoritative server; `unchecked` without DNSSEC validation."""

    recursion: bool = True
    unchecked: bool = False


class Line(asyncio.DatagramProtocol):
    """One connected UDP socket to one server, shared by all questions to it: 200 at once need one file descriptor.

    Connected, so that only this server's packets arrive and a closed port is heard of at once.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[dns.message.Message, asyncio.Future[dns.message.Message]]] = {}
        self._unreadable: set[int] = set()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002
        entry = self._waiting.get(int.from_bytes(data[:2], "big"))
        if entry is None:
            return
        query, future = entry
        reply = _parse(data)
        if reply is None:
            self._unreadable.add(query.id)
        elif not future.done() and query.is_response(reply):
            future.set_result(reply)

    def error_received(self, exc: Exception) -> None:
        for _, future in self._waiting.values():
            if not future.done():
                future.set_exception(NoReply("network-error", _reason(exc)))

    def connection_lost(self, exc: Exception | None) -> None:
        self.error_received(exc or ConnectionAbortedError("closed"))

    def free_number(self) -> int:
        """A number for a query with EDNS; the same with its last bit flipped is free too, for the one without."""
        while True:
            number = secrets.randbits(16)
            if number not in self._waiting and number ^ 1 not in self._waiting:
                return number

    async def ask(self, queries: tuple[dns.message.Message, ...], patience: float) -> dns.message.Message:
        """The first reply to any of the queries, sent at the times of SEND_AT. Raises NoReply."""
        future: asyncio.Future[dns.message.Message] = asyncio.get_running_loop().create_future()
        for query in queries:
            self._waiting[query.id] = (query, future)
        sender = asyncio.ensure_future(self._send(queries))
        try:
            return await asyncio.wait_for(future, patience)
        except asyncio.TimeoutError:
            if any(query.id in self._unreadable for query in queries):
                raise NoReply("error", "a reply that is no DNS message") from None
            raise NoReply("timeout") from None
        finally:
            sender.cancel()
            for query in queries:
                self._waiting.pop(query.id, None)
                self._unreadable.discard(query.id)

    async def _send(self, queries: tuple[dns.message.Message, ...]) -> None:
        assert self._transport is not None
        passed = 0.0
        for at, query in zip(SEND_AT, queries, strict=True):
            await asyncio.sleep(at - passed)
            passed = at
            self._transport.sendto(query.to_wire())

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Lines:
    """The UDP sockets of one run of the event loop, opened when first needed."""

    def __init__(self) -> None:
        self._opening: dict[Server, asyncio.Task[Line]] = {}

    async def to(self, server: Server) -> Line:
        """Raises NoReply where the system has no way to that address."""
        if server not in self._opening:
            self._opening[server] = asyncio.ensure_future(_open(server))
        try:
            return await asyncio.shield(self._opening[server])
        except OSError as error:
            raise NoReply("network-error", _reason(error)) from None

    async def close(self) -> None:
        for task in self._opening.values():
            with contextlib.suppress(OSError, asyncio.CancelledError):
                (await task).close()
        self._opening.clear()


async def exchange(lines: Lines, server: Server, question: Question, wish: Wish, patience: float) -> Answer:
    """Ask one server one question, for at most `patience` seconds. Never raises for what the network does."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        reply, note = await _converse(lines, server, question, wish, began + patience)
    except NoReply as failure:
        return Answer(question, failure.kind, loop.time() - began, str(server), note=failure.note)
    return read_reply(question, reply, loop.time() - began, str(server), note)


async def _converse(
    lines: Lines, server: Server, question: Question, wish: Wish, until: float
) -> tuple[dns.message.Message, str]:
    import dns.flags
    import dns.rcode

    loop = asyncio.get_running_loop()
    line = await lines.to(server)
    first, plain = _queries(question, wish, line.free_number())
    reply = await line.ask((first, first, plain), until - loop.time())
    note = "answers only without EDNS" if reply.id == plain.id else ""
    if reply.rcode() in {dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS} and reply.id == first.id:
        reply = await line.ask((plain, plain, plain), until - loop.time())
        note = "answers only without EDNS"
    if not reply.flags & dns.flags.TC:
        return reply, note
    try:
        return await asyncio.wait_for(_over_tcp(server, first), until - loop.time()), "over TCP"
    except asyncio.TimeoutError:
        raise NoReply("timeout", "truncated over UDP, no answer over TCP") from None
    except (OSError, EOFError) as error:
        raise NoReply("network-error", f"truncated over UDP, over TCP: {_reason(error)}") from None


async def _over_tcp(server: Server, query: dns.message.Message) -> dns.message.Message:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        wire = query.to_wire()
        writer.write(len(wire).to_bytes(2, "big") + wire)
        length = int.from_bytes(await reader.readexactly(2), "big")
        reply = _parse(await reader.readexactly(length))
    finally:
        writer.close()
    if reply is None or not query.is_response(reply):
        raise NoReply("error", "a reply over TCP that is no answer to the question")
    return reply


async def _open(server: Server) -> Line:
    _, line = await asyncio.get_running_loop().create_datagram_endpoint(Line, remote_addr=(server.host, server.port))
    return line


def _queries(question: Question, wish: Wish, number: int) -> tuple[dns.message.Message, dns.message.Message]:
    """The query with EDNS and the one without. Raises NoReply for an impossible name."""
    import dns.exception
    import dns.flags
    import dns.message
    import dns.name

    try:
        name = dns.name.from_text(question.name)
    except (dns.exception.DNSException, ValueError):
        raise NoReply("error", "not a domain name") from None
    flags = (dns.flags.RD if wish.recursion else 0) | (dns.flags.CD if wish.unchecked else 0)
    return (
        dns.message.make_query(name, question.type, use_edns=0, payload=EDNS_PAYLOAD, flags=flags, id=number),
        dns.message.make_query(name, question.type, use_edns=False, flags=flags, id=number ^ 1),
    )


def _parse(wire: bytes) -> dns.message.Message | None:
    import dns.exception
    import dns.message

    try:
        return dns.message.from_wire(wire, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError, IndexError, AttributeError):
        return None


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
