"""The commands and their options. Help texts stand in `wizard/words/cli.yaml`; every command has an example."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn

from wizard import __version__
from wizard.errors import InputError
from wizard.words import LANGUAGES, Lang, words

_Raw = argparse.RawDescriptionHelpFormatter
_HELP = ("-h", "--help")
_OWN = (*_HELP, "--version", "--print-completion")
"""Options of `mailwhy` itself, rather than of a command."""
FORMATS = ("markdown", "text", "json")


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, said by whoever runs it."""

    def error(self, message: str) -> NoReturn:
        raise InputError("usage", message=message, command=self.prog)


def parse(arguments: Sequence[str], lang: Lang) -> argparse.Namespace:
    """The options of one command; `module` names the module of `wizard.cli` that runs it.

    Bare `mailwhy` is `mailwhy diagnose`, also with options: `mailwhy --lang ja`. Raises InputError for unknown or
    malformed usage, SystemExit after `--help`.
    """
    bare = not arguments or (arguments[0].startswith("-") and not arguments[0].startswith(_OWN))
    arguments = ["diagnose", *arguments] if bare else list(arguments)
    named = arguments[0] in ADD
    helps = not named or any(argument.startswith(_HELP) for argument in arguments)
    parser = build(arguments[:1] if named else ADD, words("cli", lang) if helps else defaultdict(str))
    options = parser.parse_args(arguments)
    options.lang_given = options.lang
    options.lang = options.lang or lang
    options.format_given = getattr(options, "format", None)
    options.format = options.format_given or "markdown"
    return options


def build(names: Iterable[str], say: Mapping[str, str]) -> argparse.ArgumentParser:
    """The parser of these commands, with these texts (which take longer to read than all the rest)."""
    parser = _Parser(
        prog="mailwhy",
        description=say["mailwhy"],
        epilog=say["mailwhy.example"],
        formatter_class=_Raw,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"mailwhy {__version__}", help=say["version"])
    _completion(parser, say["completion"])
    commands = parser.add_subparsers(prog=parser.prog, metavar="COMMAND", required=True, title=say["commands"])
    for name in names:
        command = commands.add_parser(
            name,
            help=say[f"{name}.short"],
            description=say[name],
            epilog=say[f"{name}.example"],
            formatter_class=_Raw,
            allow_abbrev=False,
        )
        command.set_defaults(module=name)
        ADD[name](command, say)
    return parser


def _completion(parser: argparse.ArgumentParser, text: str) -> None:
    if "--print-completion" in sys.argv:
        import shtab

        shtab.add_argument_to(parser, "--print-completion", help=text)
    else:  # shtab costs more to import than everything else that help needs
        parser.add_argument("--print-completion", choices=("bash", "zsh", "tcsh"), help=text)


def _diagnose(command: argparse.ArgumentParser, say: Mapping[str, str]) -> None:
    command.add_argument("--auto", action="store_true", help=say["auto"])
    known = command.add_argument_group(say["group.known"])
    known.add_argument("--log", action="append", metavar="PATH", default=[], help=say["log"])
    _criteria(known, say)
    known.add_argument("--sender-log", action="append", metavar="PATH", default=[], help=say["sender-log"])
    known.add_argument("--debug-log", action="append", metavar="PATH", default=[], help=say["debug-log"])
    _dns(command, say)
    hand_test = command.add_argument_group(say["group.hand-test"])
    hand_test.add_argument("--gateway", metavar="HOST[:PORT]", help=say["gateway"])
    _hand_test(hand_test, say)
    known.add_argument("--answer", action="append", metavar="FACT=VALUE", default=[], help=say["answer"])
    known.add_argument("--case", metavar="FILE", help=say["case"])
    known.add_argument("--no-config", action="store_true", help=say["no-config"])
    _output(command, say)


def _criteria(known: argparse._ActionsContainer, say: Mapping[str, str]) -> None:
    known.add_argument("--sender-ip", action="append", metavar="IP", default=[], help=say["sender-ip"])
    known.add_argument("--sender", metavar="ADDRESS|DOMAIN", help=say["sender"])
    known.add_argument("--recipient", metavar="ADDRESS", help=say["recipient"])
    known.add_argument("--subject", metavar="TEXT", help=say["subject"])
    known.add_argument("--message-id", metavar="ID", help=say["message-id"])
    known.add_argument("--since", metavar="TIME", help=say["since"])
    known.add_argument("--until", metavar="TIME", help=say["until"])


