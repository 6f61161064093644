"""Every gatherer that makes a text for others is asked for it."""

from __future__ import annotations

from importlib import import_module

from wizard.data import data_folder
from wizard.facts import Fact
from wizard.gather import MODULES
from wizard.gather.requests import WITH_TEXT, text_for
from wizard.rulebase.load import load


def test_all_modules_with_a_text_are_named() -> None:
    modules = {module for module in MODULES.values() if hasattr(import_module(f"wizard.gather.{module}"), "ready_text")}
    assert modules == {MODULES[name] for name in WITH_TEXT}


def test_an_injection_debug_log_is_set_up_for_this_sender_and_for_no_example() -> None:
    source = load(data_folder("rules")).sources["ask-debug-log"]
    sender = Fact("sender.mailbox", "bob@partner.example", "answer", "2026-11-24T12:00:00+00:00")
    told = text_for(source, {sender.name: sender}, "en", None) or ""
    assert "block of IP addresses: .partner.example" in told
    assert text_for(source, {}, "en", None) is None
