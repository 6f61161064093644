"""The request to the other administrator: complete in both languages, and safe to paste into a shell."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from wizard.senderlog import ask, known_servers
from wizard.senderlog.ask import Request, request

NOON = datetime(2026, 11, 24, 3, tzinfo=timezone.utc)
TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
FULL = Request(
    sender="bob@partner.test",
    recipients=("alice@corp.test",),
    since=NOON,
    until=NOON + timedelta(hours=2),
    our_zone=TOKYO,
    their_zone=BERLIN,
    gateways=("gw.corp.test", "192.0.2.1"),
    sender_ips=("203.0.113.7",),
    message_id="<1@partner.test>",
    seen=(NOON + timedelta(minutes=7),),
)
TEXTS = yaml.safe_load((Path(ask.__file__).parent / "requests.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("server", [None, *TEXTS["servers"]])
def test_nothing_is_missing(lang: str, server: str | None) -> None:
    text = request(FULL, lang, server)
    for needed in (
        "2026-11-24 03:00", "2026-11-24 12:00", "2026-11-24 04:00", "UTC+09:00", "UTC+01:00", "2026-11-24 03:07",
        "gw.corp.test, 192.0.2.1", "203.0.113.7", "<1@partner.test>", "bob@partner.test", "alice@corp.test",
    ):  # fmt: skip
        assert needed in text
    assert not re.search(r"\{[a-z_]+\}", text)
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_what_is_not_known_leaves_no_trace(lang: str) -> None:
    text = request(Request("partner.test", ("alice@corp.test",), NOON, NOON, TOKYO), lang, "postfix")
    assert "Message-ID" not in text
    assert not re.search(r"\{[a-z_]+\}|None|with you|そちらの時刻", text)


def test_every_known_server_has_instructions_in_both_languages() -> None:
    assert {server.NAME for server in known_servers()} == set(TEXTS["servers"])
    for entry in (TEXTS["request"], *TEXTS["servers"].values()):
        assert set(entry) == {"en", "ja"}
        found = {lang: set(re.findall(r"\{([a-z_]+)\}", entry[lang])) for lang in entry}
        assert found["en"] == found["ja"]


def test_addresses_cannot_break_out_of_the_commands() -> None:
    evil = Request("bob@partner.test", ("a'; rm -rf / #\n$(id)@corp.test",), NOON, NOON, TOKYO)
    text = request(evil, "en")
    assert """grep -F 'a'"'"'; rm -rf / #?$(id)@corp.test' /var/log/mail.log*""" in text
    assert "-Recipients 'a''; rm -rf / #?$(id)@corp.test' -ResultSize" in text
