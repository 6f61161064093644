"""The hand test for somebody else: lines for the sender's administrator to run on the sending server (S10, S11).

What comes back is read by `pasted`. Every argument is checked by `grammar`, so that nothing taken from a log can become
a command of the other administrator's shell or of the SMTP conversation.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from wizard.errors import InputError
from wizard.smtp.grammar import check_helo, check_mailbox, parse_target
from wizard.smtp.model import Target
from wizard.smtp.quoting import for_cmd, for_powershell, for_sh

Shell = Literal["sh", "bash", "cmd", "powershell"]

WAIT_SECONDS = 300


class Recipe(NamedTuple):
    """One way to do the test: what to run in which shell, and what to type once the server has greeted.

    `commands` are whole lines; `dialogue` is empty where the commands talk themselves. None of them sends a message.
    """

    name: Literal["telnet", "openssl", "greeting", "powershell"]
    shell: Shell
    commands: tuple[str, ...]
    dialogue: tuple[str, ...] = ()


def recipes(target: Target, helo: str, sender: str, recipient: str) -> tuple[Recipe, ...]:
    """Return the ways to test: telnet (Unix, Windows), openssl, the greeting alone, timed, and PowerShell.

    Raises InputError where a name or address is malformed.
    """
    target = parse_target(str(target))
    if "%" in target.host:  # an address of one link means nothing elsewhere
        raise InputError("probe-target", target=str(target))
    talk = dialogue(helo, sender, recipient)
    host, port = target.host, str(target.port)
    bracketed = f"[{host}]" if ":" in host else host
    named = () if ":" in host or host.replace(".", "").isdigit() else ("-servername", for_sh(host))
    stamp = "date +%Y-%m-%dT%H:%M:%S%z"
    openssl = ("openssl", "s_client", "-starttls", "smtp", "-crlf", "-connect", for_sh(f"{bracketed}:{port}"), *named)
    # s_client takes a line that begins with R or Q for itself, so those are typed in small letters.
    small = tuple(line[:4].lower() + line[4:] if line[0] in "RQ" else line for line in talk)
    return (
        Recipe("telnet", "sh", (f"{stamp}; telnet {for_sh(host)} {port}",), talk),
        Recipe("telnet", "cmd", (f"telnet {for_cmd(host)} {port}",), talk),
        Recipe("openssl", "sh", (f"{stamp}; {' '.join(openssl)}",), small),
        Recipe("greeting", "bash", (f"{stamp}; time head -n 1 < {for_sh(f'/dev/tcp/{host}/{port}')}",)),
        Recipe("powershell", "powershell", _powershell(host, port, talk)),
    )


def dialogue(helo: str, sender: str, recipient: str) -> tuple[str, ...]:
    """Return the lines to type, each after the reply to the one before.

    >>> dialogue("mail.partner.example", "bob@partner.example", "alice@corp.example")[1]
    'MAIL FROM:<bob@partner.example>'
    """
    return (
        f"EHLO {check_helo(helo)}",
        f"MAIL FROM:<{check_mailbox(sender, sender=True)}>",
        f"RCPT TO:<{check_mailbox(recipient)}>",
        "RSET",
        "QUIT",
    )


def _powershell(host: str, port: str, talk: tuple[str, ...]) -> tuple[str, ...]:
    """Return a block that does the whole test and prints each line with its seconds, as `pasted` reads them."""
    lines = ", ".join(for_powershell(line) for line in talk)
    return (
        "& {",
        "  Get-Date -Format o",
        "  $clock = [Diagnostics.Stopwatch]::StartNew()",
        f"  $client = New-Object Net.Sockets.TcpClient {for_powershell(host)}, {port}",
        "  '[{0:f2}] * connected' -f $clock.Elapsed.TotalSeconds",
        f"  $stream = $client.GetStream(); $stream.ReadTimeout = {WAIT_SECONDS * 1000}",
        "  $in = New-Object IO.StreamReader $stream",
        '  $out = New-Object IO.StreamWriter $stream; $out.NewLine = "`r`n"; $out.AutoFlush = $true',
        "  function answer {",
        "    do { $got = $in.ReadLine(); '[{0:f2}] < {1}' -f $clock.Elapsed.TotalSeconds, $got }",
        "    while ($got -match '^\\d{3}-')",
        "  }",
        "  answer",
        f"  foreach ($line in {lines}) {{",
        "    '[{0:f2}] > {1}' -f $clock.Elapsed.TotalSeconds, $line",
        "    $out.WriteLine($line); answer",
        "  }",
        "  $client.Close()",
        "}",
    )
