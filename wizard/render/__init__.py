"""The report for its readers: a dict of fixed shape in, Markdown, plain text or JSON out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.render.contract import Report
    from wizard.render.phrases import Labels
    from wizard.words import Lang

FORMATS = ("markdown", "text", "json")


def render(report: Report, format: str, lang: Lang, labels: Labels | None = None) -> str:
    """Return the report in one of `FORMATS`, ending with a line end.

    `labels` gives the rules' names of facts, values and findings in that language; without it their identifiers show.
    """
    if format == "json":
        from wizard.render.as_json import as_json

        return as_json(report)
    from wizard.render.build import build, times
    from wizard.render.phrases import Labels, Phrases, offset
    from wizard.render.templating import fill

    phrases = Phrases(lang, labels or Labels(), offset(times(report)))
    return fill(build(report, phrases), format, phrases)
