"""What a log is followed for, criterion by criterion: what it was followed for before is not searched for again."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.maillog.asked import Asked, Candidate, Window, read_address, read_network
from wizard.maillog.events.connection import Opened
from wizard.maillog.kept import Reading
from wizard.maillog.needles import Needle
from wizard.maillog.saying import says
from wizard.maillog.trail import Trail
from wizard.maillog.wanted import SYSTEM, rows, seeds

Followed = dict[tuple[Asked, bool], int]
"""Each criterion, with whether what lies beside it was looked for, and the place from which on the log was followed."""

BESIDE = Asked()
"""Stands for the lines that concern mail without naming it."""


class Pursuit:
    """A question with the trail that it leads to. `followed` is what was followed before; `done` adds this one to it.

    Where mail of the sender asked about is found, the address that it came from is followed from there on, up to so
    many of them as `leads` says: a later question for one has only what lies before to read.
    """

    def __init__(self, followed: Followed, asked: Asked, *, beside: bool, leads: int) -> None:
        self._followed = followed
        self._beside = beside
        self._leads = leads
        self._led: Followed = {}
        self._open = [one for one in _criteria(asked, beside) if followed.get((one, beside)) != 0]
        self._asked = _joined(self._open)
        ends: dict[Needle, int | None] = {}
        for criterion in self._open:
            end = followed.get((criterion, beside))
            for needle in self._needles(criterion):
                known = ends.setdefault(needle, end)
                ends[needle] = None if known is None or end is None else max(known, end)
        self.trail = Trail(self._says, ends, opened=self._opened if leads else None)

    def done(self) -> None:
        """The log was read for all that."""
        self._followed.update(self._led)
        self._followed.update(dict.fromkeys(((one, self._beside) for one in self._open), 0))

    def _says(self, line: Reading) -> bool:
        return says(line.event, self._asked)

    def _opened(self, opened: Opened) -> None:
        """A connection that is followed opens."""
        address = read_address(opened.address)
        if address is None or len(self._led) >= self._leads or self._asked.candidate(opened.address):
            return
        lead = _of_address(Candidate(read_network(str(address)), "earlier-mail"))
        self._led[lead, self._beside] = self.trail.reached
        self._asked = self._asked._replace(candidates=(*self._asked.candidates, *lead.candidates))
        for needle in self._needles(lead):
            self.trail.needles.add(needle)

    def _needles(self, criterion: Asked) -> Iterator[Needle]:
        yield from SYSTEM if criterion == BESIDE else seeds(criterion)
        if self._beside:
            yield from rows(criterion)


def _criteria(asked: Asked, beside: bool) -> Iterator[Asked]:
    """Questions of one criterion each: a line says what was asked where it says one of them."""
    if beside:
        yield BESIDE
    yield from map(_of_address, asked.candidates)
    if asked.sender:
        yield Asked(sender=asked.sender_domain)
    if not asked.candidates and not asked.sender:
        yield asked._replace(window=Window())


def _of_address(candidate: Candidate) -> Asked:
    return Asked(candidates=(Candidate(candidate.network, "any"),))


def _joined(criteria: list[Asked]) -> Asked:
    """The question that a line answers where it answers one of these."""
    candidates = tuple(candidate for one in criteria for candidate in one.candidates)
    sender = next((one.sender for one in criteria if one.sender), None)
    if candidates or sender:
        return Asked(candidates, sender)
    return next((one for one in criteria if one != BESIDE), BESIDE)
