"""After a case: what it has shown of the site is offered to be remembered, once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from wizard.case import Step
from wizard.interview import foreign
from wizard.interview.console import Console, Menu
from wizard.interview.screen import wrapped
from wizard.interview.site import Site, save_site
from wizard.words import Lang, sentence, words


def shown_by(steps: Iterable[Step], site: Site, pasted: Path, resolver: str | None, lang: Lang | None) -> Site:
    """The site, with what was not known of it yet. Pasted texts (in the folder `pasted`) are no site's log."""
    named = sorted(foreign.named_in(steps))
    paths = [one.removeprefix("path ") for one in named if one.startswith("path ")]
    hosts = [one.removeprefix("host ") for one in named if one.startswith("host ")]
    whole = (str(Path(path).absolute()) for path in paths if path != "-")
    lasting = tuple(path for path in whole if not path.startswith(str(pasted)))
    return replace(
        site,
        log=site.log or lasting,
        gateway=site.gateway or next(iter(hosts), None),
        resolver=site.resolver or resolver,
        lang=site.lang or lang,
    )


def offer_to_remember(site: Site, before: Site, path: Path, console: Console, lang: Lang) -> None:
    """Ask, and write the file."""
    if site == before or not before.remember:
        return
    say = words("interview", lang)
    question = sentence("interview", "site.question", lang, what="; ".join(_differences(site, before, lang)))
    items = (("yes", say["site.yes"]), ("no", say["site.no"]), ("never", say["site.never"]))
    chosen = console.menu(Menu(question, items, "yes"))
    kept = site if chosen == "yes" else replace(before, remember=False)
    if chosen != "no" and save_site(kept, path):
        console.tell(wrapped(sentence("interview", "site.kept", lang, path=path), "  "))


def _differences(site: Site, before: Site, lang: Lang) -> Iterable[str]:
    say = words("interview", lang)
    for name in ("log", "gateway", "resolver", "lang"):
        value = getattr(site, name)
        if value != getattr(before, name):
            yield f"{say[f'site.{name}']}: {' '.join(value) if isinstance(value, tuple) else value}"
