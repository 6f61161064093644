"""Failures that a later arrival made good, and how late that arrival was.

A temporary failure is made good by the next arrival of the same sender's mail to the same recipient (from the same
address, where it failed before the envelope), a lasting one only by the arrival of the same Message-ID there.
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property

from wizard.engine import Engine
from wizard.facts import Evidence, Fact, More, values_of
from wizard.judging import ARRIVED, FactsOf, Judged, judge
from wizard.rows import instant, seconds_between
from wizard.rulebase.firing import best

WITHIN = timedelta(days=5)
"""Servers try for so long (RFC 5321, 4.5.4.1)."""
TEMPORARY = {"refused-for-now", "pending", "unknown"}
_SHOWN = 3
_DONE = "log.delivery"
"""The fact whose time is that of the arrival."""

Key = tuple[str, ...]


def supersede(engine: Engine, judged: Sequence[Judged], case: FactsOf) -> tuple[list[Judged], set[Judged], set[Judged]]:
    """The rows, arrivals now knowing how late they came; the failures that were made good; the arrivals that did so."""
    arrivals = _Arrivals(one for one in judged if one.fate == ARRIVED)
    made_good: dict[Judged, list[Judged]] = {one: [] for one in judged if one.fate == ARRIVED}
    for failure in judged:
        if failure.outcome is not None and failure.fate != ARRIVED and failure.row.in_window:
            success = arrivals.that_makes_good(failure)
            if success is not None:
                made_good[success].append(failure)
    late = {one: _told_late(engine, one, failures, case) for one, failures in made_good.items()}
    superseded = {failure for failures in made_good.values() for failure in failures}
    return [late.get(one, one) for one in judged], superseded, {late[one] for one, f in made_good.items() if f}


class _Arrivals:
    """Arrivals by what ties them to earlier failures, each list in the order in which their DATA ended."""

    def __init__(self, arrivals: Iterable[Judged]) -> None:
        found: defaultdict[Key, list[tuple[datetime, Judged]]] = defaultdict(list)
        for one in arrivals:
            received = instant(one.row.received or one.row.began)
            if received is not None:
                for key in _keys_of_arrival(one):
                    found[key].append((received, one))
        self._by_key = {key: sorted(ones, key=lambda one: one[0]) for key, ones in found.items()}

    @cached_property
    def _addresses(self) -> list[tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, Key]]:
        return [(ipaddress.ip_address(key[1]), key) for key in self._by_key if key[0] == "address"]

    def that_makes_good(self, failure: Judged) -> Judged | None:
        """The first that does."""
        found = [one for key in self._keys_of_failure(failure) for one in self._after(failure, key)]
        return min(found, key=lambda one: one[0])[1] if found else None

    def _after(self, failure: Judged, key: Key) -> Iterator[tuple[datetime, Judged]]:
        ones, began = self._by_key.get(key, []), failure.began
        if began is None:
            return
        at = bisect_right(ones, began, key=lambda one: one[0])
        while at < len(ones) and ones[at][0] <= began + WITHIN:
            if ones[at][1].row.attempt != failure.row.attempt:
                yield ones[at]
                return
            at += 1

    def _keys_of_failure(self, failure: Judged) -> Iterator[Key]:
        row = failure.row
        recipient = _bare(row.about.recipient) if row.about.recipient is not None else None
        if failure.fate not in TEMPORARY:
            if row.message_id is not None:
                yield ("id", row.message_id) if recipient is None else ("id", row.message_id, recipient)
        elif row.sender is not None:
            yield ("sender", _bare(row.sender)) if recipient is None else ("pair", _bare(row.sender), recipient)
        else:
            for text in row.came_from:
                network = ipaddress.ip_network(text)
                if network.num_addresses == 1:
                    yield "address", str(network.network_address)
                else:
                    yield from (key for one, key in self._addresses if one in network)


def _keys_of_arrival(one: Judged) -> Iterator[Key]:
    row = one.row
    recipient = _bare(row.about.recipient or "")
    if row.message_id is not None:
        yield from (("id", row.message_id), ("id", row.message_id, recipient))
    if row.sender is not None:
        yield from (("sender", _bare(row.sender)), ("pair", _bare(row.sender), recipient))
    for address in row.came_from:
        yield "address", address


def _bare(mailbox: str) -> str:
    return mailbox.strip(" <>").casefold()


def _told_late(engine: Engine, success: Judged, failures: Iterable[Judged], case: FactsOf) -> Judged:
    """The arrival with the facts `late.*`: how long after the first try, and which outcome held it up first."""
    first = min(failures, key=lambda one: one.began or datetime.min, default=None)
    cause = first.outcome if first else None
    before = success.row.before
    if first is None and before is not None:
        cause = best(engine.base, engine.fire({**values_of(success.known), **values_of(before)}))
    if cause is None or cause.fate == ARRIVED:
        return success
    began = (first or success).row.began
    done = success.row.facts[_DONE].at if _DONE in success.row.facts else None
    seconds = seconds_between(began, done)
    if seconds is None:
        return success
    facts = first.row.facts if first else before or {}
    told = {
        "late.seconds": Fact("late.seconds", seconds, "logs", done, _evidence(facts)),
        "late.cause": Fact("late.cause", cause.finding, "logs", began),
    }
    return judge(engine, replace(success.row, facts=More(success.row.facts, told)), case)


def _evidence(facts: Mapping[str, Fact]) -> tuple[Evidence, ...]:
    """The first pieces that the facts rest on, each once."""
    found: dict[Evidence, None] = {}
    for fact in facts.values():
        found.update(dict.fromkeys(fact.evidence))
        if len(found) >= _SHOWN:
            break
    return tuple(found)[:_SHOWN]
