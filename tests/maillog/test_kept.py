"""What is kept of a line says, when it is asked, what the line said when it was read."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.maillog.asked import Asked
from wizard.maillog.files import find_files
from wizard.maillog.follow import follow
from wizard.maillog.lines import read_entry
from wizard.maillog.log import Log
from wizard.maillog.loglines import Lines

ENTRIES = (
    "Mon Mar  3 09:00:00 2025 Info: ICID 10 close",
    "Mon Mar  3 09:00:00 2025 Info:   Start MID 5 ICID 10  ",
    "  2025-03-03T09:00:00.5+09:00 gw1 mail_logs: Info: MID 5 Subject 'a: b'",
    "Mar  3 09:00:00 gw1 mail_logs: Info: Info: MID 5 ready 300 bytes from <bob@sender.test>",
    "Mon Mar  3 09:00:00 2025 Info: ICID 32 Address: <bob> sender rejected, envelope \nsender domain missing",
    f"Mon Mar  3 09:00:00 2025 Info: Start MID {(1 << 32) - 1} ICID {'9' * 20}",
    f"Mon Mar  3 09:00:00 2025 Info: ICID {(1 << 32) - 2} close",
    "Mon Mar  3 09:00:00 2025 Info: MID 5 Subject '件名'",
    "Mon Feb 30 09:00:00 2025 Info: ICID 10 lost",
    "Mon Mar  3 09:00:00 2025 Info: nothing that this gateway would write",
    "neither stamp nor level: ",
)


def lines_of(path: Path, text: str) -> Lines:
    path.write_text(text, encoding="utf-8")
    log = Log(find_files([str(path)]))
    follow(log, Asked())
    return log.lines()


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_kept_line_is_read_again_as_it_was(entry: str, tmp_path: Path) -> None:
    (line,) = lines_of(tmp_path / "mail.log", entry + "\n")
    prefix, event = read_entry(entry)
    assert (line.raw, line.text, line.event) == (entry, prefix.text, event)
    assert line.body == prefix.text[prefix.text.rfind(prefix.body) :]
    assert line.time == (prefix.stamp.time if prefix.stamp and prefix.stamp.has_year else line.time)
    assert line.kind is (type(event) if event else None)
    assert line.named == ((event.icid, event.mid, event.dcid) if event else (None, None, None))


def test_records_that_are_not_open_any_more_are_read_again(tmp_path: Path) -> None:
    count = 1200  # more than stay open
    text = "".join(
        f"Mon Mar  3 09:00:00 2025 Info: Start MID {n} ICID {n}\nMon Mar  3 09:00:00 2025 Info: MID {n} ICID {n} "
        f"From: <u{n}@sender.test>\n"
        for n in range(1, count + 1)
    )
    (tmp_path / "mail.log").write_text(text, encoding="ascii")
    log = Log(find_files([str(tmp_path / "mail.log")]))
    messages = follow(log, Asked()).messages
    for _ in range(2):
        assert [[line.event.mid for line in one.lines if line.event] for one in messages] == [
            [n, n] for n in range(1, count + 1)
        ]
    assert sum(one.opened is not None for one in messages) < count
