"""The sending server's log through the command line: what the report then says."""

from __future__ import annotations

import contextlib
import io
from datetime import timedelta
from pathlib import Path

import pytest
from other_sides import (
    ALICE,
    ELSEWHERE,
    ELSEWHERE_IP,
    GATEWAY_IP,
    LATER,
    NEVER,
    RESULTS,
    SERVERS,
    WHEN,
    log_of,
    recorded,
)
from sides_played import (  # noqa: F401
    BY_HAND,
    LEFT_AT_ONCE,
    LIMITED,
    LOST,
    NO_CONNECTION,
    OPENED,
    REJECTED,
    SENDER_IP,
    accepted,
    diagnose,
    entry,
    in_utc,
    opened,
    others,
    sorted_log,
)

from wizard.cli import main

# result at the sender: the gateway's log, the conclusion, its confidence without a hand test
EXPECTED = {
    "greeting-timeout": (LOST, "banner-timeout", "certain"),
    "connection-lost": (NO_CONNECTION, "remote-delivery-problem", "possible"),
    "connection-refused": (NO_CONNECTION, "remote-delivery-problem", "possible"),
    "deferred": (LIMITED, "connection-limit", "certain"),
    "rejected": (REJECTED, "connection-rejected", "certain"),
    "sent-elsewhere": (NO_CONNECTION, "remote-delivery-problem", "likely"),
    "not-attempted": (NO_CONNECTION, "remote-delivery-problem", "likely"),
}


@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize("server", SERVERS)
def test_every_result_of_every_server(server: str, result: str, tmp_path: Path) -> None:
    gateway, finding, confidence = EXPECTED[result]
    if (server, result) == ("qmail", "greeting-timeout"):  # it never tells that it was the greeting, and waits long
        ended = entry(WHEN, "ICID 10 lost")
        begun = WHEN - timedelta(seconds=1200)
        gateway, confidence = sorted_log(others(), opened(when=begun), accepted(when=begun), ended), "likely"
    played = diagnose(tmp_path, gateway, sender=log_of(server, result))
    assert played.concluded == (finding, confidence)
    assert played.report["facts"]["sender_log.server"]["value"] == server
    if finding == "remote-delivery-problem":
        assert played.first["detail"]["reason"] == result
        assert played.sources() == ({"search"} if result == "not-attempted" else {"search", "sender.log"})
    else:
        assert {"mail.current", "sender.log"} <= played.sources()
    if result in ("deferred", "rejected"):
        assert played.first["detail"]["reply"] == (LATER if result == "deferred" else NEVER)
        assert played.findings["seen-by-sender"]["confidence"] == "certain"


@pytest.mark.parametrize("result", ["greeting-timeout", "connection-lost", "connection-refused"])
@pytest.mark.parametrize("server", ["postfix", "exim", "sendmail", "exchange"])
def test_by_hand_it_works_and_the_servers_mail_does_not_come(server: str, result: str, tmp_path: Path) -> None:
    played = diagnose(tmp_path, NO_CONNECTION, *BY_HAND, sender=log_of(server, result))
    assert played.concluded == ("remote-delivery-problem", "likely")
    assert played.first["detail"]["reason"] == result
    assert "no-connection" not in played.findings
    assert {"answer", "sender.log"} <= played.sources()


def test_a_hand_test_alone_leads_to_the_other_side(tmp_path: Path) -> None:
    played = diagnose(tmp_path, NO_CONNECTION, *BY_HAND)
    assert played.concluded == ("remote-delivery-problem", "likely")
    assert "reason" not in played.first["detail"]
    assert "sender_log.files" in {step["fact"] for step in played.report["next"]}


def test_without_either_nothing_is_blamed_on_the_other_side(tmp_path: Path) -> None:
    played = diagnose(tmp_path, NO_CONNECTION)
    assert played.concluded == ("no-connection", "likely")
    assert "remote-delivery-problem" not in played.findings
    assert {"sender_log.files"} <= {step["fact"] for step in played.report["next"]}


