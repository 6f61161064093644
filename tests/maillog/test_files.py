"""What a path means, and how what is stored becomes text: the same lines however they were saved."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import stat
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.maillog.plain import LOGS, NEEDLES, STAMP, plain, plain_search
from wizard.errors import InputError
from wizard.maillog import logfile, packed, stored
from wizard.maillog.bytescan import optional
from wizard.maillog.files import find_files
from wizard.maillog.logfile import LogFile
from wizard.maillog.search import Needle, search

zstd = pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")

LOG = b"".join(STAMP + b"MID %d ICID 5 From: <u%d@example.net>\n" % (n, n) for n in range(20_000))


@pytest.fixture(params=["with libraries", "without"], autouse=True)
def libraries(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        monkeypatch.setattr(packed, "optional", lambda *names: optional(*(n for n in names if "isal" not in n)))


def text(file: LogFile) -> bytes:
    return b"".join(file.blocks())


def one(path: Path) -> LogFile:
    (file,) = find_files([str(path)])
    return file


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def zipped(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


STORED = {
    "plain": LOG,
    "gzip": gzip.compress(LOG),
    "gzip in two members": gzip.compress(LOG[:1000]) + gzip.compress(LOG[1000:]),
    "gzip padded": gzip.compress(LOG) + bytes(2000),
    "bzip2": bz2.compress(LOG),
    "xz": lzma.compress(LOG),
    "zstd": zstd.compress(LOG),
    "twice packed": bz2.compress(gzip.compress(LOG)),
    "utf-8 with bom": b"\xef\xbb\xbf" + LOG,
    "utf-16": LOG.decode().encode("utf-16"),
    "utf-16-be without bom": LOG.decode().encode("utf-16-be"),
    "utf-16-le without bom": LOG.decode().encode("utf-16-le"),
    "utf-32": LOG.decode().encode("utf-32"),
    "packed utf-16": gzip.compress(LOG.decode().encode("utf-16")),
    "bare cr": LOG.replace(b"\n", b"\r"),
    "zero bytes first": bytes(5_000_000) + LOG,
    "zero bytes first, packed": gzip.compress(bytes(5_000_000) + LOG),
}


@pytest.mark.parametrize("form", STORED)
def test_text_is_the_same_however_stored(tmp_path: Path, form: str) -> None:
    file = one(put(tmp_path / "a.log", STORED[form]))
    for _ in range(2):
        assert text(file) == LOG
    assert file.problems == (["zero bytes left out"] if "zero" in form else [])


def test_blocks_end_at_line_ends(tmp_path: Path) -> None:
    for data in (LOG * 8, gzip.compress(LOG * 8)):
        blocks = list(one(put(tmp_path / "a.log", data)).blocks())
        assert len(blocks) > 2
        assert all(block.endswith(b"\n") for block in blocks)
        assert b"".join(blocks) == LOG * 8


def test_members_of_an_archive_are_streams_of_their_own(tmp_path: Path) -> None:
    members = {"d/mail.current": LOG, "d/mail.@20140101T000000.s": gzip.compress(b"old\n"), "d/.hidden": b"x"}
    path = put(tmp_path / "logs.zip", zipped(**members))
    found = find_files([str(path)])
    assert [file.name for file in found] == ["logs.zip:d/mail.@20140101T000000.s", "logs.zip:d/mail.current"]
    assert [text(file) for file in found] == [b"old\n", LOG]
    assert [file.problems for file in found] == [[], []]
    assert found[0].modified is not None


def test_an_archive_that_broke_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    noise = b"".join(STAMP + b"MID %d %s\n" % (n, os.urandom(30).hex().encode()) for n in range(9000))
    whole = zipped(**{"one.log": LOG, "two.log": noise, "three.log": LOG})
    path = put(tmp_path / "logs.zip", whole[: whole.index(b"three.log") - 100_000])
    one, two = find_files([str(path)])
    assert text(one) == LOG
    assert noise.startswith(text(two))
    assert len(text(two)) > len(noise) // 2
    assert (one.problems, two.problems) == (
        ["damaged zip archive"],
        ["damaged zip archive", "truncated deflate stream"],
    )


ENCODED = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932")
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd.compress,
    "zip": lambda data: zipped(log=data),
}


@given(
    LOGS,
    NEEDLES,
    st.sampled_from(ENCODED),
    st.sampled_from(list(PACKED)),
    st.tuples(st.integers(1, 300), st.integers(1, 300)),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_search_finds_the_same_however_stored_and_cut(
    tmp_path: Path, log: bytes, needles: list[Needle], encoding: str, packing: str, sizes: tuple[int, int]
) -> None:
    """Around the edges of what is read and unpacked at once, and at the ends of files."""
    log = b"" if not log else STAMP + log
    path = put(tmp_path / "a.log", PACKED[packing](log.decode().encode(encoding)))
    block, chunk = sizes
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "CHUNK", chunk)
        patch.setattr(packed, "PIECE", chunk)
        patch.setattr(logfile, "Plain", partial(logfile.Plain, block_size=block))
        patch.setattr(logfile, "from_pieces", partial(logfile.from_pieces, block_size=block))
        file = one(path)
        found = plain(search(file, needles))
    assert found == plain_search(log, needles)


def test_folder_in_rotation_order_with_one_level_below(tmp_path: Path) -> None:
    for name in ("mail.current", "mail.@20140102T000000.c", "mail.@20140101T000000.s", ".hidden", "esa2/mail.current"):
        put(tmp_path / name, b"x\n")
    put(tmp_path / "esa2" / "deeper" / "mail.current", b"x\n")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken").symlink_to("nowhere")
    found = find_files([str(tmp_path)])
    assert [file.name for file in found] == [
        "mail.@20140101T000000.s",
        "mail.@20140102T000000.c",
        f"{tmp_path.name}/mail.current",
        "esa2/mail.current",
    ]


def test_globs_and_what_named_them(tmp_path: Path) -> None:
    put(tmp_path / "a" / "mail.log", b"x\n")
    put(tmp_path / "b" / "mail.log.1", b"y\n")
    put(tmp_path / "b" / "mail.log", b"y\n")
    put(tmp_path / "[odd]", b"z\n")
    found = find_files([f"{tmp_path}/a/mail.log", f"{tmp_path}/*/mail*", f"{tmp_path}/[odd]", f"{tmp_path}/a"])
    assert [(file.name, file.named) for file in found] == [
        ("a/mail.log", 0),
        ("mail.log.1", 1),
        ("b/mail.log", 1),
        ("[odd]", 2),
    ]


def test_a_glob_over_folders_in_folders(tmp_path: Path) -> None:
    paths = ("mail.log", "a/mail.log", "a/b/mail.log", "a/b/c/mail.txt", "[x]/d/mail.log", ".hidden/mail.log")
    for number, path in enumerate(paths):
        put(tmp_path / path, b"%d\n" % number)
    for pattern, expected in (
        ("**/mail.log", {"mail.log", "a/mail.log", "a/b/mail.log", "[x]/d/mail.log"}),
        ("**/**/mail.log", {"mail.log", "a/mail.log", "a/b/mail.log", "[x]/d/mail.log"}),
        ("**", {"mail.log", "a/mail.log", "a/b/mail.log", "a/b/c/mail.txt", "[x]/d/mail.log"}),
        ("a/**/c/**/*.txt", {"a/b/c/mail.txt"}),
        ("?/**/b/*", {"a/b/mail.log", "a/b/c/mail.txt"}),
    ):
        found = find_files([f"{tmp_path}/{pattern}"])
        assert {Path(file.path).relative_to(tmp_path).as_posix() for file in found} == expected
        assert len(found) == len(expected)


def test_a_glob_over_links_that_go_round_in_circles_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "a" / "mail.log", b"x\n")
    for name in ("one", "two"):
        (tmp_path / name).symlink_to(".")
        (tmp_path / "a" / name).symlink_to("..")
    monkeypatch.chdir(tmp_path)
    for pattern in ("**/mail.log", f"{tmp_path}/**", "**/*/**/mail.log", "one/**/mail.log"):
        assert [file.name for file in find_files([pattern])] == ["mail.log"]


def test_standard_input_can_be_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (LOG, gzip.compress(LOG)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        (file,) = find_files(["-", "-"])
        assert (file.name, file.modified) == ("-", None)
        assert text(file) == text(file) == LOG


def test_a_zip_on_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(zipped(mail=LOG))))
    (file,) = find_files(["-"])
    assert file.name == "-:mail"
    assert text(file) == LOG


@pytest.mark.parametrize("key", ["no-such-file", "glob-without-match", "folder-without-files", "not-a-file"])
def test_paths_that_mean_nothing(tmp_path: Path, key: str) -> None:
    (tmp_path / "empty").mkdir()
    path = {
        "no-such-file": f"{tmp_path}/absent",
        "glob-without-match": f"{tmp_path}/*.log",
        "folder-without-files": f"{tmp_path}/empty",
        "not-a-file": "/dev/null",
    }[key]
    with pytest.raises(InputError) as caught:
        find_files([path])
    assert (caught.value.key, caught.value.values["path"]) == (key, path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_unreadable(tmp_path: Path) -> None:
    put(tmp_path / "a.log", LOG).chmod(0)
    with pytest.raises(InputError, match="unreadable-file"):
        find_files([str(tmp_path / "a.log")])
    (file,) = find_files([str(tmp_path)])
    assert file.problems == ["Permission denied"]
    assert text(file) == b""


def forbidden(*_: object, **__: object) -> None:
    raise PermissionError(errno.EACCES, "Permission denied")


def test_what_may_not_be_read_is_told_so_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "a.log", LOG)
    monkeypatch.setattr(stored, "_open", forbidden)
    (file,) = find_files([str(tmp_path)])
    with file.shared() as shared:
        assert shared is None
    assert text(file) == b""
    assert file.problems == ["Permission denied"]
    with pytest.raises(InputError, match="unreadable-file"):
        find_files([f"{tmp_path}/*.log"])


def test_in_a_folder_that_may_not_be_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "lstat", forbidden)
        for name in ("a.log", "*.log"):
            with pytest.raises(InputError, match="unreadable-file"):
                find_files([f"{tmp_path}/{name}"])
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="unreadable-file"):
        find_files([f"{tmp_path}/*.log"])


@pytest.mark.parametrize("packing", ["gzip", "bzip2", "xz", "zstd"])
def test_truncated_and_damaged_streams_give_what_they_hold(tmp_path: Path, packing: str) -> None:
    log = os.urandom(600_000).hex().encode()
    log = b"\n".join(log[n : n + 90] for n in range(0, len(log), 90))
    pack = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstd.compress}[packing]
    whole = pack(log)
    truncated = one(put(tmp_path / "a.log", whole[: len(whole) * 9 // 10]))
    assert log.startswith(text(truncated))
    assert len(text(truncated)) > len(log) // 2 or packing == "bzip2"
    assert truncated.problems == [f"truncated {packing} stream"]
    half = len(whole) // 2
    damaged = one(put(tmp_path / "b.log", whole[:half] + bytes(1000) + whole[half + 1000 :]))
    text(damaged)
    assert damaged.problems == [f"damaged {packing} stream"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + os.urandom(1000), "picture"),
        (b"\x7fELF" + bytes(100), "binary"),
        (bytes(range(256)) * 100, "binary"),
        (gzip.compress(bytes(range(256)) * 100), "binary"),
        (zipped()[:10] + b"x" * 100, "damaged zip archive"),
        (zipped(), "no file in the archive"),
        (b"7z\xbc\xaf\x27\x1c" + os.urandom(1000), "7z archive: unpack it first"),
        (b"Rar!\x1a\x07\x01\x00" + os.urandom(1000), "rar archive: unpack it first"),
        (b"\x1f\x9d\x90" + os.urandom(1000), "compress stream: unpack it first"),
        (b"\x04\x22\x4d\x18" + os.urandom(1000), "lz4 stream: unpack it first"),
        (gzip.compress(zipped(mail=LOG)), "a zip archive inside a packed file: unpack it first"),
    ],
)
def test_what_is_no_log_is_noted(tmp_path: Path, data: bytes, problem: str) -> None:
    file = one(put(tmp_path / "a.log", data))
    assert text(file) == b""
    assert file.problems == [problem]


def test_endless_lines_are_cut_and_what_follows_is_found(tmp_path: Path) -> None:
    endless = STAMP + b"MID 3 Subject '" + b"x" * 40_000_000 + b"'\n"
    log = LOG + endless + STAMP + b"MID 77777 ready\n"
    for data in (log, gzip.compress(log)):
        file = one(put(tmp_path / "a.log", data))
        assert max(map(len, file.blocks())) < 6 << 20
        assert [entry.line for entry in search(file, [Needle(b"MID 77777")])] == [20_002]
        assert file.problems == ["line longer than 1 MiB cut"]


def test_a_run_of_zeros_packed_needs_little_memory(tmp_path: Path) -> None:
    data = gzip.compress(LOG) + gzip.compress(bytes(30 << 20)) * 10 + gzip.compress(STAMP + b"MID 77777 ready\n")
    file = one(put(tmp_path / "a.log.gz", data))
    tracemalloc.start()
    assert [entry.line for entry in search(file, [Needle(b"MID 77777")])] == [20_001]
    assert tracemalloc.get_traced_memory()[1] < 40 << 20
    tracemalloc.stop()


def test_a_bomb_is_left_at_its_ceiling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.maillog.packed.CEILING", 10 << 20)
    monkeypatch.setattr("wizard.maillog.packed.RATIO", 10)
    file = one(put(tmp_path / "a.log.gz", gzip.compress((b"x" * 99 + b"\n") * 1_000_000)))
    assert 10 << 20 <= len(text(file)) < 15 << 20
    assert file.problems == ["unpacks to far more than a log does: read in part"]


def test_files_that_change_while_they_are_read(tmp_path: Path) -> None:
    path = put(tmp_path / "mail.current", LOG * 8)
    file = one(path)
    with path.open("ab") as grown:
        grown.write(b"more\n")
    assert text(file) == LOG * 8
    blocks = file.blocks()
    first = next(blocks)
    os.truncate(path, len(first) + 100)
    assert first + b"".join(blocks) == (LOG * 8)[: len(first) + 100]
    assert file.problems == ["shorter than it was at first"]


def test_files_that_rotate_between_two_passes(tmp_path: Path) -> None:
    path = put(tmp_path / "mail.current", LOG)
    file = one(path)
    path.rename(tmp_path / "mail.@20140101T000000.s")
    put(path, b"Thu Nov 20 00:00:00 2014 Info: Begin Logfile\n")
    assert text(file) == LOG
    (tmp_path / "mail.@20140101T000000.s").unlink()
    assert text(file) == b""
    assert file.problems == ["rotated away or rewritten while it was read"]


def test_pipes_named_are_read(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.write(write, b"one\n")
    os.close(write)
    try:
        assert stat.S_ISFIFO(os.fstat(read).st_mode)
        assert text(one(Path(f"/dev/fd/{read}"))) == b"one\n"
    finally:
        os.close(read)
