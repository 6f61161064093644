"""What strangers publish must not make a flood, a crash, or a run that never ends."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from misbehaving import Handler, serving
from servers import MISBEHAVING

from wizard.resolve.answers import Question
from wizard.resolve.candidates import find_candidates
from wizard.resolve.reading import read_reply
from wizard.resolve.resolver import Resolver
from wizard.resolve.reverse import check_reverse
from wizard.resolve.spf.macros import Known, expand
from wizard.resolve.spf.record import is_spf, parse_record

MOST_QUESTIONS = 1000


def answering(asked: Counter[str], records: Callable[[str, str], list[str]]) -> Handler:
    """Answers with the records that the function gives for a name and a type, and counts what is asked."""

    async def handler(wire: bytes) -> bytes | None:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        record_type = question.rdtype.name
        asked[record_type] += 1
        response = dns.message.make_response(query, recursion_available=True)
        texts = records(question.name.to_text(omit_final_dot=True), record_type)
        if texts:
            response.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", record_type, texts))
        return response.to_wire()

    return handler


def doubling(name: str, record_type: str) -> list[str]:
    return {"TXT": [f'"v=spf1 include:a.{name} include:b.{name} -all"']}.get(record_type, [])


def endless(name: str, record_type: str) -> list[str]:
    return {"TXT": [f'"v=spf1 redirect=a.{name[-200:]}"']}.get(record_type, [])


def wide(name: str, record_type: str) -> list[str]:
    terms = " ".join(f"mx:m{n}.test" for n in range(20))
    return {
        "TXT": [f'"v=spf1 {terms} -all"'],
        "MX": [f"10 h{n}.{name}." for n in range(10)],
        "A": ["192.0.2.1"],
    }.get(record_type, [])


def many_records(name: str, record_type: str) -> list[str]:
    return {"TXT": [f'"v=spf1 include:i{n}.{name[-40:]} ~all"' for n in range(15)]}.get(record_type, [])


@pytest.mark.parametrize("records", [doubling, endless, wide, many_records])
def test_spf_cannot_make_a_flood(
    dns_port: int, resolver_at: Callable[..., Resolver], records: Callable[[str, str], list[str]]
) -> None:
    asked: Counter[str] = Counter()
    with serving(MISBEHAVING, dns_port, answering(asked, records)):
        resolver = resolver_at(MISBEHAVING)
        found = resolver.run(find_candidates(resolver, "hostile.test"))
    assert sum(asked.values()) < MOST_QUESTIONS
    assert found.policy.reason is not None
    assert len(found.candidates) < 500


def test_reverse_names_of_strangers_cannot_either(dns_port: int, resolver_at: Callable[..., Resolver]) -> None:
    def records(name: str, record_type: str) -> list[str]:
        return [f"h{n}.test." for n in range(45)] if record_type == "PTR" else []

    asked: Counter[str] = Counter()
    with serving(MISBEHAVING, dns_port, answering(asked, records)):
        resolver = resolver_at(MISBEHAVING)
        results = resolver.run(check_reverse(resolver, [f"192.0.2.{n}" for n in range(10)]))
    assert {reverse.outcome for reverse in results} == {"mismatch"}
    assert asked["A"] == 45


def test_names_with_control_characters_stay_escaped(dns_port: int, resolver_at: Callable[..., Resolver]) -> None:
    def records(name: str, record_type: str) -> list[str]:
        return {"PTR": [r"evil\027[31m\010name.test."]}.get(record_type, [])

    with serving(MISBEHAVING, dns_port, answering(Counter(), records)):
        resolver = resolver_at(MISBEHAVING)
        [reverse] = resolver.run(check_reverse(resolver, ["192.0.2.5"]))
    assert [check.name for check in reverse.names] == [r"evil\027[31m\010name.test"]
    assert all(evidence.text.isprintable() for evidence in reverse.evidence())


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_any_bytes_after_a_header_are_read_or_left(body: bytes) -> None:
    try:
        reply = dns.message.from_wire(b"\x00\x01\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + body, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError):
        return
    read_reply(Question("a.test", "A"), reply, 0.0, "")


@given(st.text(max_size=300))
def test_any_text_is_an_spf_record_or_not(text: str) -> None:
    parse_record("v=spf1 " + text)
    is_spf(text)


@given(st.text(alphabet="%{}slodipvh0123456789r.-+,/_=aA ", max_size=60))
def test_any_macro_string_is_expanded(text: str) -> None:
    expand(text, "a.test", Known("a.test"))


@pytest.mark.parametrize(
    "piece", ["a:", "a/", "%{d}", "include:a.", "ip4:1.", "a=", "-", "x.", "a" * 50 + ".", "exists:%{i}."]
)
def test_reading_a_record_takes_time_in_proportion_to_its_length(piece: str) -> None:
    def seconds(size: int) -> float:
        text = "v=spf1 a:" + piece * (size // len(piece)) + "!"
        began = time.process_time()
        parse_record(text)
        return time.process_time() - began

    assert min(seconds(60_000), seconds(60_000)) < 40 * max(seconds(6_000), 0.001)


def test_nothing_heavy_is_imported_before_the_first_question() -> None:
    modules = "reverse candidates receiving pasted blocklist dmarc spf.check"
    code = "import sys\n" + "".join(f"import wizard.resolve.{module}\n" for module in modules.split())
    code += "print(sorted({name.partition('.')[0] for name in sys.modules} & {'dns', 'yaml', 'ssl', 'httpx'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in {"[]", "['ssl']"}  # asyncio brings ssl
