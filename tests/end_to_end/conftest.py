"""The command line with real name servers behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from asking import QUIET, Told, run, write

Diagnose = Callable[..., Told]


@pytest.fixture
def diagnose(tmp_path: Path, dns_port: int) -> Diagnose:
    """`mailwhy diagnose --auto` about a morning on which, beside strangers, the given lines were logged."""

    def ask(lines: Sequence[str], *arguments: str, resolver: str = "127.0.0.1", quiet: bool = True) -> Told:
        log = write(tmp_path / "mail.log", [*lines, *(QUIET if quiet else ())])
        asked = ("--log", str(log), "--resolver", f"{resolver}:{dns_port}")
        formatted = () if "--format" in arguments else ("--format", "json")
        return run("diagnose", "--auto", *asked, *formatted, *arguments)

    return ask
