"""What is kept between runs: cases under way, texts that were pasted, and what was named here for which case."""

from __future__ import annotations

import contextlib
import json
import os
import time
import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from wizard.casefile.file import CONCLUDED, CaseFile, load
from wizard.errors import InputError
from wizard.interview.places import private_folder, state_folder

KEPT_DAYS = 30
"""After so many days an unnamed case and pasted texts are deleted: they hold other people's mail."""
LOOKED_AT = 5
_DAY = 86_400


class Memory:
    """The state folder. Where it cannot be used nothing is kept, and nothing else goes wrong."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or state_folder()

    def new_case(self, case_id: str) -> Path | None:
        """Where an unnamed case is to be saved; None where that is not possible."""
        try:
            folder = private_folder(self.folder / "cases")
        except OSError:
            return None
        return folder / f"{datetime.now():%Y%m%d-%H%M%S}-{case_id[:8]}.json"

    def unfinished(self) -> tuple[Path, CaseFile] | None:
        """The latest unnamed case that came to no end."""
        for path in self._latest("cases", "*.json")[:LOOKED_AT]:
            with contextlib.suppress(InputError):
                case = load(path)
                if case.head.state != CONCLUDED and case.steps:
                    return path, case
        return None

    def keep_text(self, text: str) -> str:
        """Write a pasted text to a file for its owner only, and return the path. Raises InputError."""
        try:
            path = private_folder(self.folder / "pasted") / f"{datetime.now():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:8]}.txt"
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
                file.write(text + "\n")
        except OSError as error:
            raise InputError("case-not-written", path=str(self.folder), reason=error.strerror or str(error)) from error
        return str(path)

    def forget_old(self) -> None:
        """Delete what is older than it may be kept."""
        for path in [*self._latest("cases", "*.json"), *self._latest("pasted", "*.txt")]:
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < time.time() - KEPT_DAYS * _DAY:
                    path.unlink()

    def trusted(self, case_id: str) -> set[str]:
        """What was named here for this case, and so may be opened and contacted: `path …`, `host …`."""
        found = self._consents().get(case_id, [])
        return {str(one) for one in found} if isinstance(found, list) else set()

    def trust(self, case_id: str, named: Iterable[str]) -> None:
        """Remember that these were named here for this case."""
        named = set(named)
        consents = self._consents()
        before = self.trusted(case_id)
        if named <= before:
            return
        consents[case_id] = sorted(before | named)
        newest = dict(list(consents.items())[-200:])
        with contextlib.suppress(OSError):
            path = private_folder(self.folder) / "named-here.json"
            path.write_text(json.dumps(newest, ensure_ascii=False, indent=1), encoding="utf-8")

    def _consents(self) -> dict[str, object]:
        try:
            found = json.loads((self.folder / "named-here.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _latest(self, folder: str, pattern: str) -> list[Path]:
        try:
            return sorted((self.folder / folder).glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)
        except OSError:
            return []
