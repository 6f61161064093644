"""One address against a domain's SPF, as a receiver checks it (RFC 7208, check_host)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Literal

from wizard.facts import Evidence
from wizard.idn import to_ascii
from wizard.resolve.answers import Answer
from wizard.resolve.names import Address, is_within, reverse_name
from wizard.resolve.resolver import Resolver
from wizard.resolve.spf.expansion import network_around
from wizard.resolve.spf.hosts import MAX_MX_NAMES, addresses_of, addresses_of_all, mail_exchangers
from wizard.resolve.spf.macros import Known, expand
from wizard.resolve.spf.policy import MAX_LOOKUPS, MAX_VOID_LOOKUPS
from wizard.resolve.spf.record import Term, is_spf, parse_record

Result = Literal["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"]

MAX_PTR_NAMES = 10
_RESULTS: dict[str, Result] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


@dataclass(slots=True)
class Check:
    """The result and the term that decided it (empty where none matched); `because` says why there is an error."""

    result: Result
    term: str = ""
    because: str = ""
    evidence: tuple[Evidence, ...] = ()


class _Error(Exception):
    """Ends the check with `result`."""

    def __init__(self, result: Result, because: str) -> None:
        super().__init__(because)
        self.result = result
        self.because = because


@dataclass(slots=True)
class _Receiver:
    resolver: Resolver
    known: Known
    address: Address
    lookups: int = 0
    void_lookups: int = 0
    answers: list[Answer] = field(default_factory=list)

    @property
    def address_type(self) -> str:
        return "A" if self.address.version == 4 else "AAAA"

    async def check(self, domain: str) -> tuple[Result, str]:
        record_text = await self._record(domain)
        if record_text is None:
            return "none", ""
        record = parse_record(record_text)
        if record.malformed:
            raise _Error("permerror", f"{domain}: {record.malformed[0]}")
        for term in record.terms:
            self._count(term)
            if await self._matches(term, domain):
                return _RESULTS[term.qualifier], f"{domain}: {term.text}"
        if record.redirect is None:
            return "neutral", ""
        self._count(record.redirect)
        target = self._target(record.redirect, domain)
        result, decided = await self.check(target)
        if result == "none":
            raise _Error("permerror", f"{domain}: {record.redirect.text}: {target} has no SPF record")
        return result, decided

    async def _record(self, domain: str) -> str | None:
        try:
            name = to_ascii(domain)
        except ValueError:
            return None
        if "." not in name:
            return None
        answer = self._noted(await self.resolver.look_up(name, "TXT"))
        if not answer.known:
            raise _Error("temperror", str(answer))
        texts = [text for text in answer.values if is_spf(text)]
        if len(texts) > 1:
            raise _Error("permerror", f"{domain} has {len(texts)} SPF records")
        return texts[0] if texts else None

    async def _matches(self, term: Term, domain: str) -> bool:
        if term.name == "all":
            return True
        if term.network is not None:
            return self.address in term.network
        target = self._target(term, domain)
        if term.name == "include":
            result, _ = await self.check(target)
            if result == "none":
                raise _Error("permerror", f"{domain}: {term.text}: {target} has no SPF record")
            return result == "pass"
        if term.name == "exists":
            return bool(await self._addresses(target, ("A",)))
        if term.name == "ptr":
            return await self._is_named_within(target)
        names = [target] if term.name == "a" else await self._mail_exchangers(term, target)
        found = [address for name in names for address in await self._addresses(name, (self.address_type,))]
        return any(self.address in network_around(address, term) for address in found)

    async def _addresses(self, name: str, types: Sequence[str]) -> list[Address]:
        host = await addresses_of(self.resolver, name, types)
        for answer in host.answers:
            self._answered(answer)
        return list(host.addresses)

    async def _mail_exchangers(self, term: Term, target: str) -> list[str]:
        answer = self._answered(await self.resolver.look_up(target, "MX"))
        names = [host for _, host in mail_exchangers(answer) if host != "."]
        if len(names) > MAX_MX_NAMES:
            raise _Error("permerror", f"{term.text}: {target} has {len(names)} MX, {MAX_MX_NAMES} are allowed")
        return names

    async def _is_named_within(self, target: str) -> bool:
        """`ptr`: a name of the address that leads back to it lies within `target`; errors are no match."""
        answer = self._noted(await self.resolver.look_up(reverse_name(self.address), "PTR"))
        names = [name for name in answer.values[:MAX_PTR_NAMES] if is_within(name, target.lower())]
        hosts = await addresses_of_all(self.resolver, names, (self.address_type,))
        return any(self.address in host.addresses for host in hosts)

    def _count(self, term: Term) -> None:
        self.lookups += term.asks_dns
        if self.lookups > MAX_LOOKUPS:
            raise _Error("permerror", f"{term.text} is look-up number {self.lookups} of {MAX_LOOKUPS}")

    def _target(self, term: Term, domain: str) -> str:
        name = expand(term.target, domain, self.known) if term.target else domain
        if name is None:
            raise _Error("temperror", f"{term.text} depends on what is not known of the message")
        return name

    def _answered(self, answer: Answer) -> Answer:
        self._noted(answer)
        if answer.kind == "error" and not answer.server:
            return answer
        if not answer.known:
            raise _Error("temperror", str(answer))
        self.void_lookups += answer.missing
        if self.void_lookups > MAX_VOID_LOOKUPS:
            raise _Error("permerror", f"{answer.question} is void look-up number {self.void_lookups}")
        return answer

    def _noted(self, answer: Answer) -> Answer:
        self.answers.append(answer)
        return answer


async def check_sender(
    resolver: Resolver, domain: str, address: str, *, local_part: str = "postmaster", helo: str = ""
) -> Check:
    """Whether `address` may send for `domain` (ASCII). Without `helo`, records that use it give `temperror`."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    known = Known(domain, local_part, parsed, helo)
    receiver = _Receiver(resolver, known, parsed)
    try:
        result, term = await receiver.check(domain)
        check = Check(result, term)
    except _Error as error:
        check = Check(error.result, because=error.because)
    check.evidence = tuple(answer.evidence() for answer in dict.fromkeys(receiver.answers))
    return check
