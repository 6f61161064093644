"""Reverse names that a provider gives to every address, which many gateways trust little."""

from __future__ import annotations

import re

from wizard.resolve.names import Address

_WORDS = re.compile(
    r"(?:\A|[-._0-9])(?:dyn|dynamic|dynamicip|dyndsl|dhcp|dsl|adsl|vdsl|xdsl|sdsl|ppp|pppoe|pool|pools|dial|dialup|"
    r"dialin|cable|catv|broadband|cust|customer|customers|client|clients|unassigned|unused|ip|ipv4|ftth|fttb|fiber|"
    r"res|residential|user|users|hsd|cpe|mobile|wimax|lte|nat)(?=[-._0-9]|\Z)"
)


def looks_generic(name: str, address: Address) -> bool:
    """Whether the host name is made of its address, or has a word that providers use for their customers' lines.

    >>> from ipaddress import ip_address
    >>> [looks_generic(name, ip_address("192.0.2.12")) for name in
    ...  ("192-0-2-12.isp.test", "h12.2.0.192.isp.test", "c000020c.isp.test", "p7.dynamic.isp.test", "mx1.corp.test")]
    [True, True, True, True, False]
    """
    host = name.lower()
    labels = host.split(".")
    own = ".".join(labels[:-2]) or host
    return _WORDS.search(own) is not None or any(spelling in own for spelling in _spellings(address, own))


def _spellings(address: Address, text: str) -> list[str]:
    """The ways in which the address is written in names, joined as `text` would join them."""
    if address.version == 6:
        nibbles = address.exploded.replace(":", "")
        return [nibbles, nibbles[16:], address.exploded.replace(":", "-"), address.compressed.replace(":", "-")]
    octets = str(address).split(".")
    padded = [octet.zfill(3) for octet in octets]
    spelled = [f"{int(address):08x}", "".join(padded)]
    for joint in "-._x":
        if joint in text:
            spelled += [joint.join(order) for order in (octets, octets[::-1], padded, padded[::-1])]
            spelled += [joint.join(octets[2:]) + joint] if octets[2] != octets[3] else []
    return spelled
