"""The record of a running test: its clock, its transcript, and the watcher who is told of both."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Literal

from wizard.smtp.model import Event, Line, Stage, StageName, Watch


class Record:
    """Collects the transcript and the stages.

    `stage` is the one under way; `until` (the end of the test) and `next_tick` are times of the monotonic clock.
    """

    def __init__(self, timeout: float, watch: Watch | None = None) -> None:
        self.started = datetime.now().astimezone().isoformat(timespec="milliseconds")
        self.until = time.monotonic() + timeout
        self.stage: StageName = "connect"
        self.lines: list[Line] = []
        self.stages: list[Stage] = []
        self._begun = time.monotonic()
        self._stage_begun = self._begun
        self.next_tick = self._begun + 1.0
        self._watch = watch

    def elapsed(self) -> float:
        return round(time.monotonic() - self._begun, 3)

    def remaining(self) -> float:
        return max(0.0, self.until - time.monotonic())

    def begin(self, stage: StageName) -> None:
        self.stage = stage
        self._stage_begun = time.monotonic()
        self.next_tick = self._stage_begun + 1.0

    def stage_seconds(self) -> float:
        return round(time.monotonic() - self._stage_begun, 3)

    def add(self, direction: Literal["sent", "received", "note"], text: str, detail: str = "") -> None:
        line = Line(self.elapsed(), direction, text, detail, self.stage)
        self.lines.append(line)
        if self._watch:
            self._watch(Event("line", self.stage, line=line))

    def tick(self, until: float) -> None:
        """Tell the watcher how long this stage has lasted and how long it may, at most once a second."""
        now = time.monotonic()
        self.next_tick += max(1.0, float(int(now - self.next_tick)))
        if self._watch:
            self._watch(Event("tick", self.stage, now - self._stage_begun, until - self._stage_begun))

    def pause(self, seconds: float) -> None:
        """Wait without a connection, ticking, no longer than the test may last."""
        self.begin("connect")
        until = min(time.monotonic() + seconds, self.until)
        self.add("note", "pause", f"{seconds:g}")
        while (now := time.monotonic()) < until:
            time.sleep(max(0.0, min(self.next_tick, until) - now))
            if time.monotonic() >= self.next_tick:
                self.tick(until)
