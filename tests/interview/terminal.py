"""mailwhy in a real terminal: keys go in, and what stands on the screen comes out as text."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import pexpect

_CODES = re.compile(r"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78])")
KEYS = {
    "down": "\x1b[B",
    "up": "\x1b[A",
    "enter": "\r",
    "tab": "\t",
    "ctrl-c": "\x03",
    "ctrl-d": "\x04",
    "erase": "\x15",
}
PATIENCE = 30.0


class Session:
    """One run of the program. `text` is all that it wrote, without control codes, blanks and line ends as one blank."""

    def __init__(self, folder: Path, *arguments: str, lang: str = "en", rows: int = 40, **environment: str) -> None:
        given = {
            **os.environ,
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_STATE_HOME": str(folder / "state"),
            "LANG": {"en": "en_US.UTF-8", "ja": "ja_JP.UTF-8"}[lang],
            "TERM": "xterm-256color",
            "PROMPT_TOOLKIT_NO_CPR": "1",
            **environment,
        }
        for name in ("LC_ALL", "LC_MESSAGES", "NO_COLOR"):
            if name not in environment:
                given.pop(name, None)
        command = [sys.executable, "-m", "wizard", *arguments]
        root = str(Path(__file__).parents[2])
        given["PYTHONPATH"] = root
        self.child = pexpect.spawn(
            command[0], command[1:], env=given, cwd=str(folder), dimensions=(rows, 100), encoding="utf-8", timeout=5
        )
        self.raw = ""
        self._seen = 0

    @property
    def text(self) -> str:
        return " ".join(_CODES.sub("", self.raw).split())

    def sees(self, *texts: str) -> Session:
        """Wait until these texts appear, one after the other, after what was seen before."""
        for wanted in texts:
            end = time.monotonic() + PATIENCE
            while (at := self.text.find(wanted, self._seen)) < 0:
                assert time.monotonic() < end, f"{wanted!r} never came; the end is: {self.text[self._seen :][-1500:]}"
                self._read()
            self._seen = at + len(wanted)
        return self

    def types(self, text: str = "", *keys: str) -> Session:
        """Type a text, then keys by name; Enter where none is named."""
        self.child.send(text)
        for key in keys or ("enter",):
            time.sleep(0.02)
            self.child.send(KEYS[key])
        return self

    def pastes(self, text: str, *, bracketed: bool) -> Session:
        """Paste a text, as a terminal that marks pastes does it, or one that does not."""
        lines = text.replace("\n", "\r")
        self.child.send(f"\x1b[200~{lines}\x1b[201~" if bracketed else lines)
        return self

    def resized(self, rows: int, columns: int) -> Session:
        self.child.setwinsize(rows, columns)
        return self

    def ends(self) -> int:
        """Read to the end, and return the exit status."""
        end = time.monotonic() + PATIENCE
        while self.child.isalive() and time.monotonic() < end:
            self._read()
        self._read()
        self.child.close()
        assert self.child.exitstatus is not None
        return int(self.child.exitstatus)

    def _read(self) -> None:
        try:
            self.raw += self.child.read_nonblocking(65_536, timeout=0.02)
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            time.sleep(0.02)
