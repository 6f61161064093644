"""Templates of `reports/templates`: whatever they print is escaped for the format, so that none can forget it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from wizard.data import data_folder
from wizard.patterns import pattern
from wizard.render import escape, layout
from wizard.render.escape import Verbatim
from wizard.render.phrases import Phrases, Shown
from wizard.render.view import Table, View
from wizard.words import Lang, words

BLANK_LINES = pattern(r"\n{3,}")


class Dialect(NamedTuple):
    """A format that a template makes: how to escape what is printed, and the filters that lay it out.

    A filter takes raw text, or text already made ready for the format (`Markup`), and returns text ready for it.
    """

    template: str
    show: Callable[[Shown], str]
    filters: Mapping[str, Callable[..., str]]


def fill(view: View, format: str, phrases: Phrases) -> str:
    """Return the report in one of the formats that templates make."""
    template = _environment(format, phrases.lang).get_template(DIALECTS[format](phrases.lang).template)
    text = template.render(view=view, say=phrases.say)
    return BLANK_LINES.sub("\n\n", text).strip("\n") + "\n"


def _markdown(_: Lang) -> Dialect:
    def table(table: Table) -> str:
        rows = [[", ".join(map(escape.markdown_cell, cell)) for cell in row] for row in table.rows]
        headers = [escape.markdown_cell(header) for header in table.headers]
        lines = [headers, ["---"] * len(headers), *rows]
        return "\n".join("".join(["|", *(f" {cell} |" for cell in line)]) for line in lines)

    return Dialect(
        "report.md.j2",
        lambda value: escape.markdown_code(value) if isinstance(value, Verbatim) else escape.markdown(value),
        {"block": escape.markdown_block, "cell": escape.markdown_cell, "table": table},
    )


def _text(lang: Lang) -> Dialect:
    opening, closing = words("report", lang)["quotes"].split()

    def show(value: Shown) -> str:
        if isinstance(value, Verbatim):
            return escape.terminal(escape.shorten(value, escape.VERBATIM_LIMIT))
        return escape.text(value, opening, closing)

    def shown(value: Shown) -> str:
        return value if isinstance(value, Markup) else show(value)

    def table(table: Table) -> str:
        rows = [[", ".join(map(show, cell)) for cell in row] for row in table.rows]
        return layout.tabulate([show(header) for header in table.headers], rows)

    return Dialect(
        "report.txt.j2",
        show,
        {
            "wrap": lambda value, first="", rest="": layout.wrap(shown(value), first, rest),
            "underlined": lambda value, mark: layout.underlined(shown(value), mark),
            "line": lambda value: escape.terminal(escape.shorten(value, escape.LINE_LIMIT)),
            "table": table,
        },
    )


DIALECTS: Mapping[str, Callable[[Lang], Dialect]] = {"markdown": _markdown, "text": _text}


@cache
def _environment(format: str, lang: Lang) -> Environment:
    dialect = DIALECTS[format](lang)

    def listed(values: Iterable[Shown]) -> str:
        return ", ".join(map(dialect.show, values))

    def finalize(value: object) -> Markup:
        if isinstance(value, Markup):
            return value
        if value is None:
            raise TypeError(f"{dialect.template} prints a value that is None")
        return Markup(dialect.show(value if isinstance(value, str) else str(value)))

    environment = Environment(
        loader=FileSystemLoader(data_folder("reports") / "templates"),
        autoescape=True,  # so that macros return Markup, which is not escaped again
        finalize=finalize,
        undefined=StrictUndefined,
        optimized=False,  # what is filled once takes longer to optimise than that saves
        trim_blocks=True,
        lstrip_blocks=True,
    )
    del environment.filters["safe"]
    for name, function in {"listed": listed, **dialect.filters}.items():
        environment.filters[name] = _ready(function)
    return environment


def _ready(function: Callable[..., str]) -> Callable[..., Markup]:
    return lambda *args, **kwargs: Markup(function(*args, **kwargs))
