"""Defects that were found once, each with its story in a line."""

from __future__ import annotations

from wizard.facts import Evidence, Fact
from wizard.report import _evidence


def test_evidence_of_rotated_files_stands_in_the_order_of_time() -> None:
    """Files were ordered by name, so that `mail.log.3` came after `mail.log.30`."""
    later = Evidence("mail.log.3", "ICID 7 close", 1, "2025-03-03T10:00:00")
    earlier = Evidence("mail.log.30", "New SMTP ICID 7", 9, "2025-03-03T09:00:00")
    said = Evidence("search", "nothing else")
    fact = Fact("log.ended", "closed", "logs", None, (later, said, earlier))
    assert [one["text"] for one in _evidence(["log.ended"], {"log.ended": fact})] == [
        "New SMTP ICID 7",
        "ICID 7 close",
        "nothing else",
    ]
