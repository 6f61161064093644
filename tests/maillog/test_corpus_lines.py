"""Real lines of others (not part of this project): each is understood, or listed as unknown with what it is.

Left out where the folder of lines is absent. Run with `-s` to see the share.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.maillog.events.base import Unknown
from wizard.maillog.kinds_of_log import recognise
from wizard.maillog.lines import read_entry
from wizard.maillog.prefix import begins_entry

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no folder of real log lines beside this project")

OTHER_LOGS = {"vendor-excerpt-24.txt": "domain-debug", "vendor-excerpt-35.txt": "delivery"}
KINDS = OTHER_LOGS | {
    "elastic-bounces.log": "mail",
    "elastic-consolidated-event.cef": "consolidated",
    "vendor-excerpt-23.txt": "bounce",
    "vendor-excerpt-28.txt": "consolidated",
}


def _files() -> list[Path]:
    return [path for path in sorted(CORPUS.glob("*")) if path.suffix != ".md"]


def _entries(path: Path) -> Iterator[str]:
    entry: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("# "):
            continue
        if (begins_entry(line.encode()) or not entry) and line.strip():
            if entry:
                yield "\n".join(entry)
            entry = [line]
        elif entry:
            entry.append(line)
    if entry:
        yield "\n".join(entry)


def test_every_line_is_understood_or_of_another_log(capsys: pytest.CaptureFixture[str]) -> None:
    understood, unknown = 0, []
    for path in _files():
        for entry in _entries(path):
            event = read_entry(entry)[1]
            if event is None or isinstance(event, Unknown):
                unknown.append((path.name, entry))
            else:
                understood += 1
    with capsys.disabled():
        total = understood + len(unknown)
        print(f"\n{understood} of {total} real entries understood ({understood / total:.0%}); unknown:")
        for name, entry in unknown:
            print(f"  {name} ({KINDS.get(name, 'mail')} log): {entry[:90]!r}")
    assert {name for name, _ in unknown} <= OTHER_LOGS.keys()


@pytest.mark.parametrize("name", sorted(KINDS))
def test_other_logs_are_told_apart(name: str) -> None:
    lines = [line for line in (CORPUS / name).read_text("utf-8").split("\n") if not line.startswith("# ")]
    assert recognise(lines) == KINDS[name]


def test_all_others_are_mail_logs() -> None:
    for path in _files():
        lines = [line for line in path.read_text("utf-8").split("\n") if not line.startswith("# ")]
        if path.name not in KINDS and any(line.strip() for line in lines):
            assert recognise(lines) == "mail", path.name
