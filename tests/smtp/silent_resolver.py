"""A name server that stays silent about reverse zones and knows no other name; it notes what it is asked, and when.

Run as a program: silent_resolver.py ADDRESS FILE. Each line of the file is the time (Unix seconds) and the name.
"""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

NXDOMAIN = b"\x81\x83"


def asked_name(query: bytes) -> str:
    """Return the name a DNS query asks for: labels with their lengths from byte 12 on (RFC 1035, 4.1)."""
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels)


def serve(address: str, notes: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, notes.open("w", buffering=1) as out:
        sock.bind((address, 53))
        print("ready", file=out)
        while True:
            query, client = sock.recvfrom(4096)
            name = asked_name(query)
            print(f"{time.time():.3f} {name}", file=out)
            if not name.endswith(".arpa"):
                sock.sendto(query[:2] + NXDOMAIN + query[4:6] + bytes(6) + query[12:], client)


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]))
