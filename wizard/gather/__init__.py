"""Sources of facts: one module each, of one signature, imported only when it is turned to."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.facts import Fact
    from wizard.gather.base import Desk, Gathered, Gatherer
    from wizard.rulebase.model import Source

MODULES = {
    "logs": "logs",
    "earlier_mail": "earlier_mail",
    "dns_candidates": "dns_candidates",
    "reverse_dns": "reverse_dns",
    "authentication": "authentication",
    "blocklists": "blocklists",
    "receiving": "receiving",
    "hand_test": "hand_test",
    "ask_hand_test": "ask_hand_test",
    "ask_gateway": "ask_hand_test",
    "question": "question",
    "ask_log": "ask_log",
    "ask_tracking": "ask_log",
    "ask_sender": "ask_sender",
    "ask_recipient": "ask_criterion",
    "ask_message_id": "ask_criterion",
    "ask_window": "ask_window",
    "ask_attempt": "ask_attempt",
    "ask_addresses": "ask_criterion",
    "ask_talos": "ask_criterion",
    "sender_log": "sender_log",
    "ask_sender_log": "ask_sender_log",
    "debug_log": "debug_log",
    "ask_debug_log": "ask_debug_log",
}
"""Gatherer, as rules/facts/sources.yaml calls it → module."""


def gatherers() -> dict[str, Gatherer]:
    """Every gatherer by the name that rules/facts/sources.yaml calls it."""
    return {name: _lazily(module) for name, module in MODULES.items()}


def _lazily(module: str) -> Gatherer:
    def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
        gathered: Gathered = import_module(f"wizard.gather.{module}").gather(source, facts, desk)
        return gathered

    return gather
