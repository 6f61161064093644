"""What kind of text a log was saved as, and how its bytes become text.

AsyncOS writes ASCII with LF, but a log that was opened and saved again on a PC comes as UTF-8 with a byte order mark,
UTF-16 or Shift_JIS, with CRLF or, rarely, with bare CR. Everything but UTF-16 and UTF-32 leaves the ASCII parts of a
line readable as bytes, so only those two are transcoded; the rest is decoded line by line where a line is shown.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import NamedTuple

PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM6", b"II*\x00", b"MM\x00*")
BINARIES = (
    b"\x7fELF",
    b"%PDF-",
    b"\xd0\xcf\x11\xe0",
    b"SQLite format 3",
    b"MZ\x90",
)
PACKED = {
    b"7z\xbc\xaf\x27\x1c": "7z archive",
    b"Rar!\x1a\x07": "rar archive",
    b"\x1f\x9d": "compress stream",
    b"\x04\x22\x4d\x18": "lz4 stream",
}
"""What is packed in a way that is not read here."""
CONTROLS = bytes(c for c in range(1, 0x20) if c not in b"\t\n\v\f\r\x1b") + b"\x7f"
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Kind(NamedTuple):
    """How to read a stream: `encoding` of its text, or the `problem` that makes it no text at all."""

    encoding: str = "utf-8"
    bom: int = 0
    bare_cr: bool = False
    problem: str | None = None


def decode(raw: bytes) -> str:
    r"""The text of one line: UTF-8, else Shift_JIS (as Windows has it), else Latin-1. Control characters stay.

    >>> decode("件名".encode("utf-8")), decode("件名".encode("cp932")), decode(b"caf\xe9 \x1b[1m")
    ('件名', '件名', 'café \x1b[1m')
    """
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def sniff(head: bytes) -> Kind:
    """The kind of a stream, judged by its first bytes (some KiB).

    >>> sniff(codecs.BOM_UTF16_LE + "Info: MID 6".encode("utf-16-le"))
    Kind(encoding='utf-16-le', bom=2, bare_cr=False, problem=None)
    >>> sniff("Wed Nov 19 09:16:38 2014 Info: MID 6".encode("utf-16-be")).encoding
    'utf-16-be'
    >>> sniff(b"one\\rtwo\\r").bare_cr
    True
    """
    for bom, encoding in BOMS:
        if head.startswith(bom):
            text = head[len(bom) :].decode(encoding, "replace")
            return Kind(encoding, len(bom), bare_cr="\r" in text and "\n" not in text)
    if head.startswith(PICTURES):
        return Kind(problem="picture")
    packed = next((name for magic, name in PACKED.items() if head.startswith(magic)), None)
    if packed:
        return Kind(problem=f"{packed}: unpack it first")
    if head.startswith(BINARIES):
        return Kind(problem="binary")
    wide = _utf16_without_bom(head)
    if wide:
        text = head.decode(wide, "replace")
        return Kind(wide, bare_cr="\r" in text and "\n" not in text)
    if _is_binary(head):
        return Kind(problem="binary")
    return Kind(bare_cr=b"\r" in head and b"\n" not in head)


def _utf16_without_bom(head: bytes) -> str | None:
    """Log lines are nearly all ASCII, so that in UTF-16 nearly every second byte is zero and no other."""
    even, odd = head[0:4096:2], head[1:4096:2]
    if len(odd) < 4:
        return None
    zeros_even, zeros_odd = even.count(0) / len(even), odd.count(0) / len(odd)
    if zeros_odd > 0.5 and zeros_even < 0.05:
        return "utf-16-le"
    if zeros_even > 0.5 and zeros_odd < 0.05:
        return "utf-16-be"
    return None


def _is_binary(head: bytes) -> bool:
    """Zeros alone prove nothing: a log that was truncated while it was written to has runs of them."""
    written = head.replace(b"\0", b"")
    controls = len(written) - len(written.translate(None, CONTROLS))
    return controls > 2 and controls > len(written) // 50


def transcode(chunks: Iterator[bytes], kind: Kind) -> Iterator[bytes]:
    """The stream as bytes of which ASCII parts read as such, with LF instead of bare CR, without a byte order mark."""
    skip = kind.bom
    decoder = None if kind.encoding == "utf-8" else codecs.getincrementaldecoder(kind.encoding)("replace")
    for chunk in chunks:
        if skip:
            chunk, skip = chunk[skip:], max(0, skip - len(chunk))
        if decoder:
            chunk = decoder.decode(chunk).encode("utf-8", "replace")
        if kind.bare_cr:
            chunk = chunk.replace(b"\r", b"\n")
        if chunk:
            yield chunk
