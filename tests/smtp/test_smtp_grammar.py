"""What may be sent to a server or printed for a shell, and what is refused before that."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import InputError
from wizard.smtp.grammar import check_bind, check_helo, check_mailbox, needs_utf8, parse_target
from wizard.smtp.model import Target
from wizard.smtp.quoting import for_cmd, for_powershell, for_sh

LONG = ".".join(["a" * 63] * 4)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("gw.corp.example", "gw.corp.example", 25),
        ("gw.corp.example.", "gw.corp.example", 25),
        ("gateway:587", "gateway", 587),
        ("192.0.2.1:2525", "192.0.2.1", 2525),
        ("2001:DB8::1", "2001:db8::1", 25),
        ("[2001:db8::1]", "2001:db8::1", 25),
        ("[2001:db8::1]:2525", "2001:db8::1", 2525),
        ("[fe80::1%eth0]:25", "fe80::1%eth0", 25),
        ("bücher.example", "xn--bcher-kva.example", 25),
    ],
)
def test_targets(text: str, host: str, port: int) -> None:
    assert parse_target(text) == Target(host, port)
    assert parse_target(str(Target(host, port))) == Target(host, port)


@pytest.mark.parametrize(
    "text",
    ["", " ", "a b", "gw:0", "gw:65536", "gw:x", "gw:", "[::1", "[::1]x", "[gw]:25", "127.1", "1.2.3.256", "-gw", "gw-",
     "a..b", ".gw", LONG, "gw\n", "gw;id", "gw/25", "$(id)", "gw\x00", "::1%e;id", "192.0.2.1%eth0", "[192.0.2.1]:25",
     "gw_1", "http://gw", "a" * 64],
)  # fmt: skip
def test_what_is_no_target(text: str) -> None:
    if text.strip() == "gw":
        assert parse_target(text) == Target("gw")
        return
    with pytest.raises(InputError):
        parse_target(text)


@pytest.mark.parametrize("name", ["mail.partner.example", "localhost", "[192.0.2.1]", "[IPv6:2001:db8::1]"])
def test_greeting_names(name: str) -> None:
    assert check_helo(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "a b", "a_b", "192.0.2.1", "[192.0.2]", "[2001:db8::1]", "[IPv6:192.0.2.1]", "[IPv6:fe80::1%eth0]", "[x]",
     "a\r\nRCPT", "mail.partner.example ", LONG, "[192.0.2.1"],
)  # fmt: skip
def test_what_is_no_greeting_name(name: str) -> None:
    with pytest.raises(InputError):
        check_helo(name)


@pytest.mark.parametrize(
    ("address", "checked"),
    [
        ("bob@partner.example", "bob@partner.example"),
        ("<bob@Partner.Example>", "bob@partner.example"),
        ("o'hara+tag=1@partner.example", "o'hara+tag=1@partner.example"),
        ('"bob smith"@partner.example', '"bob smith"@partner.example'),
        (r'"a\"b"@partner.example', r'"a\"b"@partner.example'),
        ("bob@[192.0.2.1]", "bob@[192.0.2.1]"),
        ("アリス@例え.example", "アリス@xn--r8jz45g.example"),
    ],
)
def test_addresses(address: str, checked: str) -> None:
    assert check_mailbox(address) == checked
    assert needs_utf8(checked) is (not checked.isascii())


@pytest.mark.parametrize(
    "address",
    ["", "<>", "bob", "@partner.example", "bob@", "bob@-x", "b ob@partner.example", "bob@partner.example>",
     "a..b@x.example", ".a@x.example", '"a"b"@x.example', '"a\n"@x.example', "a@x.example\r\nDATA",
     "a@x.example SIZE=1", "a\x00@x.example",
     "a" * 65 + "@x.example", "ア" * 22 + "@x.example", "a\u2028b@x.example", "a\x9bb@x.example", "a\ud800@x.example",
     "a@x@y.example", "<a@x.example", "a@" + LONG, "bob(x)@x.example", "@a,@b:bob@x.example"],
)  # fmt: skip
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(InputError):
        check_mailbox(address)


def test_only_a_sender_may_be_empty() -> None:
    assert check_mailbox("<>", sender=True) == ""
    assert check_mailbox("", sender=True) == ""


def test_local_addresses() -> None:
    assert check_bind("2001:DB8::1") == "2001:db8::1"
    for text in ("localhost", "", "1.2.3"):
        with pytest.raises(InputError):
            check_bind(text)


@given(st.text(max_size=80))
def test_nothing_that_acts_gets_through(text: str) -> None:
    for check in (check_mailbox, check_helo, lambda name: parse_target(name).host):
        try:
            passed = check(text)
        except InputError:
            continue
        assert passed.isprintable()
        assert len(passed.encode()) < 320


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_quoting_keeps_a_word_one_word(word: str) -> None:
    assert shlex.split(for_sh(word)) == [word]
    inner = for_powershell(word)[1:-1]
    for quote in "'\u2018\u2019\u201a\u201b":
        inner = inner.replace(quote * 2, "")
        assert quote not in inner


def test_cmd_gets_plain_words_only() -> None:
    assert for_cmd("gw.corp.example") == "gw.corp.example"
    for word in ("a&b", "a b", "%PATH%", "a^b", ""):
        with pytest.raises(ValueError, match="not for cmd"):
            for_cmd(word)
