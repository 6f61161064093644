"""How long common sending servers wait for the greeting before they give up, and how to have them wait longer (S14)."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from wizard.smtp.tables import table


class Client(NamedTuple):
    """A sending server's default wait for the greeting. `sure`: its documentation says so; `how` by language."""

    name: str
    seconds: int
    setting: str
    sure: bool
    source: str
    how: dict[str, str]


@cache
def clients() -> tuple[Client, ...]:
    """Return the sending servers that are known, the least patient first."""
    rows = (Client(**{**row, "seconds": int(row["seconds"]), "sure": row["sure"] == "yes"}) for row in table("clients"))
    return tuple(sorted(rows, key=lambda one: one.seconds))


def impatient(seconds: float) -> tuple[Client, ...]:
    """Return those whose default is over before a greeting that takes so many seconds.

    >>> [client.name for client in impatient(31)]
    ['Nodemailer']
    >>> [client.name for client in impatient(301)]
    ['Nodemailer', 'KumoMTA', 'Postfix', 'Exim', 'Sendmail']
    """
    return tuple(client for client in clients() if client.seconds < seconds)
