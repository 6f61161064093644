"""What has to come from others: the request to the sender's administrator, the steps on the gateway, the answers."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from other_sides import ALICE, BOB, GATEWAY_IP, log_of, recorded
from sides_played import LEFT_AT_ONCE, NO_CONNECTION, OPENED, SENDER_IP, in_utc  # noqa: F401
from test_recorded_conversations import SECRET

from wizard.case import OPTIONS, Step
from wizard.casefile.file import Head, Keeper, load
from wizard.data import data_folder
from wizard.diagnosis import conclusion_of, diagnose, state_of
from wizard.engine import Engine
from wizard.facts import Fact
from wizard.gather import gatherers
from wizard.gather.asking import Check
from wizard.gather.base import Desk
from wizard.report import build
from wizard.rulebase.load import load as load_rules
from wizard.rulebase.model import Source

ENGINE = Engine(load_rules(data_folder("rules")))


@dataclass
class Somebody:
    """Answers the sources in `answers`, knows nothing else, and keeps what was asked with its text to send."""

    answers: dict[str, str]
    zone: str | None = None
    texts: dict[str, str | None] = field(default_factory=dict)
    wrong: dict[str, str | None] = field(default_factory=dict)

    def paste(self, source: Source, check: Check, *, request: str | None = None) -> str | None:
        self.texts[source.name] = request
        self.wrong[source.name] = check("Dear colleague,\nwe found nothing.")
        answer = self.answers.get(source.name)
        assert answer is None or check(answer) is None
        return answer

    def text(self, *_: object, **__: object) -> None:
        return None

    choose = text

    def pick(self, _: str, choices: Sequence[tuple[str, str]]) -> str:
        return choices[0][0]

    def line(self, _: str, check: Check) -> str | None:
        assert self.zone is None or check(self.zone) is None
        assert check("half past nine")
        return self.zone

    def tell(self, text: str) -> None:
        pass


Go = Callable[[str, Somebody | None], list[Step]]
Ask = Callable[[str, Somebody], dict[str, Any]]


@pytest.fixture
def go(tmp_path: Path) -> Go:
    """Go through a case, with somebody to ask or nobody, save it, and give its steps as they were saved."""

    def go(gateway: str, somebody: Somebody | None) -> list[Step]:
        log = tmp_path / "mail.current"
        log.write_text(gateway, encoding="utf-8")
        given = {
            "log.files": (str(log),),
            "sender.address": (SENDER_IP,),
            "sender.source": "option",
            "sender.mailbox": BOB,
            "recipient.mailbox": ALICE,
            "search.key": "given",
        }
        options = Step(OPTIONS, facts=tuple(Fact(name, value, "option") for name, value in given.items()))

        def keep(text: str) -> str:
            path = tmp_path / "pasted.txt"
            path.write_text(text, encoding="utf-8")
            return str(path)

        desk = Desk(ENGINE.base, "en", datetime.now(), people=somebody, keep_text=keep)
        allowed = ("free", "user", "others") if somebody else ("free",)
        Keeper(tmp_path / "case.json", Head())(diagnose([options], ENGINE, gatherers(), desk, allowed))
        return list(load(tmp_path / "case.json").steps)

    return go


@pytest.fixture
def ask(go: Go) -> Ask:
    """The report of such a case."""

    def ask(gateway: str, somebody: Somebody) -> dict[str, Any]:
        state = state_of(go(gateway, somebody), ENGINE)
        report: dict[str, Any] = build(state, conclusion_of(state, ENGINE), ENGINE, "en")  # type: ignore[assignment]
        return report

    return ask


def quoted_and_wrapped(text: str) -> str:
    lines = [f"> {piece}" for line in text.splitlines() for piece in textwrap.wrap(line, 72)]
    return "Hi,\nthis is what we have:\n\n" + "\n".join(lines) + "\n\nRegards\n"


def test_pasted_lines_are_no_whole_log(ask: Ask) -> None:
    """What an administrator picked out does not tell that there was nothing else."""
    report = ask(NO_CONNECTION, Somebody({"ask-sender-log": log_of("postfix", "not-attempted")}))
    assert report["conclusion"]["id"] == "no-connection"


def test_the_answer_comes_quoted_and_wrapped(ask: Ask) -> None:
    somebody = Somebody({"ask-sender-log": quoted_and_wrapped(log_of("postfix", "connection-refused"))})
    report = ask(NO_CONNECTION, somebody)
    assert report["conclusion"]["id"] == "remote-delivery-problem"
    first = report["findings"][0]
    assert first["detail"]["reason"] == "connection-refused"
    assert "pasted.txt" in {piece["source"] for piece in first["evidence"]}
    assert "no line of a mail server" in (somebody.wrong["ask-sender-log"] or "")
    request = somebody.texts["ask-sender-log"] or ""
    for text in (BOB, ALICE, GATEWAY_IP, SENDER_IP, " UTC", "here (UTC+00:00)", "smtp_helo_timeout", "exigrep"):
        assert text in request


def test_the_request_names_the_time_of_the_connection(ask: Ask) -> None:
    somebody = Somebody({})
    report = ask(LEFT_AT_ONCE, somebody)
    request = somebody.texts["ask-sender-log"] or ""
    assert f"We saw     {OPENED:%Y-%m-%d %H:%M} UTC" in request
    assert f"{OPENED - timedelta(hours=1):%Y-%m-%d %H:%M} to " in request
    assert report["conclusion"]["id"] == "connection-without-mail"


def test_the_zone_is_asked_for_where_the_lines_tell_none(ask: Ask) -> None:
    lines = log_of("postfix", "greeting-timeout", OPENED + timedelta(hours=9, seconds=2))
    gateway = "".join(
        f"2025-03-03T{line[11:19]}+00:00 gw mail_logs: Info: {line.split('Info: ')[1]}"
        for line in LEFT_AT_ONCE.splitlines(keepends=True)
    )
    assert ask(gateway, Somebody({"ask-sender-log": lines}))["conclusion"]["id"] == "connection-without-mail"
    report = ask(gateway, Somebody({"ask-sender-log": lines}, zone="+09:00"))
    assert report["conclusion"] == {"id": "banner-timeout", "confidence": "certain"}


def test_a_file_can_be_named_instead(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "mainlog"
    path.write_text(log_of("exim", "sent-elsewhere"), encoding="utf-8")
    report = ask(NO_CONNECTION, Somebody({"ask-sender-log": f'"{path}"'}))
    assert report["findings"][0]["detail"]["reason"] == "sent-elsewhere"
    assert str(path) in {file["path"] for file in report["coverage"]["files"]}


def test_the_steps_on_the_gateway_and_what_they_recorded(ask: Ask, tmp_path: Path) -> None:
    talk = recorded("bytes", 10, SECRET, OPENED)
    somebody = Somebody({"ask-debug-log": talk})
    report = ask(LEFT_AT_ONCE, somebody)
    steps = somebody.texts["ask-debug-log"] or ""
    for text in ("> logconfig", SENDER_IP, "> commit", BOB, ALICE):
        assert text in steps
    assert "no recorded SMTP conversation" in (somebody.wrong["ask-debug-log"] or "")
    first = report["findings"][0]
    assert (report["conclusion"]["id"], first["detail"]["stage"]) == ("connection-without-mail", "ehlo")
    assert ("-", 1) in {(piece["source"], piece["line"]) for piece in first["evidence"]}
    assert not (tmp_path / "pasted.txt").exists()
    everything = json.dumps(report) + (tmp_path / "case.json").read_text(encoding="utf-8")
    assert "aHVudGVyMg" not in everything
    assert "********" in everything


def test_the_report_has_both_ready(go: Go) -> None:
    """Where nobody has answered yet, the report says how, and has the texts."""
    state = state_of(go(LEFT_AT_ONCE, None), ENGINE)
    for lang, there in (("en", "please look into your mail server's log"), ("ja", "送信サーバーのログ確認のお願い")):
        report = build(state, conclusion_of(state, ENGINE), ENGINE, lang)  # type: ignore[arg-type, assignment]
        texts = "\n".join(one["text"] for one in report["next"] if "text" in one)
        assert there in texts
        assert "> logconfig" in texts
