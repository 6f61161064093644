"""The time zone of each file. Its header tells it, which not every file of a rotated set has: the offset holds on."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from wizard.maillog.log import Log


class Offsets(NamedTuple):
    """Minutes east of UTC at a file's beginning and at its end; None where no file of its appliance tells it."""

    first: int | None
    last: int | None


def offsets(log: Log) -> list[Offsets]:
    """Of each file its own, else those of the file before it, else of the one behind it, of the same appliance."""
    found = [_own(log, index) for index in range(len(log.files))]
    whose = _appliances(log)
    by_age = sorted(range(len(found)), key=lambda index: log.survey(index).first or datetime.max)
    _hold_on(found, whose, by_age, 1)
    _hold_on(found, whose, by_age[::-1], 0)
    return found


def _hold_on(found: list[Offsets], whose: list[list[str]], order: list[int], at: int) -> None:
    """Fill in what files do not tell, in this order, with the first (0) or the last (1) offset of the one before."""
    held: dict[str, int] = {}
    for index in order:
        offset = found[index][at]
        if offset is None:
            offset = next((held[key] for key in whose[index] if key in held), None)
            found[index] = Offsets(offset, offset)
        else:
            held.update(dict.fromkeys(whose[index], offset))


def _own(log: Log, index: int) -> Offsets:
    said = [minutes for _, minutes in log.surveyed()[index].said_offsets()]
    first = log.offset(index)
    return Offsets(first, said[-1] if said else first)


def _appliances(log: Log) -> list[list[str]]:
    """The keys of the appliances whose lines each file holds."""
    extents = log.extents()
    return [
        [
            key
            for key, of_key in extents.items()
            if any(one is own for one in of_key for own in log.survey(index).extents.values())
        ]
        for index in range(len(log.files))
    ]
