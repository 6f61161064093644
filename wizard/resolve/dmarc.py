"""What a domain asks receivers to do with mail that fails SPF and DKIM (DMARC, RFC 7489)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from wizard.resolve.answers import Answer
from wizard.resolve.names import parents
from wizard.resolve.resolver import Resolver

MAX_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Dmarc:
    """`policy` is `none`, `quarantine` or `reject` as it applies to the domain asked about; empty without a record.

    `at` is the domain that publishes the record: the domain itself or one above it.
    """

    state: Literal["published", "none", "unknown"]
    policy: str
    at: str
    record: str
    answers: tuple[Answer, ...]


async def read_dmarc(resolver: Resolver, domain: str) -> Dmarc:
    """The nearest record at or above `domain` (ASCII), down to two labels: without a list of public suffixes, that is
    the organisation's domain or one that publishes no record."""
    at = [name for name in reversed(parents(domain)) if "." in name]
    at = [domain, *at[-(MAX_LEVELS - 1) :]] if len(at) > MAX_LEVELS else at
    answers = tuple(await asyncio.gather(*(resolver.look_up(f"_dmarc.{name}", "TXT") for name in at)))
    for name, answer in zip(at, answers, strict=True):
        if not answer.known:
            return Dmarc("unknown", "", "", "", answers)
        records = [text for text in answer.values if _tags(text).get("v") == "DMARC1"]
        if len(records) == 1:
            tags = _tags(records[0])
            policy = tags.get("p", "none") if name == domain else tags.get("sp", tags.get("p", "none"))
            return Dmarc("published", policy.lower(), name, records[0], answers)
    return Dmarc("none", "", "", "", answers)


def _tags(record: str) -> dict[str, str]:
    """
    >>> _tags("v=DMARC1; p=reject")
    {'v': 'DMARC1', 'p': 'reject'}
    """
    pairs = (part.partition("=") for part in record.split(";")[:50])
    return {name.strip().lower(): value.strip() for name, _, value in pairs if value.strip()}
