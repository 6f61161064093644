"""The name servers of the tests in this folder, started once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from servers import RESOLVER, World, missing_programs

from wizard.resolve.addressing import Server
from wizard.resolve.resolver import Resolver


@pytest.fixture(scope="session")
def dns_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of all name servers of `servers.World`, which run until the last test is over."""
    missing = missing_programs()
    if missing:
        pytest.skip(f"needs real name servers: apt-get install {missing} (tests/servers/install-dns does it)")
    world = World(tmp_path_factory.mktemp("dns"))
    try:
        yield world.start()
    finally:
        world.stop()


@pytest.fixture
def resolver(dns_port: int) -> Resolver:
    """A resolver of its own for each test, with nothing remembered."""
    return Resolver([Server(RESOLVER, dns_port)])


@pytest.fixture
def resolver_at(dns_port: int) -> Callable[..., Resolver]:
    def make(address: str, **options: float) -> Resolver:
        return Resolver([Server(address, dns_port)], **options)  # type: ignore[arg-type]

    return make
