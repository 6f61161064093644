"""The gateway's own addresses, as the openings of connections name them."""

from __future__ import annotations

from itertools import islice

from wizard.facts import Evidence
from wizard.maillog.asked import read_address
from wizard.maillog.encoding import decode
from wizard.maillog.events.connection import Opened
from wizard.maillog.lines import read_entry
from wizard.maillog.log import Log
from wizard.maillog.says import Says
from wizard.maillog.search import Needle, search

MOST = 2000
"""Connections looked at in each file: enough to meet every interface that takes mail."""
SHOWN = 5
_OPENING = (Needle(b" interface "),)


def say_interfaces(says: Says, log: Log) -> None:
    """State `log.interfaces`, each address once with the first line that has it; nothing where no line has one."""
    found: dict[str, Evidence] = {}
    for file in log.files:
        for entry in islice(search(file, _OPENING), MOST):
            event = read_entry(decode(entry.raw))[1]
            address = read_address(event.interface_address) if isinstance(event, Opened) else None
            if address is not None and str(address) not in found:
                text = decode(entry.raw).replace("\n", " ")
                found[str(address)] = Evidence(file.name, text, entry.line)
    if found:
        says.say("log.interfaces", tuple(found), evidence=list(found.values())[:SHOWN])
