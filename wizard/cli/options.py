"""What the command line gave, checked, as facts of the case."""

from __future__ import annotations

import argparse
import difflib
import re
from datetime import datetime
from pathlib import Path

from wizard.errors import InputError
from wizard.facts import Evidence, Fact, Value
from wizard.rulebase.base import RuleBase
from wizard.times import read_time

_MAILBOX = re.compile(r"(?:[^@\s]{1,128}@|@)?[^@\s.]{1,63}(?:\.[^@\s.]{1,63})*\.?|<>")
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


def facts_of(options: argparse.Namespace, base: RuleBase) -> tuple[Fact, ...]:
    """The facts that the options give. Raises InputError for a malformed value, naming it."""
    given: dict[str, Value] = {}
    if options.log:
        given["log.files"] = tuple(options.log)
    if options.sender_ip:
        given["sender.address"] = tuple(_network(text) for text in options.sender_ip)
        given["sender.source"] = "option"
    for name, text in (("sender.mailbox", options.sender), ("recipient.mailbox", options.recipient)):
        if text is not None:
            given[name] = _mailbox(text)
    for name, text in (("message.subject", options.subject), ("message.id", options.message_id)):
        if text is not None:
            given[name] = _text(text, name)
    given.update(_window(options.since, options.until))
    if any(name in given for name in KEYS):
        given["search.key"] = "given"
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    facts = [Fact(name, value, "option", now) for name, value in given.items()]
    return (*facts, *(_answer(text, base, now) for text in options.answer))


def _network(text: str) -> str:
    from wizard.maillog.asked import read_network

    try:
        network = read_network(text)
    except ValueError as error:
        raise InputError("not-an-address", text=text) from error
    alone = network.prefixlen == network.max_prefixlen
    return str(network.network_address if alone else network)


def _mailbox(text: str) -> str:
    if not _MAILBOX.fullmatch(text.strip()):
        raise InputError("not-a-mailbox", text=text)
    return text.strip()


def _text(text: str, name: str) -> str:
    if not text.strip():
        raise InputError("empty-value", option="--subject" if name.endswith("subject") else "--message-id")
    return text


def _window(since: str | None, until: str | None) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, text in (("window.since", since), ("window.until", until)):
        if text is not None:
            try:
                found[name] = read_time(text, end=name.endswith("until"))
            except ValueError as error:
                raise InputError("not-a-time", text=text, option=f"--{name.partition('.')[2]}") from error
    if len(found) == 2 and _later(str(found["window.since"]), str(found["window.until"])):
        raise InputError("since-after-until", since=since, until=until)
    return found


def _later(since: str, until: str) -> bool:
    first, last = datetime.fromisoformat(since), datetime.fromisoformat(until)
    if (first.tzinfo is None) != (last.tzinfo is None):
        first, last = first.replace(tzinfo=None), last.replace(tzinfo=None)
    return first > last


def _answer(text: str, base: RuleBase, now: str) -> Fact:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError("answer-without-value", text=text)
    kind = base.facts.get(name)
    if kind is None:
        near = difflib.get_close_matches(name, base.facts, 1)
        raise InputError("no-such-fact", name=name, near=near[0] if near else "mailwhy rules facts")
    try:
        parsed = kind.parse(value)
    except ValueError as error:
        raise InputError("answer-not-valid", name=name, reason=str(error)) from error
    return Fact(name, parsed, "answer", now, (Evidence("answer", f"{name}: {value}"),))


def output_path(options: argparse.Namespace) -> Path | None:
    """Where the report goes, None for standard output. Raises InputError where no file can be made there."""
    if options.output is None:
        return None
    path = Path(options.output)
    if not path.parent.is_dir():
        raise InputError("no-output-folder", path=str(path.parent))
    if path.is_dir():
        raise InputError("output-is-folder", path=str(path))
    return path
