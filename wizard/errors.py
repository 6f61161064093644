"""What can go wrong through what the user gave, as one kind of exception."""

from __future__ import annotations


class InputError(Exception):
    """Bad usage or an input that cannot be read: the program says one sentence and exits with 2.

    `key` names a text under `errors` in `wizard/words/errors.yaml`; `values` fill its placeholders. The values come
    from the user or from strangers, so whoever prints the sentence escapes it for the terminal.

    >>> str(InputError("no-such-file", path="mail.log"))
    "no-such-file: {'path': 'mail.log'}"
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key}: {values}")
        self.key = key
        self.values = values
