"""The rules that ship: sound, tried by cases, and worded for all their readers in both languages."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import get_args

import pytest

from wizard.data import data_folder
from wizard.engine import Engine
from wizard.rulebase.cases import RuleCase, load_cases, uncovered
from wizard.rulebase.explain import explain
from wizard.rulebase.firing import standing
from wizard.rulebase.load import load
from wizard.rulebase.model import LANGUAGES, TEXTS, Finding
from wizard.rulebase.texts import placeholders
from wizard.words import Lang

FOLDER = data_folder("rules")
BASE = load(FOLDER)
CASES = load_cases(FOLDER, BASE)

TEMPORARY = {
    "banner-timeout",
    "connection-limit",
    "connection-open",
    "connection-opened-earlier",
    "connection-refused",
    "connection-time-exceeded",
    "connection-without-mail",
    "delivery-delayed",
    "directory-unavailable",
    "listener-suspended",
    "message-interrupted",
    "message-queued",
    "next-hop-unreachable",
    "no-recipient",
    "quarantine-unreachable",
    "recipient-limit",
    "tls-failed",
}
LASTING = {
    "auth-required",
    "authentication-rejected",
    "bounce-verification",
    "connection-rejected",
    "delivery-bounced",
    "directory-harvest",
    "message-bounced-by-policy",
    "message-deleted-from-quarantine",
    "message-dropped",
    "message-loop",
    "message-quarantined",
    "message-too-large",
    "protocol-error",
    "recipient-rejected",
    "recipient-unknown",
    "sender-rejected",
    "tls-required",
}
"""What a later arrival of the sender's mail makes good, and what lasts until that very mail arrives."""

CITES = re.compile(
    r"S([1-9]|1[0-4])|Cisco TAC \d{6}|AsyncOS (user|advanced) guide( \d+(\.\d+)*)?|RFC \d{3,4}"
    r"|Exim (specification|documentation)|Postfix documentation|Sendmail documentation"
)
JAPANESE = "ぁ-んァ-ヶー一-龠々、。「」（）"
CODE = re.compile(r"`[^`]*`")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(BASE)


def test_they_load(capsys: pytest.CaptureFixture[str]) -> None:
    start = time.perf_counter()
    base = load(FOLDER)
    taken = time.perf_counter() - start
    with capsys.disabled():
        print(f"\n{len(base.findings)} findings, {len(base.rules)} rules, loaded in {taken * 1000:.0f} ms")
    assert sorted(base.order) == sorted(name for name, one in base.findings.items() if one.role == "outcome")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.finding}: {case.name}")
def test_each_case_finds_exactly_what_it_says(case: RuleCase, engine: Engine) -> None:
    found = {one.finding: one.confidence for one in standing(BASE, engine.fire(case.facts))}
    assert found == case.findings, case.at


