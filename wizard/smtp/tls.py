"""STARTTLS (RFC 3207) as most sending servers use it: encrypt whoever answers, and keep what the certificate says."""

from __future__ import annotations

import ssl

from wizard.smtp.certificate import read_certificate
from wizard.smtp.model import Certificate, Tls
from wizard.smtp.verification import verify_chain
from wizard.smtp.wire import Closed, Garbled, Wire


def encrypt(wire: Wire, host: str, until: float) -> Tls:
    """Do the handshake on a connection whose server said 220 to STARTTLS; a failure is a result, not an exception.

    Raises TimedOut where the peer stays silent: then it is not TLS that failed.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    name = host.partition("%")[0]
    try:
        secure = wire.start_tls(context, name, until)
    except ssl.SSLError as error:
        return Tls(ok=False, problem=(error.reason or str(error)).replace("_", " ").lower())
    except Closed as error:
        return Tls(ok=False, problem=str(error) or "connection closed")
    except Garbled as error:
        return Tls(ok=False, problem=error.problem)
    cipher = secure.cipher()
    chain = _chain(secure)
    verified, problem = verify_chain(chain, name)
    return Tls(True, secure.version(), cipher[0] if cipher else None, _read(chain), verified, problem)


def _chain(secure: ssl.SSLSocket) -> list[bytes]:
    """Return the certificates the server sent, its own first, in DER."""
    public = getattr(secure, "get_unverified_chain", None)  # Python 3.13
    if public:
        return [bytes(one) for one in public()]
    private = getattr(getattr(secure, "_sslobj", None), "get_unverified_chain", None)  # 3.10 to 3.12 keep it there
    if private:
        return [ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in private() or ()]
    own = secure.getpeercert(binary_form=True)
    return [own] if own else []


def _read(chain: list[bytes]) -> Certificate | None:
    if not chain:
        return None
    try:
        return read_certificate(chain[0])
    except ValueError:
        return None
