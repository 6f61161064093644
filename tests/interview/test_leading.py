"""A case led through without a terminal: every way that a user may take at a question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from room import END, Room, concluded, finding, value

from wizard.facts import Fact
from wizard.words import Lang


def test_what_the_user_knows_of_the_sender_and_a_log_are_enough(room: Room, log: Path) -> None:
    steps = room.lead(f"""
        Who sent the mail => Bob at partner.example wrote on Nov 23 2026 at two
        Where is the gateway's mail log => {log}
        {END}
    """)
    assert finding(steps, room.engine) == "message-quarantined"
    assert value(steps, "sender.mailbox") == "partner.example"
    assert (value(steps, "window.since"), value(steps, "window.until")) == (
        "2026-11-23T13:00:00",
        "2026-11-23T15:00:00",
    )
    assert "Taken from the text: the sender's mail address or domain: partner.example" in room.console.text


def test_what_is_wrong_with_an_answer_is_said_and_how_to_do_better(room: Room, log: Path) -> None:
    room.lead(f"""
        Who sent the mail => Bob
        Who sent the mail => 198.51.100.999.1
        Who sent the mail => bob@partner.example
        Where is the gateway's mail log => /no/such/file
        Where is the gateway's mail log => {log}
        {END}
    """)
    assert "Bob is neither a mail address nor a domain" in room.console.text
    assert "There is no file or folder /no/such/file" in room.console.text


def test_a_file_that_is_no_log_is_asked_for_again(room: Room, log: Path, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear colleague,\nwe found nothing.\nKind regards\n" * 5, encoding="utf-8")
    room.lead(f"""
        Who sent the mail => bob@partner.example
        Where is the gateway's mail log => {letter}
        Where is the gateway's mail log => {log}
        {END}
    """)
    assert "was found in letter.txt (no log of the gateway); name the mail log (mail_logs)." in room.console.text
    assert "--log" not in room.console.text


def test_not_knowing_makes_the_next_best_source_be_asked(room: Room) -> None:
    tracking = "Message 12 enqueued on incoming connection (ICID 41) from bob@partner.example."
    steps = room.lead(f"""
        Who sent the mail => bob@partner.example
        Where is the gateway's mail log =>
        paste the details that Message Tracking shows => {tracking}
        {END}
    """)
    assert "System Administration > Log Subscriptions" in room.console.text
    kept = Path(str(value(steps, "log.files")[0]))  # type: ignore[index]
    assert kept.read_text(encoding="utf-8").strip() == tracking
    assert kept.stat().st_mode & 0o777 == 0o600


def test_help_why_and_how_at_a_question(room: Room, log: Path) -> None:
    room.lead(f"""
        Who sent the mail => ?
        What would you like to do => Why is this asked
        Who sent the mail => ?how
        Who sent the mail => partner.example
        Where is the gateway's mail log => {log}
        Several attempts fit => Help, why
        What would you like to do => What is concluded so far
        Several attempts fit => Help, why
        What would you like to do => Why is this asked
        Several attempts fit => quarantine
        {END}
    """)
    said = room.console.text
    assert "The IP address finds the most" in said
    assert "So far there is no conclusion. The answer decides between these:" in said
    assert "There is no conclusion yet: too little is known." in said
    assert "The rule message-quarantined holds, since:" in said
    assert "mail.current:30: Mon Nov 23 14:02:43 2026 Info: MID 12 quarantined" in said
    assert "From: S8" in said
    assert "So far the conclusion is: The gateway received the mail and holds it in a quarantine." in said


def test_which_of_several_attempts_is_meant_is_asked_where_they_differ(room: Room, log: Path) -> None:
    steps = room.lead(f"""
        Who sent the mail => partner.example
        Where is the gateway's mail log => {log}
        Several attempts fit => orders@partner.example
        {END}
    """)
    assert finding(steps, room.engine) == "message-delivered"
    failures_first = room.console.offered[0]
    assert "bob@partner.example → alice@corp.example" in failures_first[0]
    assert "orders@partner.example → purchasing@corp.example" in failures_first[1]
    focus = concluded(steps, room.engine).focus
    assert focus is not None
    assert focus.row.about.mid == 11


def test_another_time_is_searched_where_the_mail_is_not_among_the_attempts(room: Room, log: Path) -> None:
    steps = room.lead(f"""
        Who sent the mail => partner.example
        Where is the gateway's mail log => {log}
        Several attempts fit => None of these
        When was it sent => Nov 23 2026 10:30 to 11:30
        {END}
    """)
    assert finding(steps, room.engine) == "message-delivered"


def test_not_knowing_which_is_meant_explains_the_latest_failure(room: Room, log: Path) -> None:
    steps = room.lead(f"""
        Who sent the mail => partner.example
        Where is the gateway's mail log => {log}
        Several attempts fit => I don't know
        {END}
    """)
    assert finding(steps, room.engine) == "message-quarantined"


def test_an_answer_given_beforehand_chooses_the_attempt(room: Room, log: Path) -> None:
    given = [Fact("attempt.meant", "MID 11", "answer"), Fact("sender.mailbox", "partner.example", "option")]
    given += [Fact("search.key", "given", "option"), Fact("log.files", (str(log),), "option")]
    steps = room.lead(END, given=given)
    assert finding(steps, room.engine) == "message-delivered"


def test_back_withdraws_what_followed(room: Room, log: Path) -> None:
    steps = room.lead(f"""
        Who sent the mail => nobody.example
        Where is the gateway's mail log => ?back
        Who sent the mail => bob@partner.example
        Where is the gateway's mail log => {log}
        {END}
    """)
    assert value(steps, "sender.mailbox") == "bob@partner.example"
    assert "nobody.example" not in json.dumps([fact.value for step in steps for fact in step.facts])
    assert "Back to: who sent the mail." in room.console.text


def test_back_at_the_first_question_says_so(room: Room, log: Path) -> None:
    room.lead(f"""
        Who sent the mail => ?back
        Who sent the mail => bob@partner.example
        Where is the gateway's mail log => {log}
        {END}
    """)
    assert "This is the first question." in room.console.text


def test_an_earlier_answer_is_changed_and_later_ones_are_kept(room: Room, log: Path) -> None:
    steps = room.lead(f"""
        Who sent the mail => nobody.example
        Where is the gateway's mail log => {log}
        Which IP addresses does Cisco Talos list => ?answers
        Your answers so far => nobody.example
        Who sent the mail => bob@partner.example
        {END}
    """)
    assert finding(steps, room.engine) == "message-quarantined"
    assert f"Kept: where the gateway's mail log is: {log}" in room.console.text.replace("- ", "")


def test_an_answer_is_changed_after_the_conclusion(room: Room, log: Path) -> None:
    steps = room.lead(f"""
        Who sent the mail => bob@partner.example
        Where is the gateway's mail log => {log}
        What next? => What is concluded so far
        What next? => See my answers
        Your answers so far => bob@partner.example
        Who sent the mail => orders@partner.example
        {END}
    """)
    assert finding(steps, room.engine) == "message-delivered"


def test_lines_of_the_log_in_place_of_the_sender_are_all_that_is_needed(room: Room, log: Path) -> None:
    lines = log.read_text(encoding="utf-8").splitlines()
    excerpt = "\n".join(line for line in lines if " MID 12 " in line or " ICID 41 " in line)
    steps = room.answer([("Who sent the mail", excerpt), ("What next?", "Show")])
    assert finding(steps, room.engine) == "message-quarantined"
    later = [("Who sent the mail", ""), ("Where is the gateway's mail log", excerpt), ("What next?", "Show")]
    assert finding(room.answer(later), room.engine) == "message-quarantined"


def test_whose_logs_they_are_is_not_asked_before_there_is_something_to_search_for(room: Room, log: Path) -> None:
    steps = room.lead(f"""
        Who sent the mail =>
        Where is the gateway's mail log => {log}
        Who should have received the mail => alice@corp.example
        {END}
    """)
    assert finding(steps, room.engine) == "message-quarantined"


def test_enter_alone_is_i_dont_know_where_there_are_choices_too(room: Room, log: Path) -> None:
    steps = room.lead(f"""
        Who sent the mail => nobody.example
        Where is the gateway's mail log => {log}
        Which IP addresses does Cisco Talos list =>
        Are these the logs of all the gateways => <Enter>
        Who should have received the mail =>
        Which gateway should be tested by hand =>
        From which IP addresses do the sender's mail servers send =>
        {END}
    """)
    assert value(steps, "log.appliances") not in ("all", "some")


def test_a_pasted_header_is_mined(room: Room, log: Path) -> None:
    header = "\n".join(
        (
            "Received: from pc (unknown [10.0.0.7]) by mail.partner.example; Mon, 23 Nov 2026 14:02:39 +0000",
            "From: Bob <bob@partner.example>",
            "To: alice@corp.example",
            "Message-ID: <offer.1@partner.example>",
            "Date: Mon, 23 Nov 2026 14:02:38 +0000",
        )
    )
    steps = room.answer([("Who sent the mail", header), ("Where is", str(log)), ("What next?", "Show")])
    assert value(steps, "message.id") == "offer.1@partner.example"
    assert value(steps, "recipient.mailbox") == "alice@corp.example"
    assert value(steps, "window.since") == "2026-11-23T13:02:38+00:00"
    assert finding(steps, room.engine) == "message-quarantined"


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_in_both_languages(room: Room, log: Path, lang: Lang) -> None:
    who, where, what = {
        "en": ("Who sent the mail", "Where is the gateway's mail log", "What next?"),
        "ja": ("メールの送信者", "ゲートウェイのメールログは", "次にどうしますか"),
    }[lang]
    report = {"en": "Show", "ja": "レポート"}[lang]
    steps = room.lead(f"{who} => 2026-11-23 bob@partner.example\n{where} => {log}\n{what} => {report}", lang=lang)
    assert finding(steps, room.engine) == "message-quarantined"


def test_what_was_found_is_told_in_full_on_a_narrow_terminal(
    room: Room, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    room.lead(
        f"""
        メールの送信者 => bob@partner.example
        ゲートウェイのメールログは => {log}
        次にどうしますか => レポート
        """,
        lang="ja",
    )
    assert "1件見つかりました（2026-11-2314:02）" in room.console.text.replace(" ", "")
