"""Whether mail for a domain is led to the gateway asked about; blocklists."""

from __future__ import annotations

import pytest

from wizard.resolve.blocklist import check_blocklist
from wizard.resolve.receiving import check_receiving
from wizard.resolve.resolver import Resolver


@pytest.mark.parametrize(
    ("domain", "gateway", "leads_here"),
    [
        ("partner.test", ["192.0.2.11"], "yes"),
        ("partner.test", ["mx2.partner.test"], "yes"),
        ("partner.test", ["MX2.partner.test."], "yes"),
        ("partner.test", ["2001:db8::10"], "yes"),
        ("partner.test", ["192.0.2.99"], "no"),
        ("partner.test", ["holds.test"], "no"),
        ("implicit.test", ["192.0.2.41"], "yes"),
        ("nullmx.test", ["192.0.2.42"], "no"),
        ("partner.test", ["10.0.0.1"], "unknown"),
        ("partner.test", ["10.0.0.1", "192.0.2.99"], "no"),
        ("partner.test", ["no-such-host.test"], "unknown"),
        ("partner.test", ["host.broken.test"], "unknown"),
        ("partner.test", [], "unknown"),
        ("broken.test", ["192.0.2.99"], "unknown"),
    ],
)
def test_whether_it_leads_here(resolver: Resolver, domain: str, gateway: list[str], leads_here: str) -> None:
    assert resolver.run(check_receiving(resolver, domain, gateway)).leads_here == leads_here


@pytest.mark.parametrize(
    ("gateway", "elsewhere"),
    [
        (["192.0.2.11"], ("mx1.partner.test",)),
        (["192.0.2.11", "192.0.2.10"], ()),
        (["mx1.partner.test", "10.0.0.1"], ("mx2.partner.test",)),
        (["10.0.0.1"], ()),
        (["192.0.2.99"], ("mx1.partner.test", "mx2.partner.test")),
    ],
)
def test_the_hosts_that_are_other_gateways(resolver: Resolver, gateway: list[str], elsewhere: tuple[str, ...]) -> None:
    assert resolver.run(check_receiving(resolver, "partner.test", gateway)).elsewhere == elsewhere


def test_hosts_that_do_not_exist_are_named(resolver: Resolver) -> None:
    found = resolver.run(check_receiving(resolver, "deadhost.test", ["192.0.2.99"]))
    assert found.mail_hosts.unresolvable == ("gone.deadhost.test",)
    assert found.elsewhere == ("gone.deadhost.test", "mail.small.test")
    assert any(text.text.startswith("gone.deadhost.test A: NXDOMAIN") for text in found.evidence())


@pytest.mark.parametrize(
    ("address", "listed", "text"),
    [("192.0.2.5", "yes", "listed for the test"), ("192.0.2.6", "unknown", ""), ("192.0.2.7", "no", "")],
)
def test_blocklist(resolver: Resolver, address: str, listed: str, text: str) -> None:
    listing = resolver.run(check_blocklist(resolver, address, "bl.test"))
    assert (listing.listed, listing.text) == (listed, text)


def test_a_blocklist_that_fails_gives_no_verdict(resolver: Resolver) -> None:
    assert resolver.run(check_blocklist(resolver, "192.0.2.5", "broken.test")).listed == "unknown"
