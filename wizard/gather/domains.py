"""The domain of a mailbox as DNS is asked for it."""

from __future__ import annotations

from wizard.idn import to_ascii
from wizard.maillog.asked import domain_of


def domain_to_ask(mailbox: str | None) -> str | None:
    """In ASCII; None where there is no domain, or none that DNS could have: mailboxes come from strangers.

    >>> domain_to_ask("bob@B\u00fccher.example"), domain_to_ask("<>"), domain_to_ask("bob@a..b")
    ('xn--bcher-kva.example', None, None)
    """
    try:
        return to_ascii(domain_of(mailbox or ""))
    except ValueError:
        return None
