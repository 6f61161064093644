"""Would a sender that verifies certificates trust this one? Told without a second connection.

A sending server mostly encrypts without verifying, so the test must go on where the certificate is bad, and the
standard library then tells nothing: it verifies only what it would otherwise refuse. So the chain that the server sent
is shown once more to a verifying client, in memory: a ServerHello and the Certificate message of TLS 1.2 (RFC 5246,
7.4). OpenSSL judges the chain as soon as it has that message, before any key is used.
"""

from __future__ import annotations

import os
import ssl
import struct
from collections.abc import Sequence

CIPHERS = (b"\xc0\x2f", b"\xc0\x2b")  # ECDHE with AES-128-GCM, for RSA and for ECDSA certificates
SECURE_RENEGOTIATION = b"\xff\x01\x00\x01\x00"  # without it OpenSSL 3 takes no ServerHello

HANDSHAKE, SERVER_HELLO, CERTIFICATE = 22, 2, 11
TLS_1_2 = b"\x03\x03"
MAX_RECORD = 16384


def verify_chain(chain: Sequence[bytes], host: str) -> tuple[bool | None, str | None]:
    """Judge a chain of DER certificates (the server's first) against this machine's trusted roots and the host's name.

    Returns (True, None), (False, what OpenSSL says) or (None, why it cannot be told).
    """
    problem: str | None = None
    for cipher in CIPHERS:
        try:
            _show(_server_flight(chain, cipher), host)
        except ssl.SSLCertVerificationError as error:
            return False, error.verify_message
        except (ssl.SSLError, ValueError, struct.error) as error:
            problem = getattr(error, "reason", None) or str(error)
            if problem != "WRONG_CERTIFICATE_TYPE":
                break
        else:
            return True, None
    return None, problem


def _show(flight: bytes, host: str) -> None:
    """Return quietly if the chain is trusted: the client then only waits for more."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=host)
    for data in (b"", flight):
        incoming.write(data)
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            continue


def _server_flight(chain: Sequence[bytes], cipher: bytes) -> bytes:
    hello = TLS_1_2 + os.urandom(32) + b"\0" + cipher + b"\0" + _sized(SECURE_RENEGOTIATION, 2)
    certificates = _sized(b"".join(_sized(der, 3) for der in chain), 3)
    messages = bytes([SERVER_HELLO]) + _sized(hello, 3) + bytes([CERTIFICATE]) + _sized(certificates, 3)
    pieces = (messages[at : at + MAX_RECORD] for at in range(0, len(messages), MAX_RECORD))
    return b"".join(bytes([HANDSHAKE]) + TLS_1_2 + _sized(piece, 2) for piece in pieces)


def _sized(data: bytes, width: int) -> bytes:
    return struct.pack(">I", len(data))[4 - width :] + data
