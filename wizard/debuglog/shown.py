"""What of a conversation may leave this room: no password, no message, nothing that could be either."""

from __future__ import annotations

import re

MASK = "********"
LONGEST = 512

_VERB = re.compile(r"[A-Za-z]{4,10}(?=[\s:]|$)")
_MECHANISMS = "PLAIN|LOGIN|CRAM-MD5|DIGEST-MD5|XOAUTH2|OAUTHBEARER|NTLM|GSSAPI|EXTERNAL|SCRAM-SHA-(?:1|256)(?:-PLUS)?"
_AUTH = re.compile(rf"AUTH\s+({_MECHANISMS})(?=\s|$)", re.IGNORECASE)
_INSPECTED = re.compile(r"X{3,}[A-Za-z]?(?=\s|$)")

STAGE_OF_VERB = {
    "HELO": "ehlo",
    "EHLO": "ehlo",
    "STARTTLS": "starttls",
    "AUTH": "ehlo",
    "MAIL": "mail-from",
    "RCPT": "rcpt-to",
    "DATA": "data",
    "BDAT": "data",
}
_HARMLESS = ("NOOP", "RSET", "QUIT", "HELP", "VRFY", "EXPN", "ETRN", "XCLIENT", "LHLO")


def verb_of(line: str) -> str:
    """The command's verb in capitals, `X` for one that an inspecting firewall overwrote, empty for no known command.

    >>> verb_of("mail from:<bob@partner.test>"), verb_of("XXXXXXXA mail.partner.test"), verb_of("cGFzc3dvcmQ=")
    ('MAIL', 'X', '')
    """
    line = line.lstrip()
    if _INSPECTED.match(line):
        return "X"
    found = _VERB.match(line)
    verb = found[0].upper() if found else ""
    return verb if verb in STAGE_OF_VERB or verb in _HARMLESS else ""


def command(line: str, authenticating: bool) -> tuple[str, str]:
    """Verb and text to show. While authenticating, and for what is no known command, nothing of the line is shown.

    >>> command("AUTH PLAIN AGJvYgBzZWNyZXQ=", False)
    ('AUTH', 'AUTH PLAIN ********')
    >>> command("c2VjcmV0", True)
    ('', '********')
    >>> command("s3cret", False)
    ('', '(6 bytes that are no known command)')
    >>> command("MAIL FROM:<bob@partner.test> SIZE=7", False)
    ('MAIL', 'MAIL FROM:<bob@partner.test> SIZE=7')
    """
    verb = verb_of(line)
    if verb == "AUTH":
        found = _AUTH.match(line.lstrip())
        return verb, f"AUTH {found[1].upper()} {MASK}" if found else f"AUTH {MASK}"
    if authenticating and verb not in ("QUIT", "RSET"):
        return "", MASK
    if not verb:
        return "", f"({len(line)} bytes that are no known command)"
    return verb, printable(line.strip())


def reply(code: str, text: str) -> str:
    """A reply to show; the challenge of an authentication is as secret as its answer.

    >>> reply("334", "334 UGFzc3dvcmQ6"), reply("250", "250 ok")
    ('334 ********', '250 ok')
    """
    return f"334 {MASK}" if code == "334" else printable(text)


def printable(text: str) -> str:
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text[:LONGEST])
