"""The gateway's injection debug log: the SMTP conversations with chosen hosts, byte by byte.

log = read(lines, latest=modified, zone=zone)
for conversation in log.conversations: conversation.result, conversation.broke_at, conversation.evidence("debug.log")

Passwords and messages do not leave this room: secrets are masked and bodies counted while the lines are read.
"""

from wizard.debuglog.model import Conversation, DebugLog, Exchange, Mail
from wizard.debuglog.read import read

__all__ = ["Conversation", "DebugLog", "Exchange", "Mail", "read"]
