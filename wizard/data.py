"""Where the program's data stands: beside the package in a checkout, inside it when installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent


def data_folder(name: str) -> Path:
    """Return the folder of `rules` or `reports`.

    >>> data_folder("reports").name
    'reports'
    """
    packed = PACKAGE / name
    return packed if packed.is_dir() else PACKAGE.parent / name