def _trace(command: argparse.ArgumentParser, say: Mapping[str, str]) -> None:
    known = command.add_argument_group(say["group.known"])
    known.add_argument("--log", action="append", metavar="PATH", required=True, help=say["log"])
    _criteria(known, say)
    output = command.add_argument_group(say["group.output"])
    output.add_argument("--group", action="store_true", help=say["trace.group"])
    output.add_argument("--json", action="store_true", help=say["trace.json"])
    output.add_argument("--left-out", action="store_true", help=say["trace.left-out"])
    _lang(output, say)


def _dns(command: argparse.ArgumentParser, say: Mapping[str, str]) -> None:
    dns = command.add_argument_group(say["group.dns"])
    dns.add_argument("--offline", action="store_true", help=say["offline"])
    dns.add_argument("--resolver", metavar="IP[:PORT]", help=say["resolver"])
    dns.add_argument("--dns-timeout", metavar="SECONDS", default="30", help=say["dns-timeout"])
    dns.add_argument("--dnsbl", action="append", metavar="ZONE", default=[], help=say["dnsbl"])


def _hand_test(group: argparse._ActionsContainer, say: Mapping[str, str]) -> None:
    group.add_argument("--helo", metavar="NAME", help=say["helo"])
    group.add_argument("--from-address", metavar="IP", help=say["from-address"])
    group.add_argument("--timeout", metavar="SECONDS", help=say["timeout"])
    group.add_argument("--send-test", action="store_true", help=say["send-test"])


def _probe(command: argparse.ArgumentParser, say: Mapping[str, str]) -> None:
    command.add_argument("host", metavar="HOST[:PORT]", help=say["probe.host"])
    hand_test = command.add_argument_group(say["group.hand-test"])
    hand_test.add_argument("--mx", action="store_true", help=say["probe.mx"])
    hand_test.add_argument("--sender", metavar="ADDRESS", help=say["probe.sender"])
    hand_test.add_argument("--recipient", metavar="ADDRESS", help=say["probe.recipient"])
    _hand_test(hand_test, say)
    _output(command, say)


def _report(command: argparse.ArgumentParser, say: Mapping[str, str]) -> None:
    command.add_argument("case", metavar="CASE", help=say["report.case"])
    _output(command, say)


def _demo(command: argparse.ArgumentParser, say: Mapping[str, str]) -> None:
    _output(command, say)


def _rules(command: argparse.ArgumentParser, say: Mapping[str, str]) -> None:
    _lang(command, say)
    actions = command.add_subparsers(prog=command.prog, metavar="ACTION", required=True, dest="action")
    for name in ("list", "facts", "check", "graph", "explain"):
        action = actions.add_parser(
            name,
            help=say[f"rules.{name}"],
            description=say[f"rules.{name}"],
            epilog=say[f"rules.{name}.example"],
            formatter_class=_Raw,
            allow_abbrev=False,
        )
        if name == "explain":
            action.add_argument("id", metavar="ID", help=say["rules.id"])
        if name == "check":
            action.add_argument("--rules", metavar="FOLDER", help=say["rules.folder"])
        if name == "graph":
            pictures = ("mermaid", "svg")
            action.add_argument("--format", dest="picture", choices=pictures, default="mermaid", help=say["picture"])
            action.add_argument("--case", metavar="CASE", help=say["rules.graph.case"])
            action.add_argument("--output", metavar="FILE", help=say["picture.output"])
        _lang(action, say)


def _output(command: argparse.ArgumentParser, say: Mapping[str, str]) -> None:
    output = command.add_argument_group(say["group.output"])
    output.add_argument("--format", choices=FORMATS, help=say["format"])
    output.add_argument("--output", metavar="FILE", help=say["output"])
    _lang(output, say)


def _lang(group: argparse._ActionsContainer, say: Mapping[str, str]) -> None:
    group.add_argument("--lang", choices=LANGUAGES, help=say["lang"])


ADD = {"diagnose": _diagnose, "trace": _trace, "probe": _probe, "report": _report, "rules": _rules, "demo": _demo}
"""Every command, with what adds its options."""
