"""Logs that are tables."""

from __future__ import annotations

import csv


def row(text: str) -> list[str]:
    """The fields of one line; none where it is not one line of CSV.

    >>> row('a,"b,c",')
    ['a', 'b,c', '']
    """
    try:
        return next(csv.reader([text]), [])
    except csv.Error:
        return []
