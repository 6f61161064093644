"""The log searched for what was asked, followed, and turned into rows (S5 to S8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from wizard.facts import Fact
from wizard.gather.base import Desk, Gathered
from wizard.gather.coverage import coverage_of, say_coverage
from wizard.gather.interfaces import say_interfaces
from wizard.gather.kinds import check
from wizard.gather.search_log import asked, open_log, window
from wizard.maillog.asked import Asked, Window, domain_of, in_domain, read_address
from wizard.maillog.assemble import assemble
from wizard.maillog.attempts import Attempt, attempts, copies, fitting, refused_connections, state
from wizard.maillog.events.connection import Opened
from wizard.maillog.events.system import ResourceConservation
from wizard.maillog.follow import follow
from wizard.maillog.log import Log
from wizard.maillog.loglines import LogLine, iso
from wizard.maillog.records import Records
from wizard.maillog.say_receipt import message_id_line, sender_line
from wizard.maillog.says import Says
from wizard.rows import About, Moment, Row
from wizard.rulebase.model import Source

MOST_ROWS = 100_000


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Every attempt that fits; where none does, one row that says so and how far the log could say it."""
    del source
    log = open_log(facts, desk)
    answers = check(log, desk)
    question = asked(facts)
    follow(log, question)
    span = window(facts, log)
    records = assemble(log.lines())
    everywhere = _attempts(records, question)
    rows = [_row(one, records, span) for one in everywhere]
    if not any(row.in_window for row in rows):
        rows.append(_nothing(log, records, replace(question, window=span), desk) if answers else _wrong_log(question))
    return Gathered(rows=tuple(rows[:MOST_ROWS]), coverage=coverage_of(log))


def _attempts(records: Records, question: Asked) -> list[Attempt]:
    """All that fits but for the time: what came after the window can still supersede."""
    found = fitting(attempts(records), question)
    if question.candidates:
        found += fitting(refused_connections(records.loose), question)
    if question.recipient:
        found += fitting(copies(records), question)
    return found


def _row(attempt: Attempt, records: Records, span: Window) -> Row:
    state(attempt, records.loose)
    offset = attempt.appliance.offset
    connection, message = attempt.connection, attempt.message
    message_id = message_id_line(message) if message else None
    addresses = attempt.addresses
    _say_resources(attempt, records.loose)
    _say_source(attempt)
    return Row(
        attempt=_key(attempt),
        about=About(
            attempt.appliance.host,
            addresses[0] if addresses else None,
            (connection.number if connection else None) or None,
            message.number if message else None,
            attempt.recipient,
        ),
        facts=attempt.facts,
        sender=attempt.sender,
        message_id=message_id[0].strip("<>") if message_id else None,
        began=iso(attempt.began, offset),
        received=iso(attempt.received, offset),
        ties=attempt.ties,
        in_window=span.overlaps(attempt.began, attempt.ended),
        before=attempt.before,
        timeline=tuple(_moments(attempt)),
    )


def _key(attempt: Attempt) -> str:
    """Equal for the recipients of one message, and for those of one connection rejected with delay."""
    record = attempt.message or attempt.connection
    first = record.lines[0] if record and record.lines else attempt.refusal
    refused = attempt.refusal.order if attempt.refusal else ""
    return f"{attempt.appliance.key} {first.source if first else ''}:{first.number if first else ''} {refused}"


def _moments(attempt: Attempt) -> Iterable[Moment]:
    lines = {line.order: line for line in attempt.lines}
    if attempt.refusal:
        lines[attempt.refusal.order] = attempt.refusal
    message = attempt.message
    family = [message] if message else []
    for one in family:
        lines.update({line.order: line for line in one.lines})
        lines.update({line.order: line for delivery in one.deliveries.values() for line in delivery.lines})
        family += [
            link.child for link in one.children if link.how in {"split", "rewritten"} and link.child not in family
        ]
    return [_moment(lines[order]) for order in sorted(lines)]


def _moment(line: LogLine) -> Moment:
    icid, mid, dcid = (getattr(line.event, name, None) or None for name in ("icid", "mid", "dcid"))
    return Moment(line.iso, icid, mid, dcid, line.body, line.source, line.number)


def _say_resources(attempt: Attempt, loose: Iterable[LogLine]) -> None:
    """Resource Conservation mode said by the appliance on the day of the attempt."""
    said = [
        line
        for line in loose
        if isinstance(line.event, ResourceConservation)
        and line.appliance is attempt.appliance
        and (line.time is None or attempt.began is None or line.time.date() == attempt.began.date())
    ]
    says = Says()
    says.say("log.resources", "conserved" if said else "normal", *said[:1])
    attempt.facts.update(says.facts)


def _say_source(attempt: Attempt) -> None:
    """Who named the address that ties the attempt to the question."""
    if attempt.candidate is not None:
        opened = attempt.connection.first(Opened) if attempt.connection else None
        says = Says()
        says.say("log.source", attempt.candidate.source, opened[0] if opened else None)
        attempt.facts.update(says.facts)


def _nothing(log: Log, records: Records, question: Asked, desk: Desk) -> Row:
    """The row of a search that found no attempt in the window: what was searched, and what the log cannot say."""
    says = Says()
    say_coverage(says, log, records, question, desk)
    say_interfaces(says, log)
    addresses = [str(candidate.network) for candidate in question.candidates]
    alone = addresses[0].removesuffix("/32").removesuffix("/128") if len(addresses) == 1 else None
    if question.candidates and question.sender:
        _say_elsewhere(says, records, question)
    if question.sender:
        _say_other_envelope(says, records, question)
    return Row("search", About(ip=alone, recipient=question.recipient), says.facts, sender=question.sender)


def _wrong_log(question: Asked) -> Row:
    """The row of a search in logs that cannot answer: nothing is said but that."""
    says = Says()
    says.say("log.coverage", "wrong-log")
    return Row("search", About(recipient=question.recipient), says.facts, sender=question.sender)


def _say_elsewhere(says: Says, records: Records, question: Asked) -> None:
    """Mail of the sender asked about that came, in the window, from another address than those asked about."""
    for attempt in fitting(attempts(records), replace(question, candidates=())):
        other = next((a for a in attempt.addresses if read_address(a) and not question.candidate(a)), None)
        if attempt.message and other:
            said = sender_line(attempt.message)
            opened = attempt.connection.first(Opened) if attempt.connection else None
            says.say("log.elsewhere", other, opened[0] if opened else None, said[1] if said else None)


def _say_other_envelope(says: Says, records: Records, question: Asked) -> None:
    """Mail whose Message-ID or reverse DNS has the sender's domain but whose envelope sender is another."""
    assert question.sender is not None
    domain = domain_of(question.sender)
    for message in records.messages:
        sender = sender_line(message)
        if sender is None or not question.window.overlaps(message.began, message.began):
            continue
        message_id = message_id_line(message)
        opened = message.connection.first(Opened) if message.connection else None
        line = None
        if message_id and in_domain(domain, domain_of(message_id[0])):
            line = message_id[1]
        elif opened and in_domain(domain, opened[1].host):
            line = opened[0]
        if line and not in_domain(domain, domain_of(sender[0])):
            says.say("log.other_envelope", sender[0] or "<>", line, sender[1])
