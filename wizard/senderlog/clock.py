"""Times as mail servers write them: with or without a year, a zone or a fraction of a second."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))? ?(Z|[+-]\d\d:?\d\d)?(?=\s|$|,|\")", re.ASCII
)
_SYSLOG = re.compile(
    r"(?:(\d{4}) )?([A-Z][a-z]{2}) {1,2}(\d{1,2})(?: (\d{4}))? (\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?=\s|$)", re.ASCII
)
_TAI_LABEL = re.compile(r"@4[0-9a-f]{23}(?=\s|$)", re.ASCII)
_TAI_OFFSET = 2**62 + 10
"""TAI64 counts from 1970 and is 10 s ahead; multilog, like its reader tai64nlocal, knows no leap second since."""

GRACE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """How to read the times of one log.

    `latest` is a date that no line is later than (the file's date, or now), from which the missing year follows;
    `zone` is the sending server's time zone where the log does not tell it, None if nobody knows it.
    """

    latest: datetime
    zone: tzinfo | None = None

    def read(self, text: str, start: int = 0) -> tuple[datetime, int] | None:
        """The time at `text[start:]` and where it ends, or None where no time stands there.

        >>> clock = Clock(datetime(2026, 1, 2), timezone.utc)
        >>> clock.read("Dec 31 23:59:58 mail postfix/smtp[7]: x")[0].isoformat()
        '2025-12-31T23:59:58+00:00'
        >>> clock.read("2025-12-31T23:59:58.25+09:00 mail x")[0].isoformat()
        '2025-12-31T23:59:58.250000+09:00'
        >>> clock.read("@40000000695571c312345678 new msg 7")[0].isoformat()
        '2025-12-31T18:55:53.305419+00:00'
        >>> clock.read("Jan 32 00:00:00 x") is None
        True
        """
        for pattern, convert in ((_ISO, self._from_iso), (_SYSLOG, self._from_syslog), (_TAI_LABEL, _from_tai)):
            found = pattern.match(text, start)
            if found:
                try:
                    return convert(found), found.end()
                except (ValueError, OverflowError):
                    return None
        return None

    def local(self, naive: datetime) -> datetime:
        return naive if self.zone is None else naive.replace(tzinfo=self.zone)

    def _from_iso(self, found: re.Match[str]) -> datetime:
        year, month, day, hour, minute, second = (int(part) for part in found.group(1, 2, 3, 4, 5, 6))
        micro = int((found[7] or "0")[:6].ljust(6, "0"))
        naive = datetime(year, month, day, hour, minute, min(second, 59), micro)
        return naive.replace(tzinfo=_zone(found[8])) if found[8] else self.local(naive)

    def _from_syslog(self, found: re.Match[str]) -> datetime:
        month = _MONTHS.get(found[2], 0)
        hour, minute, second = (int(part) for part in found.group(5, 6, 7))
        year = found[1] or found[4]
        if year:
            return self.local(datetime(int(year), month, int(found[3]), hour, minute, min(second, 59)))
        return self.local(self._latest_year(month, int(found[3]), hour, minute, min(second, 59)))

    def _latest_year(self, month: int, day: int, hour: int, minute: int, second: int) -> datetime:
        limit = self.latest.replace(tzinfo=None) + GRACE
        for year in range(limit.year, limit.year - 9, -1):
            try:
                moment = datetime(year, month, day, hour, minute, second)
            except ValueError:
                if (month, day) == (2, 29):
                    continue
                raise
            if moment <= limit:
                return moment
        raise ValueError("no such day")


def _zone(text: str) -> tzinfo:
    if text == "Z":
        return timezone.utc
    hours, minutes = int(text[1:3]), int(text[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _from_tai(found: re.Match[str]) -> datetime:
    digits = found[0][1:]
    seconds = int(digits[:16], 16) - _TAI_OFFSET
    return datetime.fromtimestamp(seconds, timezone.utc) + timedelta(microseconds=int(digits[16:], 16) // 1000)
