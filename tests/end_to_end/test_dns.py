"""Where the recipient's mail is received, what DNS tells beside that, and what it does not: with real name servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import cast

import dns.message
import dns.rcode
import pytest
from asking import QUIET, Told, connection, delivered, rejected, run, write
from misbehaving import Handler, always, serving, through
from servers import CLOSED, MISBEHAVING, RESOLVER, SILENT

from wizard.data import data_folder
from wizard.facts import Fact
from wizard.gather import question
from wizard.gather.asking import Asker
from wizard.gather.base import Desk
from wizard.rulebase.load import load

Diagnose = Callable[..., Told]


@contextmanager
def noting(port: int) -> Iterator[list[str]]:
    """A resolver that answers as the real one does, and what it was asked."""
    asked: list[str] = []
    handler = through(RESOLVER, port, delay=lambda _: 0.0)

    async def note(wire: bytes) -> bytes | None:
        asked.append(dns.message.from_wire(wire).question[0].to_text())
        return await handler(wire)

    with serving(MISBEHAVING, port, note):
        yield asked


# The receiving side


def test_the_recipients_mail_is_led_elsewhere(diagnose: Diagnose) -> None:
    told = diagnose([], "--sender-ip", "192.0.2.5", "--recipient", "alice@small.test")
    assert told.conclusion == ("mx-elsewhere", "likely")
    assert told.findings["mx-elsewhere"]["detail"]["names"] == ["mail.small.test"]
    assert "small.test MX: 10 mail.small.test" in told.evidence("mx-elsewhere")


def test_the_recipients_mail_is_led_here_and_to_another_host(diagnose: Diagnose) -> None:
    told = diagnose([], "--sender-ip", "192.0.2.5", "--recipient", "alice@partner.test")
    assert told.conclusion == ("no-connection", "likely")
    assert told.findings["mx-also-elsewhere"]["detail"]["names"] == ["mx1.partner.test"]
    asked = next(step for step in told.report["next"] if step["fact"] == "log.appliances")
    assert "mx1.partner.test" in asked["how"]


def test_the_question_for_all_logs_names_the_other_hosts() -> None:
    base = load(data_folder("rules"))
    said: list[str] = []

    class Person:
        def tell(self, text: str) -> None:
            said.append(text)

        def choose(self, *_: object, **__: object) -> str:
            return "some"

    desk = Desk(base, "en", datetime.now(), people=cast(Asker, Person()))
    known = {"receiving.elsewhere": Fact("receiving.elsewhere", ("mx1.partner.test",), "dns")}
    answered = question.gather(base.sources["ask-appliances"], known, desk).facts
    assert [fact.value for fact in answered] == ["some"]
    assert said == ["mail exchangers that are not this gateway: mx1.partner.test"]


@pytest.mark.parametrize(
    ("domain", "finding", "shown"),
    [
        ("deadhost.test", "mx-unresolvable", "gone.deadhost.test A: NXDOMAIN"),
        ("nullmx.test", "mx-missing", "nullmx.test MX: 0 ."),
        ("nosuchdomain.test", "mx-missing", "nosuchdomain.test MX: NXDOMAIN"),
        ("broken.test", "dns-unanswered", "broken.test MX: SERVFAIL"),
    ],
)
def test_what_is_wrong_with_the_recipients_domain(diagnose: Diagnose, domain: str, finding: str, shown: str) -> None:
    told = diagnose([], "--sender-ip", "192.0.2.5", "--recipient", f"alice@{domain}")
    assert told.findings[finding]["confidence"] == "likely"
    assert shown in told.evidence(finding)
    assert ("mx-missing" in told.findings) == (finding == "mx-missing")


# Context


def unauthenticated(icid: int, address: str) -> list[str]:
    """Mail whose SPF check fails, after which the sender breaks off."""
    said = [
        f"ICID {icid} ACCEPT SG UNKNOWNLIST match sbrs[-1.0:10.0] SBRS 2.0 country Germany",
        f"Start MID {icid} ICID {icid}",
        f"MID {icid} ICID {icid} From: <bob@partner.test>",
        f"MID {icid} ICID {icid} RID 0 To: <alice@corp.test>",
        f"MID {icid} SPF: mailfrom identity bob@partner.test Fail (v=spf1)",
        f"Message aborted MID {icid} Receiving aborted by sender",
        f"Message finished MID {icid} aborted",
        f"ICID {icid} close",
    ]
    return [connection(icid, address), *(f"09:30:{second:02} {body}" for second, body in enumerate(said))]


def test_spf_and_dmarc_of_the_sender_are_told_beside_a_failed_check(diagnose: Diagnose) -> None:
    told = diagnose(unauthenticated(500, "192.0.2.99"), "--sender", "bob@partner.test")
    assert told.conclusion is not None
    assert told.conclusion[0] == "authentication-rejected"
    assert (told.facts["spf.result"], told.facts["dmarc.policy"]) == ("fail", "reject")
    assert told.findings["spf-fails"]["confidence"] == "likely"
    assert "p=reject" in told.findings["spf-fails"]["explanation"]


def test_spf_is_context_beside_another_cause(diagnose: Diagnose) -> None:
    told = diagnose(rejected(500, "192.0.2.99"), "--sender-ip", "192.0.2.99", "--sender", "bob@partner.test")
    assert told.conclusion == ("connection-rejected", "certain")
    assert told.findings["spf-fails"]["confidence"] == "possible"
    passed = diagnose(rejected(500, "192.0.2.10"), "--sender-ip", "192.0.2.10", "--sender", "bob@partner.test")
    assert passed.facts["spf.result"] == "pass"
    assert "spf-fails" not in passed.findings


def test_a_blocklist_is_asked_only_when_it_is_named(diagnose: Diagnose, dns_port: int) -> None:
    with noting(dns_port) as asked:
        diagnose(rejected(500, "192.0.2.5"), "--sender-ip", "192.0.2.5", resolver=MISBEHAVING)
        assert asked
        assert not [question for question in asked if "bl.test" in question]
        told = diagnose(
            rejected(500, "192.0.2.5"), "--sender-ip", "192.0.2.5", "--dnsbl", "bl.test", resolver=MISBEHAVING
        )
        assert [question for question in asked if "bl.test" in question]
    assert told.findings["blocklisted"]["detail"]["names"] == ["bl.test"]
    assert "listed for the test" in told.findings["blocklisted"]["explanation"]
    refused = diagnose(rejected(500, "192.0.2.6"), "--sender-ip", "192.0.2.6", "--dnsbl", "bl.test")
    assert (refused.facts["dnsbl.listed"], "dns-unanswered" in refused.findings) == ("unknown", True)


# What DNS does not tell, and when it is not asked


@pytest.mark.parametrize(
    ("server", "handler", "shown"),
    [
        (SILENT, None, "not waited for"),
        (CLOSED, None, "not reachable"),
        (MISBEHAVING, always(dns.rcode.REFUSED), "REFUSED"),
        (MISBEHAVING, always(dns.rcode.SERVFAIL), "SERVFAIL"),
    ],
)
def test_every_failure_of_dns_leads_to_a_report(
    diagnose: Diagnose, dns_port: int, server: str, handler: Handler | None, shown: str
) -> None:
    def ask(lines: list[str], *arguments: str) -> Told:
        return diagnose(lines, *arguments, "--dns-timeout", "2", resolver=server)

    with serving(server, dns_port, handler) if handler else noting_nothing():
        nobody = ask([], "--sender", "partner.test")
        found = ask(rejected(500, "192.0.2.5"), "--sender-ip", "192.0.2.5", "--recipient", "alice@partner.test")
    assert (nobody.status, nobody.conclusion) == (3, None)
    assert shown in nobody.evidence("dns-unanswered")
    assert {"sender.address"} <= {step["fact"] for step in nobody.report["next"]}
    assert found.conclusion == ("connection-rejected", "certain")
    told = {one["id"]: one["detail"] for one in found.report["findings"]}
    assert not any("zone" in detail for detail in told.values())
    assert {"dns-unanswered", "reverse-dns-failed"} & set(told)
    assert max(nobody.seconds, found.seconds) < 5


def test_a_machine_without_any_name_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.resolve.resolver.system_servers", lambda: ())
    log = write(tmp_path / "mail.log", QUIET)
    told = run("diagnose", "--auto", "--log", str(log), "--sender", "partner.test", "--format", "json")
    assert (told.status, told.conclusion) == (3, None)
    assert "this system names no DNS server" in told.evidence("dns-unanswered")


@contextmanager
def noting_nothing() -> Iterator[None]:
    yield


def test_nothing_is_asked_that_cannot_change_anything(diagnose: Diagnose, dns_port: int) -> None:
    with noting(dns_port) as asked:
        told = diagnose(
            delivered(400, "192.0.2.10", "bob@partner.test"), "--sender", "bob@partner.test", resolver=MISBEHAVING
        )
        assert told.conclusion == ("message-delivered", "certain")
        assert asked == []


def test_offline_asks_nothing(tmp_path: Path, dns_port: int) -> None:
    log = write(tmp_path / "mail.log", [*rejected(500, "198.51.100.20"), *QUIET])
    told = run("diagnose", "--auto", "--offline", "--log", str(log), "--sender", "partner.test", "--format", "json")
    assert (told.status, told.conclusion) == (3, None)
    assert not any(fact["from"] == "dns" for fact in told.report["facts"].values())
    assert any("SPF" in step["question"] for step in told.report["next"])


def test_answers_are_kept_in_the_case(diagnose: Diagnose, dns_port: int, tmp_path: Path) -> None:
    kept = str(tmp_path / "case.json")
    lines = rejected(500, "198.51.100.20")
    first = diagnose(lines, "--sender", "partner.test", "--case", kept)
    with noting(dns_port) as asked:
        resumed = diagnose(lines, "--case", kept, resolver=MISBEHAVING)
        rendered = run("report", kept, "--format", "json")
        assert asked == []
    for told in (resumed, rendered):
        assert told.conclusion == first.conclusion
        assert told.report["findings"] == first.report["findings"]
        assert {k: v for k, v in told.facts.items() if k != "log.files"} == {
            k: v for k, v in first.facts.items() if k != "log.files"
        }
    japanese = run("report", kept, "--lang", "ja")
    assert "SPF レコード" in japanese.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--resolver", "ns.test"], "ns.test is not a name server; give its IP address"),
        (["--resolver", "127.0.0.1:70000"], "127.0.0.1:70000 is not a name server"),
        (["--dns-timeout", "0"], "--dns-timeout 0 is not a number of seconds above 0"),
        (["--dns-timeout", "soon"], "--dns-timeout soon is not a number of seconds above 0"),
        (["--offline", "--resolver", "127.0.0.1"], "--offline and --resolver contradict each other"),
        (["--offline", "--dnsbl", "bl.test"], "--offline and --dnsbl contradict each other"),
        (["--dnsbl", "not a zone"], "not a zone is not the zone of a DNS blocklist"),
        (["--dnsbl", "127.0.0.1"], "127.0.0.1 is not the zone of a DNS blocklist"),
    ],
)
def test_options_that_cannot_be_meant(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    log = write(tmp_path / "mail.log", QUIET)
    told = run("diagnose", "--auto", "--log", str(log), "--sender", "partner.test", *arguments)
    assert (told.status, told.out) == (2, "")
    assert told.said.startswith(f"mailwhy: {sentence}")
    assert told.said.count("\n") == 1
