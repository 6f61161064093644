"""The command line as scripts rely on it: exit statuses, streams, one sentence for every bad input."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from wizard import __version__
from wizard.data import data_folder

OPENED = "New SMTP ICID 10 interface Data 1 (192.0.2.14) address 198.51.100.24 reverse dns host unknown verified no"
REJECTED = f"""\
Mon Mar  3 09:00:00 2025 Info: {OPENED}
Mon Mar  3 09:00:00 2025 Info: ICID 10 REJECT SG BLOCKED_LIST match sbrs[-10.0:-3.0] SBRS -7.1
Mon Mar  3 09:00:01 2025 Info: ICID 10 close
"""


def mailwhy(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own, without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "wizard", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "", **environment},
        check=False,
        timeout=60,
    )


def diagnose(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return mailwhy("diagnose", "--auto", "--offline", *arguments)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "mail.current"
    path.write_text(REJECTED, encoding="utf-8")
    return path


def test_a_conclusion_is_reported_on_standard_output_alone(log: Path) -> None:
    done = diagnose("--log", log, "--sender-ip", "198.51.100.24")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# ")
    assert "BLOCKED_LIST" in done.stdout


def test_without_a_conclusion_the_report_says_what_is_missing(log: Path) -> None:
    done = diagnose("--log", log, "--sender", "bob@partner.example", "--format", "json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["conclusion"]) == (3, None)
    assert "sender.address" in [step["fact"] for step in report["next"]]


def test_without_a_log_there_is_no_conclusion() -> None:
    done = diagnose("--sender-ip", "198.51.100.24", "--format", "json")
    assert done.returncode == 3
    assert "log.files" in [step["fact"] for step in json.loads(done.stdout)["next"]]


@pytest.mark.parametrize("format", ["json", "markdown", "text"])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_format_in_every_language(log: Path, format: str, lang: str) -> None:
    done = diagnose("--log", log, "--sender-ip", "198.51.100.24", "--format", format, "--lang", lang)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\n")
    assert ("ゲートウェイ" in done.stdout) is (lang == "ja")


def test_json_keeps_to_its_schema(log: Path) -> None:
    schema = json.loads((data_folder("reports") / "schema" / "mailwhy-1.json").read_text(encoding="utf-8"))
    for wanted in ("198.51.100.24", "203.0.113.9"):
        report = json.loads(diagnose("--log", log, "--sender-ip", wanted, "--format", "json").stdout)
        jsonschema.validate(report, schema)


def test_bare_mailwhy_without_a_terminal_points_to_auto() -> None:
    for arguments in ((), ("diagnose",), ("--offline",)):
        done = mailwhy(*arguments)
        assert done.returncode == 2
        assert done.stderr == "mailwhy: There is no terminal to ask questions on; use `mailwhy diagnose --auto`.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--log", "nowhere.log", "--sender-ip", "192.0.2.1"], "nowhere.log"),
        (["--log", "logs-*.none", "--sender-ip", "192.0.2.1"], "logs-*.none"),
        (["--sender-ip", "192.0.2.300"], "192.0.2.300 is not an IP address or network"),
        (["--sender-ip", "192.0.2.0/33"], "192.0.2.0/33 is not an IP address or network"),
        (["--sender", "bob at partner"], "bob at partner is not a mail address or domain"),
        (["--since", "tuesday-ish"], "--since tuesday-ish is not a time"),
        (["--since", "2025-03-02", "--until", "2025-03-01"], "--since 2025-03-02 is after --until 2025-03-01"),
        (["--sender-ip", "192.0.2.1", "--answer", "log.verdikt=REJECT"], "did you mean log.verdict?"),
        (["--sender-ip", "192.0.2.1", "--answer", "log.verdict=MAYBE"], "'MAYBE' is not one of ACCEPT"),
        (["--sender-ip", "192.0.2.1", "--answer", "log.verdict"], "--answer log.verdict has no value"),
        (["--sender-ip", "192.0.2.1", "--output", "no/such/report.md"], "There is no folder no/such"),
        (["--sender-ip", "192.0.2.1", "--resolver", "192.0.2.53"], "--offline and --resolver contradict each other"),
        (["--sender-ip", "192.0.2.1", "--dns-timeout", "0"], "--dns-timeout 0 is not a number of seconds"),
        (["--subject", " "], "--subject has no text"),
        (["--format", "pdf"], "invalid choice: 'pdf'"),
        (["--frobnicate"], "unrecognized arguments: --frobnicate"),
        ([], "There is nothing to search for"),
    ],
)
def test_bad_usage_is_one_sentence_that_names_it(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wizard", "diagnose", "--auto", "--offline", *arguments],
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        cwd=tmp_path,
        env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": ""},
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert done.stderr.startswith("mailwhy: ")
    assert done.stderr.count("\n") == 1


def test_a_folder_without_logs_and_files_that_are_no_log(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "empty" in diagnose("--log", empty, "--sender-ip", "192.0.2.1").stderr
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear colleague,\n\nmail from Bob does not arrive.\n", encoding="utf-8")
    picture = tmp_path / "screen.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    done = diagnose("--log", letter, "--log", picture, "--sender-ip", "192.0.2.1")
    assert done.returncode == 2
    assert "letter.txt (no log of the gateway), screen.png (a picture)" in done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(log: Path) -> None:
    log.chmod(0)
    done = diagnose("--log", log, "--sender-ip", "192.0.2.1")
    assert done.returncode == 2
    assert "mail.current" in done.stderr


def test_a_damaged_file_beside_a_good_one_is_a_note_under_coverage(log: Path, tmp_path: Path) -> None:
    import gzip

    whole = gzip.compress(REJECTED.replace("ICID 10", "ICID 11").encode() * 200)
    (tmp_path / "mail.1.gz").write_bytes(whole[: len(whole) // 2])
    report = json.loads(diagnose("--log", tmp_path, "--sender-ip", "198.51.100.24", "--format", "json").stdout)
    problems = {Path(file["path"]).name: file["problems"] for file in report["coverage"]["files"]}
    assert problems["mail.current"] == []
    assert problems["mail.1.gz"]
    assert report["conclusion"]["id"] == "connection-rejected"


def test_a_case_is_saved_for_its_owner_only_and_rendered_again(log: Path, tmp_path: Path) -> None:
    case = tmp_path / "ticket.json"
    first = diagnose("--log", log, "--sender-ip", "198.51.100.24", "--case", case, "--format", "json")
    assert first.returncode == 0
    if os.name == "posix":
        assert stat.S_IMODE(case.stat().st_mode) == 0o600
    log.unlink()
    again = mailwhy("report", case, "--format", "json")
    assert json.loads(again.stdout) == json.loads(first.stdout)
    assert mailwhy("report", case, "--lang", "ja").stdout.startswith("# メール")
    assert [path.name for path in tmp_path.iterdir()] == ["ticket.json"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not a whole case file (JSON, line 1)"),
        ('{"schema": "mailwhy-case/9", "steps": []}', "is not a case of this version"),
        ('{"schema": "mailwhy-case/1", "steps": [{}]}', "is not a whole case file"),
        ("[1, 2]", "is not a case of this version"),
    ],
)
def test_a_damaged_case_is_one_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    case = tmp_path / "ticket.json"
    case.write_text(text, encoding="utf-8")
    done = mailwhy("report", case)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert "There is no case file" in mailwhy("report", tmp_path / "other.json").stderr


def test_the_report_can_go_to_a_file(log: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    done = diagnose("--log", log, "--sender-ip", "198.51.100.24", "--output", path)
    assert (done.returncode, done.stdout) == (0, "")
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_a_broken_rule_file_is_named_with_its_line(tmp_path: Path) -> None:
    import shutil

    rules = tmp_path / "rules"
    shutil.copytree(data_folder("rules"), rules)
    broken = (
        (rules / "connection.yaml").read_text(encoding="utf-8").replace("log.verdict: REJECT", "log.verdict: REJEKT", 1)
    )
    (rules / "connection.yaml").write_text(broken, encoding="utf-8")
    done = mailwhy("rules", "check", "--rules", rules)
    assert done.returncode == 2
    assert "connection.yaml:" in done.stderr
    assert "REJEKT" in done.stderr
    assert done.stderr.count("\n") == 1


def test_help_version_and_every_command_has_an_example() -> None:
    assert mailwhy("--version").stdout == f"mailwhy {__version__}\n"
    commands = [
        (),
        ("diagnose",),
        ("report",),
        ("rules",),
        ("rules", "list"),
        ("rules", "facts"),
        ("rules", "explain"),
        ("demo",),
    ]
    for command in commands:
        done = mailwhy(*command, "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert "example" in done.stdout
        assert "例" in mailwhy(*command, "--help", LANG="ja_JP.UTF-8").stdout


def test_rules_can_be_listed_and_explained() -> None:
    assert "connection-rejected" in mailwhy("rules", "list").stdout
    assert "log.verdict" in mailwhy("rules", "facts").stdout
    assert "HAT" in mailwhy("rules", "explain", "connection-rejected").stdout
    done = mailwhy("rules", "explain", "connection-rejekted")
    assert (done.returncode, "did you mean connection-rejected?" in done.stderr) == (2, True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_scripts_are_printed(shell: str) -> None:
    done = mailwhy("--print-completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert "diagnose" in done.stdout


def test_a_closed_pipe_is_no_noise(log: Path) -> None:
    command = f"{sys.executable} -m wizard diagnose --auto --offline --log {log} --sender-ip 198.51.100.24 | head -n 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, encoding="utf-8", check=False)
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("arguments", [("demo",), ("rules", "list"), ("trace", "--sender-ip", "198.51.100.24")])
def test_a_full_disk_behind_standard_output_is_one_sentence(arguments: tuple[str, ...], log: Path) -> None:
    given = (*arguments, "--log", str(log)) if arguments[0] == "trace" else arguments
    command = [sys.executable, "-m", "wizard", *given]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False)
    assert done.returncode == 2
    assert done.stderr == "mailwhy: Standard output could not be written: No space left on device.\n"


def test_terminal_escapes_in_arguments_do_not_reach_the_terminal() -> None:
    done = diagnose("--log", "\x1b[31mred", "--sender-ip", "192.0.2.1")
    assert done.returncode == 2
    assert "\x1b" not in done.stderr


def test_the_demo_runs_offline_and_concludes() -> None:
    done = mailwhy("demo", "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["conclusion"] == {"id": "banner-timeout", "confidence": "certain"}
