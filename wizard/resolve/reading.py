"""From a DNS reply to an `Answer`: which kind it is, the records as text, aliases, referrals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.resolve.answers import Answer, Kind, Question, Referral
from wizard.resolve.names import is_within

if TYPE_CHECKING:
    import dns.message
    import dns.name
    import dns.rrset

MAX_RECORDS = 200
ALIAS_LOOP = "a CNAME chain that is too long or a loop"
MAX_TEXT = 4096


def read_reply(question: Question, reply: dns.message.Message, seconds: float, server: str, note: str = "") -> Answer:
    """Never raises, whatever the reply holds: what cannot be understood is an answer of the kind `error`."""
    import dns.exception
    import dns.flags
    import dns.message

    try:
        return _read(question, reply, seconds, server, note)
    except dns.message.ChainTooLong:
        authoritative = bool(reply.flags & dns.flags.AA)
        return Answer(question, "error", seconds, server, note=ALIAS_LOOP, authoritative=authoritative)
    except (dns.exception.DNSException, ValueError):
        return Answer(question, "error", seconds, server, note="a reply that contradicts itself")


def _read(question: Question, reply: dns.message.Message, seconds: float, server: str, note: str) -> Answer:
    import dns.flags
    import dns.message
    import dns.rcode

    notes = [part for part in (note, _extended_error(reply)) if part]
    authoritative = bool(reply.flags & dns.flags.AA)
    code = reply.rcode()
    if code not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        failures: dict[int, Kind] = {dns.rcode.SERVFAIL: "servfail", dns.rcode.REFUSED: "refused"}
        kind = failures.get(code, "error")
        notes += [dns.rcode.to_text(code)] if kind == "error" else []
        return Answer(question, kind, seconds, server, note="; ".join(notes), authoritative=authoritative)
    assert isinstance(reply, dns.message.QueryMessage)
    chain = reply.resolve_chaining()
    aliases = tuple(_text(rdata.target) for rrset in chain.cnames for rdata in rrset[:1])
    values = _values(chain.answer)
    referral = None if values else _referral(reply, question)
    if values:
        kind = "answer"
    elif code == dns.rcode.NXDOMAIN:
        kind = "nxdomain"
    elif referral is not None:
        kind = "error"
        notes.append(f"only a referral to {referral.zone or 'the root'}")
    else:
        kind = "no-data"
    return Answer(
        question, kind, seconds, server, values, aliases, _soa_zone(reply), "; ".join(notes), authoritative, referral
    )


def _values(rrset: dns.rrset.RRset | None) -> tuple[str, ...]:
    return tuple(_record(rdata) for rdata in rrset[:MAX_RECORDS]) if rrset else ()


def _record(rdata: Any) -> str:
    """One record as text, of a bounded length."""
    kind = rdata.rdtype.name
    if kind == "TXT":
        return b"".join(rdata.strings).decode("utf-8", "backslashreplace")
    if kind in {"PTR", "CNAME", "NS"}:
        return _text(rdata.target)
    if kind == "MX":
        return f"{rdata.preference} {_text(rdata.exchange)}"
    return str(rdata.to_text())[:MAX_TEXT]


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _soa_zone(reply: dns.message.Message) -> str:
    return next((_text(rrset.name) for rrset in reply.authority if rrset.rdtype.name == "SOA"), "")


def _referral(reply: dns.message.Message, question: Question) -> Referral | None:
    """A reply without data, without SOA, but with name servers: it says whom else to ask, not that there is nothing."""
    import dns.flags

    recursion = dns.flags.RD | dns.flags.RA
    if reply.flags & dns.flags.AA or reply.flags & recursion == recursion or _soa_zone(reply):
        return None
    for rrset in reply.authority:
        zone = _text(rrset.name)
        if rrset.rdtype.name == "NS" and is_within(question.name, zone):
            servers = tuple(_text(rdata.target) for rdata in rrset[:MAX_RECORDS])
            return Referral(zone, servers, _glue(reply, servers))
    return None


def _glue(reply: dns.message.Message, servers: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_text(rrset.name), rdata.to_text())
        for rrset in reply.additional
        if rrset.rdtype.name in {"A", "AAAA"} and _text(rrset.name) in servers
        for rdata in rrset[:8]
    )


def _extended_error(reply: dns.message.Message) -> str:
    """The server's own reason (RFC 8914), such as a failed DNSSEC validation."""
    return "; ".join(option.to_text()[:200] for option in reply.options if option.otype == 15)
