"""`mailwhy trace`: the log's own lines about the connections and messages asked for: a grep that follows."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import compress

from wizard.cli.criteria import criteria
from wizard.cli.main import CONCLUDED, INTERRUPTED, NO_CONCLUSION
from wizard.errors import InputError
from wizard.facts import Value
from wizard.maillog.asked import Asked, Window, as_candidates, read_network
from wizard.maillog.assemble import assemble
from wizard.maillog.files import find_files
from wizard.maillog.follow import follow
from wizard.maillog.log import Log
from wizard.maillog.loglines import LogLine
from wizard.maillog.traced import Traced, traced
from wizard.patterns import pattern
from wizard.render.progress import Progress, over
from wizard.times import in_zone

_COLOURS = {"ICID": "36", "MID": "33", "DCID": "35"}
_NUMBER = pattern(r"\b(ICID|MID|DCID):? \d{1,20}\b", re.ASCII)
_HIDDEN_NAME = pattern(r"(?<=[a-z])(?=[A-Z])")
_AT_ONCE = 1000


def run(options: argparse.Namespace) -> int:
    """Print the lines as they stand in the log, or as events; the exit status says whether there are any."""
    given = criteria(options)
    if not given:
        raise InputError("nothing-to-go-by")
    asked = _asked(given)
    numbered = options.json or options.left_out
    log = Log(find_files(options.log), hint=_window(given, None), now=datetime.now(), numbered=numbered)
    progress = Progress(over(sys.stderr), options.lang) if sys.stderr.isatty() else None
    log.watch(progress)
    interrupted = False
    try:
        records = follow(log, asked, lambda offset: _window(given, offset), beside=False)
    except KeyboardInterrupt:
        interrupted = True
        records = assemble(log.lines())
    if progress:
        progress.clear()
    found = traced(records, asked, lambda offset: _window(given, offset))
    if not found and not interrupted:
        from wizard.gather.kinds import check

        check(log, options.lang)
    _print(options, log, found)
    if options.left_out and not interrupted:
        _print_left_out(options, log, asked, found, given)
    if not interrupted and any(file.problems for file in log.files):
        _print_problems(options, log)
    return INTERRUPTED if interrupted else CONCLUDED if found else NO_CONCLUSION


def _asked(given: dict[str, Value]) -> Asked:
    addresses = given.get("sender.address")
    sender, recipient, subject, message_id = (
        str(given[name]) if name in given else None
        for name in ("sender.mailbox", "recipient.mailbox", "message.subject", "message.id")
    )
    networks = map(read_network, addresses) if isinstance(addresses, tuple) else ()
    return Asked(as_candidates(networks, "option"), sender, recipient, subject, message_id)


def _window(given: dict[str, Value], offset: int | None) -> Window:
    ends = (str(given[name]) if name in given else None for name in ("window.since", "window.until"))
    return Window(*(in_zone(end, offset) for end in ends))


def _print(options: argparse.Namespace, log: Log, found: list[Traced]) -> None:
    shown = _Shown(options, several=len(log.files) > 1)
    if options.group:
        lines = log.lines()
        for number, one in enumerate(found):
            if number and not options.json:
                sys.stdout.write("\n")
            shown.write(shown.line(line) for line in lines.some(one.orders))
        return
    shown.write(map(shown.line, _lines(log, found)))


def _lines(log: Log, found: list[Traced]) -> Iterator[LogLine]:
    """All lines found, each once: several attempts may have lines in common."""
    lines = log.lines()
    marks = bytearray(len(lines))
    for one in found:
        for order in one.orders:
            marks[order] = True
    return lines.some(compress(range(len(lines)), marks))


def _print_left_out(
    options: argparse.Namespace, log: Log, asked: Asked, found: list[Traced], given: dict[str, Value]
) -> None:
    from wizard.maillog.left_out import left_out
    from wizard.words import words

    say = words("trace", options.lang)
    shown = _Shown(options, several=len(log.files) > 1)
    if not options.json:
        sys.stdout.write(f"\n{say['left-out']}\n")
    lines = list(_lines(log, found))
    hint = _window(given, None)
    shown.write(
        shown.line(line, reason, say[f"left-out.{reason}"])
        for line, reason in left_out(log.files, asked, lines, hint, datetime.now())
    )


def _print_problems(options: argparse.Namespace, log: Log) -> None:
    """Say what was wrong with the files, in the words of a report's coverage."""
    from wizard.render.escape import terminal
    from wizard.render.phrases import Labels, Phrases

    sys.stdout.flush()
    phrases = Phrases(options.lang, Labels())
    for file in log.files:
        for problem in file.problems:
            print(f"mailwhy: {terminal(file.name)}: {terminal(phrases.problem(problem))}", file=sys.stderr)


class _Shown:
    """How lines are shown: as they stand where a program reads them, made harmless and coloured where a person does.

    The name of a file is made harmless for both: a line end in it would part it from its line.
    """

    def __init__(self, options: argparse.Namespace, *, several: bool) -> None:
        self._json = options.json
        self._terminal = sys.stdout.isatty()
        self._coloured = self._terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._several = several
        self._as_it_is = not (self._json or self._terminal or several)

    def write(self, lines: Iterable[str]) -> None:
        pending: list[str] = []
        for line in lines:
            pending.append(line)
            if len(pending) >= _AT_ONCE:
                sys.stdout.write("".join(pending))
                pending = []
        sys.stdout.write("".join(pending))

    def line(self, line: LogLine, reason: str | None = None, said: str = "") -> str:
        """One entry with its line ends; `reason` says why it is left out."""
        if self._as_it_is and not reason:
            return f"{line.raw}\n"
        if self._json:
            return _event(line, reason)
        name = f"{line.source}:" if self._several else ""
        before = f"[{said}] " if reason else ""
        return "".join(f"{before}{self._prefix(name)}{self._text(text)}\n" for text in line.raw.split("\n"))

    def _prefix(self, name: str) -> str:
        if not name:
            return name
        from wizard.render.escape import terminal

        return f"\x1b[2m{terminal(name)}\x1b[0m" if self._coloured else terminal(name)

    def _text(self, text: str) -> str:
        if not self._terminal:
            return text
        from wizard.render.escape import terminal

        shown = terminal(text.rstrip("\r"))
        return _NUMBER.sub(_colour, shown) if self._coloured else shown


def _colour(found: re.Match[str]) -> str:
    return f"\x1b[{_COLOURS[found[1]]}m{found[0]}\x1b[0m"


def _event(line: LogLine, reason: str | None) -> str:
    import json

    numbers = {name: getattr(line.event, name, None) or None for name in ("icid", "mid", "dcid")}
    told = {
        "source": line.source,
        "line": line.number,
        "time": line.iso,
        **numbers,
        "kind": _HIDDEN_NAME.sub("-", type(line.event).__name__).lower(),
        "text": line.text,
    }
    if reason:
        told["left_out"] = reason
    return json.dumps(told, ensure_ascii=False) + "\n"
