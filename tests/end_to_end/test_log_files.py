"""Logs as people have them: packed, re-saved on a PC, damaged, piped; and what is no log. The report names each by its
name, and lines by their number in the text.
"""

from __future__ import annotations

import gzip
import io
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from playing import Played, run, written

ASKED = ["--sender-ip", "198.51.100.24"]
TEXT = written(
    "+received subject='=?utf-8?B?44GU5qGI5YaF?='\n09:00:04 MID 5 Custom Log Entry: ご案内\n"
    "09:00:04 Message aborted MID 5 Dropped by CASE\n09:00:04 Message finished MID 5 done"
)
NUMBER = 1 + next(n for n, line in enumerate(TEXT.splitlines()) if "Dropped by CASE" in line)


def dropped(played: Played, source: str) -> None:
    assert played.status == 0, played.said
    assert played.report is not None
    assert played.report["conclusion"]["id"] == "message-dropped"
    pieces = [piece for piece in played.findings[0]["evidence"] if "Dropped by CASE" in piece["text"]]
    assert [(piece["source"], piece["line"]) for piece in pieces] == [(source, NUMBER)]
    assert pieces[0]["text"] == TEXT.splitlines()[NUMBER - 1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "shift_jis"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "mail.log").write_bytes(TEXT.encode(encoding))
    dropped(run(["--log", str(tmp_path / "mail.log"), *ASKED]), "mail.log")


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends(ending: str, tmp_path: Path) -> None:
    (tmp_path / "mail.log").write_bytes(TEXT.replace("\n", ending).encode())
    dropped(run(["--log", str(tmp_path / "mail.log"), *ASKED]), "mail.log")


def test_packed(tmp_path: Path) -> None:
    (tmp_path / "mail.log.gz").write_bytes(gzip.compress(TEXT.encode()))
    dropped(run(["--log", str(tmp_path / "mail.log.gz"), *ASKED]), "mail.log.gz")


def test_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "logs.zip", "w") as archive:
        archive.writestr("mail_logs/mail.@20250303T000000.s", TEXT)
    played = run(["--log", str(tmp_path / "logs.zip"), *ASKED])
    assert played.report is not None
    dropped(played, "logs.zip:mail_logs/mail.@20250303T000000.s")


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_tar_archive(mode: str, tmp_path: Path) -> None:
    (tmp_path / "mail.current").write_text(TEXT, encoding="utf-8")
    with tarfile.open(tmp_path / "logs", mode) as archive:  # type: ignore[call-overload]
        archive.add(tmp_path / "mail.current", "mail_logs/mail.current")
    dropped(run(["--log", str(tmp_path / "logs"), *ASKED]), "logs:mail_logs/mail.current")


@pytest.mark.parametrize("before", ["", "+connection icid=9 at=08:30:00\n"])
def test_evidence_stands_in_the_order_in_which_the_log_was_written(before: str, tmp_path: Path) -> None:
    """Also where the log was rotated within a second, in which a connection was opened and rejected."""
    opened, verdict, *_ = written("+opened sg=BLACKLIST verdict=REJECT").splitlines(keepends=True)
    (tmp_path / "mail.log.1").write_text(written(before) + opened)
    (tmp_path / "mail.log").write_text(verdict + written("09:00:00 ICID 10 close"))
    played = run(["--log", str(tmp_path), *ASKED])
    assert played.report is not None
    assert played.report["conclusion"]["id"] == "connection-rejected"
    assert [piece["source"] for piece in played.findings[0]["evidence"]] == ["mail.log.1", "mail.log"]


def test_folder_and_glob(tmp_path: Path) -> None:
    folder = tmp_path / "mail_logs"
    folder.mkdir()
    (folder / "mail.@20250303T000000.s").write_text(TEXT, encoding="utf-8")
    dropped(run(["--log", str(folder), *ASKED]), "mail.@20250303T000000.s")
    dropped(run(["--log", str(folder / "mail.*"), *ASKED]), "mail.@20250303T000000.s")


