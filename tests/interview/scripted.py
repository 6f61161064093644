"""A console that answers by itself, from a script or a recorded case, and keeps what was said."""

from __future__ import annotations

from dataclasses import dataclass, field

from wizard.interview.console import Line, Menu


@dataclass
class Scripted:
    """`replies` are pairs: a part of the question that must come next, and what is typed, or a part of the choice."""

    replies: list[tuple[str, str]]
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    offered: list[tuple[str, ...]] = field(default_factory=list)
    plain: bool = True

    def line(self, line: Line) -> str:
        typed = self._reply(line.question)
        wrong = line.check(typed) if line.check else None
        if wrong:
            self.said.append(wrong)
            return self.line(line)
        return typed or line.default

    def menu(self, menu: Menu) -> str:
        wanted = self._reply(menu.question)
        if wanted == "<Enter>":
            assert menu.default is not None, menu.question
            return menu.default
        self.offered.append(tuple(text for _, text in menu.items))
        found = [value for value, text in menu.items if wanted in (value, text)]
        found += [value for value, text in menu.items if wanted in text]
        assert found, f"{wanted!r} is none of {menu.items}"
        return found[0]

    def tell(self, text: str) -> None:
        self.said.append(text)

    def redraw(self, text: str) -> None:
        raise AssertionError(f"redrawn on a plain console: {text}")

    def _reply(self, question: str) -> str:
        self.asked.append(question)
        assert self.replies, f"unexpected: {question}"
        expected, reply = self.replies.pop(0)
        assert expected in question, f"{expected!r} was to be asked, not {question!r}"
        if reply == "<Ctrl-C>":
            raise KeyboardInterrupt
        return reply

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())


def script(lines: str) -> list[tuple[str, str]]:
    """Pairs from lines `part of the question => reply`."""
    pairs = (line.partition("=>") for line in lines.splitlines() if line.strip())
    return [(question.strip(), reply.strip()) for question, _, reply in pairs]
