"""What is remembered of the site: a small file that can be edited, read leniently and written whole."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.errors import InputError
from wizard.interview.places import config_folder, private_folder
from wizard.words import LANGUAGES

FILE = "config.yaml"
_HEAD = """\
# What mailwhy remembers of this site. Edit it freely, or delete it: it is asked for again then.
# log: paths of the gateway's mail log · gateway: HOST[:PORT] of the hand test · resolver: IP[:PORT], or system
# lang: en or ja · plain: yes for screen readers (nothing is redrawn) · remember: no to be asked no more
"""


@dataclass(frozen=True, slots=True)
class Site:
    """Defaults for the next case; None is not known. `remember` False: not to be asked about."""

    log: tuple[str, ...] = ()
    gateway: str | None = None
    resolver: str | None = None
    lang: str | None = None
    plain: bool = False
    remember: bool = True


def site_path() -> Path:
    """Where the file is."""
    return config_folder() / FILE


def load_site(path: Path) -> Site:
    """The file's content; nothing where there is none. Raises InputError for one that is no such file."""
    import yaml

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Site()
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError("config-not-read", path=str(path), reason=reason) from error
    if found is None:
        return Site()
    if not isinstance(found, dict):
        raise InputError("config-not-read", path=str(path), reason="no KEY: VALUE lines")
    return _site(found, path)


def _site(found: dict[str, Any], path: Path) -> Site:
    known = {"log", "gateway", "resolver", "lang", "plain", "remember"}
    unknown = sorted(str(name) for name in found if name not in known)
    if unknown:
        raise InputError("config-unknown-key", path=str(path), found=unknown[0], known=", ".join(sorted(known)))
    log = found.get("log") or ()
    lang = found.get("lang")
    return Site(
        log=(log,) if isinstance(log, str) else tuple(str(one) for one in log),
        gateway=_text(found.get("gateway")),
        resolver=_text(found.get("resolver")),
        lang=lang if lang in LANGUAGES else None,
        plain=bool(found.get("plain", False)),
        remember=bool(found.get("remember", True)),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def save_site(site: Site, path: Path) -> bool:
    """Write the file; whether that was possible."""
    import yaml

    plain: dict[str, object] = {
        "log": list(site.log) or None,
        "gateway": site.gateway,
        "resolver": site.resolver,
        "lang": site.lang,
        "plain": site.plain or None,
        "remember": None if site.remember else False,
    }
    kept = {name: value for name, value in plain.items() if value is not None}
    text = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False) if kept else ""
    with contextlib.suppress(OSError):
        private_folder(path.parent)
        part = path.with_suffix(".part")
        part.write_text(_HEAD + text, encoding="utf-8")
        part.replace(path)
        return True
    return False
