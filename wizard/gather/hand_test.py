"""The hand test from here (S11): one connection to the host that the user named, and to nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address

from wizard.errors import InputError
from wizard.facts import UNAVAILABLE, Fact
from wizard.gather.base import Desk, Gathered
from wizard.gather.hand_test_facts import facts_of, local_address
from wizard.gather.search_log import known, listed
from wizard.maillog.asked import read_network
from wizard.rulebase.model import Source
from wizard.smtp.grammar import check_mailbox, parse_target
from wizard.smtp.model import HandTest, Options, Origin, Target
from wizard.smtp.probe import probe

DEFAULT_PORT = 25


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Test the gateway that the case names. Raises InputError where it or this machine's own address is malformed."""
    del source
    target = target_of(facts)
    if not desk.may_contact(target.host):
        return Gathered()
    test = probe(target, options_of(facts, desk), desk.hand_test.watch)
    origin: Origin = "sender-network" if _is_the_senders(test, facts) else "here"
    return Gathered(facts_of(replace(test, origin=origin), "probe", desk.lang))


def target_of(facts: Mapping[str, Fact]) -> Target:
    """The gateway named. Raises InputError where that is none."""
    port = facts.get("gateway.port")
    given = port.value if port and port.value != UNAVAILABLE else DEFAULT_PORT
    return parse_target(known(facts, "gateway.host") or "", int(given) if isinstance(given, int) else DEFAULT_PORT)


def options_of(facts: Mapping[str, Fact], desk: Desk) -> Options:
    """How to test: as the options of the run say, for the sender and recipient of the case."""
    asked = desk.hand_test
    sender, recipient = envelope_of(facts)
    return Options(
        helo=asked.helo,
        sender=sender,
        recipient=recipient,
        bind=asked.bind,
        timeout=asked.seconds,
        send_test=asked.send_test and bool(sender and recipient),
    )


def envelope_of(facts: Mapping[str, Fact]) -> tuple[str | None, str | None]:
    """The sender and recipient to name, as far as they are mail addresses that SMTP takes."""
    sender, recipient = known(facts, "sender.mailbox"), known(facts, "recipient.mailbox")
    return _checked(sender and somebody_at(sender), sender=True), _checked(recipient, sender=False)


def somebody_at(mailbox: str) -> str:
    """A mail address as it is; of a domain its postmaster, whom RFC 5321, 4.5.1, requires.

    >>> somebody_at("partner.example"), somebody_at("@partner.example"), somebody_at("<>")
    ('postmaster@partner.example', 'postmaster@partner.example', '<>')
    """
    local, _, domain = mailbox.rpartition("@")
    return mailbox if local or mailbox == "<>" else f"postmaster@{domain}"


def _checked(mailbox: str | None, *, sender: bool) -> str | None:
    try:
        return None if mailbox is None else check_mailbox(mailbox, sender=sender)
    except InputError:
        return None


def _is_the_senders(test: HandTest, facts: Mapping[str, Fact]) -> bool:
    """Whether the test was made from an address that the sender sends from: to the gateway it was the sender then."""
    local = local_address(test)
    theirs = [*listed(facts, "log.address"), *listed(facts, "sender.address")]
    return local is not None and any(ip_address(local) in read_network(text) for text in theirs)
