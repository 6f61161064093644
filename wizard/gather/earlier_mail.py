"""The sender's addresses from earlier mail of the same domain (S3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from wizard.facts import Fact, Value, values_of
from wizard.gather.base import Desk, Gathered
from wizard.gather.search_log import known, open_log
from wizard.maillog.asked import Asked, domain_of, read_address
from wizard.maillog.attempts import Attempt, attempts
from wizard.maillog.events.connection import Opened
from wizard.maillog.events.message import Policy
from wizard.maillog.fitting import fitting
from wizard.maillog.follow import follow
from wizard.maillog.loglines import LogLine
from wizard.maillog.stating import state
from wizard.maillog.surroundings import Surroundings
from wizard.rulebase.model import Source

MOST = 10
ARRIVING: Mapping[str, set[Value | None]] = {
    "log.receipt": {"complete"},
    "log.disposal": {"none"},
    "log.held": {"none"},
    "log.quarantine_end": {"none"},
    "log.delivery": {"done", "accepted", "answered", "possible", "delayed", "started", "none"},
    "log.directory": {"answers", "silent"},
    "log.summary": {"delivered", "queued", "other", None},
}
"""What the lines say of mail that was delivered or is under way: only such mail vouches for an address."""


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """The addresses from which mail of the domain was received and kept, the latest first."""
    del source
    domain = domain_of(known(facts, "sender.mailbox") or "")
    if not domain:
        return Gathered()
    log = open_log(facts, desk)
    records = follow(log, Asked(sender=domain), leads=MOST)
    latest = _latest(fitting(attempts(records), Asked(sender=domain)), Surroundings(records))
    if not latest:
        return Gathered()
    addresses = tuple(latest)[:MOST]
    evidence = tuple(line.evidence for one in addresses for line in _lines(latest[one]))
    told: dict[str, Value] = {
        "sender.earlier": addresses,
        "sender.address": addresses,
        "sender.source": "earlier-mail",
    }
    return Gathered(tuple(Fact(name, value, "logs", desk.at(), evidence) for name, value in told.items()))


def _latest(found: list[Attempt], around: Surroundings) -> dict[str, Attempt]:
    """The latest mail of each address that vouches for it, the latest of all first."""
    latest: dict[str, Attempt] = {}
    for attempt in sorted(found, key=lambda one: one.began or datetime.min, reverse=True):
        address = next((str(one) for one in map(read_address, attempt.addresses) if one), None)
        if address and address not in latest:
            state(attempt, around)
            if _vouches(attempt):
                latest[address] = attempt
    return latest


def _vouches(attempt: Attempt) -> bool:
    """Whether it came from outside, and was delivered or is under way."""
    said = values_of(attempt.facts)
    arriving = all(said.get(name) in words for name, words in ARRIVING.items())
    outbound = attempt.message is not None and any(e.table == "outbound" for _, e in attempt.message.all(Policy))
    return arriving and not outbound and said.get("log.verdict") != "RELAY"


def _lines(attempt: Attempt) -> list[LogLine]:
    opened = attempt.connection.first(Opened) if attempt.connection else None
    return [opened[0]] if opened else attempt.lines[:1]