def test_every_rule_is_fired_and_every_finding_is_nearly_missed(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{'finding':34}fires  near misses")
        for name in sorted(BASE.findings, key=BASE.rank):
            own = [case for case in CASES if case.finding == name]
            fires = sum(name in case.findings for case in own)
            print(f"{name:34}{fires:5}  {len(own) - fires:11}")
    assert uncovered(BASE, CASES) == []


def test_a_case_tells_more_than_its_rule_asks() -> None:
    """A case is a whole row: what a rule overlooks in one shows only where it is there to be overlooked."""
    for case in CASES:
        for name in case.findings:
            asked = min(len(rule.closed) for rule in BASE.findings[name].rules)
            assert len(case.facts) >= asked, case.at


def test_which_failures_a_later_arrival_makes_good() -> None:
    fates = {name: one.fate for name, one in BASE.findings.items()}
    assert {fates[name] for name in TEMPORARY} == {"refused-for-now", "pending", "unknown"}
    assert {fates[name] for name in LASTING} == {"refused", "lost", "held"}
    own = {(name, rule.fate) for name, one in BASE.findings.items() for rule in one.rules if rule.fate}
    assert ("sender-rejected", "refused-for-now") in own  # its domain could not be resolved


@pytest.mark.parametrize("name", sorted(BASE.findings))
def test_it_can_be_explained(name: str) -> None:
    for language in get_args(Lang):
        shown = explain(BASE, name, language)
        assert BASE.findings[name].words[language].title in shown


def test_sources_are_cited_in_a_known_form() -> None:
    cited = [(one.id, cite) for one in BASE.findings.values() for cite in one.cites]
    cited += [(one.name, cite) for one in BASE.sources.values() for cite in one.cites]
    assert [(name, cite) for name, cite in cited if not CITES.fullmatch(cite)] == []


def test_every_finding_cites_something() -> None:
    assert [one.id for one in BASE.findings.values() if not one.cites] == []


def test_titles_stand_by_themselves() -> None:
    """They also name a finding in tables and questions, where there are no facts to show."""
    titles = [(one.id, words.title) for one in BASE.findings.values() for words in one.words.values()]
    assert [name for name, title in titles if placeholders(title) or "\n" in title or title.endswith((".", "。"))] == []
    for language in LANGUAGES:
        shown = [one.words[language].title for one in BASE.findings.values()]
        assert len(shown) == len(set(shown))


def test_strangers_words_stand_between_backticks() -> None:
    for where, _, text in texts():
        bare = placeholders(CODE.sub("", text))
        assert not [fact for fact in bare if BASE.facts[fact].type in TEXTS], where
        assert text.count("`") % 2 == 0, where


def test_each_language_is_written_in_its_own_script() -> None:
    for where, language, text in texts():
        prose = CODE.sub("", text)
        assert bool(re.search(f"[{JAPANESE}]", prose)) == (language == "ja"), where
        assert "  " not in text, where


def test_japanese_has_no_blanks_where_a_line_was_folded() -> None:
    for where, language, text in texts():
        if language == "ja":
            assert not re.search(f"[{JAPANESE}] [{JAPANESE}]", CODE.sub("`", text)), where


def test_what_is_said_to_users_names_no_protocol() -> None:
    """An end user is told what happened and whom to ask, not in the administrators' words."""
    jargon = re.compile(r"SMTP|HAT|RAT|LDAP|TLS|DNS|PTR|SPF|DMARC|DKIM|MAIL FROM|RCPT|ICID|MID|`")
    for one in BASE.findings.values():
        for language in LANGUAGES:
            for text in one.words[language].remedies.get("user", {}).values():
                assert not jargon.search(text), f"{one.id} ({language})"


def test_questions_say_how_to_get_the_answer() -> None:
    for source in BASE.sources.values():
        if source.cost in ("user", "others"):
            assert source.question, source.name
            assert source.help, source.name
            assert not any("\n" in text for text in (*source.question.values(), *source.help.values())), source.name
        elif source.cost == "outward" and source.name != "blocklists":  # which are asked only where they are named
            assert source.how, source.name


def test_every_word_that_a_fact_may_be_is_said_in_both_languages() -> None:
    """But for words of the log itself, which are in capitals, and for `none`, which is said alike of all facts."""
    for fact in BASE.facts.values():
        if fact.type == "words":
            assert {value for value in fact.values if not value.isupper()} <= {*fact.words, "none"}, fact.name
    assert BASE.shown("log.limit", "none", "ja") == "なし"


def texts() -> Iterator[tuple[str, str, str]]:
    """Every text of every finding and source: where it stands, its language, the text."""
    for finding in BASE.findings.values():
        for language in LANGUAGES:
            for key, text in _texts_of(finding, language):
                yield f"{finding.id} {key} ({language})", language, text
    for source in BASE.sources.values():
        for key in ("title", "question", "help", "how"):
            for language, text in (getattr(source, key) or {}).items():
                yield f"{source.name} {key} ({language})", language, text


def _texts_of(finding: Finding, language: str) -> Iterator[tuple[str, str]]:
    words = finding.words[language]
    yield "title", words.title
    yield "explanation", words.explanation
    for whom, choices in words.remedies.items():
        for value, text in choices.items():
            yield f"remedies {whom} {value}", text
    for number, note in enumerate(finding.notes):
        yield f"note {number + 1}", note.text[language]
    if finding.limits:
        yield "limits", finding.limits[language]
