"""The tables of this room: YAML beside the code, all scalars read as text (else 5.10 would be a number, `no` False)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def table(name: str) -> Any:
    """Return the content of `wizard/smtp/NAME.yaml`."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return yaml.load((FOLDER / f"{name}.yaml").read_bytes(), Loader=loader)
