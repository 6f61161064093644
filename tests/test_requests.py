"""Every gatherer that makes a text for others is asked for it."""

from __future__ import annotations

from importlib import import_module

from wizard.gather import MODULES
from wizard.gather.requests import WITH_TEXT


def test_all_modules_with_a_text_are_named() -> None:
    modules = {module for module in MODULES.values() if hasattr(import_module(f"wizard.gather.{module}"), "ready_text")}
    assert modules == {MODULES[name] for name in WITH_TEXT}
