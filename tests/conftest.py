"""The name servers that tests of several folders ask, started once a worker and only when asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

collect_ignore_glob = ["*conftest.py"]  # they hold no doctests, and of one name only one can be imported for them
sys.path.append(str(Path(__file__).parent / "resolve"))


@pytest.fixture(scope="session")
def dns_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of all name servers of `servers.World`, which run until the last test is over."""
    from servers import World, missing_programs

    missing = missing_programs()
    if missing:
        pytest.skip(f"needs real name servers: apt-get install {missing} (tests/servers/install-dns does it)")
    world = World(tmp_path_factory.mktemp("dns"))
    try:
        yield world.start()
    finally:
        world.stop()
