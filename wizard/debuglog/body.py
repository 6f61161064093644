"""A message on its way: its bytes are counted, none is kept."""

from __future__ import annotations

import re

_END = re.compile(r"\n\.(?:\r\n|\n|$)")
_LINE_BEGINS = "\n"


class Body:
    """Open between the 354 and the last dot, or for the bytes that BDAT announced.

    >>> body = Body()
    >>> body.open_data()
    >>> body.take("Subject: x\\r\\n\\r\\nHello\\r\\n.\\r"), body.open, body.size
    (None, True, 23)
    >>> body.take("\\nQUIT\\r\\n"), body.open, body.size
    ('QUIT\\r\\n', False, 21)
    """

    def __init__(self) -> None:
        self.open = False
        self.size = 0
        self._left = 0
        self._tail = _LINE_BEGINS

    def open_data(self) -> None:
        self.open, self._left, self._tail = True, 0, _LINE_BEGINS

    def open_announced(self, size: int) -> None:
        self.open, self._left = size > 0, size

    def close(self) -> None:
        self.open, self._left = False, 0

    def take(self, data: str) -> str | None:
        """Count what belongs to the message; None while it goes on, else what came after its end."""
        return self._take_announced(data) if self._left else self._take_until_dot(data)

    def _take_announced(self, data: str) -> str | None:
        taken = min(self._left, len(data))
        self._left -= taken
        self.size += taken
        self.open = self._left > 0
        return None if self.open else data[taken:]

    def _take_until_dot(self, data: str) -> str | None:
        if data == "." and "\n" not in self._tail[1:]:
            data = "\n."  # each entry is a line of its own, where line ends were not recorded
        text = self._tail + data
        end = _END.search(text)
        if not end:
            self.size += len(data)
            self._tail = text[-4:]
            return None
        self.size += end.start() + 1 - len(self._tail)
        self.open = False
        return text[end.end() :]
