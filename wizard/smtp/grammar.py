"""What may reach an SMTP conversation or a shell line: everything else is refused before a byte is sent.

Names and addresses come from logs, options and pastes, so from strangers. The grammar is RFC 5321's, 4.1.2 and 4.1.3,
without obsolete forms: no source routes, no quoted control characters, no comments.
"""

from __future__ import annotations

import ipaddress
import re

from wizard.errors import InputError
from wizard.patterns import pattern
from wizard.smtp.model import Target

LABEL = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
ATOM = pattern(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+")
QUOTED = pattern(r'"(?:[ !#-\[\]-~\u0080-\U0010ffff]|\\[ -~])*"')
SCOPE = pattern(r"[A-Za-z0-9._-]{1,32}")

MAX_NAME = 253
MAX_LOCAL = 64
MAX_DOMAIN = 255
MAX_PATH = 254  # RFC 5321 allows a path of 256 octets, the angle brackets included


def parse_target(text: str, default_port: int = 25) -> Target:
    """Read `HOST`, `HOST:PORT`, `IPv6` or `[IPv6]:PORT`; a name outside ASCII becomes its IDNA form.

    >>> parse_target("GW.corp.example:2525")
    Target(host='gw.corp.example', port=2525)
    >>> parse_target("[2001:db8::1]:25"), parse_target("2001:db8::1").port
    (Target(host='2001:db8::1', port=25), 25)

    Raises InputError where it is none of these.
    """
    host, port = text.strip(), str(default_port)
    if host.startswith("["):
        host, closed, rest = host[1:].partition("]")
        if not closed or ":" not in host or not (rest == "" or rest.startswith(":")):
            raise InputError("probe-target", target=text)
        port = rest[1:] if rest else port
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        raise InputError("probe-port", target=text)
    found = _address(host) or _name(host)
    if found is None:
        raise InputError("probe-target", target=text)
    return Target(found, int(port))


def check_helo(name: str) -> str:
    """Return the name to greet with: a domain name or an address literal such as `[192.0.2.1]` or `[IPv6:2001:db8::1]`.

    >>> check_helo("mail.partner.example")
    'mail.partner.example'
    """
    found = _literal(name) if name.startswith("[") else _name(name)
    if found is None:
        raise InputError("probe-helo", name=name)
    return found


def check_bind(address: str) -> str:
    """Return the local address to connect from, as Python spells it."""
    found = _address(address.strip())
    if found is None:
        raise InputError("probe-bind", address=address)
    return found


def check_mailbox(address: str, *, sender: bool = False) -> str:
    """Return an envelope address without its angle brackets; for a sender the empty one (`<>`) is allowed.

    A domain outside ASCII becomes its IDNA form; a local part outside ASCII stays and needs SMTPUTF8.

    >>> check_mailbox("<Bob.O'Hara@partner.example>")
    "Bob.O'Hara@partner.example"
    >>> check_mailbox("<>", sender=True)
    ''

    Raises InputError where RFC 5321's grammar does not allow it.
    """
    text = address.strip(" ")
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    if sender and text == "":
        return ""
    local, at, domain = text.rpartition("@")
    place = _literal(domain) if domain.startswith("[") else _name(domain)
    if not at or place is None or not _is_local(local) or len(f"{local}@{place}".encode()) > MAX_PATH:
        raise InputError("probe-address", address=address)
    return f"{local}@{place}"


def needs_utf8(address: str) -> bool:
    """Say whether an address can only be sent to a server that offers SMTPUTF8 (RFC 6531)."""
    return not address.isascii()


def _is_local(text: str) -> bool:
    if not text.isascii() and not text.isprintable():
        return False
    try:
        if len(text.encode()) > MAX_LOCAL:
            return False
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return QUOTED.fullmatch(text) is not None or all(ATOM.fullmatch(atom) for atom in text.split("."))


def _name(text: str) -> str | None:
    """Return a domain name in lower case and ASCII, or None; one that ends in a number is a misspelt address."""
    name = text.removesuffix(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    labels = name.split(".")
    if len(name) > MAX_NAME or not all(LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        return None
    return name.lower()


def _address(text: str) -> str | None:
    base, percent, scope = text.partition("%")
    if percent and not (":" in base and SCOPE.fullmatch(scope)):
        return None
    try:
        return str(ipaddress.ip_address(base)) + percent + scope
    except ValueError:
        return None


def _literal(text: str) -> str | None:
    if not (text.startswith("[") and text.endswith("]")):
        return None
    inner = text[1:-1]
    six = inner[:5].lower() == "ipv6:"
    address = _address(inner[5:] if six else inner)
    if address is None or "%" in address or (":" in address) != six:
        return None
    return f"[IPv6:{address}]" if six else f"[{address}]"
