"""Make the environment for development: run by the bare Python of the machine, with nothing but its standard library.

    python3 tools/set_up.py [--venv .venv]

It creates the virtual environment, builds durable_rules (which has no wheels, needs a flag on Python 3.13 and later,
and a C compiler: where there is none it takes the one in the package `ziglang`), installs what `requirements/` pins
and mailwhy itself as an editable install. Where all that is done already it returns at once.
"""

# No `from __future__ import annotations` here: Pythons that are too old must reach the sentence that says so.

import sys

if sys.version_info < (3, 10):  # noqa: UP036
    sys.exit(
        "mailwhy needs Python 3.10 or later, and %s is %d.%d: name a newer one, as in `make PYTHON=python3.12 demo`."  # noqa: UP031
        % ((sys.executable or "this Python",) + sys.version_info[:2])  # noqa: RUF005
    )

import argparse
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
ENGINE_FLAG = "-DPyEval_CallObject=PyObject_CallObject"
"""durable_rules 2.0.28 calls PyEval_CallObject, which Python 3.13 removed."""

PROBE = "#include <Python.h>\nint mailwhy_probe(void) { return Py_IsInitialized(); }\n"


class SetUpError(Exception):
    """What the user has to do first, in one sentence."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the environment for development.")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="where to make it (default: .venv)")
    venv = parser.parse_args().venv.absolute()
    try:
        set_up(venv)
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"The set-up stopped: `{shlex.join(error.cmd)}` failed, see above.", file=sys.stderr)
        return 1
    return 0


def set_up(venv: Path) -> None:
    state = wanted_state()
    stamp = venv / "set-up.sha256"
    python = python_of(venv)
    if is_of_this_version(venv) and python.exists() and stamp.is_file() and stamp.read_text() == state:
        return
    create_environment(venv)
    stamp.unlink(missing_ok=True)
    say("Installing the build tools")
    install(python, "--require-hashes", "-r", str(REQUIREMENTS / "build.txt"))
    if not has_engine(python):
        build_engine(python, venv / "wheels")
    say("Installing the pinned dependencies")
    install(python, "--require-hashes", "-r", str(REQUIREMENTS / "dev.txt"))
    say("Installing mailwhy")
    install(python, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    stamp.write_text(state)


def wanted_state() -> str:
    """A digest of all that the environment is made from: equal means nothing to do."""
    digest = hashlib.sha256(str(ROOT).encode())
    for path in [Path(__file__), ROOT / "pyproject.toml", *sorted(REQUIREMENTS.glob("*.txt"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def python_of(venv: Path) -> Path:
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def is_of_this_version(venv: Path) -> bool:
    """Whether the environment's Python is of the minor version (3.x) that runs this."""
    try:
        settings = (venv / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return False
    pairs = (line.partition("=") for line in settings.splitlines())
    values = {key.strip(): value.strip() for key, _, value in pairs}
    version = values.get("version") or values.get("version_info", "")  # `python -m venv` or `uv venv`
    return version.split(".")[:2] == [str(part) for part in sys.version_info[:2]]


def create_environment(venv: Path) -> None:
    python = python_of(venv)
    if not (is_of_this_version(venv) and python.exists()):
        if venv.exists() and not (venv / "pyvenv.cfg").exists():
            raise SetUpError(f"{venv} exists and is no virtual environment: move it away, or name another folder.")
        if importlib.util.find_spec("ensurepip") is None:
            raise SetUpError(
                f"{sys.executable} cannot make virtual environments: install its venv package "
                f"(Debian and Ubuntu: `apt install python3.{sys.version_info[1]}-venv`)."
            )
        say(f"Creating {venv} with Python {sys.version.split()[0]}")
        run([sys.executable, "-m", "venv", "--clear", str(venv)])
    elif subprocess.run([str(python), "-c", "import pip"], check=False, stderr=subprocess.DEVNULL).returncode:
        run([str(python), "-m", "ensurepip", "--default-pip"])  # an environment that uv made has no pip


def has_engine(python: Path) -> bool:
    """Whether the pinned version of durable_rules is installed and can be imported."""
    program = "import durable.engine, importlib.metadata as m; print('durable-rules==' + m.version('durable-rules'))"
    answer = subprocess.run([str(python), "-c", program], check=False, capture_output=True, text=True)
    pinned = (REQUIREMENTS / "engine.txt").read_text(encoding="utf-8")
    return answer.returncode == 0 and f"{answer.stdout.strip()} " in pinned


def build_engine(python: Path, wheels: Path) -> None:
    """Build durable_rules into `wheels`, where later installs find it, and install it.

    The wheel cache of pip is left out: it may hold one that was built without the flag and cannot be imported.
    """
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        raise SetUpError(
            f"The C headers of {sys.executable} are missing, and durable_rules needs them: install them (Debian and "
            f"Ubuntu: `apt install python3.{sys.version_info[1]}-dev`; Fedora: `dnf install python3-devel`)."
        )
    shutil.rmtree(wheels, ignore_errors=True)
    with compiler(python) as variables:
        say("Building durable_rules" + (" with " + variables["CC"] if "CC" in variables else ""))
        flags = f"{os.environ.get('CPPFLAGS', '')} {ENGINE_FLAG}".strip()
        build = ["wheel", "--no-cache-dir", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels)]
        build += ["--require-hashes", "-r", str(REQUIREMENTS / "engine.txt")]
        pip(python, *build, environment={"CPPFLAGS": flags, **variables})
    install(python, "--no-index", "--no-deps", "--force-reinstall", *map(str, wheels.glob("*.whl")))


