"""From a domain to the networks that may send for it, with real zones."""

from __future__ import annotations

import pytest

from wizard.resolve.candidates import Candidates, find_candidates
from wizard.resolve.resolver import Resolver


def candidates(resolver: Resolver, domain: str) -> Candidates:
    return resolver.run(find_candidates(resolver, domain))


def networks(found: Candidates, source: str) -> list[str]:
    return [str(c.network) for c in found.candidates if c.source == source]


def test_every_mechanism_with_the_way_that_led_to_it(resolver: Resolver) -> None:
    found = candidates(resolver, "partner.test")
    assert {(str(c.network), c.source): c.chain for c in found.candidates} == {
        ("192.0.2.10/32", "spf"): ("partner.test", "ip4:192.0.2.10"),
        ("198.51.100.16/28", "spf"): ("partner.test", "include:_spf.partner.test", "ip4:198.51.100.16/28"),
        ("2001:db8:1::/64", "spf"): ("partner.test", "include:_spf.partner.test", "ip6:2001:db8:1::/64"),
        ("192.0.2.32/28", "spf"): ("partner.test", "a:relay.partner.test/28", "relay.partner.test"),
        ("2001:db8::10/128", "spf"): ("partner.test", "mx", "mx1.partner.test"),
        ("192.0.2.11/32", "spf"): ("partner.test", "mx", "mx2.partner.test"),
        ("192.0.2.10/32", "mx"): ("partner.test", "mx1.partner.test"),
        ("2001:db8::10/128", "mx"): ("partner.test", "mx1.partner.test"),
        ("192.0.2.11/32", "mx"): ("partner.test", "mx2.partner.test"),
    }
    assert not found.unknown
    assert (found.policy.reason, found.policy.lookups) == (None, 3)


def test_networks_that_the_domain_denies_are_no_candidates(resolver: Resolver) -> None:
    assert not {"192.0.2.66/32", "192.0.2.67/32"} & set(networks(candidates(resolver, "partner.test"), "spf"))


def test_where_there_is_no_mx_the_address_of_the_domain(resolver: Resolver) -> None:
    found = candidates(resolver, "implicit.test")
    assert (found.mail_hosts.kind, networks(found, "mx")) == ("implicit", ["192.0.2.41/32"])
    assert found.policy.state == "none"


def test_a_null_mx_is_never_a_candidate(resolver: Resolver) -> None:
    found = candidates(resolver, "nullmx.test")
    assert (found.mail_hosts.kind, found.candidates) == ("null", ())


def test_a_domain_that_does_not_exist(resolver: Resolver) -> None:
    found = candidates(resolver, "no-such-domain.test")
    assert (found.policy.state, found.mail_hosts.kind, found.candidates, found.unknown) == ("none", "none", (), False)


def test_redirect(resolver: Resolver) -> None:
    found = candidates(resolver, "redirected.test")
    assert networks(found, "spf") == ["198.51.100.16/28", "2001:db8:1::/64"]
    assert found.candidates[0].chain == ("redirected.test", "redirect=_spf.partner.test", "ip4:198.51.100.16/28")


def test_shared_senders_are_flagged(resolver: Resolver) -> None:
    found = candidates(resolver, "office.test")
    assert [(str(c.network), c.service) for c in found.candidates if c.source == "spf"] == [
        ("198.51.100.0/24", "Microsoft 365"),
        ("2001:db8:40::/48", "Microsoft 365"),
        ("203.0.113.0/24", "Google Workspace"),
    ]
    wide = candidates(resolver, "wide.test").candidates[0]
    assert (str(wide.network), wide.service) == ("198.18.0.0/15", "")


def test_macros_that_need_no_message(resolver: Resolver) -> None:
    found = candidates(resolver, "macro.test")
    assert networks(found, "spf") == ["192.0.2.58/32"]
    assert found.policy.open_ended == ["exists:%{i}.ok.macro.test", "include:%{l}.spf.test"]


def test_a_record_that_needs_tcp(resolver: Resolver) -> None:
    assert len(networks(candidates(resolver, "big.test"), "spf")) == 120


@pytest.mark.parametrize(
    ("domain", "reason", "expected"),
    [
        ("loop.test", "loop", {"192.0.2.50/32", "192.0.2.51/32"}),
        ("redirect-loop.test", "loop", {"192.0.2.52/32"}),
        ("several.test", "several", {"192.0.2.53/32", "192.0.2.54/32"}),
        ("void.test", "void-lookups", {"192.0.2.55/32"}),
        ("syntax.test", "syntax", {"192.0.2.56/32"}),
        ("missing-include.test", "syntax", {"192.0.2.57/32"}),
        ("eleven.test", "lookups", {"192.0.2.60/32", *(f"203.0.113.{n}/32" for n in range(1, 12))}),
        ("ten.test", None, {"192.0.2.60/32", *(f"203.0.113.{n}/32" for n in range(1, 11))}),
        ("thirty-spf.test", "lookups", {f"192.0.2.{100 + n}/32" for n in range(1, 11)}),
    ],
)
def test_a_broken_record_is_named_and_still_gives_candidates(
    resolver: Resolver, domain: str, reason: str | None, expected: set[str]
) -> None:
    found = candidates(resolver, domain)
    assert found.policy.reason == reason
    assert set(networks(found, "spf")) == expected


def test_the_evidence_of_a_problem_names_the_domain_and_the_term(resolver: Resolver) -> None:
    texts = [evidence.text for evidence in candidates(resolver, "loop.test").evidence()]
    assert "loop: loop2.test: include:loop.test leads back to loop.test" in texts
    assert texts[0].startswith("loop.test TXT: v=spf1 ip4:192.0.2.50 include:loop2.test -all (")


def test_what_did_not_answer_is_never_missing(resolver: Resolver) -> None:
    found = candidates(resolver, "unanswered-4.test")
    assert found.policy.reason is None
    assert networks(found, "spf") == ["192.0.2.59/32"]
    assert [str(answer.question) for answer in found.policy.unanswered] == ["broken.test TXT"]
    assert found.unknown


def test_a_domain_whose_servers_fail(resolver: Resolver) -> None:
    found = candidates(resolver, "broken.test")
    assert (found.policy.state, found.mail_hosts.kind, found.candidates) == ("unknown", "unknown", ())


def test_thirty_mail_exchangers(resolver: Resolver) -> None:
    found = candidates(resolver, "thirty.test")
    assert networks(found, "mx") == [f"192.0.2.{100 + n}/32" for n in range(1, 31)]


def test_a_name_in_other_letters(resolver: Resolver) -> None:
    assert networks(candidates(resolver, "xn--bcher-kva.test"), "mx") == ["192.0.2.40/32"]


def test_a_flood_is_bounded(resolver_at) -> None:  # type: ignore[no-untyped-def]
    from servers import RESOLVER

    found = candidates(resolver_at(RESOLVER, questions=5), "eleven.test")
    assert found.unknown
    assert {answer.kind for answer in found.policy.unanswered} == {"budget"}
