"""What is known of the message, as the options `--sender-ip` to `--until` give it: checked, by the names of facts."""

from __future__ import annotations

import argparse
from datetime import datetime

from wizard.errors import InputError
from wizard.facts import Value
from wizard.gather.answers import read_addresses, read_mailbox, read_moment

KEYS = (
    "sender.address",
    "sender.mailbox",
    "recipient.mailbox",
    "message.subject",
    "message.id",
    "window.since",
    "window.until",
)
"""Facts any of which gives the log something to be searched for."""


def criteria(options: argparse.Namespace) -> dict[str, Value]:
    """Raises InputError for a malformed value, naming it."""
    given: dict[str, Value] = {}
    if options.sender_ip:
        given["sender.address"] = tuple(address for text in options.sender_ip for address in read_addresses(text))
    for name, text in (("sender.mailbox", options.sender), ("recipient.mailbox", options.recipient)):
        if text is not None:
            given[name] = read_mailbox(text)
    for name, text in (("message.subject", options.subject), ("message.id", options.message_id)):
        if text is not None:
            given[name] = _text(text, name)
    given.update(_window(options.since, options.until))
    return given


def _text(text: str, name: str) -> str:
    if not text.strip():
        raise InputError("empty-value", option="--subject" if name.endswith("subject") else "--message-id")
    return text


def _window(since: str | None, until: str | None) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, text in (("window.since", since), ("window.until", until)):
        if text is not None:
            found[name] = read_moment(text, f"--{name.partition('.')[2]}")
    if len(found) == 2 and _later(str(found["window.since"]), str(found["window.until"])):
        raise InputError("since-after-until", since=since, until=until)
    return found


def _later(since: str, until: str) -> bool:
    first, last = datetime.fromisoformat(since), datetime.fromisoformat(until)
    if (first.tzinfo is None) != (last.tzinfo is None):
        first, last = first.replace(tzinfo=None), last.replace(tzinfo=None)
    return first > last
