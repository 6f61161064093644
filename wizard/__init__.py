"""mailwhy: why was this message not received, and what do we do about it?"""

__version__ = "0.1.0"
