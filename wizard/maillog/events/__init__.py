"""Kinds of log entries, by stage: a class each, with a sample line, and the readers that make it of a line."""