def test_two_of_one_name(tmp_path: Path) -> None:
    for name, text in (("gw1", TEXT), ("gw2", written("+connection ip=203.0.113.9"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mail.log").write_text(text, encoding="utf-8")
    dropped(
        run(["--log", str(tmp_path / "gw1/mail.log"), "--log", str(tmp_path / "gw2/mail.log"), *ASKED]), "gw1/mail.log"
    )


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(TEXT.encode())

        @staticmethod
        def isatty() -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", Stdin)
    dropped(run(["--log", "-", *ASKED]), "-")


def test_damaged_file_is_used_as_far_as_it_reads(tmp_path: Path) -> None:
    many = TEXT + "".join(f"Mon Mar  3 10:00:00 2025 Info: ICID {n} close {n * 7919}\n" for n in range(60_000))
    packed = gzip.compress(many.encode())
    (tmp_path / "mail.log.gz").write_bytes(packed[: len(packed) // 2])
    played = run(["--log", str(tmp_path / "mail.log.gz"), *ASKED])
    dropped(played, "mail.log.gz")
    assert played.report is not None
    assert played.report["coverage"]["files"][0]["problems"]


def test_damaged_file_of_which_nothing_came(tmp_path: Path) -> None:
    (tmp_path / "mail.log.gz").write_bytes(gzip.compress(TEXT.encode())[:12])
    played = run(["--log", str(tmp_path / "mail.log.gz"), *ASKED])
    assert played.status == 2
    assert "mail.log.gz" in played.said


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8),
        ("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 8),
        ("letter.txt", b"Dear all,\nmail from Bob does not arrive.\n"),
        ("letter-sjis.txt", "お世話になっております。\nメールが届きません。\n".encode("shift_jis")),
        ("nothing.log", b""),
        ("blank.log", b"\n\n  \n"),
    ],
)
def test_no_log(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    played = run(["--log", str(tmp_path / name), *ASKED])
    assert (played.status, played.report) == (2, None)
    assert name in played.said
    assert played.said.count("\n") == 1


def encrypted() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mail.log", TEXT)
    found = bytearray(made.getvalue())
    found[found.index(b"PK\x03\x04") + 6] |= 1
    found[found.index(b"PK\x01\x02") + 8] |= 1
    return bytes(found)


@pytest.mark.parametrize(
    ("content", "en", "ja"),
    [
        (encrypted(), "(encrypted)", "（暗号化されている）"),
        (b"PK\x05\x06" + bytes(18), "(an archive without a file in it)", "（ファイルを含まないアーカイブ）"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(range(256)), "(a 7z archive: unpack it first)", "（7z ファイル"),
        (b"\x1f\x9d\x90" + bytes(range(256)), "(packed by compress (.Z): unpack it first)", "（compress 形式"),
        (b"\x04\x22\x4d\x18" + bytes(range(256)), "(packed by lz4: unpack it first)", "（lz4 形式の圧縮ファイル"),
        (
            gzip.compress(TEXT.encode(), mtime=0)[:12],
            "(the compressed file breaks off)",
            "（圧縮ファイルが途中で切れている）",
        ),
        (bytes(range(256)) * 9, "(not a text file)", "（テキストではないファイル）"),
    ],
    ids=["encrypted zip", "empty zip", "7z", "compress", "lz4", "gzip", "binary"],
)
def test_what_cannot_be_read_is_called_what_it_is(content: bytes, en: str, ja: str, tmp_path: Path) -> None:
    (tmp_path / "logs").write_bytes(content)
    for lang, words in (("en", en), ("ja", ja.replace("（", "(").replace("）", ")"))):
        played = run(["--log", str(tmp_path / "logs"), *ASKED, "--lang", lang])
        assert (played.status, played.report) == (2, None)
        assert words in played.said.replace("（", "(").replace("）", ")")


def test_no_log_beside_a_log(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    (tmp_path / "mail.log").write_text(TEXT, encoding="utf-8")
    played = run(["--log", str(tmp_path), *ASKED])
    dropped(played, "mail.log")
    assert played.report is not None
    problems = {Path(one["path"]).name: one["problems"] for one in played.report["coverage"]["files"]}
    assert problems["mail.log"] == []
    assert problems["photo.png"]


def test_entry_of_several_lines_is_shown_on_one(tmp_path: Path) -> None:
    text = TEXT.replace("address 198.51.100.24 ", "\naddress 198.51.100.24 ").replace(
        "Dropped by CASE", "Dropped by content\nfilter 'x' in the inbound table"
    )
    (tmp_path / "mail.log").write_text(text, encoding="utf-8")
    played = run(["--log", str(tmp_path / "mail.log"), *ASKED])
    assert played.findings[0]["detail"]["by"] == "content filter 'x'"
    piece = next(one for one in played.findings[0]["evidence"] if "Dropped by" in one["text"])
    assert piece["line"] == NUMBER + 1
    assert piece["text"].endswith("Message aborted MID 5 Dropped by content filter 'x' in the inbound table")


def test_report_has_the_attempt_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "mail.log").write_text(TEXT, encoding="utf-8")
    report = run(["--log", str(tmp_path / "mail.log"), *ASKED]).report
    assert report is not None
    first = report["timeline"][0]
    assert first["text"].startswith("New SMTP ICID 10 interface Data 1")
    assert (first["icid"], first["mid"], first["dcid"], first["line"]) == (10, None, None, 1)
    assert [moment["mid"] for moment in report["timeline"]].count(5) > 5
    assert report["facts"]["log.address"] == {"value": "198.51.100.24", "from": "logs", "at": "2025-03-03T09:00:00"}
    assert report["facts"]["log.by"]["value"] == "CASE"
    assert report["coverage"]["files"][0]["lines"] == len(TEXT.splitlines())
    assert report["coverage"]["files"][0]["bytes"] == len(TEXT.encode())
