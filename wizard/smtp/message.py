"""The one message that `--send-test` sends: marked, short, and saying what it is."""

from __future__ import annotations

import uuid
from email.utils import format_datetime, localtime

from wizard import __version__

MARK = "X-Mailwhy-Test"


def make_message(sender: str, recipient: str) -> tuple[str, tuple[str, ...]]:
    """Return the Message-ID and the lines of the test message, without line ends and the closing dot.

    The addresses are those `grammar` let through, so nothing in them can begin another header.
    """
    unique = uuid.uuid4().hex
    domain = sender.rpartition("@")[2]
    message_id = f"<mailwhy-test-{unique}@{domain}>"
    lines = (
        f"Date: {format_datetime(localtime())}",
        f"From: <{sender}>",
        f"To: <{recipient}>",
        f"Message-ID: {message_id}",
        f"Subject: Test message of mailwhy, please ignore ({unique[:8]})",
        f"{MARK}: {unique}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "This is a test message. A mail administrator sent it by hand with mailwhy",
        f"{__version__} to see whether mail from this sender reaches this recipient.",
        "It needs no answer and may be deleted.",
    )
    return message_id, lines
