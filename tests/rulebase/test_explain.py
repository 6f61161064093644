"""One finding in words."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from wizard.rulebase.explain import explain
from wizard.rulebase.load import load
from wizard.words import Lang

BASE = load(Path(__file__).parent / "small")

REJECTED = """\
# connection-rejected: Rejected

outcome: the mail was refused for good
From: S6, Cisco TAC 118007

The verdict was ‹the verdict of the host access table›.

## Found when

It is certain (the mail was refused for the time being) if all of this holds:

- the verdict of the host access table (`log.verdict`): REJECT
- how long the connection lasted (`log.seconds`): at least 20 s
- the connection (`log.connection`): a connection (`seen`)

It is certain if all of this holds:

- the verdict of the host access table (`log.verdict`): REJECT
- the connection (`log.connection`): a connection (`seen`)

It stands in the stead of: connection-without-mail

## It adds

- “The sender group was ‹the sender group›.”, if the sender group (`log.sender_group`): known

## What to do

- the gateway's administrator (the reason of the verdict: reputation): Look the address up.
- the gateway's administrator (the reason of the verdict: list): Take the address off the list.
- the gateway's administrator (otherwise): Look at the verdict ‹the verdict of the host access table›.
- the user: Wait.

## Where its facts come from

- `log.verdict`: the mail log (S5, by itself)
- `log.seconds`: the mail log (S5, by itself)
- `log.connection`: the mail log (S5, by itself)
- `log.reason`: the mail log (S5, by itself)
"""


def test_a_finding_in_words() -> None:
    assert explain(BASE, "connection-rejected", "en") == REJECTED


@pytest.mark.parametrize("lang", get_args(Lang))
@pytest.mark.parametrize("finding", BASE.findings)
def test_every_finding_can_be_explained(finding: str, lang: Lang) -> None:
    text = explain(BASE, finding, lang)
    assert BASE.findings[finding].words[lang].title in text
    assert "{" not in text


def test_what_else_stands_in_its_stead_is_said_and_what_it_cannot_see() -> None:
    assert "In its stead stands, where that is found: banner-timeout, connection-rejected" in explain(
        BASE, "connection-without-mail", "en"
    )
    assert "## What it cannot see\n\nOnly what the log covers.\n" in explain(BASE, "no-connection", "en")


def test_without_such_a_finding() -> None:
    with pytest.raises(KeyError):
        explain(BASE, "nothing", "en")
