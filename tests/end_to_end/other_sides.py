"""The two other logs, written for a day in March 2025: five servers' logs of one mail, and recorded conversations.

Postfix, Exim and Sendmail lines have the shapes that these servers write (tests/senderlog runs them), those of qmail
and Exchange the shapes of their documentation. `WHEN` is when the try ended, in UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

SERVERS = ("postfix", "exim", "sendmail", "qmail", "exchange")
GATEWAY, GATEWAY_IP = "gw.corp.example", "192.0.2.14"
ELSEWHERE, ELSEWHERE_IP = "mx.else.example", "203.0.113.9"
BOB, ALICE = "bob@partner.example", "alice@corp.example"
WHEN = datetime(2025, 3, 3, 9, 0, 25)
WAIT = 25
RESULTS = (
    "greeting-timeout",
    "connection-lost",
    "connection-refused",
    "deferred",
    "rejected",
    "sent-elsewhere",
    "not-attempted",
)
LATER = "421 4.3.2 gw.corp.example too many sessions"
NEVER = "554 gw.corp.example your access to this mail system has been rejected"


def log_of(server: str, result: str, when: datetime = WHEN) -> str:
    """The log of a server whose try at the gateway came to `result`; it covers two hours on either side."""
    return "".join(f"{line}\n" for line in _WRITERS[server](result, when))


def _around(when: datetime) -> tuple[datetime, datetime]:
    return when - timedelta(hours=2), when + timedelta(hours=2)


def _syslog(when: datetime, program: str, text: str) -> str:
    return f"{when:%b} {when.day:2} {when:%H:%M:%S} mail {program}: {text}"


def _postfix(result: str, when: datetime) -> list[str]:
    at = f"{GATEWAY}[{GATEWAY_IP}]"
    words = {
        "greeting-timeout": (
            "deferred",
            f"conversation with {at} timed out while receiving the initial server greeting",
        ),
        "connection-lost": ("deferred", f"lost connection with {at} while performing the EHLO handshake"),
        "connection-refused": ("deferred", f"connect to {at}:25: Connection refused"),
        "deferred": ("deferred", f"host {at} refused to talk to me: {LATER}"),
        "rejected": ("bounced", f"host {at} refused to talk to me: {NEVER}"),
        "sent-elsewhere": ("sent", "250 2.0.0 Ok: queued as 4711"),
    }
    first, last = _around(when)
    begun = when - timedelta(seconds=WAIT)
    lines = [
        _syslog(first, "postfix/qmgr[10]", "AAAAAAAA01: removed"),
        *_postfix_queued(begun, "B023621CCCD", BOB, "1"),
    ]
    if result in words:
        status, why = words[result]
        relay = "none" if result == "connection-refused" else f"{at}:25"
        relay = f"{ELSEWHERE}[{ELSEWHERE_IP}]:25" if result == "sent-elsewhere" else relay
        lines.append(
            _syslog(
                when,
                "postfix/smtp[166]",
                f"B023621CCCD: to=<{ALICE}>, relay={relay}, delay={WAIT}, delays=0.01/0.01/{WAIT}/0, dsn=4.4.2, "
                f"status={status} ({why})",
            )
        )
    else:
        lines = [lines[0], *_postfix_queued(begun, "C023621CCCD", "carol@partner.example", "2")]
    return [*lines, _syslog(last, "postfix/qmgr[10]", "AAAAAAAA02: removed")]


def _postfix_queued(when: datetime, queue_id: str, sender: str, number: str) -> list[str]:
    return [
        _syslog(when, "postfix/cleanup[11]", f"{queue_id}: message-id=<{number}@partner.example>"),
        _syslog(when, "postfix/qmgr[10]", f"{queue_id}: from=<{sender}>, size=500, nrcpt=1 (queue active)"),
    ]


def _exim(result: str, when: datetime) -> list[str]:
    at = f"{GATEWAY} [{GATEWAY_IP}]"
    head = f"== {ALICE} R=dnslookup T=remote_smtp defer"
    words = {
        "greeting-timeout": [f"{head} (110): Connection timed out H={at}: SMTP timeout after initial connection"],
        "connection-lost": [
            f"{head} (-18) H={at}: Remote host closed connection in response to EHLO mail.partner.example"
        ],
        "connection-refused": [f"{at} Connection refused", f"{head} (111): Connection refused"],
        "deferred": [f"{head} (-45) H={at}: SMTP error from remote mail server after initial connection: {LATER}"],
        "rejected": [
            f"** {ALICE} R=dnslookup T=remote_smtp H={at}: "
            f"SMTP error from remote mail server after initial connection: {NEVER}"
        ],
        "sent-elsewhere": [
            f'=> {ALICE} R=dnslookup T=remote_smtp H={ELSEWHERE} [{ELSEWHERE_IP}] C="250 ok" QT={WAIT}s DT=1s'
        ],
        "not-attempted": [],
    }
    mail, other = "1xVyq0-00003Y-34", "1xVyq0-00003Z-35"
    first, last = _around(when)
    begun = when - timedelta(seconds=WAIT)
    lines = [(first, other, "Completed")]
    if words[result]:
        lines.append((begun, mail, f"<= {BOB} H=pc [10.0.0.7] P=esmtp S=345 id=1@partner.example"))
    lines += [(when, mail, text) for text in words[result]]
    return [f"{time:%Y-%m-%d %H:%M:%S} {number} {text}" for time, number, text in [*lines, (last, other, "Completed")]]


def _sendmail(result: str, when: datetime) -> list[str]:
    mail = "5233059K000287"
    words = {
        "greeting-timeout": ("4.4.2", f"Deferred: Connection timed out with {GATEWAY}."),
        "connection-lost": ("4.4.2", f"Deferred: Connection reset by {GATEWAY}."),
        "connection-refused": ("4.4.1", f"Deferred: Connection refused by {GATEWAY}."),
        "deferred": ("4.3.2", f"Deferred: {LATER}"),
        "rejected": ("5.0.0", "Service unavailable"),
        "sent-elsewhere": ("2.0.0", "Sent (ok 4711)"),
    }
    first, last = _around(when)
    begun = when - timedelta(seconds=WAIT)
    other = "5233059K000288: from=<carol@partner.example>, size=500, nrcpts=1, msgid=<2@partner.example>"
    lines = [_syslog(first, "sendmail[28]", other)]
    if result in words:
        dsn, stat = words[result]
        reply = {"deferred": f"reply={LATER}, ", "rejected": f"reply={NEVER}, "}.get(result, "")
        host = f"{ELSEWHERE}. [{ELSEWHERE_IP}]" if result == "sent-elsewhere" else f"{GATEWAY}. [{GATEWAY_IP}]"
        lines.append(
            _syslog(begun, "sendmail[29]", f"{mail}: from=<{BOB}>, size=500, nrcpts=1, msgid=<1@partner.example>")
        )
        if result == "greeting-timeout":
            waiting = f"{mail}: timeout waiting for input from {GATEWAY} during client greeting"
            lines.append(_syslog(when, "sendmail[29]", waiting))
        lines.append(
            _syslog(
                when,
                "sendmail[29]",
                f"{mail}: to=<{ALICE}>, delay=00:00:{WAIT}, xdelay=00:00:{WAIT}, mailer=esmtp, pri=30075, "
                f"relay={host}, dsn={dsn}, {reply}stat={stat}",
            )
        )
    return [*lines, _syslog(last, "sendmail[28]", other)]


def _qmail(result: str, when: datetime) -> list[str]:
    words = {
        "greeting-timeout": f"deferral: Connected_to_{GATEWAY_IP}_but_connection_died._(#4.4.2)/",
        "connection-lost": f"deferral: Connected_to_{GATEWAY_IP}_but_connection_died._(#4.4.2)/",
        "connection-refused": "deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/",
        "deferred": f"deferral: Connected_to_{GATEWAY_IP}_but_greeting_failed./Remote_host_said:_{LATER}/",
        "rejected": f"failure: Connected_to_{GATEWAY_IP}_but_greeting_failed./Remote_host_said:_{NEVER}/",
        "sent-elsewhere": f"success: {ELSEWHERE_IP}_accepted_message./Remote_host_said:_250_ok_4711/",
    }
    seconds = 1200 if result == "greeting-timeout" else 1
    first, last = _around(when)
    begun = when - timedelta(seconds=seconds)
    lines = [f"{_tai(first)} status: local 0/10 remote 0/20"]
    if result in words:
        lines += [
            f"{_tai(begun)} new msg 4711",
            f"{_tai(begun)} info msg 4711: bytes 512 from <{BOB}> qp 77 uid 501",
            f"{_tai(begun)} starting delivery 9: msg 4711 to remote {ALICE}",
            f"{_tai(when)} delivery 9: {words[result].replace(' ', '_').replace(':_', ': ', 1)}",
        ]
    return [*lines, f"{_tai(last)} status: local 0/10 remote 0/20"]


def _tai(when: datetime) -> str:
    seconds = int(when.replace(tzinfo=timezone.utc).timestamp()) + 2**62 + 10
    return f"@{seconds:016x}0a1b2c3d"


def _exchange(result: str, when: datetime) -> list[str]:
    connect = [("*", "attempting to connect", ""), ("+", "", "")]
    hello = [*connect, ("<", f"220 {GATEWAY} ESMTP", ""), (">", "EHLO ex01.partner.example", "")]
    mail = [
        *hello,
        ("<", f"250  {GATEWAY} SIZE", ""),
        ("*", "sending message with RecordId 77 and InternetMessageId <1@partner.example>", ""),
        (">", f"MAIL FROM:<{BOB}>", ""),
        (">", f"RCPT TO:<{ALICE}>", ""),
    ]
    end = [("<", "354 go", ""), ("<", "250 ok 4711", ""), (">", "QUIT", ""), ("<", "221 bye", ""), ("-", "", "Local")]
    words = {
        "greeting-timeout": [*connect, ("-", "", "Local")],
        "connection-lost": [*hello, ("-", "", "Remote")],
        "connection-refused": [connect[0], ("*", "Failed to connect. Winsock error code: 10061", "")],
        "deferred": [*connect, ("<", LATER, ""), ("-", "", "Remote")],
        "rejected": [*connect, ("<", NEVER, ""), ("-", "", "Remote")],
        "sent-elsewhere": [*mail, ("<", "250 ok", ""), ("<", "250 ok", ""), (">", "DATA", ""), *end],
        "not-attempted": [],
    }
    first, last = _around(when)
    begun = when - timedelta(seconds=WAIT)
    host = ELSEWHERE_IP if result == "sent-elsewhere" else GATEWAY_IP
    session = [(begun, *event) for event in words[result][:-1]] + [(when, *event) for event in words[result][-1:]]
    lines = [(first, "08DA0001", 0, ELSEWHERE_IP, "*", "attempting to connect", "")]
    lines += [(time, "08DA0002", n, host, *event) for n, (time, *event) in enumerate(session)]
    lines.append((last, "08DA0003", 0, ELSEWHERE_IP, "*", "attempting to connect", ""))
    head = (
        "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"
    )
    return ["#Log-type: SMTP Send Protocol Log", head] + [
        f'{time:%Y-%m-%dT%H:%M:%S}.000Z,Internet,{number},{n},10.0.0.5:4711,{ip}:25,{event},"{data}",{context}'
        for time, number, n, ip, event, data, context in lines
    ]


_WRITERS = {"postfix": _postfix, "exim": _exim, "sendmail": _sendmail, "qmail": _qmail, "exchange": _exchange}

Exchange = tuple[int, str, str]
"""Seconds after the last one, `>` sent by the gateway or `<` received, the text."""


def recorded(form: str, icid: int, exchanges: list[Exchange], begun: datetime, ip: str = "198.51.100.24") -> str:
    """A conversation of an injection debug log, in the form `bytes` (with hosts and line ends) or `lines`."""
    lines, time = [], begun
    for seconds, way, text in exchanges:
        time += timedelta(seconds=seconds)
        shown = text.replace("\\", "\\\\").replace("'", "\\'")
        if form == "bytes":
            to = f"Sent to '{ip}'" if way == ">" else f"Received from '{ip}'"
            shown = shown.replace("\n", "\\015\\012") + "\\015\\012"
            lines.append(f"{time:%a %b} {time.day:2} {time:%H:%M:%S %Y} Info: {icid} {to}: '{shown}'")
        else:
            to = "Sent" if way == ">" else "Rcvd"
            lines += [
                f"{time:%a %b} {time.day:2} {time:%H:%M:%S %Y} Info: {icid} {to}: '{line}'"
                for line in shown.split("\n")
            ]
    return "".join(f"{line}\n" for line in lines)
