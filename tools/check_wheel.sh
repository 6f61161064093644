#!/usr/bin/env bash
# Build the source archive, the wheel from it, install that in an empty environment outside the checkout, run the demo.
# PYTHON is the Python of the environment for development, WHEELS the folder with its durable_rules.
set -euo pipefail
cd "$(dirname "$0")/.."

outside=$(mktemp -d)
trap 'rm -rf "$outside"' EXIT
"$PYTHON" -m build --no-isolation --outdir "$outside/dist" . >"$outside/build.log" 2>&1 || { cat "$outside/build.log"; exit 1; }
"$PYTHON" -m pip --disable-pip-version-check list --exclude-editable --format freeze >"$outside/versions.txt"
"$PYTHON" -m venv "$outside/venv"

cd "$outside"
CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --find-links "$WHEELS" --constraint versions.txt dist/*.whl
venv/bin/python -c 'import pathlib, sys, wizard
assert pathlib.Path(wizard.__file__).is_relative_to(sys.prefix), wizard.__file__'
venv/bin/mailwhy demo >demo.txt
venv/bin/python -m wizard --version
test -s demo.txt
echo "The wheel holds all it needs: the demo printed $(wc -l <demo.txt) lines outside the checkout."
