"""The tables of a report: the attempts that fit what was asked, the files that were searched, the facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wizard.render.escape import Verbatim
from wizard.render.phrases import Phrases, Shown
from wizard.render.view import Table

if TYPE_CHECKING:
    from wizard.render.contract import AboutJson, MessageJson, Report

ROWS_SHOWN = 20
FACTS_SHOWN = 60
VALUES_SHOWN = 5
KEY = "search.key"
"""The fact that there is something to search for: what that is others tell."""

Cell = tuple[Shown, ...]


def is_meant(message: MessageJson, about: AboutJson | None) -> bool:
    """Return whether this is the attempt that a finding is about."""
    if about is None or not (about["icid"] or about["mid"]):
        return False
    return (message["host"], message["icid"], message["mid"]) == (about["host"], about["icid"], about["mid"])


def messages_table(report: Report, about: AboutJson | None, phrases: Phrases) -> Table:
    """Return the attempts, newest last; none where the only one is the one concluded on."""
    messages = report["messages"]
    only_the_meant = len(messages) == 1 and is_meant(messages[0], about)
    rows = [] if only_the_meant else [row for one in messages[-ROWS_SHOWN:] for row in _rows(one, about, phrases)]
    keys = ("time", "sender", "recipient", "ip", "icid", "mid", "host", "outcome")
    left = 0 if only_the_meant else len(messages[:-ROWS_SHOWN])
    return _filled(Table(tuple(phrases.say(f"about.{key}") for key in keys), tuple(rows), left))


def _rows(message: MessageJson, about: AboutJson | None, phrases: Phrases) -> Iterator[tuple[Cell, ...]]:
    """Yield one row for each outcome that the message had."""
    by_outcome: dict[str | None, list[str]] = {}
    for recipient in message["recipients"]:
        by_outcome.setdefault(recipient["outcome"] or message["outcome"], []).append(recipient["address"])
    for outcome, addresses in (by_outcome or {message["outcome"]: []}).items():
        recipients: list[Shown] = [Verbatim(address) for address in addresses[:VALUES_SHOWN]]
        if len(addresses) > VALUES_SHOWN:
            recipients.append(f"+{len(addresses) - VALUES_SHOWN}")
        meant = is_meant(message, about) and (not about or about["recipient"] in (None, *addresses))
        yield (
            _cell(phrases.moment(message["time"])),
            _verbatim(message["sender"]),
            tuple(recipients),
            _verbatim(message["sender_ip"]),
            _cell(str(message["icid"] or "")),
            _cell(str(message["mid"] or "")),
            _verbatim(message["host"]),
            _outcome(outcome, phrases, meant=meant),
        )


def _outcome(outcome: str | None, phrases: Phrases, *, meant: bool) -> Cell:
    if outcome is None:
        return ()
    finding = phrases.finding(outcome)
    return (phrases.say("meant", finding=finding) if meant else finding,)


def _cell(text: str) -> Cell:
    return (text,) if text else ()


def _verbatim(text: str | None) -> Cell:
    return (Verbatim(text),) if text else ()


def _filled(table: Table) -> Table:
    """Return the table without the columns in which no row has a value."""
    kept = [number for number in range(len(table.headers)) if any(row[number] for row in table.rows)]
    headers = tuple(table.headers[number] for number in kept)
    return Table(headers, tuple(tuple(row[number] for number in kept) for row in table.rows), table.left)


def files_table(report: Report, phrases: Phrases) -> Table:
    """Return the files searched, those with problems first."""
    files = report["coverage"]["files"]
    rows = [
        (
            _verbatim(file["path"]),
            _cell(f"{file['lines']:,}"),
            _cell(phrases.moment(file["from"])),
            _cell(phrases.moment(file["to"])),
            tuple(map(phrases.problem, file["problems"][:VALUES_SHOWN])),
        )
        for file in sorted(files, key=lambda file: not file["problems"])[:ROWS_SHOWN]
    ]
    keys = ("file", "lines", "from", "to", "problems")
    headers = tuple(phrases.say(f"coverage.{key}") for key in keys)
    return _filled(Table(headers, tuple(rows), len(files[ROWS_SHOWN:])))


def facts_table(report: Report, phrases: Phrases) -> Table:
    """Return what is known of the attempt concluded on."""
    # That something is not there is told where it matters; among the facts it would bury what is.
    facts = [(name, fact) for name, fact in report["facts"].items() if name != KEY and fact["value"] != "none"]
    rows = [
        (
            (phrases.fact(name),),
            phrases.fact_values(name, fact["value"])[:VALUES_SHOWN],
            (phrases.say(f"from.{fact['from']}"),),
            _cell(phrases.moment(fact["at"])),
        )
        for name, fact in facts[:FACTS_SHOWN]
    ]
    headers = tuple(phrases.say(f"fact.{key}") for key in ("name", "value", "from", "at"))
    return _filled(Table(headers, tuple(rows), len(facts[FACTS_SHOWN:])))
