"""What of a recorded command may be shown: no password, however a server logs the conversation."""

from __future__ import annotations

import re

MASK = "********"

_PLAIN = re.compile(
    r"(?:EHLO|HELO|STARTTLS|MAIL|RCPT|DATA|BDAT|RSET|QUIT|NOOP|XEXCH50|XPROXYTO|XSHADOW|XSESSIONPARAMS|AUTH\s+\S+$)\b",
    re.IGNORECASE,
)
_AUTH = re.compile(r"(AUTH\s+\S+\s+)(?=\S)", re.IGNORECASE)


def masked(line: str, event: str, data: str) -> str:
    """A line of a protocol log without what the sender (`>`) says to log in, or what it is asked (`<`) for that.

    >>> masked('a,1,>,"AUTH PLAIN AGJvYgBzZWNyZXQ=",', ">", "AUTH PLAIN AGJvYgBzZWNyZXQ=")
    'a,1,>,"AUTH PLAIN ********",'
    >>> masked("a,1,>,c2VjcmV0,", ">", "c2VjcmV0"), masked("a,1,<,334 VXNlcm5hbWU6,", "<", "334 VXNlcm5hbWU6")
    ('a,1,>,********,', 'a,1,<,334 ********,')
    >>> masked("a,1,>,RCPT TO:<alice@corp.test>,", ">", "RCPT TO:<alice@corp.test>")
    'a,1,>,RCPT TO:<alice@corp.test>,'
    """
    secret = ""
    if event == ">" and not _PLAIN.match(data):
        found = _AUTH.match(data)
        secret = data[found.end() :] if found else data
    elif event == "<" and data.startswith("334 "):
        secret = data[4:]
    before, found_there, after = line.rpartition(secret) if secret.strip() else ("", "", line)
    return f"{before}{MASK}{after}" if found_there else line
