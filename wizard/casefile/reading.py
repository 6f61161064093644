"""Steps out of a case file's JSON. The file may come from anybody: every value is checked to be of its kind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from wizard.case import Step
from wizard.facts import Evidence, Fact, Value
from wizard.rows import About, Moment, Row


class Damaged(Exception):
    """Says what in a case file is not what it has to be."""


def read_step(plain: dict[str, Any]) -> Step:
    """One step. Raises Damaged or KeyError."""
    rows = plain["rows"]
    coverage = plain["coverage"]
    return Step(
        text(plain, "source"),
        tuple(None if one is None else _value(one) for one in _list(plain["inputs"])),
        tuple(_fact(table(fact)) for fact in _list(plain["facts"])),
        None if rows is None else tuple(_row(table(row)) for row in _list(rows)),
        None if coverage is None else _coverage(table(coverage)),
        _text_or_none(plain, "address"),
        _text_or_none(plain, "attempt"),
        text(plain, "at"),
    )


def table(plain: object) -> dict[str, Any]:
    """An object of JSON. Raises Damaged."""
    if not isinstance(plain, dict):
        raise Damaged(f"{str(plain)[:40]!r} in the place of an object")
    return plain


def text(plain: dict[str, Any], name: str) -> str:
    """A text. Raises Damaged or KeyError."""
    value = plain[name]
    if not isinstance(value, str):
        raise Damaged(f"{name} is no text")
    return value


def one_of(plain: dict[str, Any], name: str, known: Iterable[str]) -> str:
    """A text that is one of these. Raises Damaged or KeyError."""
    value = text(plain, name)
    if value not in known:
        raise Damaged(f"{name} cannot be {value[:40]!r}")
    return value


def _text_or_none(plain: dict[str, Any], name: str) -> str | None:
    return None if plain[name] is None else text(plain, name)


def _number_or_none(plain: dict[str, Any], name: str) -> int | None:
    value = plain[name]
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise Damaged(f"{name} is no number")
    return value


def _list(plain: object) -> list[Any]:
    if not isinstance(plain, list):
        raise Damaged(f"{str(plain)[:40]!r} in the place of a list")
    return plain


def _coverage(plain: dict[str, Any]) -> dict[str, Any]:
    span = {name: _time_or_none(plain, name) for name in ("from", "to")}
    return {**span, "files": [_file(table(file)) for file in _list(plain["files"])]}


def _file(plain: dict[str, Any]) -> dict[str, Any]:
    counts = {name: _number_or_none(plain, name) or 0 for name in ("lines", "bytes")}
    span = {name: _time_or_none(plain, name) for name in ("from", "to")}
    return {"path": text(plain, "path"), **counts, **span, "problems": [str(one) for one in _list(plain["problems"])]}


def _value(plain: object) -> Value:
    if isinstance(plain, list) and all(isinstance(one, str) for one in plain):
        return tuple(plain)
    if isinstance(plain, str | int | float | bool):
        return plain
    raise Damaged(f"{str(plain)[:40]!r} is no value of a fact")


def _row(plain: dict[str, Any]) -> Row:
    about = table(plain["about"])
    before = plain["before"]
    return Row(
        attempt=text(plain, "attempt"),
        about=About(
            _text_or_none(about, "host"),
            _text_or_none(about, "ip"),
            _number_or_none(about, "icid"),
            _number_or_none(about, "mid"),
            _text_or_none(about, "recipient"),
        ),
        facts=_facts(plain["facts"]),
        sender=_text_or_none(plain, "sender"),
        message_id=_text_or_none(plain, "message_id"),
        began=_time_or_none(plain, "began"),
        received=_time_or_none(plain, "received"),
        ties=frozenset(str(tie) for tie in _list(plain["ties"])),
        in_window=bool(plain["in_window"]),
        before=None if before is None else _facts(before),
        came_from=tuple(_network(one) for one in _list(plain.get("came_from", []))),
        timeline=tuple(_moment(table(moment)) for moment in _list(plain["timeline"])),
    )


def _network(text: object) -> str:
    """An address or network: what compares them must be able to read it."""
    try:
        return str(ip_network(str(text))).removesuffix("/32").removesuffix("/128")
    except ValueError:
        raise Damaged(f"{text!r} is no address") from None


def _facts(plain: object) -> dict[str, Fact]:
    return {name: _fact(table(fact)) for name, fact in table(plain).items()}


def _moment(plain: dict[str, Any]) -> Moment:
    return Moment(
        _time_or_none(plain, "time"),
        _number_or_none(plain, "icid"),
        _number_or_none(plain, "mid"),
        _number_or_none(plain, "dcid"),
        text(plain, "text"),
        text(plain, "source"),
        _number_or_none(plain, "line") or 0,
    )


def _time_or_none(plain: dict[str, Any], name: str) -> str | None:
    """An ISO time: what compares times must be able to read it."""
    value = _text_or_none(plain, name)
    if value is not None:
        try:
            datetime.fromisoformat(value)
        except ValueError as error:
            raise Damaged(f"{name} is no time: {value[:40]!r}") from error
    return value


def _fact(plain: dict[str, Any]) -> Fact:
    evidence = tuple(_evidence(table(piece)) for piece in _list(plain["evidence"]))
    return Fact(
        text(plain, "name"), _value(plain["value"]), text(plain, "origin"), _text_or_none(plain, "at"), evidence
    )


def _evidence(plain: dict[str, Any]) -> Evidence:
    return Evidence(
        text(plain, "source"), text(plain, "text"), _number_or_none(plain, "line"), _text_or_none(plain, "time")
    )
