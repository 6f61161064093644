"""The lines for the other administrator, run as they are printed where the program is there, and read back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from smtp_servers import Server, closed_port, make_certificates, polite, says, tls_server

from wizard.errors import InputError
from wizard.smtp.handover import Recipe, recipes
from wizard.smtp.model import HandTest, Target
from wizard.smtp.pasted import read_pasted

pexpect = pytest.importorskip("pexpect")

ASKED = ("mail.partner.example", "bob@partner.example", "alice@corp.example")


def recipe(name: str, shell: str, port: int = 25, host: str = "127.0.0.1") -> Recipe:
    return next(one for one in recipes(Target(host, port), *ASKED) if (one.name, one.shell) == (name, shell))


def run(one: Recipe) -> HandTest:
    """Run a recipe in its shell on a terminal, type its dialogue, and read back all that the terminal showed."""
    program = shutil.which(one.shell)
    if not program:
        pytest.skip(f"the program {one.shell} is missing")
    terminal = pexpect.spawn(program, ["-c", "\n".join(one.commands)], encoding="utf-8", timeout=10)
    shown = ""
    waited_for = r"\n250 [^\n]*\n" if one.name == "openssl" else r"\n[2-5]\d\d [^\n]*\n"
    for line in one.dialogue:
        terminal.expect(waited_for)
        shown += terminal.before + terminal.after
        waited_for = r"\n[2-5]\d\d [^\n]*\n"
        terminal.sendline(line)
    terminal.expect(pexpect.EOF)
    return read_pasted(shown + terminal.before)


@pytest.mark.skipif(not shutil.which("telnet"), reason="the program telnet is missing")
def test_telnet() -> None:
    with Server(polite(delay=0.3, RCPT=b"550 #5.1.0 Address rejected.\r\n")) as server:
        test = run(recipe("telnet", "sh", server.port))
    assert (test.result, test.stage, test.origin) == ("rejected", "rcpt-to", "sender-network")
    assert [stage.name for stage in test.stages] == ["connect", "banner", "ehlo", "mail-from", "rcpt-to"]
    assert server.lines == [
        "EHLO mail.partner.example",
        "MAIL FROM:<bob@partner.example>",
        "RCPT TO:<alice@corp.example>",
        "RSET",
        "QUIT",
    ]
    assert (test.started or "")[:2] == "20"
    assert [one.address for one in test.tries] == ["127.0.0.1"]


@pytest.mark.skipif(not shutil.which("telnet"), reason="the program telnet is missing")
def test_telnet_to_a_closed_port() -> None:
    test = run(recipe("telnet", "sh", closed_port())._replace(dialogue=()))
    assert (test.result, test.reason, test.stage) == ("unreachable", "refused", "connect")


@pytest.mark.skipif(not shutil.which("telnet"), reason="the program telnet is missing")
def test_telnet_to_a_server_that_closes() -> None:
    with Server(says(then="close")) as server:
        test = run(recipe("telnet", "sh", server.port)._replace(dialogue=()))
    assert (test.result, test.reason, test.stage) == ("unreachable", "closed", "banner")


@pytest.mark.skipif(not shutil.which("openssl"), reason="the program openssl is missing")
def test_openssl(tmp_path: Path) -> None:
    make_certificates(tmp_path)
    with Server(polite(tls=tls_server(tmp_path / "good.pem"))) as server:
        test = run(recipe("openssl", "sh", server.port))
    assert (test.result, test.stage) == ("accepted", "rcpt-to")
    assert test.tls is not None
    assert (test.tls.ok, test.tls.protocol, test.tls.verified) == (True, "TLSv1.3", False)
    assert test.tls.problem == "unable to verify the first certificate"
    assert server.lines[-3:] == ["rcpt TO:<alice@corp.example>", "rset", "quit"]


@pytest.mark.skipif(not shutil.which("openssl"), reason="the program openssl is missing")
def test_openssl_where_encryption_fails() -> None:
    with Server(polite()) as server:
        test = run(recipe("openssl", "sh", server.port)._replace(dialogue=()))
    assert (test.result, test.reason, test.stage) == ("interrupted", "tls", "starttls")


@pytest.mark.skipif(not shutil.which("bash"), reason="the program bash is missing")
def test_the_greeting_alone_is_timed() -> None:
    with Server(polite(delay=1)) as server:
        test = run(recipe("greeting", "bash", server.port))
    assert (test.result, test.stage) == ("incomplete", "banner")
    assert test.banner_seconds == pytest.approx(1, abs=0.4)


@pytest.mark.skipif(not shutil.which("swaks"), reason="the program swaks is missing")
@pytest.mark.parametrize("refused", [True, False])
def test_swaks(refused: bool) -> None:
    replies = {"RCPT": b"550 #5.1.0 Address rejected.\r\n"} if refused else {}
    with Server(polite(delay=1, **replies)) as server:
        command = f"swaks --server 127.0.0.1 --port {server.port} --helo {ASKED[0]} --from {ASKED[1]} --to {ASKED[2]}"
        test = run(Recipe("telnet", "sh", (f"{command} --quit-after RCPT --show-time-lapse",)))
    assert (test.result, test.stage) == ("rejected" if refused else "accepted", "rcpt-to")
    assert test.banner_seconds == pytest.approx(1, abs=0.4)
    assert test.target == f"127.0.0.1:{server.port}"


@pytest.mark.skipif(not shutil.which("pwsh"), reason="the program pwsh (PowerShell) is missing")
def test_powershell() -> None:
    with Server(polite(delay=1, RCPT=b"550 #5.1.0 Address rejected.\r\n")) as server:
        one = recipe("powershell", "powershell", server.port)._replace(shell="pwsh")  # type: ignore[arg-type]
        test = run(one)
    assert (test.result, test.stage) == ("rejected", "rcpt-to")
    assert test.banner_seconds == pytest.approx(1, abs=0.4)


def test_the_lines_as_they_are_printed() -> None:
    shown = {(one.name, one.shell): one for one in recipes(Target("gw.corp.example"), *ASKED)}
    stamp = "date +%Y-%m-%dT%H:%M:%S%z; "
    assert shown["telnet", "sh"].commands == (f"{stamp}telnet gw.corp.example 25",)
    assert shown["telnet", "cmd"].commands == ("telnet gw.corp.example 25",)
    assert shown["openssl", "sh"].commands == (
        f"{stamp}openssl s_client -starttls smtp -crlf -connect gw.corp.example:25 -servername gw.corp.example",
    )
    assert shown["greeting", "bash"].commands == (f"{stamp}time head -n 1 < /dev/tcp/gw.corp.example/25",)
    block = "\n".join(shown["powershell", "powershell"].commands)
    assert "TcpClient 'gw.corp.example', 25" in block
    assert "'MAIL FROM:<bob@partner.example>', 'RCPT TO:<alice@corp.example>', 'RSET', 'QUIT'" in block
    assert all("DATA" not in line for one in shown.values() for line in (*one.commands, *one.dialogue))


def test_ipv6_in_each_form() -> None:
    shown = {(one.name, one.shell): one.commands[0] for one in recipes(Target("2001:db8::1", 2525), *ASKED)}
    assert shown["telnet", "cmd"] == "telnet 2001:db8::1 2525"
    assert shown["openssl", "sh"].endswith("-connect '[2001:db8::1]:2525'")
    assert shown["greeting", "bash"].endswith("/dev/tcp/2001:db8::1/2525")


def test_a_quote_in_an_address_stays_inside_powershells_quotes() -> None:
    block = "\n".join(
        recipes(Target("gw"), ASKED[0], "o'hara$(id)@partner.example".replace("$(id)", "$x"), ASKED[2])[-1].commands
    )
    assert "'MAIL FROM:<o''hara$x@partner.example>'" in block


@pytest.mark.parametrize(
    ("target", "helo", "sender", "recipient"),
    [
        ("gw;id", *ASKED),
        ("fe80::1%eth0", *ASKED),
        ("gw", "a`id`", *ASKED[1:]),
        ("gw", ASKED[0], "bob@partner.example\nDATA", ASKED[2]),
        ("gw", *ASKED[:2], "alice@corp.example'; Remove-Item"),
    ],
)
def test_nothing_malformed_is_printed(target: str, helo: str, sender: str, recipient: str) -> None:
    with pytest.raises(InputError):
        recipes(Target(target), helo, sender, recipient)
