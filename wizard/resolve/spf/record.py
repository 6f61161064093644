"""One SPF record, term by term. What is malformed is named, and the rest is read all the same."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from wizard.resolve.names import Network
from wizard.resolve.spf.macros import is_macro_string

MAX_TERMS = 500

_TERM = re.compile(r"(?P<qualifier>[-+~?]?)(?P<name>[a-z][a-z0-9_.-]*)(?P<rest>.*)\Z", re.IGNORECASE | re.DOTALL)
_CIDR = r"(?:/(?P<four>0|[1-9][0-9]?))?(?://(?P<six>0|[1-9][0-9]{0,2}))?\Z"
_TARGET = re.compile(rf"(?::(?P<target>.+?))?{_CIDR}", re.DOTALL)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z", re.IGNORECASE)
_QUERYING = {"include", "a", "mx", "ptr", "exists", "redirect"}


@dataclass(frozen=True, slots=True)
class Term:
    """A mechanism, or the modifier `redirect`. `target` is the domain as written, with macros, empty if not given."""

    text: str
    qualifier: str
    name: str
    target: str = ""
    network: Network | None = None
    prefix_v4: int = 32
    prefix_v6: int = 128

    @property
    def asks_dns(self) -> bool:
        """Whether it counts towards the ten look-ups that RFC 7208 allows."""
        return self.name in _QUERYING


@dataclass(frozen=True, slots=True)
class Record:
    """The mechanisms up to `all`, in order; `redirect` where there is no `all`; the malformed terms as they are."""

    terms: tuple[Term, ...]
    malformed: tuple[str, ...]
    redirect: Term | None = None


def is_spf(text: str) -> bool:
    """
    >>> is_spf("V=SPF1"), is_spf("v=spf10 a"), is_spf("v=spf1 a")
    (True, False, True)
    """
    return text[:7].lower().rstrip(" ") == "v=spf1" and text[6:7] in {"", " "}


def parse_record(text: str) -> Record:
    """
    >>> record = parse_record("v=spf1 ip4:192.0.2.0/24 ~a:x.test/28 foo -all")
    >>> [(t.qualifier, t.name, t.target, t.prefix_v4) for t in record.terms], record.malformed
    ([('+', 'ip4', '', 32), ('~', 'a', 'x.test', 28), ('-', 'all', '', 32)], ('foo',))
    """
    terms: list[Term] = []
    malformed: list[str] = []
    modifiers: dict[str, list[Term]] = {"redirect": [], "exp": []}
    words = [word for word in text[6:].split(" ") if word]
    for word in words[:MAX_TERMS]:
        try:
            term = _parse_term(word)
        except ValueError:
            malformed.append(word)
            continue
        if term is None:
            continue
        if term.name in modifiers:
            modifiers[term.name].append(term)
        else:
            terms.append(term)
    malformed += [repeated.text for given in modifiers.values() for repeated in given[1:]] + words[MAX_TERMS:][:1]
    end = next((index for index, term in enumerate(terms) if term.name == "all"), None)
    redirect = modifiers["redirect"][0] if modifiers["redirect"] and end is None else None
    return Record(tuple(terms if end is None else terms[: end + 1]), tuple(malformed), redirect)


def _parse_term(word: str) -> Term | None:
    """The term; None for an unknown modifier, which RFC 7208 says to ignore. Raises ValueError if it is malformed."""
    match = _TERM.match(word)
    if match is None or not word.isascii():
        raise ValueError(word)
    qualifier, name, rest = match["qualifier"], match["name"].lower(), match["rest"]
    if rest.startswith("="):
        return _modifier(word, qualifier, name, rest[1:])
    term = Term(word, qualifier or "+", name)
    if name == "all" and not rest:
        return term
    if name in {"ip4", "ip6"} and rest.startswith(":"):
        return Term(word, term.qualifier, name, network=_network(name, rest[1:]))
    if name in {"include", "exists"} and rest.startswith(":"):
        return Term(word, term.qualifier, name, _domain(rest[1:]))
    if name == "ptr" and (not rest or rest.startswith(":")):
        return Term(word, term.qualifier, name, _domain(rest[1:]) if rest else "")
    if name in {"a", "mx"}:
        return _with_prefixes(word, term.qualifier, name, rest)
    raise ValueError(word)


def _modifier(word: str, qualifier: str, name: str, value: str) -> Term | None:
    if qualifier or not is_macro_string(value):
        raise ValueError(word)
    return Term(word, "+", name, _domain(value)) if name in {"redirect", "exp"} else None


def _with_prefixes(word: str, qualifier: str, name: str, rest: str) -> Term:
    match = _TARGET.match(rest)
    if match is None:
        raise ValueError(word)
    four, six = int(match["four"] or 32), int(match["six"] or 128)
    if four > 32 or six > 128:
        raise ValueError(word)
    return Term(word, qualifier, name, _domain(match["target"]) if match["target"] else "", None, four, six)


def _network(name: str, text: str) -> Network:
    address, _, prefix = text.partition("/")
    if "/" in text and (not prefix.isdecimal() or str(int(prefix)) != prefix):
        raise ValueError(text)
    if name == "ip4":
        return ipaddress.IPv4Network(text, strict=False)
    if "%" in address:
        raise ValueError(text)
    return ipaddress.IPv6Network(text, strict=False)


def _domain(text: str) -> str:
    """A domain-spec: it ends in a macro, or in a top label that is not all digits."""
    if not is_macro_string(text):
        raise ValueError(text)
    _, dot, top = text.removesuffix(".").rpartition(".")
    if not text.endswith("}") and not (dot and _LABEL.match(top) and not top.isdecimal()):
        raise ValueError(text)
    return text
