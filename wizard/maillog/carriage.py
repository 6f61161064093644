"""Which MIDs carry one recipient: the message it was given to, then the children that it moved to, to the last one.

A split moves the recipients named on the child's To lines; a rewrite moves all, under other addresses where an alias or
an LDAP query says so. Copies and bounces carry nobody's mail. What became of the recipient is told by the last carrier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wizard.maillog.asked import bare
from wizard.maillog.bounce_log import BounceLog
from wizard.maillog.consolidated import Consolidated
from wizard.maillog.events.delivery import Bounced, Delayed, Delivered, DeliveryStarted, Response
from wizard.maillog.events.envelope import BounceVerification, InvalidRecipient, RecipientRejected, To
from wizard.maillog.events.message import GlobalUnsubscribe
from wizard.maillog.events.relation import AliasExpanded, LdapBounced, LdapDropped, LdapRerouted, Split
from wizard.maillog.loglines import LogLine
from wizard.maillog.records import Link, Message

MOST_STEPS = 100
"""No message becomes another more often than that; a log that says so is not to be believed."""

_MOVES = {"split", "rewritten"}
_MAILBOX = re.compile(r"[^\s<>'\"]+@[^\s<>'\"]+")


class Step(NamedTuple):
    """A message that carries the recipient, and who the recipient is there; None is unknown."""

    message: Message
    rid: int | None
    address: str | None


class Carriage(NamedTuple):
    """One recipient on its way: as the sender gave it, step by step; `refused` is the line that refused it."""

    given: str | None
    steps: tuple[Step, ...]
    refused: LogLine | None = None

    @property
    def last(self) -> Message:
        """The message that tells what became of the recipient."""
        return self.steps[-1].message

    @property
    def now(self) -> str | None:
        """The recipient as the last carrier has it."""
        return self.steps[-1].address

    @property
    def rid(self) -> int | None:
        """Its number there."""
        return self.steps[-1].rid

    @property
    def carriers(self) -> tuple[Message, ...]:
        """The messages, the sender's own first."""
        return tuple(step.message for step in self.steps)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that the recipient had on the way."""
        return tuple(dict.fromkeys(a for a in (self.given, *(step.address for step in self.steps)) if a))


def carriages(message: Message) -> list[Carriage]:
    """Every recipient of a message as the sender gave it, refused ones included, each followed to its last carrier.

    An address that was expanded to several gives one carriage for each. A message of unknown recipients gives one whose
    addresses are None.
    """
    found: list[Carriage] = []
    for rid, address in _known_recipients(message):
        found += _follow(Step(message, rid, address), address)
    served = {bare(c.given) for c in found if c.given}
    refused: dict[str, Carriage] = {}
    for line, address in _refusals(message):
        name = bare(address or "")
        if name not in served | refused.keys():
            refused[name] = Carriage(address, (Step(message, None, address),), line)
    return [*found, *refused.values()] or [Carriage(None, (Step(message, None, None),))]


def recipients(message: Message) -> list[tuple[int | None, str]]:
    """The accepted recipients on a message's To lines, by RID; where those are not logged, the ones its fate names."""
    return _on_to_lines(message) or _named_by_fate(message)


def _on_to_lines(message: Message) -> list[tuple[int | None, str]]:
    given: dict[str, tuple[int | None, str]] = {}
    for _, event in message.all(To):
        given.setdefault(bare(event.address), (event.rid, event.address))
    return list(given.values())


def _named_by_fate(message: Message) -> list[tuple[int | None, str]]:
    given: dict[str, tuple[int | None, str]] = {}
    for _, event in message.all(Bounced, Delayed, BounceLog, LdapDropped, LdapBounced, GlobalUnsubscribe):
        address = getattr(event, "recipient", None) or getattr(event, "address", None)
        rids = getattr(event, "rids", None) or (getattr(event, "rid", None),)
        if address:
            given.setdefault(bare(address), (rids[0], address))
    for _, event in message.all(Consolidated, DeliveryStarted, Delivered, Response):
        for address in event.recipients:
            given.setdefault(bare(address), (None, address))
    return list(given.values())


def _known_recipients(message: Message) -> list[tuple[int | None, str | None]]:
    own: list[tuple[int | None, str | None]] = [*recipients(message)]
    if own:
        return own
    moved = [recipients(link.child) for link in message.children if link.how in _MOVES]
    return [(None, address) for child in moved for _, address in child] or (
        [] if any(_refusals(message)) else [(None, None)]
    )


def _refusals(message: Message) -> Iterator[tuple[LogLine, str | None]]:
    """The recipients that were refused in the conversation, with the lines that say so."""
    for line, event in message.all(RecipientRejected, InvalidRecipient, BounceVerification):
        if isinstance(event, RecipientRejected):
            yield line, event.address
        elif isinstance(event, InvalidRecipient):
            found = _MAILBOX.search(event.text)
            yield line, found[0] if found else None
        elif event.rejected:
            yield line, event.recipient


def _follow(first: Step, given: str | None) -> Iterator[Carriage]:
    pending: list[tuple[Step, ...]] = [(first,)]
    while pending:
        steps = pending.pop()
        onward = _onward(steps) if len(steps) < MOST_STEPS else []
        if onward:
            pending += [(*steps, step) for step in reversed(onward)]
        else:
            yield Carriage(given, steps)


def _onward(steps: tuple[Step, ...]) -> list[Step]:
    """Where the recipient moved from the last of these steps."""
    here = steps[-1]
    before = {step.message for step in steps}
    moves = [
        (link, targets)
        for link in here.message.children
        if link.child not in before
        for targets in [_moved_to(link, here)]
        if targets
    ]
    if any(link.how != "rewritten" for link, _ in moves):
        moves = moves[-1:]
    return [Step(link.child, rid, address) for link, targets in moves for rid, address in targets]


def _moved_to(link: Link, here: Step) -> list[tuple[int | None, str | None]]:
    """Who the recipient is on the child, if this link moved it there; empty if it did not."""
    if link.how not in _MOVES:
        return []
    now = here.address
    if now is None:
        return [*recipients(link.child)] or [(None, None)]
    child = _on_to_lines(link.child)
    same: list[tuple[int | None, str | None]] = [(r, a) for r, a in child if bare(a) == bare(now)]
    if same:
        return same
    event = link.line.event
    named = event.recipients if isinstance(event, Split) else ()
    if any(bare(address) == bare(now) for address in named):
        return [(None, now)]
    if link.how == "split":
        return [] if child or named or len(recipients(here.message)) > 1 else [(None, now)]
    return _rewritten(link, here, now, child)


def _rewritten(
    link: Link, here: Step, now: str, child: list[tuple[int | None, str]]
) -> list[tuple[int | None, str | None]]:
    rerouted = {bare(target) for target in _targets(here, now)}
    named = child or _named_by_fate(link.child)
    expanded: list[tuple[int | None, str | None]] = [(r, a) for r, a in named if bare(a) in rerouted]
    if expanded or not child:
        return expanded or [(here.rid, now)]
    delivered = (event.rids for line, event in here.message.all(Delivered) if line.order > link.line.order)
    if here.rid is not None and any(here.rid in rids for rids in delivered):
        return []
    own = {bare(address) for _, address in recipients(here.message)}
    return [(r, a) for r, a in child if bare(a) not in own]


def _targets(here: Step, now: str) -> Iterable[str]:
    """The addresses that an alias or the directory gives the recipient."""
    for _, event in here.message.all(LdapRerouted, AliasExpanded):
        if event.rid == here.rid or bare(event.address) == bare(now):
            yield from event.targets
