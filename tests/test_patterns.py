"""A mistake in a pattern that is compiled late would be found by a user: here all are compiled."""

from __future__ import annotations

import gc
from importlib import import_module
from pkgutil import walk_packages

import wizard
from wizard.patterns import pattern


def test_all_patterns_compile() -> None:
    for module in walk_packages(wizard.__path__, "wizard."):
        import_module(module.name)
    late = [one for one in gc.get_objects() if isinstance(one, type(pattern("")))]
    assert len(late) > 100
    for one in late:
        assert one.groups >= 0
