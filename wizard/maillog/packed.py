"""Packed streams, recognised by content and unpacked in small pieces: gzip, bzip2, xz, zstd and a zip member's deflate.

A piece has at most `PIECE` bytes, so that a bomb costs time but no memory, and a stream that unpacks to far more than
any log does is left at `CEILING` bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

from wizard.maillog.bytescan import optional

PIECE = 512 << 10
CEILING = 2 << 30
RATIO = 200

Note = Callable[[str], None]

MAGIC = {b"\x1f\x8b\x08": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


class Decompressor(Protocol):
    """What the classes of bz2, lzma and zstd have in common, to which `_Zlib` brings zlib's."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Zlib:
    def __init__(self, library: Any, wbits: int) -> None:
        self._inner = library.decompressobj(wbits)
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


class _Way(NamedTuple):
    """How to unpack: by the first library that is installed; `error` is the name of its own exception."""

    libraries: tuple[str, ...]
    new: Callable[[Any], Decompressor]
    error: str


_ZLIB = ("isal.isal_zlib", "zlib")  # ISA-L is three times as fast
_WAYS = {
    "gzip": _Way(_ZLIB, lambda library: _Zlib(library, 31), "error"),
    "deflate": _Way(_ZLIB, lambda library: _Zlib(library, -15), "error"),
    "bzip2": _Way(("bz2",), lambda library: library.BZ2Decompressor(), "BZ2Error"),
    "xz": _Way(("lzma",), lambda library: library.LZMADecompressor(memlimit=256 << 20), "LZMAError"),
    "zstd": _Way(("compression.zstd", "backports.zstd"), lambda library: library.ZstdDecompressor(), "ZstdError"),
}


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


def is_tar(head: bytes) -> bool:
    """Whether a stream that begins like this is a tar archive: by its check sum too, as strangers write in logs."""
    if len(head) < 512 or head[257:262] != b"ustar" or b"\0" not in head[:512]:
        return False
    try:
        written = int(head[148:156].strip(b" \0"), 8)
    except ValueError:
        return False
    return written == sum(head[:148]) + 8 * ord(" ") + sum(head[156:512])


def unpack(chunks: Iterator[bytes], packing: str, note: Note) -> Iterator[bytes]:
    """The unpacked stream as far as it reads, all its members one after the other; what ails it goes to `note`."""
    way = _WAYS[packing]
    library = optional(*way.libraries)
    if library is None:
        note(f"{packing}: install {way.libraries[-1]} to read it")
        return
    failures = (OSError, EOFError, ValueError, getattr(library, way.error, OSError))
    stream = way.new(library)
    taken = given = 0
    for data in chunks:
        taken += len(data)
        while data or not stream.needs_input:
            if stream.eof:
                data = data.lstrip(b"\0")
                if not data:
                    break
                if packing == "deflate":
                    return
                if packing_of(data) != packing:
                    note(f"something else behind the {packing} stream")
                    return
                stream = way.new(library)
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
