"""The log searched for what was asked, followed, and turned into rows (S5 to S8)."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Mapping

from wizard.facts import Fact
from wizard.gather.base import Desk, Gathered
from wizard.gather.coverage import coverage_of, say_coverage
from wizard.gather.interfaces import say_interfaces
from wizard.gather.kinds import check
from wizard.gather.search_log import asked, open_log, windows, without_shared
from wizard.maillog.asked import Asked, domain_of, in_domain, read_address
from wizard.maillog.attempts import Attempt, attempts
from wizard.maillog.events.connection import Opened
from wizard.maillog.fitting import attempts_that_fit, fitting, refused_networks
from wizard.maillog.follow import follow
from wizard.maillog.log import Windows
from wizard.maillog.loglines import Lines, LogLine, OnDemand
from wizard.maillog.records import Records
from wizard.maillog.say_receipt import message_id_line, sender_line
from wizard.maillog.says import Says
from wizard.maillog.stating import state
from wizard.maillog.surroundings import Surroundings
from wizard.rows import About, Moment, Row
from wizard.rulebase.model import Source

MOST_ROWS = 100_000


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Every attempt that fits; where none does, one row that says so and how far the log could say it."""
    del source
    log = open_log(facts, desk)
    answers = check(log, desk.lang)
    question, span = asked(facts), windows(facts)
    records = follow(log, without_shared(question), span)
    around = Surroundings(records)
    found = sorted(attempts_that_fit(records, question), key=lambda one: one.place)  # later ones may supersede
    stories: dict[str, _Story] = {}
    pending = deque(found[-MOST_ROWS:])
    del found
    rows = []
    while pending:  # an attempt with its row is let go: there may be as many as rows
        rows.append(_row(pending.popleft(), around, span, stories))
    if not any(row.in_window for row in rows):
        if not answers:
            rows.append(_wrong_log(question))
        else:
            says = Says()
            say_coverage(says, log, around, question, span, desk)
            say_interfaces(says, log)
            rows.append(_nothing(says, records, question, span))
    return Gathered(rows=tuple(rows), coverage=coverage_of(log))


def _row(attempt: Attempt, around: Surroundings, span: Windows, stories: dict[str, _Story]) -> Row:
    state(attempt, around)
    key = _key(attempt)
    if key not in stories:
        stories[key] = _Story(around.lines, _orders(attempt))
    connection, message = attempt.connection, attempt.message
    message_id = message_id_line(message) if message else None
    addresses = attempt.addresses
    return Row(
        attempt=key,
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
        began=attempt.first_line.iso if attempt.first_line else None,
        received=attempt.received.iso if attempt.received else None,
        ties=attempt.ties,
        in_window=_inside(attempt, span),
        before=attempt.before,
        came_from=_came_from(attempt),
        timeline=stories[key],
    )


class _Story(OnDemand[Moment]):
    """The lines of an attempt, read when somebody asks: of thousands of attempts that is one."""

    __slots__ = ("_lines", "_orders")

    def __init__(self, lines: Lines, orders: array[int]) -> None:
        self._lines = lines
        self._orders = orders

    def __len__(self) -> int:
        return len(self._orders)

    def one(self, place: int) -> Moment:
        return _moment(self._lines.one(self._orders[place]))


def _came_from(attempt: Attempt) -> tuple[str, ...]:
    known = [str(address) for address in map(read_address, attempt.addresses) if address is not None]
    return tuple(known or map(str, refused_networks(attempt)))


def _inside(attempt: Attempt, span: Windows) -> bool:
    offset = attempt.first_line.offset if attempt.first_line else None
    return span(offset).overlaps(attempt.began, attempt.ended)


def _key(attempt: Attempt) -> str:
    """Equal for the recipients of one message, and for those of one connection rejected with delay."""
    record = attempt.message or attempt.connection
    first = attempt.refusal or (record.lines[0] if record and record.lines else None)
    return f"{attempt.appliance.key} {first.source if first else ''}:{first.number if first else ''}"


