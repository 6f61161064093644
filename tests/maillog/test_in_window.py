"""A question for a time alone: only that time is read, and its attempts are the same as if all had been read."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.generate import START, write_log
from wizard.errors import InputError
from wizard.maillog import in_window, passes
from wizard.maillog.asked import Asked, Window
from wizard.maillog.attempts import attempts
from wizard.maillog.files import find_files
from wizard.maillog.follow import follow
from wizard.maillog.log import Log
from wizard.maillog.records import Records

WINDOW = Window(START + timedelta(seconds=100), START + timedelta(seconds=110))
NOW = datetime(2024, 3, 5)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "mail.log"
    write_log(path, 9_000_000)
    return path


def of_the_time(records: Records) -> list[tuple[list[str], str | None]]:
    return sorted(
        ([line.text for line in one.lines], one.recipient)
        for one in attempts(records)
        if WINDOW.overlaps(one.began, one.ended)
    )


def test_the_attempts_of_a_time_are_found_without_reading_all_lines(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_window, "BEFORE", timedelta(seconds=40))
    monkeypatch.setattr(in_window, "MOST_BEHIND", 1 << 20)
    log, whole = (Log(find_files([str(path)]), now=NOW) for _ in range(2))
    found = follow(log, Asked(), lambda _: WINDOW)
    everything = follow(whole, Asked())
    assert of_the_time(found) == of_the_time(everything) != []
    assert len(log.lines()) < len(whole.lines()) * 3 // 4
    assert log.files[0].problems == [in_window.NOT_ALL_BEHIND]


def test_a_time_with_too_many_lines_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "MOST_LINES", 2000)
    with pytest.raises(InputError, match="too-many-lines"):
        follow(Log(find_files([str(path)]), now=NOW), Asked(), lambda _: WINDOW)
