"""Addresses out of whatever somebody pastes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.resolve.pasted import addresses_in


def found(text: str) -> list[str]:
    return [str(pasted.network).removesuffix("/32").removesuffix("/128") for pasted in addresses_in(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.10", ["192.0.2.10"]),
        ("It was 192.0.2.10.", ["192.0.2.10"]),
        ("192.0.2.10, 192.0.2.11;192.0.2.12", ["192.0.2.10", "192.0.2.11", "192.0.2.12"]),
        ("Received: from mx (mx.partner.test [192.0.2.10]) by gw", ["192.0.2.10"]),
        ("Received: from [IPv6:2001:db8::25]", ["2001:db8::25"]),
        ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8:1::/64 -all", ["192.0.2.0/24", "2001:db8:1::/64"]),
        ("192.0.2.77/24", ["192.0.2.0/24"]),
        ("IP Address\tHostname\tVolume\n192.0.2.10\tmx1.partner.test\t3.4\n", ["192.0.2.10"]),
        ("http://192.0.2.10/reputation", ["192.0.2.10"]),
        ("192[.]0[.]2[.]10 and 192(.)0(.)2(.)11", ["192.0.2.10", "192.0.2.11"]),
        ("the address 192.0.2.10 again 192.0.2.10", ["192.0.2.10"]),
        ("::ffff:192.0.2.10", ["192.0.2.10"]),
        ("2001:DB8:0:0:0:0:0:25, then", ["2001:db8::25"]),
        ("送信元は192.0.2.10です", ["192.0.2.10"]),
        ("192.0.2.10:25", ["192.0.2.10"]),
        ("192.0.2.10-192.0.2.12", ["192.0.2.10/31", "192.0.2.12"]),
        ("192.0.2.0 – 192.0.2.255", ["192.0.2.0/24"]),
    ],
)
def test_finds_what_is_there(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1.2.3.4.5",
        "300.1.2.3",
        "192.0.2",
        "version 14.2.0.12",
        "AsyncOS 13.5.1.27 for Cisco",
        "v1.2.3.4",
        "Build: 1.2.3.4",
        "Postfix/3.4.5.6",
        "192.000.002.010",
        "255.255.255.0",
        "0.0.0.0",
        "224.0.0.1",
        "4.3.2.1.in-addr.arpa",
        "1-2-3-4.dyn.example",
        "192.0.2.10.dyn.example",
        "at 12:34:56 on Monday",
        "00:11:22:33:44:55",
        "std::vector",
        "::",
        "ff02::1",
        "192.0.2.10/33",
        "abc192.0.2.10",
        "",
    ],
)
def test_leaves_out_what_only_looks_like_an_address(text: str) -> None:
    assert found(text) == []


def test_marks_private_addresses_but_not_those_for_documentation() -> None:
    text = "10.2.3.4 172.16.0.1 192.168.1.1 127.0.0.1 169.254.1.1 fe80::1 fd00::1 192.0.2.1 2001:db8::1 8.8.8.8"
    marks = {str(pasted.network.network_address): pasted.private for pasted in addresses_in(text)}
    assert marks == {
        "10.2.3.4": True,
        "172.16.0.1": True,
        "192.168.1.1": True,
        "127.0.0.1": True,
        "169.254.1.1": True,
        "fe80::1": True,
        "fd00::1": True,
        "192.0.2.1": False,
        "2001:db8::1": False,
        "8.8.8.8": False,
    }


@given(st.text(alphabet="0123456789abcdef.:/[]() -\nvx", max_size=200))
def test_never_fails(text: str) -> None:
    addresses_in(text)


@pytest.mark.parametrize("piece", ["1.", "1:", "1.1.1.1", ":", "1.1.1.1/", "[.]", "a:", "version ", "192.0.2.1 "])
def test_time_grows_with_the_text_and_not_faster(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        began = time.process_time()
        addresses_in(text)
        return time.process_time() - began

    assert seconds(400_000) < 40 * max(seconds(40_000), 0.001)
