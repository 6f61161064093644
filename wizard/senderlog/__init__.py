"""The sending server's log: what the other side wrote of its attempts to deliver to our gateway.

log = SenderLog(lines, "mail.log", Clock(latest=modified, zone=zone))     # or SenderLog.of_paste(text, clock)
found = relevant(log.events(), Question(gateways=("192.0.2.1",), recipients=("alice@corp.test",)))
found.result, found.to_gateway[-1].evidence, found.coverage
"""

from wizard.senderlog.clock import Clock
from wizard.senderlog.coverage import Coverage, covers
from wizard.senderlog.model import Accepted, Attempt
from wizard.senderlog.recognise import SenderLog, known_servers
from wizard.senderlog.relevance import Question, Relevance, relevant, relevant_to, same_moment

__all__ = [
    "Accepted",
    "Attempt",
    "Clock",
    "Coverage",
    "Question",
    "Relevance",
    "SenderLog",
    "covers",
    "known_servers",
    "relevant",
    "relevant_to",
    "same_moment",
]
