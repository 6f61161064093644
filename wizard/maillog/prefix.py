"""Where an entry begins, and what stands before its body: stamp, host, tag, level.

The appliance itself writes `Www Mmm dd HH:MM:SS YYYY Level: body`; syslog servers, relays and people who quote lines
put other things before the body or leave everything out. The tag is the name of the administrator's log subscription.
"""

from __future__ import annotations

import re

_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_LEVELS = "Info|Warning|Critical|Error|Debug|Trace|Notice|Information|Alert"

# A body quoted without stamp and level begins an entry only with words that a hard wrap of a longer entry can hardly
# put at the start of a line: `Delivery start DCID 3` / `MID 4 to RID [0]` is one entry.
_BARE = (
    r"MID \d{1,20}[:,]? +(?!to |ICID \d+ *$|\d|IronPort|Header|done|aborted|by|was *$|RID *$)\S"
    r"|ICID \d{1,20} +(?!From:|RID |To:|\(|\d)\S"
    r"|DCID \d{1,20} +(?:TLS|IP|close|lost|quit|STARTTLS)"
    r"|DCID:? \d{1,20} IP:"
    r"|New (?:SMTP|smtp) [ID]CID \d|Start MID \d|Delivery start DCID \d|RPC (?:Delivery|Message) "
    r"|Message (?:finished|aborted|done) (?:MID|DCID) |Message \d+ to RID "
    r"|(?:Bounced|Delayed|Deleted|Double bounce|Possible Delivery|Connection Error|LDAP|ISQ|EUQ|SMTP Auth): "
    r"|sophos +antivirus - |Begin Logfile|CEF:\d"
)

_BEGINS = re.compile(
    rf"(?:<\d{{1,3}}>\d? ?)?(?:(?:{_DAYS}),? +)?(?:"
    rf"(?:\d{{4}} +)?(?:{_MONTHS}) +\d{{1,2}} +\d{{1,2}}:\d\d:\d\d(?:[ :]+(?!\d{{4}} *(?:\[|$))\S)"
    rf"|\d{{1,2}} (?:{_MONTHS}) \d{{4}} +\d{{1,2}}:\d\d:\d\d[ :]+\S"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[ ,.:Z+-]+\S"
    r")"
    rf"|(?:{_LEVELS}): *\S"
    rf"|{_BARE}".encode()
)


def begins_entry(line: bytes) -> bool:
    r"""Whether a physical line begins like an entry, rather than going on with the one above it.

    Never true of a line that begins with a blank: the folded lines of a stranger's header do.

    >>> begins_entry(b"Wed Nov 19 09:16:38 2014 Info: ICID 5 close")
    True
    >>> begins_entry(b"<166>Mar 17 18:24:37 mail_logs: Info: ICID 5 close")
    True
    >>> begins_entry(b"2024-06-01T12:00:00.123+09:00 gw1 mail_logs: Info: ICID 5 close")
    True
    >>> begins_entry(b"sender domain missing"), begins_entry(b"MID 4 to RID [0]")
    (False, False)
    >>> begins_entry(b"Mon Mar 31 20:01:23 2003")  # the end of a wrapped "pending till"
    False
    """
    return _BEGINS.match(line) is not None
