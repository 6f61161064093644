"""The state folder, the site's configuration, and consent."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from room import Room
from scripted import Scripted

from wizard.case import OPTIONS, Step
from wizard.casefile.file import CONCLUDED, Head, Keeper
from wizard.engine import Engine
from wizard.errors import InputError
from wizard.facts import Fact
from wizard.gather.base import Gathered
from wizard.interview import foreign
from wizard.interview.consent import Consent
from wizard.interview.memory import KEPT_DAYS, Memory
from wizard.interview.remembering import shown_by
from wizard.interview.site import Site, load_site, save_site

STEPS = [Step(OPTIONS, facts=(Fact("log.files", ("/var/log/mail.log",), "option"),))]


def test_the_latest_unfinished_case_is_found(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    assert memory.unfinished() is None
    for number, state in enumerate(("open", "waiting", CONCLUDED)):
        path = memory.new_case(f"{number}" * 8)
        assert path is not None
        Keeper(path, Head())(STEPS, state)
        os.utime(path, (time.time() - 100 + number, time.time() - 100 + number))
    (tmp_path / "cases" / "broken.json").write_text("{", encoding="utf-8")
    found = memory.unfinished()
    assert found is not None
    assert found[1].head.state == "waiting"


def test_old_cases_and_pasted_texts_are_deleted(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    old, new = Path(memory.keep_text("old")), Path(memory.keep_text("new"))
    long_ago = time.time() - (KEPT_DAYS + 1) * 86_400
    os.utime(old, (long_ago, long_ago))
    memory.forget_old()
    assert not old.exists()
    assert new.read_text(encoding="utf-8") == "new\n"
    assert new.stat().st_mode & 0o777 == 0o600
    assert new.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    memory = Memory(blocked)
    assert memory.new_case("x" * 8) is None
    assert memory.unfinished() is None
    memory.forget_old()
    memory.trust("x", ["path /var/log"])
    assert memory.trusted("x") == set()
    with pytest.raises(InputError):
        memory.keep_text("x")


def test_what_was_named_here_is_known_by_case(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.trust("one", foreign.named_in(STEPS))
    memory.trust("one", ["host gw.example"])
    assert memory.trusted("one") == {"path /var/log/mail.log", "host gw.example"}
    assert memory.trusted("other") == set()
    (tmp_path / "named-here.json").write_text("[1", encoding="utf-8")
    assert memory.trusted("one") == set()


def test_the_site_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "config" / "config.yaml"
    site = Site(("/var/log/ログ", "b"), "gw.example:25", "192.0.2.53", "ja", True)
    assert save_site(site, path)
    assert load_site(path) == site
    assert path.read_text(encoding="utf-8").startswith("# What mailwhy remembers of this site.")
    assert load_site(tmp_path / "none.yaml") == Site()


def test_a_hand_written_site(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("log: /var/log/mail\nplain: yes\nremember: no\nlang: fr\n", encoding="utf-8")
    assert load_site(path) == Site(log=("/var/log/mail",), plain=True, remember=False)
    path.write_text("# nothing yet\n", encoding="utf-8")
    assert load_site(path) == Site()


def test_the_site_that_the_documentation_shows(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "interview.md").read_text(encoding="utf-8")
    path = tmp_path / "config.yaml"
    path.write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    assert load_site(path) == Site(("/var/log/ironport",), "gw1.corp.example", "system", "ja", True, False)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("log: [", "config-not-read"),
        ("- log", "config-not-read"),
        ("loog: x", "config-unknown-key"),
        ("\x00", "config-not-read"),
    ],
)
def test_a_site_that_cannot_be_used_is_one_sentence(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_site(path)
    assert raised.value.key == key


def test_only_what_is_not_known_of_the_site_yet_is_learnt(tmp_path: Path) -> None:
    pasted = Step("ask-tracking", facts=(Fact("log.files", (str(tmp_path / "pasted" / "x.txt"),), "answer"),))
    assert shown_by([pasted], Site(), tmp_path, None, None) == Site()
    assert shown_by(STEPS, Site(), tmp_path, "system", None) == Site(("/var/log/mail.log",), resolver="system")
    known = Site(("/logs",), "gw", "192.0.2.53", "ja")
    assert shown_by(STEPS, known, tmp_path, "system", "en") == known


@pytest.mark.parametrize(("reply", "looked_up"), [("Yes", True), ("No", False)])
def test_a_name_server_that_nobody_named_is_asked_only_with_consent(
    room: Room, log: Path, monkeypatch: pytest.MonkeyPatch, reply: str, looked_up: bool
) -> None:
    from wizard.gather import gatherers
    from wizard.interview import guide

    asked: list[str] = []

    def outward(source, facts, desk):  # type: ignore[no-untyped-def]
        asked.append(source.name)
        return Gathered()

    real = gatherers()
    outwards = {source.gatherer for source in room.engine.base.sources.values() if source.cost == "outward"}
    monkeypatch.setattr(guide, "gatherers", lambda: {**real, **dict.fromkeys(outwards, outward)})
    room.lead(
        f"""
        Who sent the mail => bob@partner.example
        Where is the gateway's mail log => {log}
        May this computer's name server be asked => {reply}
        What next? => Show the report
        """,
        offline=False,
    )
    assert bool(asked) == looked_up


def test_a_host_that_the_user_named_needs_no_further_consent(engine: Engine) -> None:
    consent = Consent(Scripted([]), "en", named=False)
    sources = engine.base.sources.values()
    by_host = next(source for source in sources if source.cost == "outward" and "gateway.host" in source.needs)
    assert consent(by_host, {"gateway.host": Fact("gateway.host", "gw.example", "answer")})
    assert Consent(Scripted([]), "en", named=True)(next(s for s in sources if s.cost == "outward"), {})
