"""Which gateway to test by hand, and the test by the sender's administrator: the lines to run, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from wizard.errors import InputError
from wizard.facts import Fact, Value
from wizard.gather.answers import answer, checked
from wizard.gather.base import Desk, Gathered
from wizard.gather.hand_test import DEFAULT_PORT, somebody_at, target_of
from wizard.gather.hand_test_facts import facts_of
from wizard.gather.search_log import known
from wizard.rulebase.model import Source
from wizard.smtp.grammar import check_mailbox, parse_target
from wizard.smtp.handover import Recipe, dialogue, recipes
from wizard.smtp.model import Target
from wizard.smtp.pasted import read_pasted
from wizard.words import Lang, sentence


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Ask for the gateway, or for the pasted test."""
    if source.gatherer == "ask_gateway":
        typed = desk.asker.text(source, checked(parse_target, desk.lang))
        return Gathered() if typed is None else Gathered(gateway_facts(typed))
    try:
        request = letter(target_of(facts), *_envelope(facts), desk.hand_test.helo, desk.lang)
    except InputError:
        return Gathered()
    pasted = desk.asker.paste(source, checked(read_pasted, desk.lang), request=request)
    if pasted is None:
        return Gathered()
    return Gathered(facts_of(read_pasted(pasted), "answer", desk.lang))


def ready_text(facts: Mapping[str, Fact], lang: Lang, now: datetime) -> str | None:
    """The letter of the hand test, None where it is not known for whom, or where what is known may reach no shell."""
    del now
    try:
        return letter(target_of(facts), *_envelope(facts), None, lang) if known(facts, "gateway.host") else None
    except InputError:
        return None


def gateway_facts(text: str) -> tuple[Fact, ...]:
    """The gateway as facts that somebody answered. Raises InputError."""
    return tuple(answer(name, value, text) for name, value in gateway_values(text).items())


def gateway_values(text: str) -> dict[str, Value]:
    """The gateway, and its port where that is not 25. Raises InputError."""
    target = parse_target(text)
    values: dict[str, Value] = {"gateway.host": target.host}
    return values if target.port == DEFAULT_PORT else {**values, "gateway.port": target.port}


def letter(target: Target, sender: str, recipient: str, helo: str | None, lang: Lang) -> str:
    """The text to send to the sender's administrator, with the lines to run on their mail server.

    Raises InputError where a name or address is none that may reach a shell or SMTP.
    """
    helo = helo or sender.rpartition("@")[2] or "localhost"
    ways = [_way(one, lang) for one in recipes(target, helo, sender, recipient)]
    typed = "\n".join(f"    {line}" for line in dialogue(helo, sender, recipient))
    return sentence("handover", "letter", lang, target=str(target), typed=typed, ways="\n\n".join(ways))


def _way(recipe: Recipe, lang: Lang) -> str:
    lines = "\n".join(f"    {line}" for line in recipe.commands)
    return f"{sentence('handover', f'{recipe.name}.{recipe.shell}', lang)}\n{lines}"


def _envelope(facts: Mapping[str, Fact]) -> tuple[str, str]:
    """The sender and recipient of the case; of a domain its postmaster. Raises InputError."""
    sender, recipient = (somebody_at(known(facts, name) or "") for name in ("sender.mailbox", "recipient.mailbox"))
    return check_mailbox(sender, sender=True), check_mailbox(recipient)
