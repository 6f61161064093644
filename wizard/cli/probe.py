"""`mailwhy probe`: the hand test alone, of one host or of every mail host of a domain, with its transcript."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

from wizard.case import OPTIONS, Step, replay
from wizard.cli.options import hand_test_of, output_path
from wizard.cli.output import write
from wizard.cli.shipped import shipped_engine
from wizard.diagnosis import NOBODY, conclusion_of
from wizard.errors import InputError
from wizard.facts import Fact, Value
from wizard.gather.answers import now
from wizard.gather.ask_hand_test import gateway_values
from wizard.gather.base import Desk
from wizard.gather.hand_test_facts import facts_of, started
from wizard.report import build
from wizard.rows import About, Moment, Row
from wizard.smtp.grammar import parse_target
from wizard.smtp.model import HandTest, Options, Target
from wizard.smtp.probe import check_options, probe_each
from wizard.smtp.transcript import Display, render_line
from wizard.words import Lang

PROBE = "probe"


def run(options: argparse.Namespace) -> int:
    """Test, then write the report; the transcript is shown meanwhile where somebody watches."""
    path = output_path(options)
    asked = _asked(options)
    target = parse_target(options.host)
    engine = shipped_engine()
    targets = _mail_hosts(target, Desk(engine.base, options.lang, datetime.now())) if options.mx else [target]
    display = Display(sys.stderr, options.lang, counter=True) if sys.stderr.isatty() else None
    rows = [_row(test, options.lang) for test in probe_each(targets, asked, display)]
    facts = tuple(Fact(name, value, "option", now()) for name, value in _given(options).items())
    state = replay([Step(OPTIONS, facts=facts), Step(PROBE, rows=tuple(rows))])
    report = build(state, conclusion_of(state, engine), engine, options.lang)
    report["next"] = []
    if path is None and sys.stdout.isatty():
        options.format = options.format_given or "text"
        if display and options.format != "json":
            report["timeline"] = []
    return write(report, engine.base, options, path)


def _asked(options: argparse.Namespace) -> Options:
    """How to test. Raises InputError."""
    asked = hand_test_of(options)
    if options.recipient is not None and options.sender is None:
        raise InputError("recipient-without-sender")
    return check_options(
        Options(asked.helo, options.sender, options.recipient, asked.bind, asked.seconds, send_test=asked.send_test)
    )


def _given(options: argparse.Namespace) -> dict[str, Value]:
    """What the options say, as facts of the case."""
    given: dict[str, Value] = {} if options.mx else gateway_values(options.host)
    for name, text in (("sender.mailbox", options.sender), ("recipient.mailbox", options.recipient)):
        if text is not None:
            given[name] = text
    return given


def _mail_hosts(domain: Target, desk: Desk) -> list[Target]:
    """The hosts that the domain's MX names, the preferred first. Raises InputError where DNS names none."""
    from wizard.resolve.mail_hosts import mail_hosts

    resolver = desk.resolver()
    found = resolver.run(mail_hosts(resolver, domain.host))
    if found.kind not in {"mx", "implicit"}:
        reason = desk.base.facts["receiving.mx"].words[found.kind][desk.lang]
        raise InputError("no-mx", domain=domain.host, reason=reason)
    return [Target(host.name, domain.port) for host in found.hosts]


def _row(test: HandTest, lang: Lang) -> Row:
    """One host's test. All of a domain count as one attempt: the worst concludes."""
    facts = {fact.name: fact for fact in facts_of(test, PROBE, lang)}
    moments = tuple(_moments(test, lang))
    return Row(NOBODY.attempt, About(host=test.target), facts, began=started(test), timeline=moments)


def _moments(test: HandTest, lang: Lang) -> Iterator[Moment]:
    begun = datetime.fromisoformat(test.started) if test.started else None
    for number, line in enumerate(test.transcript, 1):
        time = begun + timedelta(seconds=line.offset) if begun and line.offset is not None else None
        text = " ".join(part.strip() for part in render_line(line, lang).splitlines())
        yield Moment(time.isoformat(timespec="seconds") if time else None, None, None, None, text, PROBE, number)
