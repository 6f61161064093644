"""An entry of several physical lines: wrapped by mail clients, forums, manuals, or by a line break in the log itself.

A line without a prefix goes on with the entry above it only if the entry then reads as a known form. Whether the wrap
stood at a blank or in the middle of a word cannot be seen, so both are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from wizard.maillog.bounce_log import BounceLog
from wizard.maillog.events.base import Event, Unknown
from wizard.maillog.events.delivery import Delivered, FailedTry, Response
from wizard.maillog.events.header import MessageId, Subject
from wizard.maillog.events.message import AbortedOther, BouncedByPolicy, Dropped
from wizard.maillog.events.relation import Generated, Rewritten, Split
from wizard.maillog.events.scanning import CustomLog, ScanError, ScanNote
from wizard.maillog.events.security import AuthTrouble
from wizard.maillog.events.system import Housekeeping
from wizard.maillog.prefix import Prefix, split_prefix

_ODDLY_WRAPPED = 3  # so many breaks are tried each on its own; more of them only all alike
_WIDTH = 60  # a line that is complete but was wrapped all the same is at least this long
_CLOSED = (")", "]", "'", '"')
_QUOTING = (BounceLog, BouncedByPolicy, Delivered, Dropped, FailedTry, Generated, MessageId, Rewritten, Subject)
_VAGUE = (AbortedOther, AuthTrouble, CustomLog, Housekeeping, ScanError, ScanNote)

Reader = Callable[[str], Event | None]


def read_lines(text: str, read: Reader) -> tuple[Prefix, Event | None]:
    """Read the first line, with as many of the lines after it as make it say more."""
    lines = _first_paragraph(text)
    prefix = split_prefix(lines[0].strip())
    event = read(prefix.body)
    if _is_known(event) and len(lines[0].rstrip()) < _WIDTH and not isinstance(event, _VAGUE):
        return prefix, event
    for count in range(2, len(lines) + 1):
        for joined in _joins(lines[:count]):
            longer_prefix = split_prefix(joined)
            longer = read(longer_prefix.body)
            if _is_known(longer) and (
                not _is_known(event) or _says_more(prefix.body, event, longer_prefix.body, longer)
            ):
                prefix, event = longer_prefix, longer
                break
    return prefix, event


def _first_paragraph(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.replace("\r", "").split("\n"):
        if not line.strip() and lines:
            break
        lines.append(line)
    return lines


def _joins(lines: list[str]) -> Iterator[str]:
    """The lines as one, broken at blanks or in words; the likelier first: in an address, a break is no blank."""
    breaks = len(lines) - 1
    alike: list[tuple[bool, ...]] = [(True,) * breaks, (False,) * breaks]
    for likely in product((True, False), repeat=breaks) if breaks <= _ODDLY_WRAPPED else alike:
        joined = lines[0]
        for is_likely, line in zip(likely, lines[1:], strict=True):
            in_address = joined.rfind("<") > joined.rfind(">")
            at_blank = is_likely is not in_address
            joined = f"{joined.rstrip()} {line.lstrip()}" if at_blank else joined + line
        yield joined.strip()


def _is_known(event: Event | None) -> bool:
    return event is not None and not isinstance(event, Unknown)


def _says_more(body: str, event: Event | None, longer_body: str, longer: Event | None) -> bool:
    """Whether the longer form completes the shorter one, rather than having a stranger's next line at its end."""
    if isinstance(event, _VAGUE):
        return not isinstance(longer, _VAGUE)
    if getattr(event, "reason", None) == "other" and getattr(longer, "reason", None) != "other":
        return True
    if type(longer) is not type(event):
        return False
    if isinstance(longer, Response) and longer_body.endswith(longer.text):  # a reply that is not in quotes has no end
        return not body.endswith(_CLOSED)
    if isinstance(event, Split) and isinstance(longer, Split):
        return len(longer.recipients) > len(event.recipients) and not any(" " in name for name in longer.recipients)
    if _filled(longer) > _filled(event):
        return True
    return isinstance(event, _QUOTING) and longer_body.endswith(_CLOSED) and not body.endswith(_CLOSED)


def _filled(event: Event | None) -> int:
    values = [getattr(event, field) for field in type(event).fields] if event else []
    return sum(value is not None and value is not False and value not in {"", ()} for value in values)
