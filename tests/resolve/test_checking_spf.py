"""One address against a domain's SPF, as a receiver would."""

from __future__ import annotations

import pytest

from wizard.resolve.dmarc import read_dmarc
from wizard.resolve.resolver import Resolver
from wizard.resolve.spf.check import check_sender


@pytest.mark.parametrize(
    ("domain", "address", "result", "term"),
    [
        ("partner.test", "192.0.2.10", "pass", "partner.test: ip4:192.0.2.10"),
        ("partner.test", "::ffff:192.0.2.10", "pass", "partner.test: ip4:192.0.2.10"),
        ("partner.test", "198.51.100.20", "pass", "partner.test: include:_spf.partner.test"),
        ("partner.test", "192.0.2.34", "pass", "partner.test: a:relay.partner.test/28"),
        ("partner.test", "192.0.2.11", "pass", "partner.test: mx"),
        ("partner.test", "2001:db8::10", "pass", "partner.test: mx"),
        ("partner.test", "192.0.2.66", "softfail", "partner.test: ~ip4:192.0.2.66"),
        ("partner.test", "192.0.2.99", "fail", "partner.test: -all"),
        ("redirected.test", "198.51.100.20", "pass", "_spf.partner.test: ip4:198.51.100.16/28"),
        ("redirected.test", "192.0.2.99", "neutral", "_spf.partner.test: ?all"),
        ("macro.test", "192.0.2.9", "permerror", ""),
        ("small.test", "192.0.2.40", "none", ""),
        ("no-such-domain.test", "192.0.2.40", "none", ""),
        ("several.test", "192.0.2.53", "permerror", ""),
        ("syntax.test", "192.0.2.56", "permerror", ""),
        ("missing-include.test", "192.0.2.57", "permerror", ""),
        ("loop.test", "192.0.2.50", "pass", "loop.test: ip4:192.0.2.50"),
        ("loop.test", "192.0.2.99", "permerror", ""),
        ("ten.test", "192.0.2.60", "pass", "ten.test: ip4:192.0.2.60"),
        ("eleven.test", "203.0.113.1", "pass", "eleven.test: include:i1.eleven.test"),
        ("eleven.test", "192.0.2.60", "permerror", ""),
        ("void.test", "192.0.2.55", "permerror", ""),
        ("thirty-spf.test", "192.0.2.101", "permerror", ""),
        ("unanswered-4.test", "192.0.2.59", "pass", "unanswered-4.test: ip4:192.0.2.59"),
        ("unanswered-4.test", "192.0.2.99", "temperror", ""),
    ],
)
def test_results(resolver: Resolver, domain: str, address: str, result: str, term: str) -> None:
    check = resolver.run(check_sender(resolver, domain, address, local_part="bob"))
    assert (check.result, check.term) == (result, term)
    assert bool(check.because) == (result in {"permerror", "temperror"})


def test_macros_with_what_is_known_of_the_message(resolver: Resolver) -> None:
    check = resolver.run(check_sender(resolver, "macro.test", "192.0.2.58", local_part="macro"))
    assert (check.result, check.term) == ("pass", "macro.test: include:%{d1r}.spf.test")


@pytest.mark.parametrize(
    ("domain", "state", "policy", "at"),
    [
        ("partner.test", "published", "reject", "partner.test"),
        ("news.partner.test", "published", "none", "partner.test"),
        ("a.b.c.d.e.f.partner.test", "published", "none", "partner.test"),
        ("small.test", "none", "", ""),
        ("broken.test", "unknown", "", ""),
    ],
)
def test_dmarc(resolver: Resolver, domain: str, state: str, policy: str, at: str) -> None:
    dmarc = resolver.run(read_dmarc(resolver, domain))
    assert (dmarc.state, dmarc.policy, dmarc.at) == (state, policy, at)
