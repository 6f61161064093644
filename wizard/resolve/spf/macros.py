"""The macros of SPF (RFC 7208, section 7), as far as what is known of the message goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address
from urllib.parse import quote

from wizard.idn import MAX_NAME
from wizard.resolve.names import Address

_MACRO = re.compile(r"%\{([slodipvh])([1-9][0-9]{0,2})?(r)?([-.+,/_=]*)\}", re.IGNORECASE)
_ESCAPES = {"%%": "%", "%_": " ", "%-": "%20"}
_PIECE = re.compile(rf"{_MACRO.pattern}|%[%_-]|[!-$&-~]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the message: always the sender's domain, the rest only where one message is looked at."""

    sender_domain: str
    local_part: str = ""
    address: Address | None = None
    helo: str = ""


def is_macro_string(text: str) -> bool:
    """
    >>> is_macro_string("%{i}._spf.%{d2}"), is_macro_string("%{x}.test"), is_macro_string("100%.test")
    (True, False, False)
    """
    position = 0
    while position < len(text):
        match = _PIECE.match(text, position)
        if match is None:
            return False
        position = match.end()
    return True


def expand(text: str, domain: str, known: Known) -> str | None:
    """The domain name that a valid macro string stands for, or None where that depends on an unknown message.

    >>> expand("%{d1r}.x.test", "a.b", Known("a.b")), expand("%{i}.x.test", "a.b", Known("a.b"))
    ('a.x.test', None)
    """
    pieces = []
    for match in _PIECE.finditer(text):
        if match[1] is None:
            pieces.append(_ESCAPES.get(match[0], match[0]))
            continue
        value = _value(match[1].lower(), domain, known)
        if value is None:
            return None
        value = _transformed(value, int(match[2] or 0), bool(match[3]), match[4] or ".")
        pieces.append(quote(value, safe="") if match[1].isupper() else value)
    return _shortened("".join(pieces).removesuffix("."))


def _value(letter: str, domain: str, known: Known) -> str | None:
    if letter == "d":
        return domain
    if letter == "o":
        return known.sender_domain
    if letter == "h":
        return known.helo or None
    if letter in "sl":
        if not known.local_part:
            return None
        return known.local_part if letter == "l" else f"{known.local_part}@{known.sender_domain}"
    if letter == "p":
        return None if known.address is None else "unknown"
    if known.address is None:
        return None
    is_v4 = isinstance(known.address, IPv4Address)
    if letter == "v":
        return "in-addr" if is_v4 else "ip6"
    return str(known.address) if is_v4 else ".".join(known.address.exploded.replace(":", ""))


def _transformed(value: str, keep: int, reverse: bool, delimiters: str) -> str:
    parts = re.split(f"[{re.escape(delimiters)}]", value)
    if reverse:
        parts.reverse()
    return ".".join(parts[-keep:] if keep else parts)


def _shortened(name: str) -> str:
    """RFC 7208, 7.3: of a name that is too long, labels are removed from the left."""
    while len(name) > MAX_NAME and "." in name:
        name = name.partition(".")[2]
    return name
