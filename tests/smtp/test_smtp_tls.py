"""STARTTLS: what the certificate says, whether a verifying sender would trust it, and how it fails."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from smtp_servers import Connection, Handler, Server, make_certificates, polite, tls_server

from wizard.smtp.certificate import read_certificate
from wizard.smtp.model import HandTest, Options, Target, Tls
from wizard.smtp.probe import probe
from wizard.smtp.verification import verify_chain

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="the program openssl is missing")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder)
    return folder


@pytest.fixture
def trusted(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The certificates, with their root among this machine's trusted ones."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))
    return certificates


def ask(handler: Handler, timeout: float = 5) -> tuple[HandTest, Server]:
    with Server(handler) as server:
        options = Options("mail.partner.example", "bob@partner.example", "alice@corp.example", timeout=timeout)
        return probe(Target("127.0.0.1", server.port), options), server


def tls_of(test: HandTest) -> Tls:
    assert test.tls is not None
    return test.tls


def test_a_trusted_certificate(trusted: Path) -> None:
    test, server = ask(polite(tls=tls_server(trusted / "good.pem")))
    tls = tls_of(test)
    assert test.result == "accepted"
    assert [stage.name for stage in test.stages] == [
        "connect", "banner", "ehlo", "starttls", "ehlo", "mail-from", "rcpt-to",
    ]  # fmt: skip
    assert (tls.ok, tls.verified, tls.problem) == (True, True, None)
    assert (tls.protocol, tls.cipher) == ("TLSv1.3", "TLS_AES_256_GCM_SHA384")
    assert tls.certificate is not None
    assert tls.certificate.subject == "O=Corp, Ltd, CN=gw.corp.example"
    assert tls.certificate.issuer == "O=Test Root, CN=Root"
    assert tls.certificate.names == ("gw.corp.example", "localhost", "127.0.0.1", "::1")
    assert tls.certificate.not_after > tls.certificate.not_before
    assert "STARTTLS" not in test.offered
    assert server.lines.count("EHLO mail.partner.example") == 2


@pytest.mark.parametrize(
    ("name", "problem"),
    [("old", "certificate has expired"), ("other", "IP address mismatch")],
)
def test_a_bad_certificate_is_told_and_the_test_goes_on(trusted: Path, name: str, problem: str) -> None:
    test, _ = ask(polite(tls=tls_server(trusted / f"{name}.pem")))
    assert test.result == "accepted"
    assert tls_of(test).verified is False
    assert problem in (tls_of(test).problem or "")
    assert tls_of(test).certificate is not None


def test_an_unknown_root(certificates: Path) -> None:
    test, _ = ask(polite(tls=tls_server(certificates / "good.pem")))
    assert test.result == "accepted"
    assert (tls_of(test).verified, tls_of(test).problem) == (False, "unable to get local issuer certificate")


def test_the_name_is_held_against_the_certificate(trusted: Path) -> None:
    der = ssl.PEM_cert_to_DER_cert((trusted / "good.pem").read_text().partition("-----BEGIN PRIV")[0])
    assert verify_chain([der], "gw.corp.example") == (True, None)
    assert verify_chain([der], "other.corp.example")[0] is False
    assert verify_chain([b"junk"], "gw.corp.example")[0] is None
    assert verify_chain([], "gw.corp.example")[0] is None


def test_an_ecdsa_certificate_is_verified_too(trusted: Path) -> None:
    script = """openssl ecparam -genkey -name prime256v1 -out ec.key
    openssl req -new -key ec.key -out ec.csr -subj /CN=gw.corp.example
    openssl x509 -req -in ec.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 10 -extfile names -out ec.pem"""
    subprocess.run(["sh", "-ec", script], cwd=trusted, check=True, capture_output=True)
    der = ssl.PEM_cert_to_DER_cert((trusted / "ec.pem").read_text())
    assert verify_chain([der], "gw.corp.example") == (True, None)


def test_a_mangled_certificate_is_a_value_error_at_worst(trusted: Path) -> None:
    der = ssl.PEM_cert_to_DER_cert((trusted / "good.pem").read_text().partition("-----BEGIN PRIV")[0])
    for at in range(len(der)):
        for byte in (0, 0x30, 0x80, 0xFF):
            try:
                read_certificate(der[:at] + bytes([byte]) + der[at + 1 :])
            except ValueError:
                continue
    for end in range(0, len(der), 7):
        with pytest.raises(ValueError):  # noqa: PT011 (each cut has its own text)
            read_certificate(der[:end])


def after_starttls(act: str, reply: bytes = b"220 go ahead\r\n") -> Handler:
    """Return a handler that offers STARTTLS, answers it, and then does anything but a handshake."""

    def handle(connection: Connection) -> None:
        connection.send(b"220 gw ESMTP\r\n")
        connection.read()
        connection.send(b"250-gw\r\n250 STARTTLS\r\n")
        connection.read()
        connection.send(reply)
        if act == "garbage":
            connection.sock.recv(5000)
            connection.send(b"500 #5.5.1 command not recognized\r\n" * 5)
        elif act == "silence":
            connection.silence()
        elif act == "quit":
            connection.read()
            connection.send(b"221 bye\r\n")

    return handle


@pytest.mark.parametrize(
    ("act", "problem"),
    [("close", "connection reset by peer|eof|connection closed"), ("garbage", "wrong version number|record")],
)
def test_a_handshake_that_fails_is_a_result_and_no_second_connection_is_made(act: str, problem: str) -> None:
    test, server = ask(after_starttls(act))
    assert (test.result, test.reason, test.stage) == ("interrupted", "tls", "starttls")
    assert tls_of(test).ok is False
    assert any(word in (tls_of(test).problem or "").lower() for word in problem.split("|"))
    assert len(server.peers) == 1


def test_a_handshake_that_is_never_answered_ends_by_the_deadline() -> None:
    test, _ = ask(after_starttls("silence"), timeout=0.8)
    assert (test.result, test.reason, test.stage) == ("interrupted", "timeout", "starttls")
    assert tls_of(test) == Tls(ok=False, problem="timed out")


def test_starttls_that_is_refused_is_a_rejection() -> None:
    test, server = ask(after_starttls("quit", b"454 TLS not available due to a temporary reason\r\n"))
    assert (test.result, test.stage, test.reply and test.reply.code) == ("rejected", "starttls", 454)
    assert server.lines[-1] == "QUIT"
    assert tls_of(test).ok is False


def test_plain_text_behind_the_220_is_not_taken_into_the_encrypted_part() -> None:
    test, _ = ask(after_starttls("silence", b"220 go ahead\r\n250 injected\r\n"))
    assert (test.result, test.reason) == ("interrupted", "tls")
    assert "plain text" in (tls_of(test).problem or "")
    assert not any("injected" in line.text for line in test.transcript)
