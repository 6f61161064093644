"""Which MIDs carry one recipient: the message it was given to, then the children that it moved to, to the last one.

A split moves the recipients named on the child's To lines; a rewrite moves all, under other addresses where an alias or
an LDAP query says so. Copies and bounces carry nobody's mail. What became of the recipient is told by the last carrier.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wizard.maillog.asked import bare
from wizard.maillog.events.delivery import Bounced, Delayed, Delivered
from wizard.maillog.events.envelope import RecipientRejected, To
from wizard.maillog.events.relation import AliasExpanded, LdapRerouted, Rewritten, Split
from wizard.maillog.loglines import LogLine
from wizard.maillog.records import Link, Message

_MOVES = {"split", "rewritten"}


@dataclass(frozen=True, slots=True, eq=False)
class Carriage:
    """One recipient on its way: `given` by the sender, `now` as the last carrier has it, `rid` its number there."""

    given: str | None
    now: str | None
    rid: int | None
    carriers: tuple[Message, ...]
    refused: LogLine | None = None

    @property
    def last(self) -> Message:
        """The message that tells what became of the recipient."""
        return self.carriers[-1]


def carriages(message: Message) -> list[Carriage]:
    """Every recipient of a message as the sender gave it, refused ones included, each followed to its last carrier.

    An address that was expanded to several gives one carriage for each. A message of unknown recipients gives one whose
    addresses are None.
    """
    found: list[Carriage] = []
    for rid, address in _recipients(message):
        found += _follow(message, rid, address, address, (message,))
    accepted = {bare(c.given) for c in found if c.given}
    refused: dict[str, Carriage] = {}
    for line, event in message.all(RecipientRejected):
        if bare(event.address) not in accepted | refused.keys():
            refused[bare(event.address)] = Carriage(event.address, event.address, None, (message,), line)
    return [*found, *refused.values()] or [Carriage(None, None, None, (message,))]


def recipients(message: Message) -> list[tuple[int | None, str]]:
    """The accepted recipients on a message's To lines, by RID; where those are not logged, the ones its fate names."""
    given: dict[str, tuple[int | None, str]] = {}
    for _, event in message.all(To):
        given.setdefault(bare(event.address), (event.rid, event.address))
    if not given:
        for _, fate in message.all(Bounced, Delayed):
            if fate.recipient:
                given.setdefault(bare(fate.recipient), (fate.rids[0] if fate.rids else None, fate.recipient))
    return list(given.values())


def _recipients(message: Message) -> list[tuple[int | None, str | None]]:
    own: list[tuple[int | None, str | None]] = [*recipients(message)]
    if own:
        return own
    moved = [recipients(link.child) for link in message.children if link.how in _MOVES]
    return [(None, address) for child in moved for _, address in child] or (
        [] if message.first(RecipientRejected) else [(None, None)]
    )


def _follow(
    message: Message, rid: int | None, given: str | None, now: str | None, carriers: tuple[Message, ...]
) -> Iterator[Carriage]:
    moves = [
        (link, targets) for link in message.children for targets in [_moved_to(link, message, rid, now)] if targets
    ]
    moves = [(link, targets) for link, targets in moves if link.child not in carriers]
    if not moves:
        yield Carriage(given, now, rid, carriers)
        return
    link, targets = moves[-1]
    if all(link.how == "rewritten" for link, _ in moves) and len(moves) > 1:
        for link, targets in moves:
            yield from _onward(link, targets, given, carriers)
        return
    yield from _onward(link, targets, given, carriers)


def _onward(
    link: Link, targets: list[tuple[int | None, str | None]], given: str | None, carriers: tuple[Message, ...]
) -> Iterator[Carriage]:
    for rid, address in targets:
        yield from _follow(link.child, rid, given, address, (*carriers, link.child))


def _moved_to(link: Link, parent: Message, rid: int | None, now: str | None) -> list[tuple[int | None, str | None]]:
    """Who the recipient is on the child, if this link moved it there; empty if it did not."""
    if link.how not in _MOVES:
        return []
    child = recipients(link.child)
    event = link.line.event
    named = event.recipients if isinstance(event, Split) else ()
    if now is None:
        return [(r, a) for r, a in child] or [(None, None)]
    same: list[tuple[int | None, str | None]] = [(r, a) for r, a in child if bare(a) == bare(now)]
    if same:
        return same
    if named and any(bare(address) == bare(now) for address in named):
        return [(None, now)]
    if link.how == "split":
        return [] if child or named or len(recipients(parent)) > 1 else [(None, now)]
    return _rewritten(link, parent, rid, now, child)


def _rewritten(
    link: Link, parent: Message, rid: int | None, now: str, child: list[tuple[int | None, str]]
) -> list[tuple[int | None, str | None]]:
    if not child:
        return [(rid, now)]
    own = {bare(address) for _, address in recipients(parent)}
    rerouted = {
        bare(target)
        for _, event in parent.all(LdapRerouted, AliasExpanded)
        if event.rid == rid or bare(event.address) == bare(now)
        for target in event.targets
    }
    expanded = [(r, a) for r, a in child if bare(a) in rerouted]
    if expanded:
        return list(expanded)
    if rid is not None and any(
        rid in event.rids for line, event in parent.all(Delivered) if line.order > link.line.order
    ):
        return []
    return [(r, a) for r, a in child if bare(a) not in own]


def rewritten_by(carriage: Carriage) -> list[LogLine]:
    """The lines that say this recipient's message was rewritten."""
    return [c.parent.line for c in carriage.carriers[1:] if c.parent and isinstance(c.parent.line.event, Rewritten)]
