"""What the command line gave, checked, as facts of the case."""

from __future__ import annotations

import argparse
from pathlib import Path

from wizard.cli.criteria import KEYS, criteria
from wizard.errors import InputError
from wizard.facts import Fact, Value
from wizard.gather.answers import answer, now
from wizard.gather.base import DnsOptions, HandTestOptions
from wizard.idn import to_ascii
from wizard.maillog.files import find_files
from wizard.rulebase.base import RuleBase

MOST_SECONDS = 86_400
GATEWAY = "gateway.host"
"""The fact that names whom to test by hand."""


def facts_of(options: argparse.Namespace, base: RuleBase) -> tuple[Fact, ...]:
    """The facts that the options give. Raises InputError for a malformed value, naming it."""
    given: dict[str, Value] = {}
    if options.log:
        given["log.files"] = tuple(options.log)
    for name, paths in (("sender_log.files", options.sender_log), ("debug_log.files", options.debug_log)):
        if paths:
            find_files([path for path in paths if path != "-"])
            given[name] = tuple(paths)
    given.update(criteria(options))
    if "sender.address" in given:
        given["sender.source"] = "option"
    if options.gateway is not None:
        given.update(_gateway(options.gateway))
    if options.dnsbl:
        given["dnsbl.zones"] = tuple(dict.fromkeys(_zone(text) for text in options.dnsbl))
    answers = [fact for text in options.answer for fact in _answers(text, base)]
    answered = {fact.name for fact in answers}
    if any(name in given or name in answered for name in KEYS):
        given["search.key"] = "given"
    if "sender.address" in answered - given.keys() and "sender.source" not in answered:
        given["sender.source"] = "option"
    facts = [Fact(name, value, "option", now()) for name, value in given.items()]
    return (*facts, *answers)


def _gateway(text: str) -> dict[str, Value]:
    from wizard.gather.ask_hand_test import gateway_values

    return gateway_values(text)


def _zone(text: str) -> str:
    try:
        zone = to_ascii(text)
    except ValueError as error:
        raise InputError("bad-blocklist", text=text) from error
    if "." not in zone or zone.rpartition(".")[2].isdigit():
        raise InputError("bad-blocklist", text=text)
    return zone


def _answers(text: str, base: RuleBase) -> tuple[Fact, ...]:
    """What an answer says, and what follows from it as if it had been asked for."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError("answer-without-value", text=text)
    kind = base.facts.get(name)
    if kind is None:
        import difflib

        near = difflib.get_close_matches(name, base.facts, 1)
        raise InputError("no-such-fact", name=name, near=near[0] if near else "mailwhy rules facts")
    if name == "sender.pasted":
        from wizard.gather.ask_criterion import pasted

        return pasted(value)
    try:
        parsed = kind.parse(value)
    except ValueError as error:
        raise InputError("answer-not-valid", name=name, reason=str(error)) from error
    return (answer(name, parsed, value),)


def dns_of(options: argparse.Namespace) -> DnsOptions:
    """How DNS is to be asked. Raises InputError for a malformed server or time, or one that `--offline` rules out."""
    for option, given in (("--resolver", options.resolver), ("--dnsbl", options.dnsbl)):
        if options.offline and given:
            raise InputError("offline-with", option=option)
    if options.resolver:
        from wizard.resolve.addressing import parse_server

        parse_server(options.resolver)
    return DnsOptions(options.resolver, seconds_of(options.dns_timeout, "--dns-timeout"))


def hand_test_of(options: argparse.Namespace) -> HandTestOptions:
    """How to test by hand. Raises InputError for a malformed name, address or time."""
    return HandTestOptions(
        helo=None if options.helo is None else _helo(options.helo),
        bind=None if options.from_address is None else _bind(options.from_address),
        seconds=HandTestOptions().seconds if options.timeout is None else seconds_of(options.timeout, "--timeout"),
        send_test=options.send_test,
    )


def _helo(text: str) -> str:
    from wizard.smtp.grammar import check_helo

    return check_helo(text)


def _bind(text: str) -> str:
    from wizard.smtp.grammar import check_bind

    return check_bind(text)


def seconds_of(text: str, option: str) -> float:
    """A positive number of seconds. Raises InputError."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MOST_SECONDS:
        raise InputError("not-seconds", option=option, text=text)
    return seconds


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
