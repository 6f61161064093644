"""International domain names: to the ASCII form that DNS and logs compare, and back to a form that is safe to show."""

from __future__ import annotations

import re
import unicodedata

from wizard.patterns import pattern

MAX_NAME = 253
MAX_LABEL = 63
ACE = "xn--"

_WITH_ACE = pattern(r"(?<![\w.-])(?:[a-z0-9_-]{1,63}\.){0,20}xn--[a-z0-9-]{1,59}(?:\.[a-z0-9-]{1,63}){0,20}(?![\w-])")
_DOTS = pattern("[.\u3002\uff0e\uff61]")
# IDNA 2008 keeps these two, which plain case folding would rewrite into other names.
_KEPT = "ßς"
_LATIN_BEYOND_ASCII = pattern("[\u00df-\u00f6\u00f8-\u0130\u0132-\u017e\u1ea0-\u1ef9]")
_LIKE_LATIN = {
    "CYRILLIC": frozenset("асԁеһіјӏорԛѕԝхуъьҽпгѵѡґ"),
    "GREEK": frozenset("αικνορτυχγη"),
}
_SCRIPTS_THAT_MIX = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}


def to_ascii(name: str) -> str:
    """The name as DNS is asked for it: A-labels, lower case, no final dot.

    Raises ValueError for what cannot be a domain name. Underscores are kept (`_dmarc`, `_spf`).

    >>> to_ascii("Bücher.Example."), to_ascii("例え。テスト"), to_ascii("straße.de")
    ('xn--bcher-kva.example', 'xn--r8jz45g.xn--zckzah', 'xn--strae-oqa.de')
    """
    labels = [_label_to_ascii(label) for label in _DOTS.split(name.strip().removesuffix("."))]
    ascii_name = ".".join(labels)
    if len(ascii_name) > MAX_NAME:
        raise ValueError("longer than 253 characters")
    return ascii_name


def to_shown(name: str) -> str:
    """The name as a person may be shown it: U-labels where they cannot be mistaken, else the A-labels as they are.

    A label is left in ASCII when it mixes scripts, uses rare Latin letters, or is made of letters that look Latin.

    >>> to_shown("xn--bcher-kva.example"), to_shown("xn--r8jz45g.xn--zckzah")
    ('bücher.example', '例え.テスト')
    >>> to_shown(to_ascii("аррӏе.example"))
    'xn--80ak6aa92e.example'
    """
    labels = ((label, _label_to_unicode(label)) for label in name.split("."))
    return ".".join(as_written if _cannot_be_mistaken(as_written) else label for label, as_written in labels)


def readable(text: str) -> str:
    """A text with every A-label name in it also as a person may be shown it.

    >>> readable("xn--bcher-kva.example, mx.example"), readable("xn--80ak6aa92e.example")
    ('bücher.example (xn--bcher-kva.example), mx.example', 'xn--80ak6aa92e.example')
    """
    return _WITH_ACE.sub(_both_ways, text)


def _both_ways(found: re.Match[str]) -> str:
    name = found[0]
    shown = to_shown(name)
    return name if shown == name else f"{shown} ({name})"


def to_unicode(name: str) -> str:
    """The name with all its U-labels, to be looked for and never shown: it may be mistaken for another.

    >>> to_unicode("xn--bcher-kva.example"), to_unicode("xn--80ak6aa92e.example") == "apple.example"
    ('bücher.example', False)
    """
    return ".".join(map(_label_to_unicode, name.split(".")))


def _label_to_ascii(label: str) -> str:
    if label.isascii():
        ascii_label = label.lower()
        if not ascii_label or any(not c.isprintable() or c in " \\\"'@;()" for c in ascii_label):
            raise ValueError("an empty label or a character that no domain name has")
    else:
        folded = "".join(c if c in _KEPT else c.casefold() for c in label)
        normal = unicodedata.normalize("NFKC", folded)
        if any(unicodedata.category(c)[0] in "CZPS" and c not in "-_・" for c in normal):
            raise ValueError("a character that no domain name has")
        ascii_label = normal if normal.isascii() else ACE + normal.encode("punycode").decode("ascii")
    if len(ascii_label) > MAX_LABEL:
        raise ValueError("a label longer than 63 characters")
    return ascii_label


def _label_to_unicode(label: str) -> str:
    if not label.startswith(ACE):
        return label
    try:
        unicode_label = label.removeprefix(ACE).encode("ascii").decode("punycode")
        return unicode_label if _label_to_ascii(unicode_label) == label else label
    except ValueError:
        return label


def _cannot_be_mistaken(label: str) -> bool:
    letters = [c for c in label if not (c.isascii() and (c.isdigit() or c in "-_"))]
    scripts = {_script(c) for c in letters}
    if label.isascii() or scripts == {"LATIN"}:
        return all(c.isascii() or _LATIN_BEYOND_ASCII.match(c) for c in letters)
    if scripts <= _SCRIPTS_THAT_MIX or scripts in ({"HANGUL"}, {"HANGUL", "CJK"}):
        return True
    if len(scripts) != 1:
        return False
    lookalikes = _LIKE_LATIN.get(scripts.pop(), frozenset())
    return not all(c in lookalikes for c in letters)


def _script(character: str) -> str:
    return unicodedata.name(character, "UNKNOWN").split(" ")[0]
