"""The report as one dict of fixed shape: what `--format json` prints, and all that the other formats are made from.

`reports/schema/mailwhy-1.json` says the same for programs in other languages. Keys stand in the order in which JSON
prints them. Unknown is None. Times are ISO 8601, local with offset where known. Texts from logs, DNS and probes are
raw here: rendering escapes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict, final

SCHEMA = "mailwhy/1"

Confidence = Literal["certain", "likely", "possible"]
Reader = Literal["gateway-admin", "sender-admin", "user"]
Origin = Literal["logs", "dns", "probe", "answer", "option"]
Plain = str | int | float | bool | Sequence[str]


class ConclusionJson(TypedDict):
    """Which finding explains why the mail asked about did not arrive."""

    id: str
    confidence: Confidence


class AboutJson(TypedDict):
    """Which attempt a finding is about."""

    host: str | None
    ip: str | None
    icid: int | None
    mid: int | None
    recipient: str | None


@final
class LogEvidenceJson(TypedDict):
    """A log entry: the file's name, its 1-based line, when it was written, and the whole entry on one line."""

    source: str
    line: int
    time: str | None
    text: str


@final
class OtherEvidenceJson(TypedDict):
    """What DNS, the probe or a person said, or what was searched for and not found."""

    source: Literal["dns", "probe", "answer", "search"]
    text: str


EvidenceJson = LogEvidenceJson | OtherEvidenceJson

RemedyJson = TypedDict("RemedyJson", {"for": Reader, "text": str})
RemedyJson.__doc__ = "What one reader can do. Each line of `text` is a step; `commands` stand between backticks."


class FindingJson(TypedDict):
    """What a rule concluded, in the language asked for.

    Lines of `explanation` are paragraphs; `commands` stand between backticks.
    """

    id: str
    confidence: Confidence
    title: str
    explanation: str
    detail: Mapping[str, Plain]
    about: AboutJson | None
    evidence: Sequence[EvidenceJson]
    because: Sequence[str]
    remedies: Sequence[RemedyJson]
    cites: Sequence[str]


class FindingTold(FindingJson, total=False):
    """With `limits`, what the rule cannot see: for people apart, in JSON the last paragraph of `explanation`."""

    limits: str


FactJson = TypedDict("FactJson", {"value": Plain, "from": Origin, "at": str | None})
FactJson.__doc__ = "One thing known about the attempt concluded on, and when it happened or was learnt."


class RecipientJson(TypedDict):
    """One recipient of an attempt and the finding that says what became of the mail for them."""

    address: str
    outcome: str | None


class MessageJson(TypedDict):
    """One attempt that fits what was asked; `outcome` is the worst of its recipients'."""

    host: str | None
    icid: int | None
    mid: int | None
    sender: str | None
    recipients: Sequence[RecipientJson]
    sender_ip: str | None
    time: str | None
    outcome: str | None


class MomentJson(TypedDict):
    """One log line of the attempt concluded on, without its prefix."""

    time: str | None
    icid: int | None
    mid: int | None
    dcid: int | None
    text: str
    source: str
    line: int


class NextJson(TypedDict):
    """What would settle or change the conclusion, why, and how to find out."""

    fact: str
    question: str
    why: str
    how: str | None


class NextTold(NextJson, total=False):
    """With `text`: ready to send to those who can answer, or to follow step by step. In JSON it ends `how`."""

    text: str


FileJson = TypedDict(
    "FileJson",
    {
        "path": str,
        "lines": int,
        "bytes": int,
        "from": str | None,
        "to": str | None,
        "problems": Sequence[str],
    },
)
FileJson.__doc__ = "One log file that was searched; `lines` and `bytes` are of its decompressed text."

CoverageJson = TypedDict("CoverageJson", {"from": str | None, "to": str | None, "files": Sequence[FileJson]})
CoverageJson.__doc__ = "What was searched, and from when to when it reaches."


class Report(TypedDict):
    """The whole report; `findings` has the conclusion first, `timeline` is in log order."""

    schema: Literal["mailwhy/1"]
    conclusion: ConclusionJson | None
    findings: Sequence[FindingTold]
    facts: Mapping[str, FactJson]
    messages: Sequence[MessageJson]
    timeline: Sequence[MomentJson]
    next: Sequence[NextTold]
    coverage: CoverageJson
