"""Domain names of strangers: what DNS is asked for, and what a person may be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.idn import to_ascii, to_shown
from wizard.resolve.names import is_inside


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Partner.Example.", "partner.example"),
        ("_dmarc.partner.example", "_dmarc.partner.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("ｐａｒｔｎｅｒ．ｅｘａｍｐｌｅ", "partner.example"),
        ("faß.de", "xn--fa-hia.de"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_to_ascii(name: str, expected: str) -> None:
    assert to_ascii(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "a..b",
        "a b.test",
        "a\n.test",
        "a\x1b[31m.test",
        "x" * 64,
        "é" * 60,
        "a." * 130 + "b",
        "a@b.test",
        "бан\u202eк.test",
    ],
)
def test_what_is_no_domain_name(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        to_ascii(name)


@pytest.mark.parametrize("name", ["bücher.example", "例え.テスト", "почта.example", "한국.example", "partner.example"])
def test_shown_as_written_where_nothing_can_be_mistaken(name: str) -> None:
    assert to_shown(to_ascii(name)) == name


@pytest.mark.parametrize(
    "name", ["аррӏе.example", "раypal.example", "αοκ.example", "ɑpple.example", "xn--a.example", "xn--\xff.example"]
)
def test_shown_in_ascii_where_it_could_be_mistaken(name: str) -> None:
    shown = to_shown(name if name.startswith("xn--") else to_ascii(name))
    assert shown.startswith("xn--")


@given(st.text(max_size=80))
def test_any_text_is_a_name_or_refused(text: str) -> None:
    try:
        ascii_name = to_ascii(text)
    except ValueError:
        return
    assert ascii_name.isascii()
    assert to_ascii(ascii_name) == ascii_name
    assert all(character.isprintable() for character in to_shown(ascii_name))


def test_addresses_inside_a_network() -> None:
    from ipaddress import ip_address

    inside = ["10.0.0.1", "172.31.0.1", "192.168.0.1", "127.0.0.1", "fd00::1", "fe80::1", "::1"]
    outside = ["192.0.2.1", "172.32.0.1", "8.8.8.8", "2001:db8::1"]
    assert all(is_inside(ip_address(text)) for text in inside)
    assert not any(is_inside(ip_address(text)) for text in outside)
