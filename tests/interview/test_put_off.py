"""A case led through without a terminal: put off, stopped, gone on with, and the next one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from room import END, Room, finding, value

from wizard.casefile.file import load as load_case
from wizard.interview.interviewer import Stop
from wizard.interview.site import Site, load_site


def test_not_now_prints_what_to_send_and_the_case_waits(room: Room, log: Path, tmp_path: Path) -> None:
    case = tmp_path / "ticket.json"
    room.lead(
        f"""
        Who sent the mail => nobody.example
        Where is the gateway's mail log => {log}
        Which IP addresses does Cisco Talos list =>
        Are these the logs of all the gateways => all
        Who should have received the mail =>
        Which gateway should be tested by hand =>
        From which IP addresses do the sender's mail servers send => ?later
        {END}
        """,
        case=case,
    )
    assert load_case(case).head.state == "waiting"
    assert "Subject: Mail from your domain does not reach us" in room.console.text
    assert "Waiting for: the sender's mail administrator" in room.console.text
    steps = room.lead(
        f"""
        From which IP addresses do the sender's mail servers send => We use 203.0.113.61, kind regards
        {END}
        """,
        case=case,
    )
    assert value(steps, "sender.address") == ("203.0.113.61",)


def test_a_case_of_which_nothing_is_known_is_resumed_by_that_name(room: Room) -> None:
    with pytest.raises(Stop):
        room.lead("""
            Who sent the mail =>
            Where is the gateway's mail log => ?stop
        """)
    with pytest.raises(Stop):
        room.lead("""
            A case was left unfinished (nothing was known, => Go on with it
            Where is the gateway's mail log => ?stop
        """)


def test_stopping_and_ctrl_c_lose_nothing(room: Room, log: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        room.lead("""
            Who sent the mail => bob@partner.example
            Where is the gateway's mail log => <Ctrl-C>
        """)
    room.console.replies.clear()
    with pytest.raises(Stop):
        room.lead("""
            A case was left unfinished (bob@partner.example => Go on with it
            Where is the gateway's mail log => ?stop
        """)
    steps = room.lead(f"""
        A case was left unfinished (bob@partner.example => Go on with it
        Where is the gateway's mail log => {log}
        {END}
    """)
    assert finding(steps, room.engine) == "message-quarantined"
    room.lead(f"""
        Who sent the mail => bob@partner.example
        Where is the gateway's mail log => {log}
        {END}
    """)


def test_another_case_can_be_begun_instead_of_the_unfinished_one(room: Room, log: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        room.lead("""
            Who sent the mail => bob@partner.example
            Where is the gateway's mail log => <Ctrl-C>
        """)
    room.lead(f"""
        A case was left unfinished (bob@partner.example => Begin a new one
        Who sent the mail => orders@partner.example
        Where is the gateway's mail log => {log}
        {END}
    """)


def test_a_colleagues_case_opens_nothing_without_asking(
    room: Room, second_room: Callable[[], Room], log: Path, tmp_path: Path
) -> None:
    case = tmp_path / "ticket.json"
    room.lead(
        f"""
        Who sent the mail => partner.example
        Where is the gateway's mail log => {log}
        Several attempts fit => I don't know
        {END}
        """,
        case=case,
    )
    colleague = second_room()
    steps = colleague.lead(
        f"""
        begun elsewhere. It names the path {log} => No, ask me
        Where is the gateway's mail log =>
        paste the details that Message Tracking shows =>
        {END}
        """,
        case=case,
    )
    assert all(fact.name != "log.files" for step in steps for fact in step.facts)
    assert finding(steps, colleague.engine) == "message-quarantined"


def test_ones_own_case_is_resumed_without_asking(room: Room, log: Path, tmp_path: Path) -> None:
    case = tmp_path / "ticket.json"
    answers = f"""
        Who sent the mail => bob@partner.example
        Where is the gateway's mail log => {log}
        {END}
    """
    room.lead(answers, case=case)
    room.lead(END, case=case)
    assert "goes on where it was left" in room.console.text


def test_the_second_case_begins_with_what_is_known_of_the_site(room: Room, log: Path, tmp_path: Path) -> None:
    room.config = tmp_path / "config.yaml"
    room.site = Site()
    room.lead(f"""
        Who sent the mail => bob@partner.example
        Where is the gateway's mail log => {log}
        {END}
        Remember this for the next case? mail log: {log} => Yes
    """)
    room.site = load_site(room.config)
    assert room.site.log == (str(log),)
    steps = room.lead(f"""
        Who sent the mail => orders@partner.example
        Where is the gateway's mail log =>
        {END}
    """)
    assert value(steps, "log.files") == (str(log),)


def test_the_site_is_never_asked_about_again_where_that_was_said(room: Room, log: Path, tmp_path: Path) -> None:
    room.config = tmp_path / "config.yaml"
    room.site = Site()
    answers = f"""
        Who sent the mail => bob@partner.example
        Where is the gateway's mail log => {log}
        {END}
    """
    room.lead(answers + "Remember this => do not ask again")
    room.site = load_site(room.config)
    assert room.site == Site(remember=False)
    room.lead(answers)


def test_not_now_has_a_text_to_send_for_any_question(room: Room) -> None:
    with pytest.raises(KeyboardInterrupt):
        room.lead("""
            Who sent the mail => bob@partner.example wrote on Nov 23 2026 at two
            Where is the gateway's mail log => ?later
            paste the details that Message Tracking shows => <Ctrl-C>
        """)
    said = room.console.text
    assert "Hello, I am looking into why a mail did not arrive" in said
    assert 'open "System Administration > Log Subscriptions"' in said
    kept = Path(said.partition("The text is also in the file ")[2].split()[0])
    letter = kept.read_text(encoding="utf-8")
    assert letter.startswith("Hello, I am looking into")
    assert "\nThe mail in question:\n- the sender's mail address or domain: bob@partner.example\n- " in letter
    assert "- the beginning of the time asked about: 2026-11-23 13:00:00\n" in letter
    assert max(map(len, letter.splitlines())) < 80
