"""The one way to DNS: side by side, remembered, within one deadline and one budget of questions for the whole run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable, Sequence
from ipaddress import ip_address
from typing import Any, TypeVar

from wizard.resolve.addressing import DNS_PORT, Server, system_servers
from wizard.resolve.answers import Answer, Kind, Question
from wizard.resolve.transport import Lines, Wish, exchange

T = TypeVar("T")

IN_TIME = 5.0
"""Seconds that a look-up may take and still count as answered in time."""

DEFAULT_SECONDS = 30.0
DEFAULT_QUESTIONS = 2000
MAX_SERVERS = 3
NEXT_SERVER_AFTER = 2.5
SIDE_BY_SIDE = 512
# With this many questions given up and never a reply, the resolver is taken for dead, so that a run does not crawl.
DEAD_AFTER = 3

# Which failure tells the most, where several servers failed each in its way.
_TELLING: tuple[Kind, ...] = ("servfail", "refused", "error", "timeout", "network-error", "budget")


class Resolver:
    """Asks the given name servers, or the system's; never a search domain.

    `seconds` bounds all its runs together, `questions` all questions to any server. `port` is where the servers that
    a delegation names are asked; without it 53, or, for servers on this machine, the port of the given resolver.

    Use: `resolver.run(candidates(resolver, "example.org"))`. Answers stay for later runs.
    """

    def __init__(
        self,
        servers: Sequence[Server] | None = None,
        *,
        seconds: float = DEFAULT_SECONDS,
        questions: int = DEFAULT_QUESTIONS,
        port: int | None = None,
    ) -> None:
        self._servers = None if servers is None else tuple(servers)
        self._port = port
        # Long enough to say "not in time", short enough to look for the server at fault afterwards.
        self._patience = min(max(seconds / 3, IN_TIME + 0.2), IN_TIME + 3)
        self._seconds_left = seconds
        self._questions_left = questions
        self._deadline = 0.0
        self._known: dict[tuple[Question, Wish, Server | None], Answer] = {}
        self._asking: dict[tuple[Question, Wish, Server | None], asyncio.Task[Answer]] = {}
        self._lines = Lines()
        self._side_by_side = asyncio.Semaphore(SIDE_BY_SIDE)
        self._given_up = 0
        self._control: asyncio.Task[None] | None = None
        self.replied = False
        """Whether the resolver has sent any reply, an error included."""
        self.answered = False
        """Whether it has answered any question: with records, or that there are none."""

    @property
    def servers(self) -> tuple[Server, ...]:
        if self._servers is None:
            self._servers = system_servers()
        return self._servers[:MAX_SERVERS]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Carry out `work`, which awaits this resolver, within what is left of the time."""
        began = time.monotonic()
        self._deadline = began + self._seconds_left
        try:
            return asyncio.run(self._carry_out(work))
        finally:
            self._seconds_left = max(0.0, self._deadline - time.monotonic())

    async def _carry_out(self, work: Coroutine[Any, Any, T]) -> T:
        self._lines = Lines()
        self._asking = {}
        self._control = None
        self._side_by_side = asyncio.Semaphore(SIDE_BY_SIDE)
        try:
            return await work
        finally:
            # Questions that nobody waits for any more must not be remembered as failed because the sockets close.
            for task in self._asking.values():
                task.cancel()
            await self._lines.close()

    async def look_up(self, name: str, record_type: str) -> Answer:
        """Ask the resolver; CNAMEs are followed. The same question is asked once."""
        return await self._remembered(Question(name.lower(), record_type), Wish(), None)

    async def look_up_all(self, questions: Iterable[tuple[str, str]]) -> list[Answer]:
        return list(await asyncio.gather(*(self.look_up(name, record_type) for name, record_type in questions)))

    async def look_up_unchecked(self, name: str, record_type: str) -> Answer:
        """The same without DNSSEC validation: an answer here and SERVFAIL otherwise means broken signatures."""
        return await self._remembered(Question(name.lower(), record_type), Wish(unchecked=True), None)

    async def ask_directly(self, address: str, name: str, record_type: str) -> Answer:
        """Ask the name server at `address` itself, without recursion."""
        server = Server(address, self._direct_port(address))
        return await self._remembered(Question(name.lower(), record_type), Wish(recursion=False), server)

    def may_ask_directly(self, address: str) -> bool:
        """Whether a server that a stranger's zone names may be asked: none on this machine, unless the resolver is."""
        parsed = ip_address(address)
        if parsed.is_loopback:
            return all(_is_loopback(server.host) for server in self.servers)
        return not (parsed.is_multicast or parsed.is_unspecified or parsed.is_link_local or parsed.is_reserved)

    def _direct_port(self, address: str) -> int:
        if self._port is not None:
            return self._port
        return self.servers[0].port if self.servers and _is_loopback(address) else DNS_PORT

    async def _remembered(self, question: Question, wish: Wish, server: Server | None) -> Answer:
        key = (question, wish, server)
        if key in self._known:
            return self._known[key]
        if key not in self._asking:
            self._asking[key] = asyncio.ensure_future(self._ask(question, wish, server))
        answer = await asyncio.shield(self._asking[key])
        if answer.kind != "budget":
            self._known[key] = answer
        return answer

    async def _ask(self, question: Question, wish: Wish, server: Server | None) -> Answer:
        async with self._side_by_side:
            if server is not None:
                return await self._ask_server(server, question, wish)
            answer = await self._ask_resolvers(question, wish)
            if answer.kind == "no-data" and answer.aliases and not answer.zone:
                return await self._follow(answer, wish)
            return answer

    async def _follow(self, answer: Answer, wish: Wish) -> Answer:
        """A resolver that gave only the alias, as authoritative servers do, is asked for what the alias stands for."""
        aliases = answer.aliases
        for _ in range(8):
            further = await self._ask_resolvers(Question(aliases[-1], answer.question.type), wish)
            aliases += further.aliases
            if further.kind != "no-data" or not further.aliases or len(set(aliases)) < len(aliases):
                break
        return Answer(
            answer.question, further.kind, answer.seconds + further.seconds, further.server, further.values, aliases,
            further.zone, further.note, further.authoritative, further.referral,
        )  # fmt: skip

    async def _ask_resolvers(self, question: Question, wish: Wish) -> Answer:
        """A resolver that has let several questions go by is first asked one that every resolver can answer."""
        if not self.servers:
            return Answer(question, "network-error", note="this system names no DNS server")
        if not self.replied and self._given_up >= DEAD_AFTER and not await self.is_alive():
            return Answer(question, "timeout", note="not asked: the resolver answers nothing")
        return await self._ask_servers(question, wish)

    async def is_alive(self) -> bool:
        """Whether the resolver replies at all: without that no silence says anything about a zone."""
        if not self.replied:
            if self._control is None:
                self._control = asyncio.ensure_future(self._ask_control())
            await asyncio.shield(self._control)
        return self.replied

    async def _ask_control(self) -> None:
        asking = asyncio.ensure_future(self._ask_servers(Question(".", "NS"), Wish()))
        await asyncio.wait({asking}, timeout=IN_TIME)
        asking.cancel()

    async def _ask_servers(self, question: Question, wish: Wish) -> Answer:
        """The first answer of any of the servers; the next is asked when one fails or is silent for a while."""
        failures: list[Answer] = []
        pending: set[asyncio.Task[Answer]] = set()
        try:
            for position, server in enumerate(self.servers, start=1):
                pending.add(asyncio.ensure_future(self._ask_server(server, question, wish)))
                patience = NEXT_SERVER_AFTER if position < len(self.servers) else None
                while pending:
                    done, pending = await asyncio.wait(pending, timeout=patience, return_when="FIRST_COMPLETED")
                    answers = [task.result() for task in done]
                    self.replied = self.replied or any(_is_reply(answer) for answer in answers)
                    known = next((answer for answer in answers if answer.known), None)
                    if known is not None:
                        self.answered = True
                        return known
                    failures += answers
                    if patience is not None:
                        break
        finally:
            for task in pending:
                task.cancel()
        worst = min(failures, key=lambda answer: _TELLING.index(answer.kind))
        self._given_up += worst.kind == "timeout"
        return worst

    async def _ask_server(self, server: Server, question: Question, wish: Wish) -> Answer:
        left = self._deadline - time.monotonic()
        if self._questions_left <= 0:
            return Answer(question, "budget", note="the allowed number of questions is spent")
        if left <= 0:
            return Answer(question, "budget", note="the allowed time is spent")
        self._questions_left -= 1
        # A server that is asked for its own zone has nobody to wait for.
        patience = self._patience if wish.recursion else IN_TIME + 0.2
        answer = await exchange(self._lines, server, question, wish, min(patience, left))
        if answer.kind == "timeout" and answer.seconds < IN_TIME - 0.1:
            return Answer(question, "budget", answer.seconds, str(server), note="the allowed time was over first")
        return answer


def _is_reply(answer: Answer) -> bool:
    return answer.kind not in {"timeout", "network-error", "budget"}


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
