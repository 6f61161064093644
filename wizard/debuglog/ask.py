"""How to have the gateway record the conversation: the steps on its command line, in English or Japanese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SESSIONS = 20
"""Connections to record: enough for a sender that tries several times, few enough to end soon."""

_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_NAME = re.compile(r"[^A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Step:
    """`say` tells what it is about, `prompt` what the appliance asks, `type` what to answer (empty: Enter alone)."""

    say: str
    prompt: str
    type: str


def walk(lang: str, host: str, sender: str, recipient: str, sessions: int = SESSIONS) -> tuple[Step, ...]:
    """The steps for one host: an address, a block or the end of a name, as `logconfig` takes it.

    >>> [step.type for step in walk("en", "203.0.113.7", "bob@partner.test", "alice@corp.test") if step.type][:5]
    ['logconfig', 'new', '7', 'inj_203_0_113_7', '203.0.113.7']
    """
    values = {
        "host": host,
        "name": f"inj_{_NAME.sub('_', host).strip('_')}"[:32],
        "sessions": str(sessions),
        "sender": sender,
        "recipient": recipient,
    }
    return tuple(
        Step(_filled(step[lang], values), step["prompt"], _filled(step["type"], values)) for step in _texts()["steps"]
    )


def as_text(steps: tuple[Step, ...]) -> str:
    """The steps numbered, each with what to type.

    >>> print(as_text((Step("Start.", "> ", "logconfig"), Step("Keep it.", "Log level", ""))))
    1. Start.
       > logconfig
    2. Keep it.
       Log level: [Enter]
    """
    return "\n".join(f"{number}. {step.say}{_typed(step)}" for number, step in enumerate(steps, start=1))


def _typed(step: Step) -> str:
    if not step.prompt:
        return ""
    asked = step.prompt if step.prompt == "> " else f"{step.prompt}: "
    return f"\n   {asked}{step.type or '[Enter]'}"


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: "".join(filter(str.isprintable, values[found[1]])), text)


@cache
def _texts() -> Any:
    import yaml

    return yaml.safe_load((Path(__file__).parent / "steps.yaml").read_text(encoding="utf-8"))
