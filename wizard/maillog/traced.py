"""The lines of the attempts that fit what was asked: connection, message, what became of it, its deliveries."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wizard.maillog.asked import Asked
from wizard.maillog.attempts import Attempt
from wizard.maillog.fitting import attempts_that_fit
from wizard.maillog.log import Windows
from wizard.maillog.loglines import LogLine
from wizard.maillog.records import Record, Records


@dataclass(frozen=True, slots=True)
class Traced:
    """One connection with its messages, or a message that came otherwise: the places of its lines in log order."""

    orders: array[int]


def traced(records: Records, asked: Asked, windows: Windows) -> list[Traced]:
    """What fits, each once, in the order in which it begins."""
    groups: dict[int, dict[int, Record]] = {}
    alone: list[LogLine] = []
    for attempt in attempts_that_fit(records, asked):
        offset = attempt.first_line.offset if attempt.first_line else None
        if not windows(offset).overlaps(attempt.began, attempt.ended):
            continue
        root = attempt.connection or attempt.message
        if root is None:
            alone += [attempt.refusal] if attempt.refusal else []
        else:
            group = groups.setdefault(id(root), {})
            group.update((id(one), one) for one in _of(attempt, group))
    found = [Traced(_orders(group.values())) for group in groups.values()]
    found += [Traced(array("I", [line.order])) for line in alone]
    return sorted((one for one in found if one.orders), key=lambda one: one.orders[0])


def _of(attempt: Attempt, known: dict[int, Record]) -> Iterator[Record]:
    if attempt.connection is not None:
        yield attempt.connection
    pending = [attempt.message] if attempt.message is not None and id(attempt.message) not in known else []
    seen = {id(message) for message in pending}
    for message in pending:  # grows while it is gone through
        yield message
        yield from message.deliveries.values()
        for child in (link.child for link in message.children):
            if id(child) not in seen:
                seen.add(id(child))
                pending.append(child)


def _orders(records: Iterable[Record]) -> array[int]:
    return array("I", sorted({order for one in records for order in one.orders}))
