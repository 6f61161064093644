# Two commands are enough: `make demo` and `make test`. Each makes the environment first where it is missing or stale.
# PYTHON=python3.12 chooses the Python that makes the environment, VENV=folder where it lies.

VENV ?= .venv
# The Python of an environment that is there already keeps it up to date; naming another one makes it anew.
PYTHON ?= $(or $(wildcard $(VENV)/bin/python),python3)
BIN = $(VENV)/bin
UV = $(BIN)/python -m uv
PYTEST_ARGS ?=
# More than a small machine has cores: the tests of servers that do not answer mostly wait. By whole files, since each
# process that needs servers starts its own.
WORKERS ?= 4
LOCKED = requirements
# Locking needs uv alone, so that requirements which no longer install can be written anew.
UV_THERE = $(if $(wildcard $(BIN)/uv),,setup)

.PHONY: help setup demo test check lint format types imports lock-check wheel-check graph lock export clean

help:
	@echo 'make demo         the main job on the bundled sample'
	@echo 'make test         all tests (PYTEST_ARGS="-k hat -x" for some)'
	@echo 'make check        everything that is checked before a change is taken'
	@echo 'make lint         ruff: rules and format;  make format repairs what it can'
	@echo 'make types        mypy --strict'
	@echo 'make imports      which room may import which'
	@echo 'make graph        draw the rule base anew into docs/'
	@echo 'make lock-check   do uv.lock and requirements/ follow pyproject.toml'
	@echo 'make wheel-check  the built wheel, installed outside the checkout, runs the demo'
	@echo 'make lock         write uv.lock and requirements/ anew (make lock UPGRADE=--upgrade for newer versions)'
	@echo 'make clean        remove what was built, and the environment'

setup:
	@$(PYTHON) tools/set_up.py --venv $(VENV)

demo: setup
	@$(BIN)/mailwhy demo

test: setup
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile $(PYTEST_ARGS)

check: test lint types imports lock-check wheel-check

lint: setup
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check

format: setup
	$(BIN)/python -m ruff check --fix
	$(BIN)/python -m ruff format

types: setup
	$(BIN)/python -m mypy

imports: setup
	$(BIN)/lint-imports

lock: $(UV_THERE)
	$(UV) lock $(UPGRADE)
	$(MAKE) export

graph: setup
	$(BIN)/python tools/draw_graph.py

# What plain pip installs. One file for each step of tools/set_up.py.
export: EXPORT = $(UV) export --quiet --frozen --no-header
export: $(UV_THERE)
	$(EXPORT) --only-group build > $(LOCKED)/build.txt
	$(EXPORT) --only-group engine > $(LOCKED)/engine.txt
	$(EXPORT) --only-group compiler > $(LOCKED)/compiler.txt
	$(EXPORT) --no-emit-project > $(LOCKED)/dev.txt

lock-check: $(UV_THERE)
	$(UV) lock --check
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && $(MAKE) --silent export LOCKED="$$folder" && \
	diff -r requirements "$$folder" || { echo 'requirements/ does not follow uv.lock: run `make lock`.' >&2; exit 1; }

wheel-check: setup
	@PYTHON='$(abspath $(BIN)/python)' WHEELS='$(abspath $(VENV)/wheels)' bash tools/check_wheel.sh

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
