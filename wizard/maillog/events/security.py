"""TLS and SMTP AUTH in a conversation with a sender."""

from __future__ import annotations

import re

from wizard.maillog.events.base import Event, Forms
from wizard.patterns import pattern

read = Forms()


class TlsSucceeded(Event):
    """The sender's STARTTLS worked; old versions do not say with what.

    >>> read("ICID 824108 TLS success protocol TLSv1.2 cipher ECDHE-RSA-AES256-GCM-SHA384")
    TlsSucceeded(icid=824108, protocol='TLSv1.2', cipher='ECDHE-RSA-AES256-GCM-SHA384')
    >>> read("ICID 6 TLS success")
    TlsSucceeded(icid=6, protocol=None, cipher=None)
    """

    icid: int
    protocol: str | None
    cipher: str | None


class TlsFailed(Event):
    """The sender's STARTTLS did not work.

    >>> read("ICID 4 TLS failed: [Errno 54] Connection reset by peer")
    TlsFailed(icid=4, reason='[Errno 54] Connection reset by peer')
    >>> read("ICID 4 TLS failed")
    TlsFailed(icid=4, reason=None)
    """

    icid: int
    reason: str | None


class TlsRequired(Event):
    """The mail flow policy requires TLS and the sender did not ask for it.

    >>> read("ICID 8 TLS was required but remote host did not initiate it")
    TlsRequired(icid=8)
    """

    icid: int


class AuthSucceeded(Event):
    """The sender logged in.

    >>> read("SMTP Auth: (ICID 5) succeeded for user: bob using AUTH mechanism: PLAIN with profile: ldap")
    AuthSucceeded(icid=5, user='bob', mechanism='PLAIN')
    """

    icid: int
    user: str
    mechanism: str | None


class AuthFailed(Event):
    """The sender's login was refused.

    >>> read("SMTP Auth (ICID 5) failed for user: bob using AUTH mechanism: LOGIN with profile: ldap")
    AuthFailed(icid=5, user='bob', mechanism='LOGIN')
    """

    icid: int
    user: str
    mechanism: str | None


class AuthRequired(Event):
    """The mail flow policy requires a login and the sender did not try one.

    >>> read("SMTP Auth (ICID 5) was required but remote host did not initiate it")
    AuthRequired(icid=5)
    """

    icid: int


class AuthTrouble(Event):
    """Logins cannot be checked: the profile, the LDAP server or the forwarding server is at fault.

    >>> read("SMTP Auth (ICID 5) could not reach forwarding server 192.0.2.7 with reason: timeout")
    AuthTrouble(icid=5, text='could not reach forwarding server 192.0.2.7 with reason: timeout')
    """

    icid: int
    text: str


_TLS_SUCCESS = pattern(r"TLS success(?: +protocol +(\S+))?(?: +cipher +(\S+))?")
_AUTH = pattern(r"SMTP Auth:? \(ICID (\d{1,20})\):? +(.*)", re.ASCII | re.DOTALL)
_LOGIN = pattern(r"(succeeded|failed) for user: ", re.ASCII)


@read.icid("TLS")
def _tls(icid: int, rest: str) -> Event | None:
    found = _TLS_SUCCESS.match(rest)
    if found:
        return TlsSucceeded(icid, found[1], found[2])
    if rest.startswith("TLS was required but remote host did not initiate it"):
        return TlsRequired(icid)
    if rest.startswith("TLS failed"):
        return TlsFailed(icid, rest[len("TLS failed") :].lstrip(": ") or None)
    return None


@read.word("SMTP")
def _auth(body: str) -> Event | None:
    found = _AUTH.fullmatch(body)
    if found is None:
        return None
    icid, text = int(found[1]), found[2]
    if text.startswith("was required but remote host did not initiate it"):
        return AuthRequired(icid)
    login = _LOGIN.match(text)
    if login is None:
        return AuthTrouble(icid, text)
    user, known, mechanism = text[login.end() :].rpartition(" using AUTH mechanism: ")
    if not known:
        user, mechanism = mechanism, ""
    kind = AuthSucceeded if login[1] == "succeeded" else AuthFailed
    return kind(icid, user, mechanism.split(" ", 1)[0] or None)
