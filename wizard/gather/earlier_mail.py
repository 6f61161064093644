"""The sender's addresses from earlier mail of the same domain (S3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from wizard.facts import Fact, Value
from wizard.gather.base import Desk, Gathered
from wizard.gather.search_log import known, open_log
from wizard.maillog.asked import Asked, domain_of, read_address
from wizard.maillog.assemble import assemble
from wizard.maillog.attempts import Attempt, attempts, fitting, state
from wizard.maillog.events.connection import Opened
from wizard.maillog.follow import follow
from wizard.maillog.loglines import LogLine
from wizard.rulebase.model import Source

MOST = 10
ARRIVING = {"log.receipt": {"complete"}, "log.disposal": {"none"}, "log.held": {"none"}, "log.quarantine_end": {"none"}}
"""What the lines say of mail that was delivered or is under way: only such mail vouches for an address."""


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """The addresses from which mail of the domain was received and kept, the latest and most frequent first."""
    del source
    sender = known(facts, "sender.mailbox")
    if sender is None:
        return Gathered()
    log = open_log(facts, desk)
    domain = domain_of(sender)
    follow(log, Asked(sender=domain))
    records = assemble(log.lines())
    by_address: dict[str, list[Attempt]] = {}
    for attempt in fitting(attempts(records), Asked(sender=domain)):
        state(attempt, records.loose)
        address = next((read_address(one) for one in attempt.addresses if read_address(one)), None)
        if address and _vouches(attempt):
            by_address.setdefault(str(address), []).append(attempt)
    ranked = sorted(by_address, key=lambda one: (_latest(by_address[one]), len(by_address[one])), reverse=True)[:MOST]
    if not ranked:
        return Gathered()
    evidence = tuple(line.evidence for one in ranked for line in _lines(by_address[one][-1]))
    told: dict[str, Value] = {
        "sender.earlier": tuple(ranked),
        "sender.address": tuple(ranked),
        "sender.source": "earlier-mail",
    }
    return Gathered(tuple(Fact(name, value, "logs", desk.at(), evidence) for name, value in told.items()))


def _vouches(attempt: Attempt) -> bool:
    verdict = attempt.facts.get("log.verdict")
    said = {name: attempt.facts[name].value for name in ARRIVING if name in attempt.facts}
    arriving = all(said.get(name) in words for name, words in ARRIVING.items())
    bounced = attempt.facts["log.delivery"].value == "bounced" if "log.delivery" in attempt.facts else False
    return arriving and not bounced and (verdict is None or verdict.value != "RELAY")


def _latest(found: list[Attempt]) -> datetime:
    return max((attempt.began for attempt in found if attempt.began), default=datetime.min)


def _lines(attempt: Attempt) -> list[LogLine]:
    opened = attempt.connection.first(Opened) if attempt.connection else None
    return [opened[0]] if opened else attempt.lines[:1]
