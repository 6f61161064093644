"""Who asks: puts a source's question to the console, and answers what the user asks in return."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wizard.case import Step
from wizard.diagnosis import NOBODY, Turn, conclusion_of, scope_of, state_of
from wizard.engine import Engine
from wizard.gather.asking import Check, NotNow
from wizard.interview import commands, history
from wizard.interview.console import Console, Line, Menu
from wizard.interview.how import how
from wizard.interview.letter import letter
from wizard.interview.screen import wrapped
from wizard.interview.why import why
from wizard.planner import Key
from wizard.rulebase.model import Source
from wizard.words import Lang, sentence, words

MENU_ITEM = "?"
"""The choice, among the answers to a question, that opens the menu."""


class Stop(Exception):
    """The user wants to stop: the case is saved."""


class Interviewer:
    """Asks in one language. `turn` is the question's place in the case, set before each question. `suggested` has what
    was answered before it was taken back, by source; `defaults` what is known of the site, by fact; `waiting` the
    sources that somebody else must answer; `keep_text` writes a text to a file and returns its path.
    """

    def __init__(self, console: Console, engine: Engine, lang: Lang) -> None:
        self.console = console
        self.engine = engine
        self.lang: Lang = lang
        self.say = words("interview", lang)
        self.turn: Turn | None = None
        self.suggested: dict[str, str] = {}
        self.defaults: dict[str, str] = {}
        self.waiting: dict[Key, Source] = {}
        self.keep_text: Callable[[str], str] | None = None

    def text(
        self,
        source: Source,
        check: Check,
        *,
        default: str = "",
        path: bool = False,
        request: str | None = None,
    ) -> str | None:
        """What was typed or pasted, None for "I don't know"."""
        known = (self.defaults.get(fact) for fact in self.engine.base.given_by(source.name))
        default = self.suggested.pop(source.name, "") or next(filter(None, known), default)
        return self._typed(source, check, default, path, request)

    def choose(self, source: Source, choices: Sequence[tuple[str, str]], *, request: str | None = None) -> str | None:
        """The value of one of the choices, None for "I don't know"."""
        offered = (*choices, ("", self.say["dont-know"]), (MENU_ITEM, self.say["more"]))
        menu = Menu(self._question(source), offered, self.suggested.get(source.name, ""))
        while True:
            self.console.tell("")
            chosen = self.console.menu(menu)
            if chosen != MENU_ITEM:
                return chosen or None
            if self._obey(commands.MENU, source, request) == commands.DONT_KNOW:
                return None

    def paste(self, source: Source, check: Check, *, request: str | None = None) -> str | None:
        """Several lines of text, None for "I don't know"."""
        return self._typed(source, check, "", False, request)

    def pick(self, question: str, choices: Sequence[tuple[str, str]]) -> str:
        """One of the choices for a question beside a source's own."""
        return self.console.menu(Menu(question, tuple(choices), choices[0][0]))

    def line(self, question: str, check: Check) -> str | None:
        """What was typed for a question beside a source's own."""
        typed = self.console.line(Line(question, check=lambda text: check(text) if text.strip() else None))
        return typed.strip() or None

    def tell(self, text: str) -> None:
        """Say something above the questions."""
        self.console.tell(wrapped(text, "  "))

    def _typed(self, source: Source, check: Check, default: str, path: bool, request: str | None) -> str | None:
        hint = self.say["hint.default" if default else "hint"]
        line = Line(
            question=self._question(source),
            hint=f"{self.say['hint.path']}{hint}" if path else hint,
            check=lambda text: None if not text.strip() or self._command(text) else check(text.strip()),
            default=default,
            path=path,
        )
        while True:
            self.console.tell("")
            typed = self.console.line(line)
            command = self._command(typed)
            if command is None:
                return typed.strip() or None
            if self._obey(command, source, request) == commands.DONT_KNOW:
                return None

    def _question(self, source: Source) -> str:
        return (source.question or source.title)[self.lang]

    def _command(self, typed: str) -> str | None:
        return commands.command_in(typed, self.say)

    def _obey(self, command: str, source: Source, request: str | None) -> str:
        """Do what was asked instead of an answer. Returns what the question is to go on with, or leaves it."""
        assert self.turn is not None
        steps = self.turn.steps
        if command == commands.MENU:
            command = self._menu(source)
        if command == commands.WHY:
            conclusion = conclusion_of(state_of(steps, self.engine), self.engine)
            self.tell(why(self.turn.gather, conclusion, self.engine.base, self.lang))
        elif command == commands.HOW:
            self.tell(how(state_of(steps, self.engine), self.engine, self.lang))
        elif command == commands.BACK:
            self._back()
        elif command == commands.ANSWERS:
            self._answers()
        elif command == commands.LATER:
            self._later(source, request)
        elif command == commands.STOP:
            raise Stop
        return command

    def _menu(self, source: Source) -> str:
        self.tell((source.help or source.how or source.title)[self.lang])
        names = (commands.WHY, commands.HOW, commands.BACK, commands.ANSWERS, commands.STOP)
        items = [
            (commands.ANSWER, self.say["menu.answer"]),
            (commands.DONT_KNOW, self.say["dont-know"]),
            (commands.LATER, self.say["not-now"]),
            *((name, self.say[f"menu.{name}"]) for name in names),
        ]
        chosen = self.console.menu(Menu(self.say["menu.question"], tuple(items), commands.ANSWER))
        if chosen == commands.ANSWER:
            self.tell(sentence("interview", "commands", self.lang, commands=commands.spelt(self.say)))
        return chosen

    def _back(self) -> None:
        assert self.turn is not None
        given = history.answers(self.turn.steps, self.engine.base, self.lang)
        if not given:
            self.tell(self.say["back.none"])
            return
        self.tell(sentence("interview", "back.done", self.lang, title=given[-1].title))
        raise history.take_back(self.turn.steps, given[-1].index)

    def _answers(self) -> None:
        assert self.turn is not None
        self.change_answer(self.turn.steps)

    def change_answer(self, steps: Sequence[Step]) -> None:
        """Show the answers so far, and what was put off; raises Rewind where one is to be given or changed."""
        given = history.answers(steps, self.engine.base, self.lang)
        if not given and not self.waiting:
            self.tell(self.say["answers.none"])
            return
        unknown, later = self.say["answers.unknown"], self.say["answers.waiting"]
        items = [(str(one.index), self._answer(one.title, one.typed or unknown)) for one in given]
        items += [(f"w{n}", self._answer(one.title[self.lang], later)) for n, one in enumerate(self.waiting.values())]
        none = ("", self.say["answers.none-to-change"])
        chosen = self.console.menu(Menu(self.say["answers.question"], (none, *items), ""))
        if chosen.startswith("w"):
            raise history.Rewind(steps, now=list(self.waiting)[int(chosen[1:])])
        if chosen:
            raise history.change(steps, int(chosen), self.engine.base)

    def _answer(self, title: str, typed: str) -> str:
        return f"{title}{self.say['colon']}{' '.join(typed.split())}"

    def _later(self, source: Source, request: str | None) -> None:
        assert self.turn is not None
        facts = state_of(self.turn.steps, self.engine).facts_of(NOBODY, scope_of(self.engine))
        own = source.request[self.lang] if source.request else None
        text = (request or own or letter(source, facts, self.engine.base, self.lang)).strip()
        self.tell(self.say["later.request"])
        self.console.tell(f"\n{text}\n")
        if self.keep_text:
            self.tell(sentence("interview", "later.kept", self.lang, path=self.keep_text(text)))
        raise NotNow
