"""The hand test (AsyncOS technote, S11): talk to a mail server as a sending server would, timed, and say how it ended.

`probe` does the test from here, `handover` writes the lines for an administrator elsewhere, `pasted` reads back what
they saw; all of them end in a `model.HandTest`. Nothing here knows of cases, rules or logs.
"""
