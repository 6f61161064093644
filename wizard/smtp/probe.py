"""The hand test from here: one target, its addresses in turn, one connection at a time."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from dataclasses import replace

from wizard.errors import InputError
from wizard.smtp.connecting import Address, Unconnected, connect, find_addresses
from wizard.smtp.dialogue import Dialogue, Outcome
from wizard.smtp.grammar import check_bind, check_helo, check_mailbox, parse_target
from wizard.smtp.model import HandTest, Options, Reason, Stage, Target, Try, Watch
from wizard.smtp.record import Record
from wizard.smtp.wire import Wire

MAX_CONNECT_SECONDS = 30.0

TELLING: tuple[Reason, ...] = ("no-greeting", "closed", "not-smtp", "refused", "filtered", "unroutable", "unresolved")
"""Where no address greeted: the reason that says most about the server comes first."""


def probe(target: Target, options: Options, watch: Watch | None = None) -> HandTest:
    """Test one target by hand and return how it went; sends nothing but what `options` asks for.

    An address that cannot be connected to or does not greet is followed by the next one, after a pause. `watch` is
    called for every line of the transcript and each second of waiting; what it raises ends the test and closes the
    connection.

    Raises InputError where a name or address is malformed or cannot be bound, before anything is sent.
    """
    parse_target(str(target))
    options = check_options(options)
    record = Record(options.timeout, watch)
    tries: list[Try] = []
    outcomes: list[Outcome] = []
    try:
        record.add("note", "resolving", target.host)
        addresses = find_addresses(target, options.bind, record.until, record)
    except Unconnected as error:
        outcomes.append(_unconnected(record, error))
        addresses = []
    for number, address in enumerate(addresses):
        if number:
            record.pause(options.pause)
            if not record.remaining():
                break
        outcomes.append(_try_address(address, target, options, record, tries))
        if outcomes[-1].result != "unreachable":
            break
    return _conclude(target, record, tries, outcomes)


def probe_each(targets: Iterable[Target], options: Options, watch: Watch | None = None) -> Iterator[HandTest]:
    """Test several targets, such as all MX hosts of a domain, one after the other with a pause between them.

    The time limit holds for each of them.
    """
    for number, target in enumerate(targets):
        if number:
            Record(options.pause, watch).pause(options.pause)
        yield probe(target, options, watch)


def check_options(options: Options) -> Options:
    """Return the options with every name and address in its checked form; raises InputError."""
    if options.send_test and not (options.sender and options.recipient):
        raise InputError("probe-send-test")
    if not options.timeout > 0:
        raise InputError("probe-timeout", seconds=options.timeout)
    return replace(
        options,
        helo=None if options.helo is None else check_helo(options.helo),
        sender=None if options.sender is None else check_mailbox(options.sender, sender=True),
        recipient=None if options.recipient is None else check_mailbox(options.recipient),
        bind=None if options.bind is None else check_bind(options.bind),
        connect_timeout=min(options.connect_timeout, MAX_CONNECT_SECONDS),
    )


def default_helo(local_address: str) -> str:
    """Return this host's full name, or where it has none, the address literal of RFC 5321, 4.1.3."""
    name = socket.gethostname()
    if "." in name:
        try:
            return check_helo(name)
        except InputError:
            pass
    return f"[IPv6:{local_address}]" if ":" in local_address else f"[{local_address}]"


def _try_address(address: Address, target: Target, options: Options, record: Record, tries: list[Try]) -> Outcome:
    record.begin("connect")
    shown = str(Target(str(address[1][0]), address[1][1]))
    record.add("note", "connecting", shown)
    try:
        sock = connect(address, options, record)
    except Unconnected as error:
        tries.append(_tried(address, record, error.reason, error.detail))
        return _unconnected(record, error)
    wire = Wire(sock, record)
    try:
        record.stages.append(Stage("connect", record.stage_seconds(), True))
        tries.append(_tried(address, record, local=wire.local_address))
        record.add("note", "connected", shown)
        helo = options.helo or default_helo(wire.local_address)
        return Dialogue(wire, record, options, target.host, helo).run()
    finally:
        wire.close()


def _tried(
    address: Address, record: Record, reason: Reason | None = None, detail: str = "", local: str | None = None
) -> Try:
    return Try(str(address[1][0]), address[1][1], record.stage_seconds(), reason, detail, local)


def _unconnected(record: Record, error: Unconnected) -> Outcome:
    seconds = record.stage_seconds()
    record.stages.append(Stage("connect", seconds, False))
    record.add("note", f"ended-{error.reason}", error.detail)
    return Outcome("unreachable", waited=seconds, reason=error.reason, problem=error.detail)


def _conclude(target: Target, record: Record, tries: list[Try], outcomes: list[Outcome]) -> HandTest:
    last = outcomes[-1]
    if last.result == "unreachable":
        last = min(outcomes, key=lambda one: TELLING.index(one.reason) if one.reason else 0)
    return HandTest(
        target=str(target), origin="here", started=record.started, result=last.result, stage=last.stage,
        reason=last.reason, reply=last.reply, waited=last.waited, seconds=record.elapsed(),
        banner_seconds=last.banner_seconds, banner=last.banner, tries=tuple(tries), stages=tuple(record.stages),
        offered=last.offered, tls=last.tls, speaks=last.speaks, problem=last.problem, message_id=last.message_id,
        transcript=tuple(record.lines),
    )  # fmt: skip
