"""The tables: complete in both languages, without dead rows, and quick on hostile replies."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

import wizard.smtp
from wizard.smtp.clients import clients
from wizard.smtp.explain import explain
from wizard.smtp.replies import cause_label, find_cause
from wizard.smtp.tables import table
from wizard.words import PLACEHOLDER, words

ROWS = table("replies")["replies"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["example"][:40])
def test_each_example_is_found_by_its_own_row(row: dict[str, str]) -> None:
    cause = find_cause(row["example"])
    assert cause is not None
    assert (cause.word, cause.sure) == (row["cause"], True)
    first = next(one for one in ROWS if one["text"] == row["text"])
    assert first is row


def test_each_cause_is_used_and_has_words() -> None:
    used = {row["cause"] for row in [*ROWS, *table("replies")["likely"]]}
    assert used == set(table("replies")["causes"])
    for word in used:
        assert cause_label(word, "en")
        assert cause_label(word, "ja")


@pytest.mark.parametrize(
    ("sent", "stage", "word"),
    [
        ("554 Go away", "banner", "host-access"),
        ("421 busy", "banner", "connection-limit"),
        ("550 5.1.1 nobody here", "rcpt-to", "recipient-unknown"),
        ("450 4.2.0 later", "rcpt-to", "greylisting"),
        ("550 5.7.23 nope", None, "spf"),
        ("550-5.7.25 no PTR\n550 5.7.25 see help", "mail-from", "reverse-dns"),
        ("554-esa6\\n554 Your access to this mail system has been rejected", None, "host-access"),
        ("250 ok", "banner", None),
        ("", None, None),
        ("554", "data", None),
        ("421 #4.4.5 TOO MANY CONNECTIONS to this host", None, "connection-limit"),
        ("550 my custom words: no", "mail-from", None),
    ],
)
def test_replies_by_text_or_by_code(sent: str, stage: str | None, word: str | None) -> None:
    cause = find_cause(sent, stage)  # type: ignore[arg-type]
    assert (cause and cause.word) == word


def test_a_text_inside_a_reply_is_not_taken_for_its_beginning() -> None:
    assert find_cause("550 5.7.1 not because of: Too many connections from your host") is None


def test_hostile_replies_are_quick() -> None:
    begun = time.monotonic()
    for piece in ("550 ", " :", "x", "550-5.1.1 ", "authentication ", "user ", "gr", "\\n"):
        find_cause("550 " + piece * 20000)
    assert time.monotonic() - begun < 1


def test_codes_are_explained_in_both_languages() -> None:
    for group in ("classes", "codes", "enhanced"):
        for texts in table("codes")[group].values():
            assert set(texts) == {"en", "ja"}
    assert explain(550, "5.7.25", "ja").startswith("550 恒久的な拒否")
    assert explain(599, "5.9.9", "en") == "599 refused for good; the sending server gives up"
    assert explain(100, None, "en") == "100"


def test_clients_have_a_source_and_a_remedy_in_both_languages() -> None:
    assert {"Postfix", "Exim", "Sendmail", "Microsoft Exchange", "qmail"} <= {client.name for client in clients()}
    for client in clients():
        assert client.source
        assert set(client.how) == {"en", "ja"}


def test_each_wrong_input_has_its_sentence_with_the_values_it_gets() -> None:
    raised = re.compile(r'InputError\(\s*"([a-z-]+)"((?:, \w+=[^,()]+(?:\([^()]*\))?[^,()]*)*)\)')
    found = {}
    for path in Path(wizard.smtp.__path__[0]).glob("*.py"):
        for key, values in raised.findall(path.read_text()):
            found[key] = set(re.findall(r"(\w+)=", values))
    assert len(found) > 8
    for key, values in found.items():
        for lang in ("en", "ja"):
            assert set(PLACEHOLDER.findall(words("errors", lang)[key])) == values, key  # type: ignore[arg-type]
