"""Where the system keeps what a program remembers: a user's configuration, and the state of what is under way."""

from __future__ import annotations

from pathlib import Path

NAME = "mailwhy"


def config_folder() -> Path:
    """`~/.config/mailwhy` on Linux (or `XDG_CONFIG_HOME`), the folders of macOS and Windows there."""
    from platformdirs import user_config_path

    return user_config_path(NAME, appauthor=False)


def state_folder() -> Path:
    """`~/.local/state/mailwhy` on Linux (or `XDG_STATE_HOME`), the folders of macOS and Windows there."""
    from platformdirs import user_state_path

    return user_state_path(NAME, appauthor=False)


def private_folder(path: Path) -> Path:
    """The folder, made for its owner only where it is missing. Raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
