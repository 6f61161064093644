"""The command line. Importing this package is light: each command imports what it needs when it runs."""

from __future__ import annotations

from wizard.cli.main import main

__all__ = ["main"]
