"""What the lines say of a connection: who came, what the gateway decided, what limits were met, how it ended."""

from __future__ import annotations

import re

from wizard.maillog.events.base import Event
from wizard.maillog.events.connection import (
    DelayedReject,
    DelayedRejectFrom,
    DelayedRejectTo,
    Opened,
    ReputationOnly,
    Verdict,
)
from wizard.maillog.events.ending import Closed, Disconnected, Killed, Lost, LostBeforeCommands
from wizard.maillog.events.envelope import InvalidRecipient, SenderAllowed, SenderRejected
from wizard.maillog.events.limits import Harvest, ListenerSuspended, ReceivingFailed, SystemLimit, UnknownCommand
from wizard.maillog.events.security import (
    AuthFailed,
    AuthRequired,
    AuthSucceeded,
    TlsFailed,
    TlsRequired,
    TlsSucceeded,
)
from wizard.maillog.loglines import LogLine
from wizard.maillog.records import Connection
from wizard.maillog.says import Says

BAD_COMMANDS = 5
"""Unknown commands after which the gateway ends the conversation (Cisco TAC 214630)."""

_TLS: dict[type[Event], str] = {TlsRequired: "required", TlsFailed: "failed", TlsSucceeded: "succeeded"}
_AUTH: dict[type[Event], str] = {AuthRequired: "required", AuthSucceeded: "succeeded", AuthFailed: "failed"}
"""The most telling first."""
_COMMANDS = (
    TlsSucceeded,
    TlsFailed,
    TlsRequired,
    AuthSucceeded,
    AuthFailed,
    AuthRequired,
    UnknownCommand,
    SenderRejected,
    SenderAllowed,
    InvalidRecipient,
    DelayedRejectFrom,
    DelayedRejectTo,
)


def address_line(connection: Connection | None) -> tuple[str, LogLine] | None:
    """The connecting host's address and the line that has it: the opening, else another line that repeats it."""
    if connection is None:
        return None
    kinds = (Opened, LostBeforeCommands, Disconnected, DelayedReject, DelayedRejectFrom, DelayedRejectTo, Harvest)
    return next(((event.address, line) for line, event in connection.all(*kinds) if event.address), None)


def say_connection(says: Says, connection: Connection, switched_off: LogLine | None = None) -> None:
    """Everything the connection's own lines say, and the line that says that receiving was switched off by then."""
    opened = connection.first(Opened)
    says.say("log.connection", "seen", *((opened[0],) if opened else connection.lines[:1]))
    says.say(
        "log.opening", "seen" if opened else "earlier", opened[0] if opened else None, *_first_line(connection, opened)
    )
    if opened:
        says.say("log.opened", opened[0].iso, opened[0])
        says.say("log.interface", opened[1].interface, opened[0])
        says.say("log.interface_address", opened[1].interface_address, opened[0])
        says.say("log.reverse_dns_name", opened[1].host, opened[0])
    says.say("log.icid", str(connection.number) if connection.number else None, *(connection.lines[:1]))
    says.say("log.reverse_dns", (opened[1].reverse_dns if opened else None) or "none", opened[0] if opened else None)
    address = address_line(connection)
    if address:
        says.say("log.address", address[0], address[1])
    _say_verdict(says, connection)
    _say_limits(says, connection, switched_off)
    _say_security(says, connection)
    _say_end(says, connection, opened[0] if opened else None)


def _first_line(connection: Connection, opened: tuple[LogLine, Opened] | None) -> tuple[LogLine, ...]:
    return () if opened else tuple(connection.lines[:1])


def _say_verdict(says: Says, connection: Connection) -> None:
    verdict = connection.last(Verdict)
    delayed = connection.first(DelayedReject, DelayedRejectFrom, DelayedRejectTo)
    if verdict:
        line, event = verdict
        says.say("log.verdict", "REJECT" if delayed else event.verdict, line, delayed[0] if delayed else None)
        says.say("log.sender_group", event.group, line)
        says.say("log.score", event.score, line)
        says.say("log.country", event.country, line)
        says.say("log.reason", match_reason(event), line)
    else:
        says.say("log.verdict", "REJECT" if delayed else "none", delayed[0] if delayed else None)
        score = connection.first(ReputationOnly)
        if score:
            says.say("log.score", score[1].score, score[0])
        says.say("log.reason", "none")


