"""Which of the records are tied to the question: those that say what was asked, and what they became or came from."""

from __future__ import annotations

from collections.abc import Callable

from wizard.maillog.loglines import LogLine
from wizard.maillog.records import Record, Records


class Family:
    """Asked again and again while records grow. Lines are asked once whether they say what was asked."""

    def __init__(self, says: Callable[[LogLine], bool]) -> None:
        self._answers = says
        self._said: dict[tuple[str, int], bool] = {}

    def records(self, records: Records) -> list[Record]:
        """The connections, messages and deliveries of all that is tied to the question."""
        whole = [connection for connection in records.connections if self._says(connection)]
        messages = {id(one): one for connection in whole for one in connection.messages}
        messages.update({id(one): one for one in records.messages if self._says(one)})
        found: dict[int, Record] = {id(connection): connection for connection in whole}
        pending = list(messages.values())
        for message in pending:  # grows while it is gone through
            found[id(message)] = message
            if message.connection is not None:
                found[id(message.connection)] = message.connection
            found.update({id(delivery): delivery for delivery in message.deliveries.values()})
            related = [link.child for link in message.children] + ([message.parent.parent] if message.parent else [])
            for one in related:
                if id(one) not in messages:
                    messages[id(one)] = one
                    pending.append(one)
        return list(found.values())

    def _says(self, record: Record) -> bool:
        return any(self._line_says(line) for line in record.lines)

    def _line_says(self, line: LogLine) -> bool:
        place = line.source, line.number
        known = self._said.get(place)
        if known is None:
            known = self._said[place] = self._answers(line)
        return known
