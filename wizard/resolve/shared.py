"""Which services send for many domains from the same networks, by the names that SPF records include."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from wizard.resolve.names import is_within


def shared_service(names: tuple[str, ...]) -> str:
    """The service that one of the names belongs to, empty if none does.

    >>> shared_service(("example.org", "spf.protection.outlook.com")), shared_service(("spf.example.org",))
    ('Microsoft 365', '')
    """
    known = _services()
    return next((service for name in names for service, at in known if is_within(name, at)), "")


@cache
def _services() -> tuple[tuple[str, str], ...]:
    import yaml

    with Path(__file__).with_name("shared_senders.yaml").open(encoding="utf-8") as file:
        services: dict[str, list[str]] = yaml.safe_load(file)
    return tuple((service, name) for service, names in services.items() for name in names)
