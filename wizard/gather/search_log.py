"""The case's facts as a question to the log, and the log opened once for all gatherers of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from wizard.errors import InputError
from wizard.facts import UNAVAILABLE, Fact
from wizard.gather.base import Desk
from wizard.maillog.asked import Asked, Candidate, Network, Window, read_network
from wizard.maillog.files import find_files
from wizard.maillog.log import Log, Windows
from wizard.times import in_zone

PATHS = "log.files"


def known(facts: Mapping[str, Fact], name: str) -> str | None:
    """A text fact's value, None where it is open or unavailable."""
    fact = facts.get(name)
    return str(fact.value) if fact and fact.value != UNAVAILABLE else None


def open_log(facts: Mapping[str, Fact], desk: Desk) -> Log:
    """The log that the case names. Raises InputError for a path that cannot be read."""
    paths = paths_of(facts)
    if paths not in desk.logs:
        hint = Window(in_zone(known(facts, "window.since"), None), in_zone(known(facts, "window.until"), None))
        desk.logs[paths] = Log(find_files(paths), hint=hint, now=desk.now)
        desk.logs[paths].watch(desk.progress)
    return desk.logs[paths]


def paths_of(facts: Mapping[str, Fact]) -> tuple[str, ...]:
    """The paths named, in their order."""
    value = facts[PATHS].value
    return value if isinstance(value, tuple) else (str(value),)


def windows(facts: Mapping[str, Fact]) -> Windows:
    """The time asked about, in the zone of an appliance's log."""

    @cache
    def window(offset: int | None) -> Window:
        return Window(*(in_zone(known(facts, name), offset) for name in ("window.since", "window.until")))

    return window


def asked(facts: Mapping[str, Fact]) -> Asked:
    """Everything asked for but the window. Raises InputError for an address that is none."""
    return Asked(
        candidates=candidates(facts),
        sender=known(facts, "sender.mailbox"),
        recipient=known(facts, "recipient.mailbox"),
        subject=known(facts, "message.subject"),
        message_id=known(facts, "message.id"),
    )


SOURCES = {"sender.earlier": "earlier-mail", "sender.spf": "spf", "sender.mx": "mx", "sender.pasted": "pasted"}
"""Facts that name addresses of the sender, the most trustworthy first; with addresses given by the user none counts."""


def candidates(facts: Mapping[str, Fact]) -> tuple[Candidate, ...]:
    """The sender's addresses with who named them, the most trustworthy source first."""
    if known(facts, "sender.source") in {None, "option"}:
        return tuple(Candidate(_network(text), "option") for text in listed(facts, "sender.address"))
    shared = [_network(text) for text in listed(facts, "sender.shared")]
    named = [(_network(text), source) for name, source in SOURCES.items() for text in listed(facts, name)]
    return tuple(Candidate(network, source, _is_among(network, shared)) for network, source in named)


def _is_among(network: Network, shared: Iterable[Network]) -> bool:
    """Whether it lies in a network that many domains send from, whoever else named it."""
    return any(
        one.version == network.version and one.prefixlen <= network.prefixlen and network.network_address in one
        for one in shared
    )


def without_shared(question: Asked) -> Asked:
    """The question as the log is searched for it: what fits of a network that many domains send from has the sender."""
    if question.sender is None:
        return question
    return question._replace(candidates=tuple(one for one in question.candidates if not one.shared))


def listed(facts: Mapping[str, Fact], name: str) -> tuple[str, ...]:
    """A fact's values as a list, empty where it is open or unavailable."""
    fact = facts.get(name)
    if fact is None or fact.value == UNAVAILABLE:
        return ()
    return fact.value if isinstance(fact.value, tuple) else (str(fact.value),)


def _network(text: str) -> Network:
    try:
        return read_network(text)
    except ValueError as error:
        raise InputError("not-an-address", text=text) from error