def test_a_short_wait_seen_from_both_sides(tmp_path: Path) -> None:
    """Three seconds are too few for the gateway's log alone; the sender's log says that it was the greeting."""
    gateway = sorted_log(others(), opened(verified="mail.partner.example verified yes"), accepted(),
                         entry(OPENED + timedelta(seconds=3), "ICID 10 lost"))  # fmt: skip
    assert diagnose(tmp_path, gateway).concluded == ("connection-without-mail", "certain")
    sender = log_of("postfix", "greeting-timeout", OPENED + timedelta(seconds=3))
    played = diagnose(tmp_path, gateway, sender=sender)
    assert played.concluded == ("banner-timeout", "certain")
    assert played.first["detail"]["seconds"] == 3
    assert [piece["line"] for piece in played.first["evidence"] if piece["source"] == "sender.log"] == [4]


def test_a_time_out_of_another_hour_is_not_this_connections(tmp_path: Path) -> None:
    sender = log_of("exchange", "greeting-timeout", WHEN - timedelta(hours=1))
    played = diagnose(tmp_path, LEFT_AT_ONCE, sender=sender)
    assert played.concluded[0] == "connection-without-mail"
    assert "sender.log" not in played.sources()
    assert played.findings["seen-by-sender"]["confidence"] == "likely"


def test_both_lost_it_so_something_between_them_did(tmp_path: Path) -> None:
    sender = log_of("postfix", "connection-lost", OPENED + timedelta(seconds=2))
    played = diagnose(tmp_path, LEFT_AT_ONCE, sender=sender)
    assert played.concluded == ("connection-without-mail", "certain")
    assert played.first["detail"]["stage"] == "ehlo"
    assert "something between them" in played.first["explanation"]
    assert played.sources() == {"mail.current", "sender.log"}


def test_the_same_with_a_hand_test_is_the_other_sides(tmp_path: Path) -> None:
    sender = log_of("postfix", "connection-lost", OPENED + timedelta(seconds=2))
    played = diagnose(tmp_path, LEFT_AT_ONCE, *BY_HAND, sender=sender)
    assert played.concluded == ("remote-delivery-problem", "likely")
    assert played.first["detail"]["reason"] == "connection-lost"


def test_a_refusal_without_an_address_that_the_sender_logged_at_the_same_moment(tmp_path: Path) -> None:
    refused = entry(OPENED, f"ICID 0 TCPREFUSE SG BLOCKED_LIST match {SENDER_IP} SBRS None")
    played = diagnose(tmp_path, sorted_log(others(), refused), sender=log_of("postfix", "connection-refused", OPENED))
    assert played.concluded == ("connection-refused", "likely")
    assert played.sources() == {"mail.current", "sender.log"}
    assert played.findings["seen-by-sender"]["confidence"] == "certain"


def test_sent_elsewhere_outweighs_a_gap_in_the_gateways_log(tmp_path: Path) -> None:
    gap = opened(100, WHEN - timedelta(hours=6), "203.0.113.77") + opened(
        900, WHEN + timedelta(hours=2), "203.0.113.77"
    )
    assert diagnose(tmp_path, gap).concluded[0] == "log-gap"
    played = diagnose(tmp_path, gap, sender=log_of("exim", "sent-elsewhere"))
    assert played.concluded == ("remote-delivery-problem", "likely")
    assert ELSEWHERE in played.first["explanation"]
    assert diagnose(tmp_path, gap, sender=log_of("exim", "connection-refused")).concluded[0] == "log-gap"


