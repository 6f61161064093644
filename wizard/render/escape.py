"""Text from strangers, made harmless for where it is shown: nothing in it acts, and nothing in it is hidden.

Rules' texts and the program's own words are prose, in which `commands` stand between backticks. What a log, a server
or a person wrote is `Verbatim`. Both go through here, so a stranger's words that got into prose can do no harm either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wizard.patterns import pattern

PROSE_LIMIT = 2_000
VERBATIM_LIMIT = 500
LINE_LIMIT = 1_000
VALUE_LIMIT = 200

HIDDEN = pattern(
    "["
    "\x00-\x1f\x7f-\x9f\xad"  # control characters; soft hyphen
    "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # joiner and fillers that show as nothing
    "\u061c\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"  # directions, zero width
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"  # format controls, tags
    "\ud800-\udfff"  # surrogates: bytes that were no text
    "]"
)
"""Characters that act on a terminal or a reader's eye without being seen."""

NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

CODE = pattern("`([^`]+)`")
CODE_AND_SPACES = pattern(" ?`([^`]+)` ?")
SPAN_OR_WORD = pattern(r"`([^`]+)`|([!#-&*+\-./0-9:=?@A-Z^_a-z~]+)")
LOOKS_LIKE_LINK = pattern(r"@|://|www\.|[a-z0-9-]{2}\.[a-z]{2}", re.IGNORECASE)
SENTENCE_END = ".:!?"
ENTITY = pattern(r"&(?=#?[A-Za-z0-9]+;)")
MARK = pattern(r"[\\*\[\]~$|]|(?<![^\W_])_|_(?![^\W_])")
BLOCK_START = pattern(r"\A(?:[#+=:>-]|[0-9]{1,9}(?=[.)](?:\s|\Z)))")
CLOSING_HASHES = pattern(r"(?<= )#+\Z")


class Verbatim(str):
    """A text to be shown as it was written: an address, a reply, a file's name."""

    __slots__ = ()


def visible(text: str) -> str:
    r"""Return the text on one line, what would act unseen (controls, bidi overrides, zero width) spelt out.

    >>> visible("\x1b[31mred\u202e\u200b\n")
    '\\x1b[31mred\\u202e\\u200b\\n'
    """
    return HIDDEN.sub(_spell, text)


def _spell(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in NAMED:
        return NAMED[character]
    if 0xDC80 <= code <= 0xDCFF:  # a byte that could not be decoded
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shorten(text: str, limit: int) -> str:
    """Return the text, cut after `limit` characters with a mark that says how many are left out.

    >>> shorten("abcdefgh", 5)
    'abcde[…+3]'
    """
    return text if len(text) <= limit else f"{text[:limit]}[…+{len(text) - limit}]"


def plain(value: object) -> str:
    r"""Return a stranger's value as it may stand inside a rule's text: short, on one line, without backticks.

    >>> plain("a`b\x1b")
    "a'b\\x1b"
    >>> plain(("mx1.example", "mx2.example"))
    'mx1.example, mx2.example'
    """
    text = ", ".join(value) if isinstance(value, (tuple, list)) else str(value)
    return visible(shorten(text, VALUE_LIMIT)).replace("`", "'")


def terminal(text: str) -> str:
    r"""Return a stranger's text for a terminal or a mail: in full, on one line, nothing in it acts.

    >>> terminal("\x1b]0;title\x07")
    '\\x1b]0;title\\x07'
    """
    return visible(text)


def text(prose: str, opening: str, closing: str) -> str:
    """Return prose as plain text, its `commands` between quotation marks (wide ones stand without spaces).

    >>> text("Use `dnsconfig`.", '"', '"')
    'Use "dnsconfig".'
    >>> text("次に `dnsconfig` を使う。", "「", "」")
    '次に「dnsconfig」を使う。'
    """
    code = CODE if opening.isascii() else CODE_AND_SPACES
    return code.sub(rf"{opening}\1{closing}", visible(shorten(prose, PROSE_LIMIT)).strip())


def markdown(text: str) -> str:
    r"""Return prose for Markdown: balanced backticks stay code, and all else is text.

    What a renderer would make a link of (an address, a URL, a host name) becomes code, which no renderer links.

    >>> markdown("Use `dnsconfig` for <b>bob@corp.test</b> (*now*).")
    'Use `dnsconfig` for &lt;b>`bob@corp.test`&lt;/b> (\\*now\\*).'
    """
    shown = ""
    for code, prose in _parts(visible(shorten(text, PROSE_LIMIT)).strip()):
        piece = _code(code) if code else _escape(prose)
        shown += f" {piece}" if code and shown.endswith("`") else piece
    return CLOSING_HASHES.sub(lambda found: f"\\{found[0]}", BLOCK_START.sub(_escape_start, shown))


def markdown_code(text: str) -> str:
    r"""Return a stranger's text as a Markdown code span.

    >>> markdown_code("a`b")
    '``a`b``'
    """
    return _code(visible(shorten(text, VERBATIM_LIMIT)))


def markdown_block(lines: Iterable[str]) -> str:
    """Return lines as a fenced block whose fence no line can close.

    >>> print(markdown_block(["one", "````"]))
    `````text
    one
    ````
    `````
    """
    shown = [visible(shorten(line, LINE_LIMIT)) for line in lines]
    fence = "`" * max(3, 1 + max((_longest_run(line) for line in shown), default=0))
    return "\n".join([f"{fence}text", *shown, fence])


def markdown_cell(text: str) -> str:
    r"""Return prose or a `Verbatim` text for a cell of a Markdown table, where a bar ends the cell even inside code.

    >>> markdown_cell(Verbatim("a|b")), markdown_cell(Verbatim("a b"))
    ('a\\|b', '`a b`')
    """
    if "|" not in text:
        return markdown_code(text) if isinstance(text, Verbatim) else markdown(text)
    # Without backticks there are no code spans, so each bar can be escaped.
    return markdown(text.replace("`", "'"))


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Split prose into pairs of which one is empty: (what becomes code, what stays prose)."""
    start = 0
    for found in SPAN_OR_WORD.finditer(text):
        code, word = found.groups()
        if word and LOOKS_LIKE_LINK.search(word):
            code = word.rstrip(SENTENCE_END)
        if code:
            yield "", text[start : found.start()]
            yield code, ""
            start = found.end() if word is None else found.start() + len(code)
    yield "", text[start:]


def _escape(prose: str) -> str:
    prose = ENTITY.sub("&amp;", prose)
    return MARK.sub(r"\\\g<0>", prose).replace("<", "&lt;").replace("`", "&#96;")


def _escape_start(found: re.Match[str]) -> str:
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"


def _code(text: str) -> str:
    fence = "`" * (1 + _longest_run(text))
    pad = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text.strip() else '""'


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