def _orders(attempt: Attempt) -> array[int]:
    """The places of all lines that tell its story."""
    orders = {order for record in attempt.records for order in record.orders}
    orders.update([attempt.refusal.order] if attempt.refusal else ())
    family = {attempt.message: None} if attempt.message else {}
    pending = list(family)
    for one in pending:  # grows while it is gone through
        orders.update(one.orders, *(delivery.orders for delivery in one.deliveries.values()))
        children = [link.child for link in one.children if link.how in {"split", "rewritten"}]
        pending += [child for child in children if child not in family]
        family.update(dict.fromkeys(children))
    return array("I", sorted(orders))


def _moment(line: LogLine) -> Moment:
    event = line.event
    icid, mid, dcid = (event.icid, event.mid, event.dcid) if event else (None, None, None)
    return Moment(line.iso, icid or None, mid or None, dcid or None, line.body, line.source, line.number)


def _nothing(says: Says, records: Records, question: Asked, span: Windows) -> Row:
    """The row of a search that found no attempt in the window."""
    addresses = [str(candidate.network) for candidate in question.candidates]
    alone = addresses[0].removesuffix("/32").removesuffix("/128") if len(addresses) == 1 else None
    if question.candidates:
        _say_others(says, records, question, span)
    if question.sender:
        _say_elsewhere(says, records, question, span)
        _say_other_envelope(says, records, question, span)
    return Row("search", About(ip=alone, recipient=question.recipient), says.facts, sender=question.sender)


def _wrong_log(question: Asked) -> Row:
    """The row of a search in logs that cannot answer: nothing is said but that."""
    says = Says()
    says.say("log.coverage", "wrong-log")
    return Row("search", About(recipient=question.recipient), says.facts, sender=question.sender)


def _say_others(says: Says, records: Records, question: Asked, span: Windows) -> None:
    """The addresses asked about connected in the window, but with mail of others only; shared ones always do."""
    other = Asked(candidates=tuple(one for one in question.candidates if not one.shared))
    if not other.candidates:
        return
    came = next((one for one in fitting(attempts(records), other) if _inside(one, span)), None)
    if came is not None:
        says.say("log.connection", "with-other-mail", came.first_line)


def _say_elsewhere(says: Says, records: Records, question: Asked, span: Windows) -> None:
    """Mail of the sender asked about that came, in the window, from another address than those asked about."""
    for attempt in fitting(attempts(records), question._replace(candidates=())) if question.addresses_given else ():
        other = next((a for a in attempt.addresses if read_address(a) and not question.candidate(a)), None)
        if attempt.message and other and _inside(attempt, span):
            said = sender_line(attempt.message)
            opened = attempt.connection.first(Opened) if attempt.connection else None
            says.say("log.elsewhere", other, opened[0] if opened else None, said[1] if said else None)


def _say_other_envelope(says: Says, records: Records, question: Asked, span: Windows) -> None:
    """Mail whose Message-ID or reverse DNS has the sender's domain but whose envelope sender is another."""
    domain = domain_of(question.sender or "")
    for attempt in fitting(attempts(records), question._replace(sender=None, candidates=())):
        message = attempt.message
        if message is None or attempt.sender is None or not _inside(attempt, span):
            continue
        line = _names(attempt, domain)
        if line is not None and not in_domain(domain, domain_of(attempt.sender)):
            said = sender_line(message)
            says.say("log.other_envelope", attempt.sender or "<>", line, said[1] if said else None)


def _names(attempt: Attempt, domain: str) -> LogLine | None:
    """The line in which mail names a domain that is not its envelope sender's."""
    message_id = message_id_line(attempt.message) if attempt.message else None
    if message_id and in_domain(domain, domain_of(message_id[0])):
        return message_id[1]
    opened = attempt.connection.first(Opened) if attempt.connection else None
    return opened[0] if opened and in_domain(domain, opened[1].host) else None
