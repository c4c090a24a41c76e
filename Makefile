# Two commands for a fresh machine: `make demo` and `make test`. Needs Python 3.11+, make and the package registry.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test setup lint types contracts slow seeds attacks fuzz wheel docs clean

setup: $(READY)

$(READY): pyproject.toml requirements/notebooks.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "grader needs Python 3.11 or later; say which with: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
	  || { echo "The module venv is missing (Debian, Ubuntu: apt install python3-venv)."; exit 1; }
	@echo "Installing the grader and the notebooks' environment into $(VENV) (a minute or two) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[keras,jax,dev]' -r requirements/notebooks.txt
	@touch $@

# The examples are our own, so they may run without a box where there is none; the grader says so.
demo: setup
	@$(BIN)/python tests/missing.py
	$(BIN)/grader grade examples/submissions --out out --trust-code
	@echo "Open out/index.html in a browser."

test: setup
	@$(BIN)/python tests/missing.py
	$(BIN)/python -m pytest -n 2

slow: setup
	$(BIN)/python -m pytest -n 2 -m "slow and not seeds"

seeds: setup
	$(BIN)/python -m pytest -m seeds

# Every attack in every box of this machine; writes the table into docs/security.md.
attacks: setup
	$(BIN)/python -m tests.attacks.table

# 200,000 inputs; where atheris cannot be had, hypothesis draws them.
fuzz: setup
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[fuzz]' \
	  || echo "note: atheris could not be installed."
	$(BIN)/python -m tests.fuzz.fuzz_intake

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

docs: setup
	$(BIN)/python docs/generate.py

wheel: setup
	tests/wheel.sh $(BIN)/python

clean:
	rm -rf $(VENV) out dist build
