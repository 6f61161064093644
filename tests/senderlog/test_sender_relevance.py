"""Which attempts bear on the mail asked about, and what the log as a whole says of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from wizard.facts import Evidence
from wizard.senderlog import Accepted, Attempt, Question, Relevance, relevant, same_moment
from wizard.senderlog.model import Event, Moment, Problem

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
SINCE, UNTIL = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
GATEWAYS = ("192.0.2.0/28", "gw.corp.test")
PROOF = (Evidence("mail.log", "x", 1),)


def attempt(result: str = "greeting-timeout", minutes: float = 0, **known: object) -> Attempt:
    facts: dict[str, object] = {
        "queue_id": "A1",
        "recipient": "alice@corp.test",
        "sender": "bob@partner.test",
        "ip": "192.0.2.1",
        **known,
    }
    return Attempt("postfix", NOON + timedelta(minutes=minutes), result, PROOF, **facts)  # type: ignore[arg-type]


def ask(*events: Event, gateways: tuple[str, ...] = GATEWAYS, span: float = 120, **more: object) -> Relevance:
    """The log has lines from `span` minutes before noon to as many after it."""
    edges = [Moment(NOON - timedelta(minutes=span)), *events, Moment(NOON + timedelta(minutes=span))]
    facts: dict[str, object] = {
        "recipients": ("alice@corp.test",),
        "sender": "bob@partner.test",
        "since": SINCE,
        "until": UNTIL,
        **more,
    }
    return relevant(edges, Question(gateways, **facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "known",
    [
        {"ip": "192.0.2.1"},
        {"ip": None, "host": "GW.corp.test."},
        {"ip": None, "host": "192.0.2.5"},
        {"ip": "192.0.2.1", "host": "other.corp.test"},
        {"recipient": "Alice@CORP.test"},
        {"recipient": "carol@corp.test", "original_recipient": "alice@corp.test"},
        {"recipient": None},
        {"sender": None},
    ],
)
def test_what_is_an_attempt_at_our_gateway(known: dict[str, object]) -> None:
    assert ask(attempt(**known)).result == "greeting-timeout"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "known",
    [
        {"recipient": "carol@corp.test"},
        {"sender": "carol@partner.test"},
        {"sender": ""},
        {"minutes": 75},
        {"minutes": -75},
    ],
)
def test_what_is_not(known: dict[str, object]) -> None:
    found = ask(attempt(**known))  # type: ignore[arg-type]
    assert found.to_gateway == ()
    assert found.result == "not-attempted"


def test_a_try_that_lasts_into_the_window_counts() -> None:
    assert ask(attempt(minutes=-55), attempt(minutes=80, seconds=1500.0)).to_gateway[-1].seconds == 1500.0


def test_domains_of_sender_and_recipient() -> None:
    found = ask(attempt(recipient="x@mx.corp.test"), recipients=("corp.test",), sender="partner.test")
    assert found.result == "greeting-timeout"


def test_message_id_excludes_other_mails() -> None:
    events = (attempt("delivered", 5, message_id="<2@p.test>"), attempt(message_id="<1@p.test>"))
    assert ask(*events, message_id="1@p.test").result == "greeting-timeout"
    assert ask(*events).result == "delivered"


def test_newest_attempt_at_our_gateway_gives_the_result_whatever_the_order() -> None:
    assert ask(attempt("delivered", 9), attempt("deferred", 3), attempt("greeting-timeout", 1)).result == "delivered"


@pytest.mark.parametrize(
    ("event", "result"),
    [
        (attempt("delivered", ip="203.0.113.5", host="smarthost.partner.test"), "sent-elsewhere"),
        (attempt("delivered", ip=None, via="local"), "sent-elsewhere"),
        (attempt("connection-refused", ip="203.0.113.5"), "tried-elsewhere"),
        (attempt("other", ip=None, reason="Host not found"), "not-attempted"),
        (attempt("connect-timeout", ip=None, stage="connect"), "connect-timeout"),
    ],
)
def test_attempts_that_did_not_reach_us(event: Attempt, result: str) -> None:
    assert ask(event).result == result


def test_ours_wins_over_another_host() -> None:
    assert ask(attempt("delivered", 5, ip="203.0.113.5"), attempt("greeting-timeout", 1)).result == "greeting-timeout"


def test_without_gateways_every_host_counts_as_ours() -> None:
    assert ask(attempt("delivered", ip="203.0.113.5"), gateways=()).result == "delivered"


def test_nothing_in_a_log_that_does_not_cover_the_time() -> None:
    found = ask(span=30)
    assert (found.result, found.coverage.covers) == (None, False)
    assert ask(span=50).coverage.covers is True
    assert ask(since=None).coverage.covers is None


def test_message_seen_and_never_tried() -> None:
    seen = Accepted("postfix", NOON, "A1", PROOF, "bob@partner.test", "<1@p.test>")
    found = ask(seen, span=30)
    assert found.result == "not-attempted"
    assert found.waiting == (seen,)
    assert ask(seen, attempt(), span=30).waiting == ()
    assert ask(seen, attempt(recipient="x@other.test"), span=30).result is None


def test_message_seen_at_the_end_of_the_log_may_yet_be_tried() -> None:
    seen = Accepted("postfix", NOON + timedelta(minutes=25), "A1", PROOF, "bob@partner.test")
    assert ask(seen, span=30).result is None


def test_message_to_others_does_not_wait() -> None:
    seen = Accepted("exim", NOON, "A1", PROOF, "bob@partner.test", None, ("carol@other.test",))
    assert ask(seen, span=30).waiting == ()


def test_log_of_unknown_zone() -> None:
    naive = NOON.replace(tzinfo=None)
    nine = naive + timedelta(hours=9)
    local = Attempt("postfix", nine, "deferred", PROOF, recipient="alice@corp.test", ip="192.0.2.1")
    question = Question(GATEWAYS, ("alice@corp.test",), since=SINCE, until=UNTIL)
    found = relevant([Moment(naive - timedelta(hours=3)), local, Moment(naive + timedelta(hours=3))], question)
    assert found.result == "deferred"
    assert found.coverage.covers is False
    wide = [Moment(naive - timedelta(hours=16)), Moment(naive + timedelta(hours=16))]
    assert relevant(wide, question).result == "not-attempted"


def test_memory_is_bounded_and_the_newest_stay() -> None:
    found = relevant((attempt(minutes=number / 1000) for number in range(5000)), Question(GATEWAYS))
    assert len(found.to_gateway) == 200
    assert found.to_gateway[-1].time == NOON + timedelta(minutes=4.999)
    assert found.coverage.attempts == 5000


def test_problems_are_said_once() -> None:
    found = relevant([Problem("other-exchange-log", 3), Problem("other-exchange-log", 90)], Question())
    assert found.coverage.problems == ["other-exchange-log"]
    assert found.result is None


def test_tries_of_the_same_moment_as_the_gateways_connection() -> None:
    """The gateway saw the connection open at noon and lost at 12:05; the sender gave up after 300 s."""
    gave_up = attempt(minutes=5.5, seconds=300.0)
    tries = [attempt(minutes=40, seconds=300.0), attempt("other", 5, tried=False), gave_up, attempt("other", -3)]
    assert same_moment(tries, NOON, NOON + timedelta(minutes=5)) == (gave_up,)
    local = [Attempt("postfix", NOON.replace(tzinfo=None), "deferred", PROOF)]
    assert same_moment(local, NOON, NOON + timedelta(minutes=5)) == ()
