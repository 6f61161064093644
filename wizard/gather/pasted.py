"""A sentence, header, bounce message or log excerpt in the place of an answer: what it tells, said back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from wizard.errors import InputError
from wizard.facts import Fact, Value
from wizard.gather.answers import answer
from wizard.gather.base import Desk
from wizard.gather.windows import told_window
from wizard.maillog.kinds_of_log import recognise
from wizard.patterns import pattern
from wizard.resolve.pasted import addresses_in
from wizard.rulebase.base import RuleBase
from wizard.typed.mining import Mined, mine, without_other_hosts
from wizard.words import Lang, sentence, words

LOGS = {"mail", "tracking", "consolidated", "bounce"}
MOST_ADDRESSES = 10
SHORTEST_LOG = 2
_ADDRESS = pattern(r"[0-9a-fA-F.:/]+,?")
_JAPANESE = pattern("[\u3040-\u30ff\u4e00-\u9fff]")
_DOMAIN = pattern(r"[a-z0-9-]{1,63}\.[a-z]{2,24}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Told:
    """What a text tells of a mail; `addresses` may be the sender's; `is_log`: it is an excerpt of the gateway's log."""

    mined: Mined
    addresses: tuple[str, ...]
    is_log: bool

    def facts(self) -> dict[str, Value]:
        """The facts that it gives, but for the time."""
        mined = self.mined
        given: dict[str, Value | None] = {
            "sender.mailbox": mined.sender,
            "recipient.mailbox": mined.recipient,
            "message.id": mined.message_id,
            "message.subject": mined.subject,
            "sender.pasted": self.addresses or None,
            "sender.address": self.addresses or None,
            "sender.source": "pasted" if self.addresses else None,
        }
        return {name: value for name, value in given.items() if value is not None}


def is_text(typed: str) -> bool:
    """Whether more was typed or pasted than one address, or several of them.

    >>> is_text("198.51.100.1, 198.51.100.2"), is_text("Bob at partner.example"), is_text("partner.exampleのボブ")
    (False, True, True)
    """
    words = typed.split()
    if len(words) > 1:
        return not all(_ADDRESS.fullmatch(word) for word in words)
    return bool(_JAPANESE.search(typed) and _DOMAIN.search(typed))


def read_text(text: str, desk: Desk) -> Told:
    """What a text tells. Raises InputError where it tells nothing to search for."""
    lines = text.splitlines()
    is_log = len(lines) >= SHORTEST_LOG and recognise(lines) in LOGS
    mined = mine(text, desk.now.astimezone(), desk.lang) if not is_log else Mined()
    outside = [one for one in addresses_in(without_other_hosts(text)) if not one.private] if not is_log else []
    addresses = tuple(str(one.network).removesuffix("/32").removesuffix("/128") for one in outside[:MOST_ADDRESSES])
    if not is_log and not mined.anything and not addresses:
        raise InputError("nothing-in-text")
    return Told(mined, addresses, is_log)


def told(found: Told, typed: str, facts: Mapping[str, Fact], desk: Desk) -> tuple[Fact, ...]:
    """The facts of a text, and what was understood said back."""
    if found.is_log:
        desk.asker.tell(sentence("interview", "taken.log", desk.lang))
        return kept_log(typed, desk)
    given = found.facts()
    shown = typed if len(typed) <= 200 else f"{typed[:200]} …"
    desk.asker.tell(said_back(given, desk.base, desk.lang))
    window = told_window(found.mined.sent, shown, facts, desk) if found.mined.sent else ()
    return (answer("search.key", "given", shown), *(answer(n, v, shown) for n, v in given.items()), *window)


def kept_log(excerpt: str, desk: Desk) -> tuple[Fact, ...]:
    """The facts of a pasted log: a file, so that it is read like any log and not lost. Whoever pastes lines means the
    mail in them, so that they can be searched without knowing more of it.
    """
    path = desk.keep_text(excerpt)
    return answer("search.key", "given", path), answer("log.files", (path,), path)


def said_back(given: Mapping[str, Value], base: RuleBase, lang: Lang) -> str:
    """One sentence: what was taken from a text."""
    colon = words("interview", lang)["colon"]
    named = [name for name in given if name not in {"sender.address", "sender.source"}]
    parts = [
        f"{base.facts[name].label[lang]}{colon}{base.shown(name, given[name], lang)}"
        for name in named
        if name in base.facts
    ]
    return sentence("interview", "taken", lang, facts=words("interview", lang)["list"].join(parts))