def match_reason(event: Verdict) -> str:
    """Which kind of HAT row matched: reputation, list, country, dns (host verification), default (last row), none.

    Kinds of match: `sbrs[a:b]`, `sbrs[none]`, `dnslist[...]`, `nx.domain`, `serv.fail`, `not.double.verified`, `ALL`,
    an address, a network, a name, a country, or nothing (Cisco AsyncOS user guide, "Host Access Table").
    """
    match = (event.match or "").strip().lower()
    if match.startswith("sbrs[") or match.startswith("sdr["):
        return "reputation"
    if re.match(r"nx\.domain|serv\.fail|not\.double\.verified", match):
        return "dns"
    if match.startswith(("country", "geo", "[country")):
        return "country"
    if match == "all" or (not match and event.group is None):
        return "default"
    if not match:
        return "none"
    return "country" if event.country and match == event.country.lower() else "list"


def _say_limits(says: Says, connection: Connection, switched_off: LogLine | None) -> None:
    failed = connection.last(ReceivingFailed)
    limited = connection.first(SystemLimit)
    by_reply = failed if failed and failed[1].reason == "connection-limit" else None
    hit = [one[0] for one in (limited, by_reply) if one]
    says.say("log.limit", "connections" if hit else "none", *hit)
    says.say("log.failure", failed[1].reason if failed else "none", failed[0] if failed else None)
    unknown = [line for line, _ in connection.all(UnknownCommand)]
    limit = failed[0] if failed and failed[1].reason == "bad-commands" else None
    many = limit is not None or len(unknown) >= BAD_COMMANDS
    says.say("log.bad_commands", "limit" if many else "some" if unknown else "none", *unknown[:BAD_COMMANDS], limit)
    own = connection.first(ListenerSuspended)
    suspended = own[0] if own else switched_off
    says.say("log.receiving", "suspended" if suspended else "open", suspended)
    harvest = connection.first(Harvest)
    says.say("log.harvest", "conversation" if harvest else "none", harvest[0] if harvest else None)


def _say_security(says: Says, connection: Connection) -> None:
    for name, words in (("log.tls", _TLS), ("log.auth", _AUTH)):
        hits = [(word, hit[0]) for kind, word in words.items() if (hit := connection.last(kind))]
        says.say(name, *(hits[0] if hits else ("none",)))
    failed = connection.last(TlsFailed)
    if failed:
        says.say("log.tls_reason", failed[1].reason, failed[0])


def _say_end(says: Says, connection: Connection, opened: LogLine | None) -> None:
    command = connection.first(*_COMMANDS)
    spoke = command is not None or bool(connection.messages)
    says.say("log.commands", "some" if spoke else "none", command[0] if command else None)
    word, line = _ending(connection)
    says.say("log.ended", word, line or (connection.lines[-1] if connection.lines else None))
    if line is None:
        return
    if opened and opened.time and line.time:
        says.say("log.seconds", max(0.0, (line.time - opened.time).total_seconds()), opened, line)
    silent = connection.last(LostBeforeCommands)
    if silent:
        says.say("log.total_seconds", float(silent[1].seconds), silent[0])
        if silent[1].dns_seconds is not None:
            says.say("log.dns_seconds", float(silent[1].dns_seconds), silent[0])


def _ending(connection: Connection) -> tuple[str, LogLine | None]:
    """How it ended, the most telling line first: `lost` and `close` often follow another line."""
    for kind, word in ((LostBeforeCommands, "lost-before-commands"), (Killed, "killed")):
        hit = connection.last(kind)
        if hit:
            return word, hit[0]
    failed = connection.last(ReceivingFailed)
    if failed and failed[1].reason == "time":
        return "time-exceeded", failed[0]
    for line, event in connection.all(Disconnected):
        return ("time-exceeded" if event.reason == "time-exceeded" else "idle"), line
    lost = connection.last(Lost)
    if lost:
        return "lost", lost[0]
    closed = connection.last(Closed)
    return ("closed", closed[0]) if closed else ("open", None)