def test_not_attempted_only_where_the_log_covers_the_time(tmp_path: Path) -> None:
    day = ("--since", "2025-03-03 00:00", "--until", "2025-03-03 23:00")
    played = diagnose(tmp_path, NO_CONNECTION, *day, sender=log_of("postfix", "not-attempted"))
    assert played.concluded[0] == "log-gap"
    assert "remote-delivery-problem" not in played.findings
    assert played.report["facts"]["sender_log.covers"]["value"] == "part"
    hours = ("--since", "2025-03-03 08:00", "--until", "2025-03-03 10:00")
    played = diagnose(tmp_path, NO_CONNECTION, *hours, sender=log_of("postfix", "not-attempted"))
    assert played.concluded == ("remote-delivery-problem", "likely")


def test_the_gateway_may_be_known_by_a_private_address_only(tmp_path: Path) -> None:
    """A firewall translates: what the sender connected to may be ours, so nothing was sent elsewhere."""
    inside = NO_CONNECTION.replace(GATEWAY_IP, "10.1.2.3")
    played = diagnose(tmp_path, inside, sender=log_of("postfix", "sent-elsewhere"))
    assert played.concluded == ("no-connection", "likely")
    assert played.report["facts"]["sender_log.result"]["value"] == "delivered"
    named = diagnose(
        tmp_path, inside, "--answer", "gateway.host=gw.corp.example", sender=log_of("postfix", "sent-elsewhere")
    )
    assert named.concluded == ("remote-delivery-problem", "likely")


def test_a_mail_the_gateway_took_is_said_to_be_taken_by_the_sender_too(tmp_path: Path) -> None:
    sender = log_of("postfix", "sent-elsewhere").replace(ELSEWHERE, "gw.corp.example").replace(ELSEWHERE_IP, GATEWAY_IP)
    played = diagnose(tmp_path, NO_CONNECTION, sender=sender)
    assert played.concluded == ("no-connection", "likely")
    seen = played.findings["seen-by-sender"]
    assert seen["detail"] == {"reply": "250 2.0.0 Ok: queued as 4711", "reason": "delivered"}
    assert "another address" in seen["explanation"]


def test_without_a_gateways_log_there_is_no_conclusion_but_what_the_sender_saw(tmp_path: Path) -> None:
    played = diagnose(tmp_path, None, sender=log_of("exim", "rejected"))
    assert (played.status, played.report["conclusion"]) == (3, None)
    assert "log.files" in {step["fact"] for step in played.report["next"]}
    assert played.findings["seen-by-sender"]["detail"]["reply"] == NEVER


@pytest.mark.parametrize("zone", ["+09:00", "Asia/Tokyo", "JST"])
def test_the_zone_of_the_senders_log_can_be_given(zone: str, tmp_path: Path) -> None:
    """The gateway's syslog tells its offset; the sender's log is nine hours ahead and tells none."""
    gateway = "".join(
        f"2025-03-03T{line[11:19]}+00:00 gw mail_logs: Info: {line.split('Info: ')[1]}"
        for line in LEFT_AT_ONCE.splitlines(keepends=True)
    )
    sender = log_of("postfix", "greeting-timeout", OPENED + timedelta(hours=9, seconds=2))
    unknown = diagnose(tmp_path, gateway, sender=sender)
    assert unknown.concluded[0] == "connection-without-mail"
    assert unknown.report["facts"]["sender_log.moment"]["value"] == "unknown"
    given = diagnose(tmp_path, gateway, "--answer", f"sender_log.zone={zone}", sender=sender)
    assert given.concluded == ("banner-timeout", "certain")


def test_other_recipients_and_years_are_left_alone(tmp_path: Path) -> None:
    sender = log_of("postfix", "rejected").replace(ALICE, "carol@corp.example")
    played = diagnose(tmp_path, REJECTED, sender=sender)
    assert played.concluded == ("connection-rejected", "certain")
    assert "reply" not in played.first["detail"]
    facts = diagnose(tmp_path, REJECTED, sender=log_of("postfix", "rejected")).report["facts"]
    assert facts["sender_log.time"]["value"] == "2025-03-03 09:00:25"  # a line without a year, read in a later one


