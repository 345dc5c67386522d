# `make demo` and `make test` need Python 3.11 or newer and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LEADS ?= 5000
SEED ?= 1

.DEFAULT_GOAL := all
.PHONY: all demo serve test check lint types layers benchmark lock clean

all: check test

$(BIN)/leadscore: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "leadscore needs Python 3.11 or newer; found " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 demo")'
	@echo "Installing leadscore into $(VENV) (once; a few minutes) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.test-tools: $(BIN)/leadscore
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,spark]'
	@touch $@

demo: $(BIN)/leadscore  ## the main job, end to end, on a simulated company
	@$(BIN)/leadscore demo --leads $(LEADS) --seed $(SEED)

serve: $(BIN)/leadscore  ## the API and the page of the hottest leads
	@$(BIN)/leadscore serve --new-key

test: $(VENV)/.test-tools  ## every test, slow ones included
	@$(BIN)/python -m pytest -n 2

check: $(VENV)/.test-tools lint types layers  ## style, types, import layers, sizes

lint: $(VENV)/.test-tools
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.test-tools
	@$(BIN)/mypy

layers: $(VENV)/.test-tools
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest tests/house

benchmark: $(VENV)/.test-tools  ## the figures of the README and docs
	@$(BIN)/python benchmarks/learning.py
	@$(BIN)/python benchmarks/serving.py
	@$(BIN)/python benchmarks/scoring.py
	@$(BIN)/python benchmarks/single_row.py
	@$(BIN)/python benchmarks/table_mode.py
	@$(BIN)/python benchmarks/leak_gate.py
	@$(BIN)/python benchmarks/features.py

lock:  ## pin what a fresh environment resolves to today
	@rm -rf build/lock && $(PYTHON) -m venv build/lock && build/lock/bin/python -m pip install --quiet -e '.[test,postgres,spark]'
	@(echo '# What leadscore is tested with: pip install -c constraints.txt -e .   Renewed by: make lock'; \
	  build/lock/bin/python -m pip freeze --exclude-editable) > constraints.txt

clean:
	rm -rf $(VENV) data models/mlflow.db models/artifacts models/*/ reports
