"""Packed streams, recognised by content and unpacked in small pieces: gzip, bzip2, xz, zstd and a zip member's deflate.

A piece has at most `PIECE` bytes, so that a bomb costs time but no memory, and a stream that unpacks to far more than
any log does is left at `CEILING` bytes.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from wizard.maillog.bytescan import optional

PIECE = 512 << 10
CEILING = 2 << 30
RATIO = 200

Note = Callable[[str], None]

MAGIC = {b"\x1f\x8b\x08": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


class Decompressor(Protocol):
    """What bz2, lzma and zstd have in common; `_Zlib` brings zlib to it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Zlib:
    """zlib, or ISA-L where it is installed: three times as fast."""

    def __init__(self, wbits: int) -> None:
        self._inner = (optional("isal.isal_zlib") or zlib).decompressobj(wbits)
        self._full = False

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def needs_input(self) -> bool:
        # A full piece may leave more inside the decompressor even when its input is used up.
        return not (self._full or self._inner.unconsumed_tail)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        out: bytes = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self._full = len(out) == max_length
        return out


def _zstd() -> Any | None:
    """Python 3.14 has zstd; for older ones the package backports.zstd has the same."""
    return optional("compression.zstd", "backports.zstd")


def _decompressor(packing: str) -> Decompressor | None:
    match packing:
        case "gzip":
            return _Zlib(31)
        case "deflate":
            return _Zlib(-15)
        case "bzip2":
            return bz2.BZ2Decompressor()
        case "xz":
            return lzma.LZMADecompressor(memlimit=256 << 20)
    zstd = _zstd()
    made: Decompressor | None = zstd.ZstdDecompressor() if zstd else None
    return made


def _failures() -> tuple[type[Exception], ...]:
    zstd, isal = _zstd(), optional("isal.isal_zlib")
    more = [error for error in (zstd and zstd.ZstdError, isal and isal.error) if error]
    return (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, *more)


def packing_of(head: bytes) -> str | None:
    r"""How a stream that begins like this is packed.

    >>> packing_of(b"\x1f\x8b\x08\x00"), packing_of(b"BZh91AY&SY"), packing_of(b"PK\x03\x04"), packing_of(b"Wed Nov")
    ('gzip', 'bzip2', 'zip', None)
    """
    if head.startswith(b"BZh") and head[4:10] not in (b"1AY&SY", b"\x17rE8P\x90"):
        return None
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return next((packing for magic, packing in MAGIC.items() if head.startswith(magic)), None)


def unpack(chunks: Iterator[bytes], packing: str, note: Note) -> Iterator[bytes]:
    """The unpacked stream as far as it reads, all its members one after the other; what ails it goes to `note`."""
    stream = _decompressor(packing)
    if stream is None:
        note("zstd: install backports.zstd to read it")
        return
    failures = _failures()
    taken = given = 0
    for data in chunks:
        taken += len(data)
        while data or not stream.needs_input:
            if stream.eof:
                data = data.lstrip(b"\0")
                if not data:
                    break
                if packing == "deflate" or not data.startswith(next(m for m, p in MAGIC.items() if p == packing)):
                    note(f"something else behind the {packing} stream")
                    return
                stream = _decompressor(packing)
                assert stream is not None
            try:
                out = stream.decompress(data, PIECE)
            except failures:
                note(f"damaged {packing} stream")
                return
            data = stream.unused_data if stream.eof else b""
            if out:
                yield out
            given += len(out)
            if given > CEILING and given > RATIO * taken:
                note("unpacks to far more than a log does: read in part")
                return
    if not stream.eof:
        note(f"truncated {packing} stream")
