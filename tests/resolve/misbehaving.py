"""Name servers that no real program would be: a test gives the reply to each packet, or none."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import cast

import dns.flags
import dns.message
import dns.rcode

Handler = Callable[[bytes], Awaitable[bytes | None]]


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        task = asyncio.ensure_future(self._reply(data, addr))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reply(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = await self._handler(data)
        if reply is not None:
            self._transport.sendto(reply, addr)


@contextlib.contextmanager
def serving(address: str, port: int, handler: Handler) -> Iterator[None]:
    """A UDP server in a thread of its own, which answers every packet with what `handler` returns."""
    loop = asyncio.new_event_loop()
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    opened.bind((address, port))
    opened.setblocking(False)
    transport, _ = loop.run_until_complete(loop.create_datagram_endpoint(lambda: _Protocol(handler), sock=opened))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(transport.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def through(address: str, port: int, *, delay: Callable[[str], float]) -> Handler:
    """Passes every question on to a real server, some after a delay: `delay(name)` in seconds."""

    async def handler(wire: bytes) -> bytes | None:
        name = dns.message.from_wire(wire).question[0].name.to_text(omit_final_dot=True)
        await asyncio.sleep(delay(name))
        return await _forwarded(wire, address, port)

    return handler


def always(rcode: dns.rcode.Rcode, *, flags: int = 0) -> Handler:
    async def handler(wire: bytes) -> bytes | None:
        response = dns.message.make_response(dns.message.from_wire(wire), recursion_available=True)
        response.set_rcode(rcode)
        response.flags |= flags
        return response.to_wire()

    return handler


async def _forwarded(wire: bytes, address: str, port: int) -> bytes | None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.setblocking(False)
        opened.connect((address, port))
        await loop.sock_sendall(opened, wire)
        with contextlib.suppress(asyncio.TimeoutError):
            return await asyncio.wait_for(loop.sock_recv(opened, 65535), 20)
    return None