@contextmanager
def compiler(python: Path) -> Iterator[Mapping[str, str]]:
    """The environment variables that make setuptools find a C compiler: the machine's, else that of `ziglang`."""
    configured = os.environ.get("CC") or sysconfig.get_config_var("CC")
    if os.name == "nt" or (configured and compiles(configured)):  # setuptools finds Visual C++ by itself
        yield {}
        return
    for other in ("cc", "gcc", "clang"):
        if compiles(other):
            yield {"CC": other}
            return
    with tempfile.TemporaryDirectory(prefix="mailwhy-compiler-") as folder:
        say("No C compiler works here: fetching one, the package ziglang (100 MB, removed afterwards)")
        install(python, "--target", folder, "--require-hashes", "-r", str(REQUIREMENTS / "compiler.txt"))
        zig = shlex.quote(str(Path(folder) / "ziglang" / "zig"))
        cache = str(Path(folder) / "cache")
        variables = {"CC": f"{zig} cc", "AR": f"{zig} ar", "ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache}
        if sys.platform != "darwin":
            # Debian's Python names linker options here that this linker refuses (-Bsymbolic-functions).
            variables["LDSHARED"] = f"{zig} cc -shared"
        yield variables


def compiles(command: str) -> bool:
    """Whether this compiler is there and works, with the headers of C and of this Python."""
    words = shlex.split(command)
    if not words or shutil.which(words[0]) is None:
        return False
    with tempfile.TemporaryDirectory(prefix="mailwhy-probe-") as folder:
        source = Path(folder) / "probe.c"
        source.write_text(PROBE, encoding="ascii")
        include = "-I" + sysconfig.get_path("include")
        order = [*words, "-shared", "-fPIC", include, str(source), "-o", str(source.with_suffix(".so"))]
        if sys.platform == "darwin":
            order += ["-undefined", "dynamic_lookup"]
        return subprocess.run(order, check=False, capture_output=True).returncode == 0


def install(python: Path, *arguments: str) -> None:
    pip(python, "install", *arguments)


def pip(python: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    run([str(python), "-m", "pip", *arguments, "--quiet"], {**quiet, **(environment or {})})


def run(command: list[str], environment: Mapping[str, str] | None = None) -> None:
    subprocess.run(command, check=True, env={**os.environ, **(environment or {})}, cwd=ROOT)


def say(what: str) -> None:
    print(f"{what} …", flush=True)


if __name__ == "__main__":
    sys.exit(main())
