"""The guided run in a real terminal, in both languages."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

pytest.importorskip("pexpect")
if sys.platform == "win32":
    pytest.skip("no pseudo-terminals here", allow_module_level=True)

from terminal import Session

OPTIONS = ("diagnose", "--offline", "--no-config")
WHO = {"en": "Who sent the mail?", "ja": "メールの送信者を教えてください。"}
WHERE = {"en": "Where is the gateway's mail log?", "ja": "ゲートウェイのメールログはどこにありますか。"}
NEXT = {"en": "What next?", "ja": "次にどうしますか"}
HELD = {
    "en": "The gateway received the mail and holds it in a quarantine (certain)",
    "ja": "ゲートウェイがメールを受信し、隔離しています（確実）",
}
LANGUAGES = pytest.mark.parametrize("lang", ["en", "ja"])


@LANGUAGES
def test_a_full_run(tmp_path: Path, log: Path, lang: str) -> None:
    session = Session(tmp_path, *OPTIONS, lang=lang)
    session.sees(WHO[lang]).types("bob@partner.example")
    session.sees(WHERE[lang]).types(str(log))
    session.sees(HELD[lang], NEXT[lang]).types()
    session.sees({"en": "The report again", "ja": "レポートを別の形式"}[lang], "mailwhy report ")
    assert session.ends() == 0
    assert {"en": "What to do", "ja": "対処"}[lang] in session.text
    assert ("arrow" in session.text) == (lang == "en"), "the library's own words"


def test_ctrl_d_in_a_menu_saves_and_stops_as_it_does_in_a_line(tmp_path: Path, log: Path) -> None:
    session = Session(tmp_path, *OPTIONS)
    session.sees(WHO["en"]).types("bob@partner.example").sees(WHERE["en"]).types(str(log))
    session.sees(NEXT["en"]).types("", "ctrl-d").sees("The case is saved.")
    assert session.ends() == 130


@LANGUAGES
def test_help_why_back_and_dont_know(tmp_path: Path, log: Path, lang: str) -> None:
    words = {
        "en": ("The IP address finds the most", "?why", "The answer decides between these", "?back", "Back to:"),
        "ja": (
            "最も確実なのは IP アドレスです",
            "?なぜ",
            "この答えによって次のどれかに絞られます",
            "?戻る",
            "に戻ります",
        ),
    }
    help_text, why, decides, back, back_to = words[lang]
    session = Session(tmp_path, *OPTIONS, lang=lang)
    session.sees(WHO[lang]).types("?").sees(help_text).types()
    session.sees(WHO[lang]).types("nobody.example")
    session.sees(WHERE[lang]).types(why).sees(decides)
    session.sees(WHERE[lang]).types(back).sees(back_to)
    session.sees(WHO[lang]).types("", "erase").types("bob@partner.example")
    session.sees(WHERE[lang]).types()
    session.sees({"en": "Message Tracking", "ja": "メッセージトラッキング"}[lang])
    session.types("?" + {"en": "back", "ja": "戻る"}[lang])
    session.sees(WHERE[lang]).types(str(log))
    session.sees(HELD[lang], NEXT[lang]).types()
    assert session.ends() == 0


def test_how_and_changing_an_answer(tmp_path: Path, log: Path) -> None:
    session = Session(tmp_path, *OPTIONS)
    session.sees(WHO["en"]).types("bob@partner.example").sees(WHERE["en"]).types(str(log))
    session.sees(HELD["en"], NEXT["en"]).types("", "down", "enter")
    session.sees("The rule message-quarantined holds, since:", "mail.current:30:", "From: S8")
    session.sees(NEXT["en"]).types("", "down", "down", "enter")
    session.sees("Your answers so far.").types("", "down", "enter")
    session.sees(WHO["en"]).types("", "erase").types("orders@partner.example")
    session.sees("Kept: where the gateway's mail log is", NEXT["en"]).types()
    assert session.ends() == 0


@LANGUAGES
def test_a_killed_run_is_resumed(tmp_path: Path, log: Path, lang: str) -> None:
    session = Session(tmp_path, *OPTIONS, lang=lang)
    session.sees(WHO[lang]).types("bob@partner.example").sees(WHERE[lang])
    os.kill(session.child.pid, signal.SIGKILL)
    session.child.wait()
    session = Session(tmp_path, *OPTIONS, lang=lang)
    session.sees("bob@partner.example").types()
    session.sees(WHERE[lang]).types(str(log)).sees(HELD[lang], NEXT[lang]).types()
    assert session.ends() == 0


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path: Path, log: Path) -> None:
    case = tmp_path / "ticket.json"
    session = Session(tmp_path, *OPTIONS, "--case", str(case))
    session.sees(WHO["en"]).types("bob@partner.example").sees(WHERE["en"]).types("", "ctrl-c")
    session.sees("The case is saved.", "mailwhy diagnose --case")
    assert session.ends() == 130
    session = Session(tmp_path, *OPTIONS, "--case", str(case))
    session.sees(WHERE["en"]).types(str(log)).sees(HELD["en"], NEXT["en"]).types()
    assert session.ends() == 0


def test_a_closed_terminal_saves(tmp_path: Path, log: Path) -> None:
    case = tmp_path / "ticket.json"
    session = Session(tmp_path, *OPTIONS, "--case", str(case))
    session.sees(WHO["en"]).types("bob@partner.example").sees(WHERE["en"])
    session.child.close(force=True)
    session = Session(tmp_path, *OPTIONS, "--case", str(case))
    session.sees(WHERE["en"]).types("", "ctrl-d")
    assert session.ends() == 130


HEADER = """\
Received: from pc (unknown [10.0.0.7]) by mail.partner.example; Mon, 23 Nov 2026 14:02:39 +0000
From: Bob <bob@partner.example>
To: alice@corp.example
Message-ID: <offer.1@partner.example>
Date: Mon, 23 Nov 2026 14:02:38 +0000"""


@pytest.mark.parametrize("bracketed", [True, False])
@LANGUAGES
def test_a_pasted_header_is_one_answer(tmp_path: Path, log: Path, lang: str, bracketed: bool) -> None:
    session = Session(tmp_path, *OPTIONS, lang=lang)
    session.sees(WHO[lang]).pastes(HEADER, bracketed=bracketed).types()
    session.sees("offer.1@partner.example").sees(WHERE[lang]).types(str(log))
    session.sees(HELD[lang], NEXT[lang]).types()
    assert session.ends() == 0


@LANGUAGES
def test_resizing_wraps_anew(tmp_path: Path, lang: str) -> None:
    session = Session(tmp_path, *OPTIONS, lang=lang)
    session.sees(WHO[lang]).resized(20, 50)
    session.sees(WHO[lang][:12]).types("?stop")
    assert session.ends() == 130


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_without_colour_or_without_redrawing(tmp_path: Path, log: Path, environment: dict[str, str]) -> None:
    session = Session(tmp_path, *OPTIONS, **environment)
    session.sees(WHO["en"]).types("bob@partner.example").sees(WHERE["en"]).types(str(log))
    session.sees(HELD["en"], NEXT["en"]).types("1" if "TERM" in environment else "")
    assert session.ends() == 0
    if "TERM" in environment:
        assert "\x1b" not in session.raw
    else:
        assert "38;" not in session.raw
        assert "\x1b[31" not in session.raw


def test_tab_completes_a_path(tmp_path: Path, log: Path) -> None:
    session = Session(tmp_path, *OPTIONS)
    session.sees(WHO["en"]).types("bob@partner.example").sees(WHERE["en"]).types(str(log)[:-4], "tab", "enter")
    session.sees(HELD["en"], NEXT["en"]).types()
    assert session.ends() == 0


def test_without_a_terminal_there_is_one_sentence(tmp_path: Path) -> None:
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "wizard", "diagnose"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "mailwhy: There is no terminal to ask questions on; use `mailwhy diagnose --auto`.\n"
