"""`mailwhy diagnose` with questions: the interview with what the command line gave, then the report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from wizard.cli.main import INTERRUPTED
from wizard.cli.options import dns_of, facts_of, hand_test_of
from wizard.cli.output import give
from wizard.cli.shipped import shipped_engine
from wizard.diagnosis import state_of
from wizard.errors import InputError
from wizard.interview.console import console
from wizard.interview.guide import Guide, Request
from wizard.interview.interviewer import Stop
from wizard.interview.memory import Memory
from wizard.interview.site import Site, load_site, site_path
from wizard.words import LANGUAGES, words

NOT_SAVED = ("case-changed", "case-not-written")


def run_guided(options: argparse.Namespace, path: Path | None) -> int:
    """Lead through one case; the report goes where it was asked for."""
    config = None if options.no_config else site_path()
    site = load_site(config) if config else Site()
    remembered = next((lang for lang in LANGUAGES if lang == site.lang), None)
    lang = options.lang = options.lang_given or remembered or options.lang
    engine = shipped_engine()
    guide = Guide(engine, lang, console(words("interview", lang), plain=site.plain), Memory(), site, config)
    case = Path(options.case) if options.case else None
    given = facts_of(options, engine.base)
    try:
        steps = guide.lead(
            Request(case, given, dns_of(options), options.offline, options.lang_given, hand_test_of(options))
        )
    except (KeyboardInterrupt, EOFError, Stop):
        guide.say_where()
        return INTERRUPTED
    except Exception as error:
        if not isinstance(error, InputError) or error.key not in NOT_SAVED:
            guide.say_where()
        raise
    if sys.stdout.isatty() and path is None and not options.format_given:
        options.format = "text"
    status = give(state_of(steps, engine), engine, options, path)
    sys.stdout.flush()
    guide.say_again()
    return status
