"""From the report's dict to what its readers see: chosen, ordered, grouped, put into words, not yet formatted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from wizard.render.escape import Verbatim
from wizard.render.phrases import Phrases, Shown, moment
from wizard.render.tables import KEY, VALUES_SHOWN, facts_table, files_table, is_meant, messages_table
from wizard.render.view import Answer, Because, Moment, Other, Pair, Proof, Question, Story, Todo, View

if TYPE_CHECKING:
    from wizard.render.contract import (
        AboutJson,
        EvidenceJson,
        FindingTold,
        MessageJson,
        NextTold,
        RemedyJson,
        Report,
    )

EVIDENCE_SHOWN = 12
MOMENTS_SHOWN = 60
OTHERS_SHOWN = 10
ASKED_SHOWN = 8

READERS = ("gateway-admin", "sender-admin", "user")


def build(report: Report, phrases: Phrases) -> View:
    """Return what the report shows."""
    concluded = report["findings"][0] if report["conclusion"] else None
    about = concluded["about"] if concluded else None
    told = concluded["remedies"] if concluded else ()
    others = _others(report, concluded, phrases)
    return View(
        answer=_answer(concluded, phrases) if concluded else None,
        attempt=_attempt(report, about, phrases),
        asked=_asked(report, phrases),
        damaged=any(file["problems"] for file in report["coverage"]["files"]),
        todo=_todo(told, phrases),
        proof=_proof(concluded["evidence"] if concluded else (), phrases),
        detail=tuple(_detail(concluded, phrases)) if concluded else (),
        because=_because(report, concluded, phrases),
        others=others[:OTHERS_SHOWN],
        others_left=len(others[OTHERS_SHOWN:]),
        story=_story(report, phrases),
        messages=messages_table(report, about, phrases),
        next=tuple(map(_question, report["next"])),
        searched=_searched(report, phrases),
        files=files_table(report, phrases),
        facts=facts_table(report, phrases),
    )


def _question(one: NextTold) -> Question:
    return Question(one["question"], one["why"], one["how"], tuple(one.get("text", "").splitlines()))


def times(report: Report) -> Iterator[str | None]:
    """Yield the times that tables show."""
    coverage = report["coverage"]
    yield from (coverage["from"], coverage["to"])
    yield from (one["time"] for one in report["messages"])
    yield from (one["time"] for one in report["timeline"])
    yield from (one["at"] for one in report["facts"].values())


def _answer(finding: FindingTold, phrases: Phrases) -> Answer:
    sure = phrases.say(f"sure.{finding['confidence']}")
    return Answer(finding["title"], sure, _paragraphs(finding["explanation"]), finding.get("limits"))


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _todo(remedies: Iterable[RemedyJson], phrases: Phrases) -> tuple[Todo, ...]:
    steps: dict[str, list[str]] = {reader: [] for reader in READERS}
    for remedy in remedies:
        steps[remedy["for"]].extend(_paragraphs(remedy["text"]))
    return tuple(Todo(phrases.say(f"for.{reader}"), tuple(texts)) for reader, texts in steps.items() if texts)


def _attempt(report: Report, about: AboutJson | None, phrases: Phrases) -> tuple[Pair, ...]:
    if about is None:
        return ()
    meant = [message for message in report["messages"] if is_meant(message, about)]
    time = report["timeline"][0]["time"] if report["timeline"] else next((one["time"] for one in meant), None)
    senders = [one["sender"] for one in meant[:1] if one["sender"]]
    recipients = [about["recipient"]] if about["recipient"] else _recipients(meant[:1])
    values: dict[str, Sequence[Shown]] = {
        "time": [moment(time)] if time else [],
        "sender": [Verbatim(sender) for sender in senders],
        "recipient": [Verbatim(recipient) for recipient in recipients],
        "ip": [Verbatim(about["ip"])] if about["ip"] else [],
        "icid": [str(about["icid"])] if about["icid"] else [],
        "mid": [str(about["mid"])] if about["mid"] else [],
        "host": [Verbatim(about["host"])] if about["host"] else [],
    }
    return tuple(_pair(phrases.say(f"about.{key}"), shown) for key, shown in values.items() if shown)


def _recipients(messages: Iterable[MessageJson]) -> list[str]:
    return [recipient["address"] for message in messages for recipient in message["recipients"]]


def _pair(label: Shown, values: Sequence[Shown]) -> Pair:
    return Pair(label, tuple(values[:VALUES_SHOWN]), len(values[VALUES_SHOWN:]))


def _asked(report: Report, phrases: Phrases) -> tuple[Pair, ...]:
    given = [name for name, fact in report["facts"].items() if fact["from"] in ("option", "answer") and name != KEY]
    facts = report["facts"]
    return tuple(
        _pair(phrases.fact(name), phrases.fact_values(name, facts[name]["value"])) for name in given[:ASKED_SHOWN]
    )


def _proof(evidence: Iterable[EvidenceJson], phrases: Phrases) -> Proof:
    lines: dict[str, None] = {}
    others: list[Pair] = []
    for one in evidence:
        if "line" in one:
            lines[_grepped(one["source"], one["line"], one["time"], one["text"])] = None
        else:
            shown: Shown = one["text"] if one["source"] in ("search", "answer") else Verbatim(one["text"])
            others.append(Pair(phrases.say(f"evidence.{one['source']}"), (shown,)))
    left = len(lines) + len(others) - len(list(lines)[:EVIDENCE_SHOWN]) - len(others[:EVIDENCE_SHOWN])
    return Proof(tuple(lines)[:EVIDENCE_SHOWN], tuple(others[:EVIDENCE_SHOWN]), left)


def _grepped(source: str, line: int, time: str | None, text: str) -> str:
    """Return a log entry as `grep -n` prints it; the time goes before it only where the entry does not tell it."""
    shown = "" if time is None or time[11:19] in text else f"{moment(time)} "
    return f"{source}:{line}: {shown}{text}"


def _detail(finding: FindingTold, phrases: Phrases) -> Iterator[Pair]:
    for key, value in finding["detail"].items():
        values = phrases.detail_values(key, value, finding["id"])
        if values:
            yield _pair(phrases.detail(key), values)


def _because(report: Report, finding: FindingTold | None, phrases: Phrases) -> Because:
    if finding is None:
        return Because((), ())
    facts = report["facts"]
    shown = (
        _pair(phrases.fact(name), phrases.fact_values(name, facts[name]["value"]))
        for name in finding["because"]
        if name in facts
    )
    return Because(tuple(shown), tuple(map(phrases.cite, finding["cites"])))


def _others(report: Report, concluded: FindingTold | None, phrases: Phrases) -> tuple[Other, ...]:
    """Group the further findings; other attempts with the conclusion's own finding stand among the attempts."""
    groups: dict[str, list[FindingTold]] = {}
    for finding in report["findings"]:
        if concluded is None or finding["id"] != concluded["id"]:
            groups.setdefault(finding["id"], []).append(finding)
    told = concluded["remedies"] if concluded else ()
    return tuple(_other(group, told, phrases) for group in groups.values())