def test_both_files_stand_under_coverage(tmp_path: Path) -> None:
    talk = recorded("bytes", 10, [(0, ">", "220 gw.corp.example ESMTP"), (1, "<", "EHLO a.example")], OPENED)
    played = diagnose(tmp_path, LOST, sender=log_of("postfix", "greeting-timeout"), debug_log=talk + "scrap\n")
    coverage = played.report["coverage"]
    files = {Path(file["path"]).name: file for file in coverage["files"]}
    assert set(files) == {"mail.current", "sender.log", "debug_log.txt"}
    sender = files["sender.log"]
    assert (sender["lines"], sender["from"], sender["to"]) == (5, "2025-03-03T07:00:25", "2025-03-03T11:00:25")
    assert sender["bytes"] == (tmp_path / "sender.log").stat().st_size
    assert files["debug_log.txt"]["problems"] == ["lines not understood"]
    assert coverage["to"] == "2025-03-03T11:00:26"


def test_a_folder_of_exchange_logs_compressed_and_not(tmp_path: Path) -> None:
    import gzip

    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "SEND20250303-1.LOG.gz").write_bytes(gzip.compress(log_of("exchange", "connection-refused").encode()))
    (folder / "RECV20250303-1.LOG").write_text(log_of("exchange", "rejected").replace("SMTP Send", "SMTP Receive"))
    (folder / "notes.txt").write_text("a note\n")
    played = diagnose(tmp_path, NO_CONNECTION, "--sender-log", str(folder))
    assert played.first["detail"]["reason"] == "connection-refused"
    assert "SEND20250303-1.LOG.gz" in played.sources()
    problems = {Path(file["path"]).name: file["problems"] for file in played.report["coverage"]["files"]}
    assert problems["notes.txt"] == ["no mail server's log"]
    assert problems["RECV20250303-1.LOG"] == ["other-exchange-log"]


@pytest.mark.parametrize(
    ("option", "text", "sentence"),
    [
        ("--sender-log", "Dear colleague,\n\nwe found nothing.\n", "No line of a mail server that is known"),
        ("--sender-log", NO_CONNECTION, "No line of a mail server that is known"),
        ("--sender-log", "", "No line of a mail server that is known"),
        ("--debug-log", NO_CONNECTION, "No recorded SMTP conversation was found in"),
        ("--debug-log", "", "No recorded SMTP conversation was found in"),
        ("--sender-log", None, "There is no file or folder"),
        ("--debug-log", None, "There is no file or folder"),
    ],
)
def test_a_file_that_is_none_is_one_sentence(option: str, text: str | None, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    for gateway in (LOST, None):
        played = diagnose(tmp_path, gateway, option, str(path))
        assert (played.status, played.report) == (2, {})
        assert sentence in played.said
        assert "other.txt" in played.said
        assert played.said.count("\n") == 1
    japanese = diagnose(tmp_path, LOST, option, str(path), "--lang", "ja").said
    assert "見つかりません" in japanese or "ありません" in japanese


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("format", ["markdown", "text"])
def test_every_format_in_every_language(format: str, lang: str, tmp_path: Path) -> None:
    (tmp_path / "mail.current").write_text(LOST, encoding="utf-8")
    (tmp_path / "sender.log").write_text(log_of("postfix", "greeting-timeout"), encoding="utf-8")
    talk = recorded("lines", 10, [(0, ">", "220 gw.corp.example")], OPENED)
    (tmp_path / "debug.log").write_text(talk, encoding="utf-8")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = main(
            ["diagnose", "--auto", "--offline", "--log", str(tmp_path / "mail.current"), "--sender-ip", SENDER_IP,
             "--sender-log", str(tmp_path / "sender.log"), "--debug-log", str(tmp_path / "debug.log"),
             "--format", format, "--lang", lang]
        )  # fmt: skip
    assert status == 0
    assert "sender.log" in out.getvalue()
    assert "debug.log" in out.getvalue()
