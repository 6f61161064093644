"""What became of one question to DNS, as a value: an answer, a proven absence, or the way in which no answer came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wizard.facts import Evidence

Kind = Literal[
    "answer",  # records of the type asked for
    "nxdomain",  # the name does not exist
    "no-data",  # the name exists, without records of this type
    "servfail",
    "refused",
    "error",  # another error code, or a reply that says nothing of the question: `note` says which
    "timeout",  # no reply, though it was waited for long enough to say so
    "network-error",  # the question could not be sent, or the host answered that nothing listens there
    "budget",  # not asked, or given up early, because the run's time or number of questions was spent
]

KNOWN: frozenset[Kind] = frozenset({"answer", "nxdomain", "no-data"})
"""The kinds that say something about the name; all others only say that nothing was learnt."""

SHOWN_VALUES = 10
SHOWN_LENGTH = 500

_WORDS: dict[Kind, str] = {
    "nxdomain": "NXDOMAIN",
    "no-data": "no such record (NODATA)",
    "servfail": "SERVFAIL",
    "refused": "REFUSED",
    "error": "no usable reply",
    "timeout": "no answer",
    "network-error": "not reachable",
    "budget": "not waited for: the time or the number of questions allowed was spent",
}


@dataclass(frozen=True, slots=True)
class Question:
    """`name` in ASCII, lower case, without the final dot (`.` is the root); `type` as DNS spells it (`PTR`)."""

    name: str
    type: str

    def __str__(self) -> str:
        return f"{self.name} {self.type}"


@dataclass(frozen=True, slots=True)
class Referral:
    """A server's word that others are responsible: the zone, its name servers and their addresses."""

    zone: str
    servers: tuple[str, ...]
    glue: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one question.

    `values` are the records in DNS's own text form: addresses, names without the final dot, `10 mx.example` for MX,
    the joined strings of a TXT record. `seconds` is the wait from the first packet to the server that answered.
    `server` is `address:port`, empty if none was asked. `aliases` are the names that CNAMEs led to, in order.
    `zone` is the zone that a negative answer names in its SOA record.
    """

    question: Question
    kind: Kind
    seconds: float = 0.0
    server: str = ""
    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    zone: str = ""
    note: str = ""
    authoritative: bool = False
    referral: Referral | None = None

    @property
    def known(self) -> bool:
        """Whether this says something about the name: it has such records, or it has none."""
        return self.kind in KNOWN

    @property
    def missing(self) -> bool:
        """Whether DNS said that there is none. A question without an answer is never this."""
        return self.kind in {"nxdomain", "no-data"}

    def __str__(self) -> str:
        """The question and its answer or failure.

        >>> str(Answer(Question("5.2.0.192.in-addr.arpa", "PTR"), "timeout", 8.0, "127.0.0.1:53"))
        '5.2.0.192.in-addr.arpa PTR: no answer (8.0 s, asked 127.0.0.1:53)'
        >>> str(Answer(Question("mx.test", "A"), "answer", 0.02, "127.0.0.1:53", ("192.0.2.1", "192.0.2.2")))
        'mx.test A: 192.0.2.1, 192.0.2.2 (0.02 s, asked 127.0.0.1:53)'
        """
        said = _listed(self.values) if self.kind == "answer" else _WORDS[self.kind]
        by_way_of = f" by way of {_listed(self.aliases)}" if self.aliases else ""
        remarks = [f"{self.seconds:.2f} s" if self.seconds < 1 else f"{self.seconds:.1f} s"]
        remarks += [f"asked {self.server}"] if self.server else []
        remarks += [self.note] if self.note else []
        return f"{self.question}: {said}{by_way_of} ({', '.join(remarks)})"

    def evidence(self) -> Evidence:
        return Evidence("dns", str(self))


def _listed(values: tuple[str, ...]) -> str:
    """Enough to show what came, of a bounded length."""
    shown = [value if len(value) <= SHOWN_LENGTH else value[:SHOWN_LENGTH] + "…" for value in values[:SHOWN_VALUES]]
    more = [f"and {len(values) - SHOWN_VALUES} more"] if len(values) > SHOWN_VALUES else []
    return ", ".join(shown + more)
