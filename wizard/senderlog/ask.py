"""The request to the sending server's administrator: a text ready to send, in English or Japanese."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_MOST_SEEN = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What the request is about; what is empty or None is left out of the text.

    `sender` and `recipients` (at least one) are addresses or domains. `since`, `until` and `seen` (when our gateway saw
    the sender) are aware.
    """

    sender: str
    recipients: Sequence[str]
    since: datetime
    until: datetime
    our_zone: tzinfo
    their_zone: tzinfo | None = None
    gateways: Sequence[str] = ()
    sender_ips: Sequence[str] = ()
    message_id: str | None = None
    seen: Sequence[datetime] = ()


def request(about: Request, lang: str, server: str | None = None) -> str:
    """The text, with the instructions for `server`, or for every server where it is not known.

    >>> zone = timezone(timedelta(hours=9))
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
    >>> text = request(Request("bob@partner.test", ["alice@corp.test"], noon, noon, zone), "en", "postfix")
    >>> [line.strip() for line in text.splitlines() if "UTC" in line]
    ['When       2026-11-24 12:00 to 2026-11-24 12:00 UTC', '2026-11-24 21:00 to 2026-11-24 21:00 here (UTC+09:00)']
    >>> "grep -F alice@corp.test" in text, "exigrep" in text, "{" in text
    (True, False, False)
    """
    texts = _texts()
    values = _values(about)
    chosen = [server] if server in texts["servers"] else list(texts["servers"])
    instructions = "\n".join(_filled(texts["servers"][name][lang], values) for name in chosen)
    return _filled(texts["request"][lang], {**values, "instructions": instructions.rstrip("\n")})


def _values(about: Request) -> dict[str, str]:
    recipient = ", ".join(about.recipients)
    one = about.recipients[0]
    known = {
        "sender": about.sender,
        "recipient": recipient,
        "domain": one.rpartition("@")[2],
        "message_id": about.message_id or "",
        "gateways": ", ".join(about.gateways),
        "sender_ips": ", ".join(about.sender_ips),
        "seen": ", ".join(f"{_shown(time, timezone.utc)} UTC" for time in about.seen[:_MOST_SEEN]),
        "quoted": shlex.quote(one),
        "powershell": "'" + one.replace("'", "''") + "'",
        "our_zone": _offset(about.since, about.our_zone),
        "their_zone": _offset(about.since, about.their_zone) if about.their_zone else "",
    }
    for edge, time in (("since", about.since), ("until", about.until)):
        known[f"{edge}_utc"] = _shown(time, timezone.utc)
        known[f"{edge}_ours"] = _shown(time, about.our_zone)
        known[f"{edge}_theirs"] = _shown(time, about.their_zone) if about.their_zone else ""
        known[f"{edge}_z"] = f"{time.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
    return {name: _plain(value) for name, value in known.items()}


def _filled(text: str, values: Mapping[str, str]) -> str:
    lines = (line for line in text.splitlines() if all(values.get(name) for name in _PLACEHOLDER.findall(line)))
    return "".join(f"{_PLACEHOLDER.sub(lambda found: values[found[1]], line)}\n" for line in lines)


def _plain(value: str) -> str:
    """A value from a log or a stranger in one line of printable text."""
    return "".join(letter if letter.isprintable() else "?" for letter in value)


def _shown(time: datetime, zone: tzinfo) -> str:
    return f"{time.astimezone(zone):%Y-%m-%d %H:%M}"


def _offset(time: datetime, zone: tzinfo) -> str:
    offset = time.astimezone(zone).utcoffset() or timedelta()
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"UTC{'-' if offset < timedelta() else '+'}{hours:02}:{minutes:02}"


@cache
def _texts() -> Any:
    import yaml

    return yaml.safe_load((Path(__file__).parent / "requests.yaml").read_text(encoding="utf-8"))
