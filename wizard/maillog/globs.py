"""What a glob means, `**` included, also where links between folders go round in circles."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path


def matches(path: str) -> list[str]:
    """The files and folders that a glob matches. `**` enters no links to folders and no hidden folders: with two links
    that lead to their own folder there would be no end. One that ends in `**` matches folders, for the files in them.
    """
    return list(dict.fromkeys(_matches(path)))


def _matches(path: str) -> Iterator[str]:
    parts = Path(path).parts
    if "**" not in parts:
        yield from glob.iglob(path)  # noqa: PTH207
        return
    at = parts.index("**")
    behind = parts[at:]
    while behind[:1] == ("**",):
        behind = behind[1:]
    for top in glob.iglob(str(Path(*parts[:at]))):  # noqa: PTH207
        for folder in _folders(top):
            yield from _matches(str(Path(glob.escape(folder), *behind))) if behind else [folder]


def _folders(top: str) -> Iterator[str]:
    pending = [top]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as entries:
                below = [one for one in entries if one.is_dir(follow_symlinks=False) and not one.name.startswith(".")]
        except OSError:
            continue
        yield folder
        pending += [one.path for one in below]
