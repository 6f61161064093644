"""A hand test as facts, whoever made it: how it ended, where, after how long, with the stages as evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from wizard.facts import Evidence, Fact, Value
from wizard.rulebase.conditions import NONE
from wizard.smtp.clients import impatient
from wizard.smtp.model import HandTest, Stage
from wizard.smtp.replies import find_cause
from wizard.smtp.transcript import shown
from wizard.words import Lang, sentence

REPLY_SHOWN = 300
OF_THE_GREETING = ("connect", "banner")


def facts_of(test: HandTest, origin: str, lang: Lang) -> tuple[Fact, ...]:
    """The facts of a test. `origin` is that of the facts: `probe`, or `answer` where somebody else tested."""
    at = started(test) or datetime.now().astimezone().isoformat(timespec="seconds")
    every = _evidence(test, origin, at, lang)
    greeting = _evidence(test, origin, at, lang, OF_THE_GREETING)
    told: dict[str, Value | None] = {
        "hand_test.result": test.result,
        "hand_test.origin": test.origin,
        "hand_test.by_sender": "yes" if test.origin == "sender-network" else None,
        "hand_test.target": test.target or None,
        "hand_test.address": local_address(test),
        "hand_test.started": started(test),
        "hand_test.seconds": _rounded(test.seconds),
        "hand_test.stage": test.stage,
        "hand_test.connect_seconds": _seconds_of("connect", test),
        "hand_test.tried": tuple(dict.fromkeys(one.address for one in test.tries)) or None,
        **_greeting(test),
        **_refusal(test),
        **_failure(test),
        **_encryption(test),
        "hand_test.message_id": test.message_id if test.result == "accepted" else None,
    }
    return tuple(
        Fact(name, value, origin, at, greeting if name in GREETING else every)
        for name, value in told.items()
        if value is not None
    )


GREETING = {"hand_test.banner_seconds", "hand_test.exceeds", "hand_test.connect_seconds"}


def started(test: HandTest) -> str | None:
    """When the test began, to the second."""
    return datetime.fromisoformat(test.started).isoformat(timespec="seconds") if test.started else None


def local_address(test: HandTest) -> str | None:
    """The address that the last connection was made from, None where there was none or nobody looked."""
    return next((one.local for one in reversed(test.tries) if one.local), None)


def _greeting(test: HandTest) -> dict[str, Value | None]:
    if test.result == "unreachable":
        return {}
    told: dict[str, Value | None] = {"hand_test.offered": test.offered or NONE}
    if test.banner_seconds is not None:
        told["hand_test.banner_seconds"] = _rounded(test.banner_seconds)
        told["hand_test.exceeds"] = tuple(client.name for client in impatient(test.banner_seconds)) or NONE
    return told


def _refusal(test: HandTest) -> dict[str, Value | None]:
    if test.result != "rejected" or test.reply is None:
        return {}
    cause = find_cause(test.reply.sent, test.stage)
    return {
        "hand_test.reply": test.reply.sent,
        "hand_test.cause": cause.word if cause else NONE,
        "hand_test.cause_by": NONE if cause is None else "text" if cause.sure else "code",
    }


def _failure(test: HandTest) -> dict[str, Value | None]:
    if test.result not in ("interrupted", "unreachable"):
        return {}
    return {
        "hand_test.reason": test.reason or NONE,
        "hand_test.waited": _rounded(test.waited),
        "hand_test.speaks": test.speaks,
    }


def _encryption(test: HandTest) -> dict[str, Value | None]:
    tls = test.tls
    if test.result == "unreachable":
        return {}
    if tls is None:
        return {"hand_test.tls": NONE}
    trust = {True: "trusted", False: "untrusted", None: "unverified"}[tls.verified] if tls.ok else "failed"
    told: dict[str, Value | None] = {"hand_test.tls": trust}
    if trust != "trusted":
        told["hand_test.tls_problem"] = tls.problem
    if tls.ok and tls.certificate:
        one = tls.certificate
        told["hand_test.certificate"] = f"{one.subject}; {', '.join(one.names)}; {one.issuer}; {one.not_after}"
    return told


def _seconds_of(name: str, test: HandTest) -> float | None:
    return _rounded(next((one.seconds for one in reversed(test.stages) if one.name == name), None))


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)


def _evidence(
    test: HandTest, source: str, at: str, lang: Lang, stages: tuple[str, ...] | None = None
) -> tuple[Evidence, ...]:
    """What was tested from where and when, then each stage with its seconds and reply."""
    lines = _stages(test, lang, stages)
    return tuple(Evidence(source, text) for text in (_head(test, at, lang), *lines))


def _head(test: HandTest, at: str, lang: Lang) -> str:
    address = local_address(test)
    return sentence(
        "smtp",
        "evidence.head",
        lang,
        target=test.target or "?",
        where=sentence("smtp", f"origin.{test.origin}", lang),
        address=f" ({address})" if address else "",
        time=at.replace("T", " "),
    )


def _stages(test: HandTest, lang: Lang, names: tuple[str, ...] | None) -> Iterator[str]:
    failed = iter(one for one in test.tries if one.reason)
    for stage in test.stages:
        if names is not None and stage.name not in names:
            continue
        label = sentence("smtp", f"stage.{stage.name}", lang)
        reason, problem = test.reason, test.problem
        if stage.name == "connect" and not stage.ok:
            tried = next(failed, None)
            label = f"{label} ({tried.address})" if tried else label
            reason, problem = (tried.reason, tried.detail) if tried else (reason, problem)
        seconds = "?" if stage.seconds is None else sentence("smtp", "seconds", lang, seconds=f"{stage.seconds:.2f}")
        what = _what(stage, reason, problem, lang)
        yield shown(sentence("smtp", "evidence.stage", lang, stage=label, seconds=seconds, what=what))


def _what(stage: Stage, reason: str | None, problem: str, lang: Lang) -> str:
    """The reply, or that all is well, or why there is none; both where a reply was followed by a failure."""
    reply = stage.reply.sent if stage.reply else ""
    reply = reply if len(reply) <= REPLY_SHOWN else f"{reply[:REPLY_SHOWN]} …"
    refused = stage.reply is not None and stage.reply.code >= 400
    if stage.ok or refused:
        return reply or sentence("smtp", "evidence.ok", lang)
    why = sentence("smtp", f"note.ended-{reason}", lang, detail=problem) if reason else "?"
    return f"{reply}; {why}" if reply else why
