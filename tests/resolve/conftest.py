"""Resolvers that ask the name servers of `servers.World`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from servers import RESOLVER

from wizard.resolve.addressing import Server
from wizard.resolve.resolver import Resolver


@pytest.fixture
def resolver(dns_port: int) -> Resolver:
    """A resolver of its own for each test, with nothing remembered."""
    return Resolver([Server(RESOLVER, dns_port)])


@pytest.fixture
def resolver_at(dns_port: int) -> Callable[..., Resolver]:
    def make(address: str, **options: float) -> Resolver:
        return Resolver([Server(address, dns_port)], **options)  # type: ignore[arg-type]

    return make
