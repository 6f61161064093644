"""Who sends for a domain: through the command line, with real name servers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from asking import Told, delivered, rejected

Diagnose = Callable[..., Told]
STRANGER = "203.0.113.99"


def connected(told: Told) -> set[str]:
    return {message["sender_ip"] for message in told.report["messages"]}


def test_a_connection_is_found_by_way_of_spf(diagnose: Diagnose) -> None:
    told = diagnose([*rejected(500, "198.51.100.20"), *rejected(501, STRANGER)], "--sender", "partner.test")
    assert told.status == 0
    assert told.conclusion == ("connection-rejected", "likely")
    assert told.findings["connection-rejected"]["detail"]["source"] == "spf"
    assert (told.facts["log.source"], told.facts["sender.source"]) == ("spf", "spf")
    assert connected(told) == {"198.51.100.20"}


def test_a_connection_is_found_by_way_of_mx(diagnose: Diagnose) -> None:
    told = diagnose([*rejected(500, "192.0.2.71"), *rejected(501, STRANGER)], "--sender", "apart.test")
    assert told.conclusion == ("connection-rejected", "likely")
    assert told.findings["connection-rejected"]["detail"]["source"] == "mx"
    assert connected(told) == {"192.0.2.71"}


def test_a_connection_is_found_by_way_of_earlier_mail(diagnose: Diagnose) -> None:
    earlier = delivered(400, "192.0.2.66", "bob@partner.test")
    told = diagnose([*earlier, *rejected(500, "192.0.2.66")], "--sender", "partner.test", "--since", "2025-03-03 09:00")
    assert told.conclusion == ("connection-rejected", "likely")
    assert told.findings["connection-rejected"]["detail"]["source"] == "earlier-mail"
    assert connected(told) == {"192.0.2.66"}


def test_the_address_of_the_domain_stands_in_for_mx(diagnose: Diagnose) -> None:
    told = diagnose(rejected(500, "192.0.2.41"), "--sender", "implicit.test")
    assert told.findings["connection-rejected"]["detail"]["source"] == "mx"


def test_a_null_mx_names_nobody(diagnose: Diagnose) -> None:
    told = diagnose(rejected(500, "192.0.2.42"), "--sender", "nullmx.test")
    assert (told.status, told.conclusion, told.report["messages"]) == (3, None, [])
    assert told.facts["sender.dns"] == "none"


def test_a_connection_is_found_by_way_of_a_pasted_page(diagnose: Diagnose) -> None:
    page = "sender.pasted=Top senders: mail1 192.0.2.77 (Good), mail2 192.0.2.78 - last seen 2025-03-01"
    told = diagnose(rejected(500, "192.0.2.78"), "--sender", "apart.test", "--answer", page)
    assert told.conclusion == ("connection-rejected", "likely")
    assert told.findings["connection-rejected"]["detail"]["source"] == "pasted"
    assert connected(told) == {"192.0.2.78"}


def test_an_answer_is_searched_for_as_an_option_is(diagnose: Diagnose) -> None:
    told = diagnose(rejected(500, "192.0.2.78"), "--answer", "sender.address=192.0.2.78")
    assert told.conclusion == ("connection-rejected", "certain")
    assert diagnose(rejected(500, "192.0.2.71"), "--answer", "sender.mailbox=apart.test").facts["log.source"] == "mx"


def test_earlier_mail_is_trusted_more_than_spf(diagnose: Diagnose) -> None:
    earlier = delivered(400, "192.0.2.10", "bob@partner.test")
    told = diagnose([*earlier, *rejected(500, "192.0.2.10")], "--sender", "partner.test", "--since", "2025-03-03 09:00")
    assert told.findings["connection-rejected"]["detail"]["source"] == "earlier-mail"


def test_where_earlier_mail_leads_nowhere_dns_is_asked_too(diagnose: Diagnose) -> None:
    earlier = delivered(400, "192.0.2.66", "bob@partner.test")
    told = diagnose(
        [*earlier, *rejected(500, "198.51.100.20")], "--sender", "partner.test", "--since", "2025-03-03 09:00"
    )
    assert told.findings["connection-rejected"]["detail"]["source"] == "spf"
    assert "192.0.2.66" in told.facts["sender.address"]


def test_all_candidates_are_searched_for_at_once(diagnose: Diagnose) -> None:
    lines = [*rejected(500, "192.0.2.70"), *rejected(501, "192.0.2.71", at="09:45"), *rejected(502, STRANGER)]
    told = diagnose(lines, "--sender", "apart.test")
    assert connected(told) == {"192.0.2.70", "192.0.2.71"}
    assert told.report["findings"][0]["about"]["ip"] == "192.0.2.71"


def test_with_an_address_given_no_other_source_names_any(diagnose: Diagnose) -> None:
    lines = [*rejected(500, "198.51.100.20"), *delivered(400, "192.0.2.10", "bob@partner.test")]
    told = diagnose(lines, "--sender-ip", "192.0.2.200", "--sender", "partner.test")
    assert told.report["messages"] == []
    assert told.facts["sender.address"] == ["192.0.2.200"]
    assert told.findings["no-connection"]["detail"]["source"] == "option"
    found = diagnose(rejected(500, "192.0.2.200"), "--sender-ip", "192.0.2.200", "--sender", "partner.test")
    assert found.conclusion == ("connection-rejected", "certain")
    assert found.findings["connection-rejected"]["detail"]["source"] == "option"


def test_a_network_too_large_to_list_is_a_filter(diagnose: Diagnose) -> None:
    told = diagnose([*rejected(500, "198.19.77.5"), *rejected(501, "198.20.0.1")], "--sender", "wide.test")
    assert connected(told) == {"198.19.77.5"}
    assert told.facts["sender.address"] == ["198.18.0.0/15"]


def test_from_a_shared_network_only_mail_of_the_domain_counts(diagnose: Diagnose) -> None:
    theirs = delivered(400, "198.51.100.9", "carol@another.test")
    anybody = [*rejected(500, "198.51.100.9"), *theirs]
    told = diagnose(anybody, "--sender", "office.test")
    assert told.report["messages"] == []
    assert told.conclusion == ("no-connection", "likely")
    assert "Many domains send from" in told.findings["no-connection"]["explanation"]
    own = [*anybody, *delivered(401, "198.51.100.8", "bob@office.test", at="09:40")]
    assert connected(diagnose(own, "--sender", "office.test")) == {"198.51.100.8"}


def test_no_connection_by_way_of_dns_is_never_certain(diagnose: Diagnose) -> None:
    everything = ("--answer", "log.appliances=all")
    told = diagnose([], "--sender", "partner.test", *everything)
    assert told.conclusion == ("no-connection", "likely")
    assert told.findings["no-connection"]["detail"]["source"] == "spf"
    assert diagnose([], "--sender-ip", "192.0.2.5", *everything).conclusion == ("no-connection", "certain")


def test_an_unknown_sender_is_asked_for(diagnose: Diagnose) -> None:
    told = diagnose([], "--sender", "nosuchdomain.test")
    assert (told.status, told.conclusion) == (3, None)
    assert told.findings["sender-domain-missing"]["confidence"] == "likely"
    assert "NXDOMAIN" in told.evidence("sender-domain-missing")
    asked = " ".join(step["question"] for step in told.report["next"] if step["fact"] == "sender.address")
    assert "Talos" in asked
    assert "administrator" in asked


@pytest.mark.parametrize(
    ("domain", "reason", "shown"),
    [
        ("loop.test", "loop", "include:loop.test leads back to loop.test"),
        ("redirect-loop.test", "loop", "leads back to redirect-loop.test"),
        ("eleven.test", "lookups", "is look-up number 11 of 10"),
        ("void.test", "void-lookups", "2 are allowed"),
        ("several.test", "several", "several.test has 2 SPF records"),
        ("syntax.test", "syntax", "ip4:192.0.2.300"),
    ],
)
def test_a_broken_spf_record_is_told_with_its_reason(diagnose: Diagnose, domain: str, reason: str, shown: str) -> None:
    told = diagnose([], "--sender", domain)
    found = told.findings["spf-broken"]
    assert (found["confidence"], found["detail"]) == ("likely", {"reason": reason})
    assert shown in told.evidence("spf-broken")
    assert told.conclusion == ("no-connection", "likely")


def test_what_can_be_read_of_a_broken_record_names_addresses(diagnose: Diagnose) -> None:
    told = diagnose(rejected(500, "192.0.2.51"), "--sender", "loop.test")
    assert told.findings["connection-rejected"]["detail"]["source"] == "spf"
    assert told.findings["spf-broken"]["detail"]["reason"] == "loop"


@pytest.mark.parametrize("sender", ["bücher.test", "bob@BÜCHER.test", "xn--bcher-kva.test"])
def test_domains_in_other_letters(diagnose: Diagnose, sender: str) -> None:
    assert diagnose(rejected(500, "192.0.2.40"), "--sender", sender).facts["log.source"] == "mx"
    mail = delivered(400, "203.0.113.50", "bob@bücher.test")
    assert diagnose(mail, "--sender", sender).conclusion == ("message-delivered", "certain")


def test_names_in_other_letters_are_shown_in_both_spellings(diagnose: Diagnose) -> None:
    told = diagnose([], "--sender-ip", "192.0.2.5", "--recipient", "alice@пример.test")
    found = told.findings["mx-elsewhere"]
    assert found["detail"]["names"] == ["xn--e1afmkfd.test"]
    assert "пример.test (xn--e1afmkfd.test)" in found["explanation"]
