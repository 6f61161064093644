"""The addresses behind the names in SPF records, by way of A, AAAA and MX."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from wizard.resolve.answers import Answer
from wizard.resolve.names import Address
from wizard.resolve.resolver import Resolver

BOTH_FAMILIES = ("A", "AAAA")
MAX_MX_NAMES = 10
"""RFC 7208, 4.6.4: a domain with more mail exchangers makes `mx` an error."""


@dataclass(frozen=True, slots=True)
class HostAddresses:
    """A host's addresses and the answers that gave them, or did not."""

    name: str
    addresses: tuple[Address, ...]
    answers: tuple[Answer, ...]

    @property
    def missing(self) -> bool:
        """Whether DNS says that there is no such address."""
        return all(answer.missing for answer in self.answers)

    @property
    def unanswered(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if not answer.known)


async def addresses_of(resolver: Resolver, name: str, types: Sequence[str] = BOTH_FAMILIES) -> HostAddresses:
    answers = await resolver.look_up_all((name, record_type) for record_type in types)
    addresses = tuple(ip_address(value) for answer in answers for value in answer.values)
    return HostAddresses(name, addresses, tuple(answers))


async def addresses_of_all(
    resolver: Resolver, names: Sequence[str], types: Sequence[str] = BOTH_FAMILIES
) -> list[HostAddresses]:
    return list(await asyncio.gather(*(addresses_of(resolver, name, types) for name in names)))


def mail_exchangers(answer: Answer) -> list[tuple[int, str]]:
    """Preference and host, the preferred first; the null MX (RFC 7505) is the host `.`.

    >>> from wizard.resolve.answers import Question
    >>> mail_exchangers(Answer(Question("a.test", "MX"), "answer", values=("20 b.test", "10 c.test")))
    [(10, 'c.test'), (20, 'b.test')]
    """
    pairs = (value.split(" ", 1) for value in answer.values)
    return sorted((int(preference), host) for preference, host in pairs)
