"""A text to send to whoever can answer a question, where the question has none of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wizard.facts import Fact
from wizard.gather.windows import SINCE, UNTIL
from wizard.render import layout
from wizard.render.escape import text
from wizard.render.phrases import moment
from wizard.rulebase.base import RuleBase
from wizard.rulebase.model import Source
from wizard.words import Lang, words

TIMES = (SINCE, UNTIL)
TELLING = ("sender.mailbox", "sender.address", "recipient.mailbox", "message.id", "message.subject", *TIMES)
"""The facts by which others find the mail."""


def letter(source: Source, facts: Mapping[str, Fact], base: RuleBase, lang: Lang) -> str:
    """The question, how to find the answer, and which mail it is about, in lines that fit a mail."""
    say = words("interview", lang)
    paragraphs = (
        [say["later.greeting"]],
        [(source.question or source.title)[lang]],
        [(source.help or source.how or source.title)[lang]],
        list(_about_the_mail(facts, base, lang)),
        [say["later.thanks"]],
    )
    quotes = say["quotes"].split()
    return "\n\n".join("\n".join(layout.wrap(text(line, *quotes)) for line in lines) for lines in paragraphs if lines)


def _about_the_mail(facts: Mapping[str, Fact], base: RuleBase, lang: Lang) -> Iterator[str]:
    """What the user has said of the mail, one line each."""
    say = words("interview", lang)
    told = [name for name in TELLING if name in facts and facts[name].origin in ("option", "answer")]
    if told:
        yield say["later.about"]
    for name in told:
        value = base.shown(name, facts[name].value, lang)
        yield f"- {base.facts[name].label[lang]}{say['colon']}{moment(value) if name in TIMES else value}"
