"""Cases: every one holds, and whatever they leave untried is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from wizard.engine import Engine
from wizard.rulebase.cases import RuleCase, load_cases, uncovered
from wizard.rulebase.firing import standing
from wizard.rulebase.load import load

SMALL = Path(__file__).parent / "small"
BASE = load(SMALL)
CASES = load_cases(SMALL, BASE)

NEW_FACTS = """\
facts:
  log.tls:
    scope: attempt
    values: [failed, done, none]
    when: {log.connection: seen}
    sources: [logs]
    label: {en: how TLS went, ja: TLS の結果}
  log.tls_reason:
    scope: attempt
    values: [certificate, cipher, other]
    when: {log.tls: failed}
    sources: [logs]
    label: {en: why TLS failed, ja: TLS の失敗の理由}
"""
NEW_FINDING = """\
encryption-failed:
  role: outcome
  fate: refused-for-now
  cites: [S7]
  instead_of: [connection-without-mail]
  evidence: [log.opened]
  remedies_by: log.tls_reason
  certain:
    - if: {log.tls: failed}
      detail: {seconds: log.seconds}
  en:
    title: TLS failed
    explanation: "TLS: {log.tls}."
    remedies: {sender-admin: {cipher: "Allow another cipher than at {log.tls_reason}.", other: Mend it.}}
  ja:
    title: TLS の失敗
    explanation: "TLS: {log.tls}。"
    remedies: {sender-admin: {cipher: "{log.tls_reason} を変えてください。", other: 直してください。}}
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.finding}: {case.name}")
def test_case(case: RuleCase) -> None:
    fired = standing(BASE, Engine(BASE).fire(case.facts))
    assert {one.finding: one.confidence for one in fired} == case.findings


def test_nothing_is_left_untried() -> None:
    assert uncovered(BASE, CASES) == []


def test_what_is_left_untried_is_said() -> None:
    assert uncovered(BASE, [case for case in CASES if case.name not in ("after a while", "lost soon", "timeout")]) == [
        "connection-rejected: no case in which it is found",
        "connection-without-mail: no case fires its possible rule number 2",
        "reverse-dns-missing: no near miss, a case in which it is not found",
    ]
    assert "no-connection: no case in which it is found" in uncovered(BASE, [])


def test_a_new_finding_needs_no_python(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SMALL, tmp_path / "rules"))
    (folder / "facts" / "tls.yaml").write_text(NEW_FACTS, encoding="utf-8")
    (folder / "tls.yaml").write_text(NEW_FINDING, encoding="utf-8")
    with (folder / "order.yaml").open("a", encoding="utf-8") as order:
        order.write("- encryption-failed\n")
    base = load(folder)
    facts = {"log.connection": "seen", "log.verdict": "ACCEPT", "log.seconds": 2, "log.tls": "failed"}
    facts["log.tls_reason"] = "cipher"
    [fired] = standing(base, Engine(base).fire(facts))
    finding = base.findings[fired.finding]
    assert (finding.id, fired.confidence, fired.fate) == ("encryption-failed", "certain", "refused-for-now")
    assert finding.detail_of(fired.rules) == {"seconds": "log.seconds"}
    assert finding.shown_facts(fired.rules) == ("log.tls", "log.seconds", "log.opened")
    assert finding.remedies("en", facts) == {"sender-admin": "Allow another cipher than at {log.tls_reason}."}
    assert uncovered(base, load_cases(folder, base)) == [
        "encryption-failed: no case in which it is found",
        "encryption-failed: no near miss, a case in which it is not found",
    ]
