"""What became of one try, before it is tied to a message: what the servers' parsers make of their servers' words."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from wizard.facts import Evidence
from wizard.senderlog.model import DEFERRED, DELIVERED, OTHER, REJECTED, Attempt

_REPLY = re.compile(r"([245]\d\d)(?=[ \-#]|$)", re.ASCII)
_ADDRESS = re.compile(r"\[(?:IPv6:)?(?P<ip>[0-9A-Fa-f.:]{2,45})(?:%\w{1,16})?\](?::(?P<port>\d{1,5}))?", re.ASCII)
_LONGEST_NAME = 255
_MOST_HOSTS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """`host` is the other side's name, `result`, `stage`, `silent` and `tried` are as in `Attempt`."""

    result: str
    stage: str | None = None
    reply: str | None = None
    reason: str | None = None
    host: str | None = None
    ip: str | None = None
    port: int | None = None
    silent: bool = False
    tried: bool = True

    def at(self, host: str | None, ip: str | None, port: int | None) -> Outcome:
        """The same at a host, where one is given."""
        return replace(self, host=host, ip=ip, port=port) if host or ip else self

    def applied(self, attempt: Attempt, evidence: tuple[Evidence, ...], seconds: float | None = None) -> Attempt:
        """`attempt`, which knows the message, as this outcome ended it."""
        return replace(
            attempt,
            evidence=evidence,
            result=self.result,
            host=self.host,
            ip=self.ip,
            port=self.port,
            stage=self.stage,
            reply=self.reply,
            reason=self.reason,
            seconds=seconds if self.tried else None,
            silent=self.silent,
            tried=self.tried,
        )


def of_reply(reply: str, stage: str | None) -> Outcome:
    """What an SMTP reply means for the try.

    >>> of_reply("451 4.7.1 later", "rcpt-to").result, of_reply("550 no", None).result, of_reply("xyz", None).result
    ('deferred', 'rejected', 'other')
    """
    found = _REPLY.match(reply)
    if not found:
        return Outcome(OTHER, stage, reason=reply)
    result = {"2": DELIVERED, "4": DEFERRED, "5": REJECTED}[found[1][0]]
    return Outcome(result, stage, reply=reply)


def delivered(words: str) -> Outcome:
    """Success, with the other side's reply if the words are one."""
    return Outcome(DELIVERED, reply=words if _REPLY.match(words) else None, reason=words or None)


def find_host(text: str) -> tuple[str | None, str | None, int | None]:
    """Name, address and port of the first `name[address]:port` of a text, however the server spaces it.

    >>> find_host("connect to gw.corp.test[192.0.2.1]:25: refused")
    ('gw.corp.test', '192.0.2.1', 25)
    >>> find_host("gw.corp.test. [IPv6:2001:db8::1]")
    ('gw.corp.test', '2001:db8::1', None)
    >>> find_host("no host here")
    (None, None, None)
    """
    found = _ADDRESS.search(text)
    if not found:
        return None, None, None
    words = text[max(0, found.start() - _LONGEST_NAME) : found.start()].rstrip(" ").rpartition(" ")
    name = words[2].rpartition("(")[2].rpartition("=")[2].rstrip(".")
    return name or None, found["ip"], int(found["port"]) if found["port"] else None


@dataclass
class EarlierHosts:
    """The hosts that failed before the recipients' lines that end a try: each belongs to all those recipients."""

    failed: list[tuple[Outcome, Evidence]] = field(default_factory=list)
    ending: str | None = None

    def note(self, outcome: Outcome, evidence: Evidence) -> None:
        if self.ending is not None:
            self.failed, self.ending = [], None
        if len(self.failed) < _MOST_HOSTS:
            self.failed.append((outcome, evidence))

    def end(self, queue_id: str) -> list[tuple[Outcome, Evidence]]:
        if self.ending not in (None, queue_id):
            self.failed = []
        self.ending = queue_id
        return self.failed


Value = TypeVar("Value")


class Recent(Generic[Value]):
    """The values of the keys touched last: what a parser remembers, however long the log.

    >>> recent = Recent[int](2)
    >>> for key in "abca": recent.put(key, 1)
    >>> recent.get("b"), recent.get("a")
    (None, 1)
    """

    def __init__(self, limit: int = 20_000) -> None:
        self._limit = limit
        self._values: OrderedDict[str, Value] = OrderedDict()

    def get(self, key: str) -> Value | None:
        return self._values.get(key)

    def put(self, key: str, value: Value) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._limit:
            self._values.popitem(last=False)

    def pop(self, key: str) -> Value | None:
        return self._values.pop(key, None)

    def values(self) -> list[Value]:
        return list(self._values.values())
