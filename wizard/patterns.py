"""Regular expressions that are compiled when they are first needed: of some hundred, one run needs a few."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    r"""What `re.compile` gives, only later; a mistake in it is raised (`re.error`) at its first use.

    >>> number = pattern(r"\d+")
    >>> number.fullmatch("31").end(), number.sub("n", "MID 31")
    (2, 'MID n')
    """
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))


class _Pattern:
    def __init__(self, *wanted: Any) -> None:
        self._wanted = wanted

    def __getattr__(self, name: str) -> Any:
        """A method of the compiled pattern, which is from then on as near as the compiled pattern's own."""
        method = getattr(re.compile(*self._wanted), name)
        self.__dict__[name] = method
        return method
