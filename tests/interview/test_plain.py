"""The console for dumb terminals and screen readers, and who gets it."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

if not hasattr(os, "openpty"):
    pytest.skip("no pseudo-terminals here", allow_module_level=True)

from room import Room

from wizard.facts import Fact
from wizard.gather.base import Desk
from wizard.gather.windows import window_facts
from wizard.interview.commands import command_in
from wizard.interview.console import Line, Menu, console
from wizard.interview.plain import PlainConsole
from wizard.interview.screen import cut, wrapped
from wizard.render.layout import columns
from wizard.words import LANGUAGES, words

SAY = words("interview", "en")


def plain(typed: str) -> tuple[PlainConsole, io.StringIO]:
    sink = io.StringIO()
    return PlainConsole(SAY, io.StringIO(typed), sink), sink


def test_a_menu_by_number() -> None:
    one, sink = plain("9\nx\n2\n")
    assert one.menu(Menu("Which?", (("a", "first"), ("b", "second")))) == "b"
    assert "1. first\n2. second\n" in sink.getvalue()
    assert sink.getvalue().count("Please type a number from 1 to 2.") == 2
    one, _ = plain("\n")
    assert one.menu(Menu("Which?", (("a", "first"), ("b", "second")), "b")) == "b"


def test_a_line_with_a_default_and_a_check() -> None:
    one, sink = plain("bad\ngood\n")
    assert one.line(Line("What?", check=lambda text: "No." if text == "bad" else None)) == "good"
    assert "No." in sink.getvalue()
    one, sink = plain("\n")
    assert one.line(Line("What?", default="this")) == "this"
    assert "[this] > " in sink.getvalue()


def test_what_is_wrong_with_a_line_is_wrapped_and_nothing_in_it_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    one, sink = plain("bad\ngood\n")
    one.line(Line("What?", check=lambda text: "This is wrong: \x1b[31m\u202e. " * 3 if text == "bad" else None))
    told = sink.getvalue().split("> ")[1]
    assert "  This is wrong: \\x1b[31m\\u202e." in told
    assert max(map(len, told.splitlines())) < 40


def test_the_end_of_input_ends_the_interview() -> None:
    one, _ = plain("")
    with pytest.raises(EOFError):
        one.line(Line("What?"))


def test_lines_that_come_at_once_are_one_answer() -> None:
    controller, terminal = os.openpty()
    os.write(controller, b"From: a@b.example\nTo: c@d.example\n")
    with os.fdopen(terminal) as source:
        assert PlainConsole(SAY, source, io.StringIO()).line(Line("What?")) == "From: a@b.example\nTo: c@d.example"
    os.close(controller)


def test_who_gets_the_plain_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert console(SAY).plain
    monkeypatch.setenv("TERM", "xterm")
    assert console(SAY, plain=True).plain


def test_commands_are_understood_in_every_language() -> None:
    japanese = words("interview", "ja")
    assert [command_in(text, japanese) for text in ("?", "？", "？なぜ", "?why", "?戻る", "?xyz")] == [
        "menu",
        "menu",
        "why",
        "why",
        "back",
        "menu",
    ]
    assert command_in("back", japanese) is None
    for lang in LANGUAGES:
        say = words("interview", lang)
        named = [say[f"command.{name}"] for name in ("why", "how", "back", "answers", "later", "stop")]
        assert len(set(named)) == len(named)


def test_texts_fit_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    for lang in LANGUAGES:
        for text in words("interview", lang).values():
            assert all(columns(line) < 50 for line in wrapped(text, "  ").splitlines())
    assert columns(cut("日本語" * 30, 20)) <= 20
    assert cut("\x1b[31mred", 40) == "\\x1b[31mred"


@pytest.mark.parametrize(
    ("chosen", "since"),
    [
        ("This computer's", "2026-03-03T13:00:00+01:00"),
        ("The gateway log's", "2026-03-03T13:00:00+09:00"),
        ("UTC", "2026-03-03T13:00:00+00:00"),
    ],
)
def test_whose_clock_is_meant_is_asked_where_it_matters(
    room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, chosen: str, since: str
) -> None:
    import time
    from datetime import datetime

    from scripted import Scripted

    from wizard.gather.search_log import open_log
    from wizard.interview.interviewer import Interviewer

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    log = tmp_path / "mail.log"
    log.write_text("Tue Mar  3 09:00:00 2026 Info: Time offset from UTC: 32400 seconds\n", encoding="utf-8")
    facts = {"log.files": Fact("log.files", (str(log),), "answer")}
    console = Scripted([("By which clock", chosen)])
    desk = Desk(room.engine.base, "en", datetime(2026, 3, 10, 12), people=Interviewer(console, room.engine, "en"))
    open_log(facts, desk).surveyed()
    try:
        found = {fact.name: fact.value for fact in window_facts("2026-03-03 14:00", facts, desk)}
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    assert found["window.since"] == since
    assert "Time asked about: 2026-03-03 13:00 to 15:00" in console.text


def test_without_a_zone_in_the_log_its_own_clock_is_meant(room: Room, log: Path) -> None:
    from datetime import datetime

    from scripted import Scripted

    from wizard.interview.interviewer import Interviewer

    console = Scripted([])
    desk = Desk(room.engine.base, "ja", datetime(2026, 3, 10, 12), people=Interviewer(console, room.engine, "ja"))
    found = {fact.name: fact.value for fact in window_facts("3月3日 14:00", {}, desk)}
    assert found == {"window.since": "2026-03-03T13:00:00", "window.until": "2026-03-03T15:00:00"}
    assert "対象の時間：2026-03-03 13:00 〜 15:00（ログの時刻）" in console.text