def _other(group: Sequence[FindingTold], told: Sequence[RemedyJson], phrases: Phrases) -> Other:
    first = group[0]
    new = [remedy for remedy in first["remedies"] if remedy not in told]
    where = [Verbatim(f"{one['source']}:{one['line']}") for one in first["evidence"] if "line" in one]
    where += [Verbatim(one["text"]) for one in first["evidence"] if one["source"] == "dns"]
    return Other(
        first["title"],
        phrases.say(f"confidence.{first['confidence']}"),
        len(group),
        _paragraphs(first["explanation"]),
        _todo(new, phrases),
        tuple(where[:VALUES_SHOWN]),
    )


def _story(report: Report, phrases: Phrases) -> Story:
    timeline = report["timeline"]
    day = _common(one["time"][:10] for one in timeline if one["time"])
    source = _common(one["source"] for one in timeline)
    kind = ".probe" if source == "probe" else ""
    common = [Pair(phrases.say("story.date"), (f"{day} {phrases.offset or ''}",))] if day else []
    if source and not kind:
        common.append(Pair(phrases.say("coverage.file"), (Verbatim(source),)))
    moments = [
        Moment(
            phrases.moment(one["time"]).removeprefix(day or "").strip(),
            Verbatim(one["text"]),
            str(one["line"]) if source else Verbatim(f"{one['source']}:{one['line']}"),
        )
        for one in timeline[:MOMENTS_SHOWN]
    ]
    where = phrases.say("story.line" if source else "story.where")
    heading, text = (phrases.say(f"{key}{kind}") for key in ("heading.story", "story.text"))
    return Story(heading, tuple(common), text, where, tuple(moments), len(timeline[MOMENTS_SHOWN:]))


def _common(values: Iterable[str]) -> str | None:
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _searched(report: Report, phrases: Phrases) -> str:
    coverage = report["coverage"]
    if not coverage["files"]:
        return phrases.say("coverage.none")
    if coverage["from"] is None or coverage["to"] is None:
        return ""
    return phrases.say("coverage.span", since=moment(coverage["from"]), until=moment(coverage["to"]))
