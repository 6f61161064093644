"""A tar archive, packed or not: its members are streams of their own, and nothing of it is taken on trust."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.maillog.plain import STAMP
from wizard.maillog import tarred
from wizard.maillog.files import find_files
from wizard.maillog.search import Needle, search

LOG = b"".join(STAMP + b"MID %d ICID 5 From: <u%d@example.net>\n" % (n, n) for n in range(20_000))
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def tarred_up(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1_741_000_000
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def read(path: Path, data: bytes) -> tuple[dict[str, bytes], list[list[str]]]:
    """The text of each stream by its name, and the problems of each."""
    path.write_bytes(data)
    found = find_files([str(path)])
    texts = {file.name: b"".join(file.blocks()) for file in found}
    assert texts == {file.name: b"".join(file.blocks()) for file in found}
    return texts, [file.problems for file in found]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("packing", PACKED)
def test_members_are_streams_of_their_own(tmp_path: Path, packing: str, form: str) -> None:
    deep = "/".join(["some-folder"] * 12) + "/mail.current"
    members = {
        "d/mail.current": LOG,
        "d/mail.@20140101T000000.s": gzip.compress(b"old\n"),
        "d/.hidden": b"x",
        deep: LOG,
    }
    texts, problems = read(tmp_path / "logs.tar", PACKED[packing](tarred_up(members, FORMATS[form])))
    assert texts == {
        "logs.tar:d/mail.@20140101T000000.s": b"old\n",
        "logs.tar:d/mail.current": LOG,
        f"logs.tar:{deep}": LOG,
    }
    assert problems == [[], [], []]


def test_lines_are_counted_from_the_beginning_of_a_member(tmp_path: Path) -> None:
    (tmp_path / "logs.tgz").write_bytes(gzip.compress(tarred_up({"a.log": LOG, "b.log": LOG})))
    found = find_files([str(tmp_path / "logs.tgz")])
    assert [[entry.line for entry in search(file, [Needle(b"MID 0")])] for file in found] == [[1], [1]]
    assert all(file.modified and file.modified.year == 2025 for file in found)


def test_what_is_no_file_is_passed_over_and_the_later_of_one_name_counts(tmp_path: Path) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for kind in (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo("odd")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        for data in (b"before\n", b"after\n"):
            info = tarfile.TarInfo("../a.log")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    assert read(tmp_path / "logs.tar", made.getvalue()) == ({"logs.tar:../a.log": b"after\n"}, [[]])


@pytest.mark.parametrize("packing", PACKED)
def test_an_archive_that_broke_off_is_read_as_far_as_it_goes(tmp_path: Path, packing: str) -> None:
    whole = tarred_up({"a.log": LOG, "b.log": LOG})
    texts, problems = read(tmp_path / "logs.tar", PACKED[packing](whole[: len(LOG) + 100_000]))
    assert texts["logs.tar:a.log"] == LOG
    assert LOG.startswith(texts["logs.tar:b.log"])
    assert len(texts["logs.tar:b.log"]) > 90_000
    assert problems == [["truncated tar archive"]] * 2


def test_a_damaged_archive_is_read_up_to_the_damage(tmp_path: Path) -> None:
    whole = bytearray(tarred_up({"a.log": b"one\n", "b.log": b"two\n"}))
    whole[1024 + 20] ^= 1
    assert read(tmp_path / "logs.tar", bytes(whole)) == ({"logs.tar:a.log": b"one\n"}, [["damaged tar archive"]])


def test_an_empty_archive(tmp_path: Path) -> None:
    archive = tarred_up({".hidden": b"x"})
    assert read(tmp_path / "logs.tar", archive) == ({"logs.tar": b""}, [["no file in the archive"]])
    assert read(tmp_path / "logs.tgz", gzip.compress(archive)) == ({"logs.tgz": b""}, [["no file in the archive"]])


def test_archives_in_archives_are_left(tmp_path: Path) -> None:
    inner = gzip.compress(tarred_up({"a.log": LOG}))
    noted = [["a tar archive inside another archive: unpack it first"]]
    assert read(tmp_path / "logs.tar", tarred_up({"in.tgz": inner})) == ({"logs.tar:in.tgz": b""}, noted)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("in.tgz", inner)
    assert read(tmp_path / "logs.zip", made.getvalue()) == ({"logs.zip:in.tgz": b""}, noted)


def test_on_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(tarred_up({"mail": LOG})))))
    (file,) = find_files(["-"])
    assert (file.name, b"".join(file.blocks())) == ("-:mail", LOG)


def test_a_log_in_which_somebody_wrote_the_magic_word_is_a_log(tmp_path: Path) -> None:
    log = (STAMP + b"MID 1 Subject '").ljust(257, b"x") + b"ustar  '\n" + LOG
    assert read(tmp_path / "mail.log", log) == ({"mail.log": log}, [[]])
    assert read(tmp_path / "mail.log.gz", gzip.compress(log)) == ({"mail.log.gz": log}, [[]])


def test_an_endless_name_takes_little_memory(tmp_path: Path) -> None:
    size = 200 << 20
    for kind in (tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE):
        info = tarfile.TarInfo("name")
        info.type, info.size = kind, size
        packed = gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(size) + tarred_up({"a.log": LOG}), 1)
        tracemalloc.start()
        texts, _ = read(tmp_path / "logs.tgz", packed)
        assert LOG in texts.values()
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
        tracemalloc.stop()


def test_numbers_out_of_all_bounds(tmp_path: Path) -> None:
    for field, value in (("size", 1 << 80), ("mtime", 1 << 80)):
        info = tarfile.TarInfo("a.log")
        setattr(info, field, value)
        texts, _ = read(tmp_path / "logs.tar", info.tobuf(tarfile.GNU_FORMAT) + LOG)
        assert list(texts) == ["logs.tar:a.log"]


def test_what_would_be_unpacked_again_and_again_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tarred, "PASSED_OVER", 1 << 20)
    members = {f"{n}.log": LOG for n in range(3)}
    noted = [["a big packed tar archive of many files: unpack it first"]]
    assert read(tmp_path / "logs.tgz", gzip.compress(tarred_up(members))) == ({"logs.tgz": b""}, noted)
    assert len(read(tmp_path / "logs.tar", tarred_up(members))[0]) == 3
    monkeypatch.setattr(tarred, "HEADERS", 2)
    assert len(read(tmp_path / "logs.tar", tarred_up(members, tarfile.USTAR_FORMAT))[0]) == 2
