"""Postfix, Exim and Sendmail met slow, refusing and closing gateways; their logs are read as an administrator's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from wizard.senderlog import Attempt, Clock, Question, Relevance, SenderLog, relevant

SERVERS = ("postfix", "exim", "sendmail")

# domain -> result, stage, silent; a server whose log tells less stands under its own name
EXPECTED: dict[str, dict[str, tuple[str, str | None, bool]]] = {
    "accepts": {"": ("delivered", None, False)},
    "slow": {"": ("greeting-timeout", "banner", True)},
    "hangup": {"": ("connection-lost", "banner", False), "sendmail": ("connection-lost", None, False)},
    "refused": {"": ("connection-refused", "connect", False)},
    "unreachable": {"": ("connect-timeout", "connect", True)},
    "unreachable-fast": {"": ("connect-timeout", "connect", True), "exim": ("greeting-timeout", "banner", True)},
    "busy": {"": ("deferred", "banner", False), "sendmail": ("deferred", None, False)},
    "unwanted": {"": ("rejected", "banner", False), "sendmail": ("rejected", None, False)},
    "rcpt-lost": {"": ("connection-lost", "rcpt-to", False), "sendmail": ("connection-lost", None, False)},
    "rcpt-stalls": {"": ("connection-lost", "rcpt-to", True)},
    "data-lost": {"": ("connection-lost", "data", False), "sendmail": ("connection-lost", None, False)},
    "rcpt-later": {"": ("deferred", "rcpt-to", False), "sendmail": ("deferred", None, False)},
    "rcpt-unknown": {"": ("rejected", "rcpt-to", False), "sendmail": ("rejected", None, False)},
    "mail-unwanted": {"": ("rejected", "mail-from", False), "sendmail": ("rejected", None, False)},
    "data-unwanted": {"": ("rejected", "data", False), "sendmail": ("rejected", None, False)},
    "tls-broken": {"": ("tls-failed", "starttls", False)},
}
REPLIES = {
    "busy": "421 4.3.2 gw.test too many sessions",
    "unwanted": "554 gw.test your access to this mail system has been rejected",
    "rcpt-later": "451 4.7.1 Unable to perform DMARC verification.",
    "rcpt-unknown": "550 5.1.1 Unknown address",
    "mail-unwanted": "550 #5.7.1 SPF unauthorized mail is prohibited.",
    "data-unwanted": "554 5.7.1 message content rejected",
}


def numbered(path: Path) -> Iterator[tuple[int, str]]:
    with path.open(encoding="utf-8", errors="replace") as log:
        yield from enumerate(log, start=1)


def read(path: Path) -> SenderLog:
    return SenderLog(numbered(path), path.name, Clock(datetime.now(), None))


def about(path: Path, recipient: str, *gateways: str) -> Relevance:
    now = datetime.now()
    window = (now - timedelta(minutes=5), now)
    question = Question(gateways, (recipient,), "bob@partner.test", since=window[0], until=window[1])
    return relevant(read(path).events(), question)


@pytest.mark.parametrize("server", SERVERS)
def test_recognised_by_content(server: str, real_logs: dict[str, Path]) -> None:
    assert read(real_logs[server]).server == server


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("domain", EXPECTED)
def test_outcome(server: str, domain: str, real_logs: dict[str, Path]) -> None:
    found = about(real_logs[server], f"alice@{domain}.test", f"{domain}.gw.test")
    assert len(found.to_gateway) == 1
    attempt = found.to_gateway[0]
    wanted = EXPECTED[domain].get(server, EXPECTED[domain][""])
    assert (attempt.result, attempt.stage, attempt.silent) == wanted
    assert found.result == attempt.result
    assert attempt.sender == "bob@partner.test"
    assert attempt.message_id == f"<{domain}.test.0815@partner.test>"
    assert attempt.ip is not None
    assert attempt.ip.startswith("127.0.1.")
    if domain in REPLIES:
        assert attempt.reply == REPLIES[domain]


@pytest.mark.parametrize("server", SERVERS)
def test_evidence_is_the_lines_themselves(server: str, real_logs: dict[str, Path]) -> None:
    lines = dict(numbered(real_logs[server]))
    for event in read(real_logs[server]).events():
        if isinstance(event, Attempt):
            for proof in event.evidence:
                assert proof.line is not None
                assert lines[proof.line].rstrip("\n") == proof.text


@pytest.mark.parametrize("server", ["postfix", "sendmail"])
def test_wait_for_the_greeting_is_measured(server: str, real_logs: dict[str, Path]) -> None:
    (attempt,) = about(real_logs[server], "alice@slow.test").to_gateway
    assert attempt.seconds == pytest.approx(3.0, abs=0.9)


@pytest.mark.parametrize("server", SERVERS)
def test_mail_that_another_host_took(server: str, real_logs: dict[str, Path]) -> None:
    found = about(real_logs[server], "alice@accepts.test", "192.0.2.1", "gw.corp.test")
    assert found.to_gateway == ()
    assert found.result == "sent-elsewhere"
    assert found.elsewhere[0].host == "accepts.gw.test"


@pytest.mark.parametrize("server", SERVERS)
def test_failed_host_before_the_one_that_took_it(server: str, real_logs: dict[str, Path]) -> None:
    found = about(real_logs[server], "alice@second-choice.test", "slow.gw.test")
    assert [attempt.result for attempt in found.to_gateway] == ["greeting-timeout"]
    assert [attempt.host for attempt in found.elsewhere] == ["accepts.gw.test"]
    assert found.result == "greeting-timeout"


@pytest.mark.parametrize("server", SERVERS)
def test_recipient_the_log_does_not_know(server: str, real_logs: dict[str, Path]) -> None:
    now = datetime.now()
    events = list(read(real_logs[server]).events())
    beyond = Question((), ("nobody@corp.test",), since=now - timedelta(days=1), until=now)
    assert relevant(events, beyond).result is None
    coverage = relevant(events, beyond).coverage
    assert coverage.first is not None
    assert coverage.last is not None
    within = Question((), ("nobody@corp.test",), since=coverage.first, until=coverage.last)
    assert relevant(events, within).result == "not-attempted"
