"""What a junior sees while the test runs and at its end, in both languages."""

from __future__ import annotations

import io
import re
from typing import get_args

import pytest
from smtp_servers import Server, polite, says

from wizard.smtp.model import Event, HandTest, Line, Options, Reason, Reply, StageName, Target
from wizard.smtp.probe import probe
from wizard.smtp.transcript import Display, render_line, render_transcript, summary
from wizard.words import LANGUAGES, Lang, words

ASKED = Options("mail.partner.example", "bob@partner.example", "alice@corp.example", timeout=5)


def watched(handler: object, *, counter: bool) -> tuple[str, HandTest]:
    out = io.StringIO()
    with Server(handler) as server:  # type: ignore[arg-type]
        test = probe(Target("127.0.0.1", server.port), ASKED, Display(out, "en", counter=counter))
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:25", out.getvalue()), test


def test_the_counter_runs_while_the_greeting_is_waited_for_and_leaves_no_trace() -> None:
    text, _ = watched(polite(delay=2.2, RCPT=b"550 #5.1.0 Address rejected.\r\n"), counter=True)
    erase = "\r\x1b[K"
    assert f"{erase}           … waiting for the greeting: 1 s (up to 5 s)" in text
    assert f"{erase}           … waiting for the greeting: 2 s (up to 5 s){erase}    2.2" in text
    plain = re.sub(r"\r\x1b\[K {11}… [^\r]*(?=\r)", "", text).replace(erase, "")
    assert [line[9:] for line in plain.splitlines()] == [
        "* looking up the address of 127.0.0.1",
        "* connecting to 127.0.0.1:25",
        "* connected to 127.0.0.1:25",
        "< 220 gw.corp.example ESMTP",
        "> EHLO mail.partner.example",
        "< 250-gw.corp.example",
        "< 250-8BITMIME",
        "< 250 SIZE 10485760",
        "> MAIL FROM:<bob@partner.example>",
        "< 250 ok",
        "> RCPT TO:<alice@corp.example>",
        "< 550 #5.1.0 Address rejected.",
        "  = 550 refused for good; the sending server gives up: 5.1.0 something about an address",
        "> RSET",
        "< 250 ok",
        "> QUIT",
        "< 221 gw.corp.example",
    ]


def test_without_a_terminal_there_is_no_counter() -> None:
    text, test = watched(polite(delay=1.2), counter=False)
    assert "\x1b" not in text
    assert "waiting" not in text
    assert [line[9:] for line in text.splitlines()][3:] == [
        line[9:] for line in render_transcript(test, "en").splitlines()
    ][3:]


def test_a_strangers_bytes_do_not_act() -> None:
    text, _ = watched(says(b"220 \x1b[2J\x07\x9b31m \xff\xfe \xe2\x80\xae" + b"x" * 900 + b"\r\n"), counter=False)
    line = next(line for line in text.splitlines() if "< 220" in line)
    assert "220 \\x1b[2J\\x07\\x9b31m \\xff\\xfe \\u202e" in line
    assert line.endswith("(+543)") or re.search(r"… \(\+\d+\)$", line)
    assert line.isprintable()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_end_and_every_wait_has_words(lang: Lang) -> None:
    for reason in get_args(Reason):
        assert f"note.ended-{reason}" in words("smtp", lang)
    out = io.StringIO()
    for stage in get_args(StageName):
        Display(out, lang, counter=True)(Event("tick", stage, 3.7, 300))
        assert f"stage.{stage}" in words("smtp", lang)
    assert out.getvalue().count("3 s (up to 300 s)" if lang == "en" else "3 秒（最長 300 秒）") == 7


def test_the_summary_names_the_slow_greeting_and_who_would_have_left() -> None:
    test = HandTest("gw:25", "here", None, "accepted", "rcpt-to", banner_seconds=61.2)
    assert summary(test, "en") == [
        "The greeting came after 61.2 s.",
        "By default these senders have given up by then: Nodemailer, KumoMTA.",
        "Accepted: the server would take mail for this recipient.",
    ]


def test_the_summary_of_a_refusal_has_the_reply_and_its_cause() -> None:
    reply = Reply(554, ("554-esa6", "554 Your access to this mail system has been rejected"))
    test = HandTest("gw:25", "here", None, "rejected", "banner", reply=reply, banner_seconds=0.2)
    assert summary(test, "en")[1:] == [
        "Refused at the greeting: 554-esa6 554 Your access to this mail system has been rejected",
        "Cause: the sending address is refused (HAT).",
    ]
    assert summary(test, "ja")[1].startswith("グリーティング で拒否されました: 554-esa6")


def test_the_summary_of_another_service() -> None:
    test = HandTest("gw:25", "here", None, "unreachable", "banner", "not-smtp", speaks="http", problem="not a reply")
    assert summary(test, "en") == [
        "No greeting of a mail server from gw:25.",
        "what came is no greeting of a mail server (not a reply)",
        "It sounds like another service: HTTP.",
    ]


def test_a_pasted_line_has_no_time() -> None:
    assert render_line(Line(None, "received", "220 gw"), "en") == "         < 220 gw"
