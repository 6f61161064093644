"""Read what a server's certificate says. The standard library parses only certificates it trusts; a test shows all.

A small reader of DER (X.690) and of the fields of RFC 5280 that are shown. Hostile input ends in ValueError.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import NamedTuple

from wizard.smtp.model import Certificate

ATTRIBUTES = {
    "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
    "2.5.4.9": "street", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "emailAddress",
}  # fmt: skip

SUBJECT_ALT_NAME = "2.5.29.17"
BMP_STRING, UNIVERSAL_STRING, GENERALIZED_TIME, OBJECT_IDENTIFIER = 0x1E, 0x1C, 0x18, 0x06
VERSION, EXTENSIONS = 0xA0, 0xA3
DNS_NAME, IP_ADDRESS = 0x82, 0x87

MAX_NAMES = 100


class Element(NamedTuple):
    tag: int
    body: bytes


def read_certificate(der: bytes) -> Certificate:
    """Return subject, issuer, names and validity of a DER certificate; raises ValueError where it cannot be read."""
    fields = list(_children(_only(_only(der).body, first=True).body))
    if fields and fields[0].tag == VERSION:
        del fields[0]
    if len(fields) < 6:
        raise ValueError("a certificate without its fields")
    _, _, issuer, validity, subject = fields[:5]
    begins, ends = (_time(one) for one in list(_children(validity.body))[:2])
    return Certificate(_name(subject), _name(issuer), tuple(_alternative_names(fields[5:])), begins, ends)


def _children(data: bytes) -> Iterator[Element]:
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1] if at + 1 < len(data) else 0xFF, at + 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4:
                raise ValueError("a length that DER does not have")
            length, at = int.from_bytes(data[at : at + count], "big"), at + count
        if at + length > len(data):
            raise ValueError("an element longer than what holds it")
        yield Element(tag, data[at : at + length])
        at += length


def _only(data: bytes, *, first: bool = False) -> Element:
    children = list(_children(data))
    if not children or not (first or len(children) == 1):
        raise ValueError("not one element")
    return children[0]


def _name(element: Element) -> str:
    parts = []
    for relative in _children(element.body):
        for pair in _children(relative.body):
            kind, value = list(_children(pair.body))[:2]
            oid = _oid(kind)
            parts.append(f"{ATTRIBUTES.get(oid, oid)}={_text(value)}")
    return ", ".join(parts)


def _text(element: Element) -> str:
    codec = {BMP_STRING: "utf-16-be", UNIVERSAL_STRING: "utf-32-be"}.get(element.tag, "utf-8")
    return element.body.decode(codec, "backslashreplace" if codec == "utf-8" else "replace")


def _oid(element: Element) -> str:
    if element.tag != OBJECT_IDENTIFIER or not element.body or len(element.body) > 64:
        raise ValueError("not an object identifier")
    numbers, value = [], 0
    for byte in element.body:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2) if numbers else 0
    return ".".join(str(number) for number in [first, numbers[0] - 40 * first, *numbers[1:]]) if numbers else ""


def _time(element: Element) -> str:
    text = element.body.decode("ascii")
    if element.tag != GENERALIZED_TIME:  # RFC 5280: two digits of the year, 50 and later are the last century
        text = ("19" if text >= "50" else "20") + text
    moment = datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)
    return moment.isoformat()


def _alternative_names(rest: list[Element]) -> Iterator[str]:
    for extension in (one for holder in rest if holder.tag == EXTENSIONS for one in _children(_only(holder.body).body)):
        parts = list(_children(extension.body))
        if len(parts) < 2 or _oid(parts[0]) != SUBJECT_ALT_NAME:
            continue
        for name in list(_children(_only(parts[-1].body).body))[:MAX_NAMES]:
            if name.tag == DNS_NAME:
                yield name.body.decode("ascii", "backslashreplace")
            elif name.tag == IP_ADDRESS and len(name.body) in (4, 16):
                yield str(ipaddress.ip_address(name.body))
