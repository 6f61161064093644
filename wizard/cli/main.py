"""From the arguments to a command, and from what went wrong to one sentence and an exit status."""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from wizard.errors import InputError
from wizard.words import LANGUAGES, Lang

CONCLUDED, FAILED, USAGE, NO_CONCLUSION, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit statuses, which scripts rely on."""

_CIRCLES = (100_000, 50, 100)
"""The lines of a log are many small objects that stay: with Python's own thresholds, to look for circles among them
takes nearly as long as to read them.
"""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Why standard output takes nothing more where it is a file."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `mailwhy` and return its exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    lang = language(arguments)
    _speak_utf8()
    gc.set_threshold(*_CIRCLES)
    atexit.register(gc.freeze)  # else Python's end looks for circles among all that a log has left, to no avail
    try:
        from wizard.cli.parser import parse

        options = parse(arguments, lang)
        command = import_module(f"wizard.cli.{options.module}")
        status: int = command.run(options)
        sys.stdout.flush()
    except InputError as error:
        return _say(error, lang)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`mailwhy … | head`): nothing more to say.
        _let_output_go()
        return CONCLUDED
    except OSError as error:
        if error.errno not in _NO_ROOM or error.filename is not None:  # a file that was opened here
            raise
        _let_output_go()
        return _say(InputError("stdout-not-written", reason=error.strerror or str(error)), lang)
    return status


def _let_output_go() -> None:
    """What is still to be written goes nowhere, so that there is no noise at shutdown."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def language(arguments: Sequence[str]) -> Lang:
    """The language of the run: `--lang`, else the environment's (`LC_ALL`, `LC_MESSAGES`, `LANG`), else English."""
    for index, argument in enumerate(arguments):
        given = argument.partition("=")[2] if argument.startswith("--lang=") else None
        if argument == "--lang" and index + 1 < len(arguments):
            given = arguments[index + 1]
        for lang in LANGUAGES:
            if given == lang:
                return lang
    set_by = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ja" if set_by.lower().startswith("ja") else "en"


def _speak_utf8() -> None:
    """Windows code pages and the C locale cannot say everything that logs contain."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _say(error: InputError, lang: Lang) -> int:
    from wizard.render.escape import terminal
    from wizard.words import sentence

    values = {name: terminal(str(value)) for name, value in error.values.items()}
    print(f"mailwhy: {sentence('errors', error.key, lang, **values)}", file=sys.stderr)
    return USAGE
