"""One question at a time: every way of being answered, or not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import pytest
from misbehaving import Handler, always, serving, through
from servers import AUTHORITY, BROKEN, CLOSED, LAME, MISBEHAVING, REFUSING, RESOLVER, SILENT

from wizard.errors import InputError
from wizard.resolve.addressing import Server, parse_server
from wizard.resolve.answers import Answer
from wizard.resolve.resolver import Resolver


def ask(resolver: Resolver, name: str, record_type: str) -> Answer:
    return resolver.run(resolver.look_up(name, record_type))


@pytest.mark.parametrize(
    ("name", "record_type", "kind", "values"),
    [
        ("holds.test", "A", "answer", ("192.0.2.5",)),
        ("HOLDS.test", "A", "answer", ("192.0.2.5",)),
        ("5.2.0.192.in-addr.arpa", "PTR", "answer", ("holds.test",)),
        ("nullmx.test", "MX", "answer", ("0 .",)),
        ("8.2.0.192.in-addr.arpa", "PTR", "nxdomain", ()),
        ("9.2.0.192.in-addr.arpa", "PTR", "no-data", ()),
        ("1.2.18.198.in-addr.arpa", "PTR", "servfail", ()),
        ("200.113.0.203.in-addr.arpa", "PTR", "servfail", ()),
        ("1.9.18.198.in-addr.arpa", "PTR", "servfail", ()),
        ("a..b", "A", "error", ()),
        (f"{'x' * 64}.test", "A", "error", ()),
    ],
)
def test_kinds(resolver: Resolver, name: str, record_type: str, kind: str, values: tuple[str, ...]) -> None:
    answer = ask(resolver, name, record_type)
    assert (answer.kind, answer.values) == (kind, values)
    assert answer.missing == (kind in {"nxdomain", "no-data"})


def test_a_negative_answer_names_the_zone(resolver: Resolver) -> None:
    assert ask(resolver, "8.2.0.192.in-addr.arpa", "PTR").zone == "2.0.192.in-addr.arpa"


def test_aliases_are_followed_and_told(resolver: Resolver) -> None:
    answer = ask(resolver, "alias.test", "A")
    assert answer.values == ("192.0.2.17",)
    assert answer.aliases == ("alias-2.test", "alias-3.test")


def test_truncated_answers_are_asked_for_over_tcp(resolver: Resolver) -> None:
    answer = ask(resolver, "big.test", "TXT")
    assert answer.values[0].endswith("ip4:198.18.219.1 -all")
    assert "over TCP" in answer.note
    assert len(ask(resolver, "20.2.0.192.in-addr.arpa", "PTR").values) == 40


@pytest.mark.parametrize(
    ("server", "zone", "kind"),
    [
        (REFUSING, "2.18", "refused"),
        (BROKEN, "3.18", "servfail"),
        (LAME, "4.18", "error"),
        (CLOSED, "8.18", "network-error"),
    ],
)
def test_kinds_of_servers_asked_directly(resolver: Resolver, server: str, zone: str, kind: str) -> None:
    answer = resolver.run(resolver.ask_directly(server, f"1.{zone}.198.in-addr.arpa", "PTR"))
    assert (answer.kind, answer.known, answer.missing) == (kind, False, False)


def test_a_referral_is_no_missing_record(resolver: Resolver) -> None:
    answer = resolver.run(resolver.ask_directly(AUTHORITY, "1.1.18.198.in-addr.arpa", "PTR"))
    assert answer.kind == "error"
    assert answer.referral is not None
    assert (answer.referral.zone, answer.referral.servers) == ("1.18.198.in-addr.arpa", ("ns.silent-host.test",))


def test_an_authoritative_server_as_resolver(resolver_at: Callable[..., Resolver]) -> None:
    resolver = resolver_at(AUTHORITY)
    assert ask(resolver, "holds.test", "A").values == ("192.0.2.5",)
    assert ask(resolver, "1.1.18.198.in-addr.arpa", "PTR").kind == "error"


def test_a_silent_server_is_waited_for_long_enough_to_say_so(resolver_at: Callable[..., Resolver]) -> None:
    answer = ask(resolver_at(SILENT, seconds=6), "holds.test", "A")
    assert answer.kind == "timeout"
    assert 5 < answer.seconds < 6


def test_giving_up_before_that_is_no_timeout(resolver_at: Callable[..., Resolver]) -> None:
    answer = ask(resolver_at(SILENT, seconds=0.5), "holds.test", "A")
    assert (answer.kind, answer.known, answer.missing) == ("budget", False, False)


def test_the_time_is_one_for_all_runs(resolver_at: Callable[..., Resolver]) -> None:
    resolver = resolver_at(SILENT, seconds=0.5)
    ask(resolver, "holds.test", "A")
    began = time.monotonic()
    assert ask(resolver, "elsewhere.test", "A").kind == "budget"
    assert time.monotonic() - began < 0.3


def test_the_number_of_questions_is_bounded(resolver_at: Callable[..., Resolver]) -> None:
    resolver = resolver_at(RESOLVER, questions=3)
    answers = resolver.run(resolver.look_up_all((f"n{n}.many.test", "A") for n in range(5)))
    assert [answer.kind for answer in answers].count("answer") == 3
    assert [answer.kind for answer in answers].count("budget") == 2


def test_the_same_question_is_asked_once(resolver_at: Callable[..., Resolver]) -> None:
    resolver = resolver_at(RESOLVER, questions=1)
    answers = resolver.run(resolver.look_up_all([("holds.test", "A")] * 5))
    assert {answer.kind for answer in answers} == {"answer"}
    assert ask(resolver, "holds.test", "A").kind == "answer"


def test_the_next_server_is_asked_when_one_fails(dns_port: int) -> None:
    for first in (CLOSED, REFUSING, BROKEN):
        resolver = Resolver([Server(first, dns_port), Server(RESOLVER, dns_port)])
        assert ask(resolver, "holds.test", "A").values == ("192.0.2.5",)


def test_the_next_server_is_asked_when_one_is_silent(dns_port: int) -> None:
    resolver = Resolver([Server(SILENT, dns_port), Server(RESOLVER, dns_port)])
    answer = ask(resolver, "holds.test", "A")
    assert answer.values == ("192.0.2.5",)
    assert answer.seconds < 1  # the wait for the other server is not this one's


def test_no_server_at_all() -> None:
    assert ask(Resolver([]), "holds.test", "A").kind == "network-error"


def test_a_dead_resolver_does_not_make_a_run_crawl(resolver_at: Callable[..., Resolver]) -> None:
    resolver = resolver_at(SILENT, seconds=12)

    async def many() -> list[str]:
        return [(await resolver.look_up(f"n{n}.test", "A")).kind for n in range(2)]

    assert resolver.run(many())[0] == "timeout"
    assert not resolver.replied


async def _garbage(wire: bytes) -> bytes | None:
    return wire[:2] + b"\xff\xff\xff"


async def _truncated(wire: bytes) -> bytes | None:
    response = dns.message.make_response(dns.message.from_wire(wire), recursion_available=True)
    response.flags |= dns.flags.TC
    return response.to_wire()


async def _only_without_edns(wire: bytes) -> bytes | None:
    query = dns.message.from_wire(wire)
    response = dns.message.make_response(query, recursion_available=True)
    if query.edns >= 0:
        response.set_rcode(dns.rcode.FORMERR)
        response.use_edns(False)
    else:
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response.to_wire()


async def _drops_edns(wire: bytes) -> bytes | None:
    return None if dns.message.from_wire(wire).edns >= 0 else await _only_without_edns(wire)


async def _another_question(wire: bytes) -> bytes | None:
    query = dns.message.from_wire(wire)
    other = dns.message.make_query("other.test", "A", id=query.id)
    return dns.message.make_response(other, recursion_available=True).to_wire()


@pytest.mark.parametrize(
    ("handler", "kind", "note"),
    [
        (_garbage, "error", "no DNS message"),
        (_truncated, "network-error", "truncated over UDP"),
        (_only_without_edns, "nxdomain", "only without EDNS"),
        (_drops_edns, "nxdomain", "only without EDNS"),
        (_another_question, "timeout", ""),
        (always(dns.rcode.REFUSED), "refused", ""),
        (always(dns.rcode.NOTAUTH), "error", "NOTAUTH"),
    ],
)
def test_servers_that_misbehave(
    dns_port: int, resolver_at: Callable[..., Resolver], handler: Handler, kind: str, note: str
) -> None:
    with serving(MISBEHAVING, dns_port, handler):
        answer = ask(resolver_at(MISBEHAVING, seconds=6), "holds.test", "A")
    assert answer.kind == kind
    assert note in answer.note


def test_seconds_are_measured(dns_port: int, resolver_at: Callable[..., Resolver]) -> None:
    with serving(MISBEHAVING, dns_port, through(RESOLVER, dns_port, delay=lambda _: 2.0)):
        answer = ask(resolver_at(MISBEHAVING), "holds.test", "A")
    assert answer.kind == "answer"
    assert 1.9 < answer.seconds < 2.9  # though the question was sent again meanwhile


@pytest.mark.parametrize(
    "text", ["", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.300", "[2001:db8::1", "2001:db8::1]:53", "ns.test", "a:b:c"]
)
def test_a_resolver_that_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_server(text)
    assert caught.value.key == "bad-resolver"
    assert caught.value.values == {"resolver": text}


def test_what_nobody_waited_for_is_asked_again(resolver: Resolver) -> None:
    async def give_up_early() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(resolver.look_up("1.1.18.198.in-addr.arpa", "NS"), 0.2)

    resolver.run(give_up_early())
    answer = ask(resolver, "1.1.18.198.in-addr.arpa", "NS")
    assert (answer.kind, answer.seconds > 5) == ("timeout", True)
