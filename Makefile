# Everything a person types. `make demo` and `make test` work on a fresh clone.
# The environment lies in .venv and is renewed when requirements/ or pyproject.toml change.

VENV    := .venv
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check
# A lock is complete: nothing is resolved, so that a release made later cannot come in by an extra.
INSTALL := $(PIP) install --progress-bar off --no-input --require-hashes --no-deps
RUNTIME := $(VENV)/.runtime-installed
DEV     := $(VENV)/.dev-installed

# The first interpreter that is new enough and can make environments; PYTHON=... overrides it.
SUITABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON   ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$p -c '$(SUITABLE)' >/dev/null 2>&1 && echo $$p && break; done)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test quick check bench torture fix lock clean

help: ## Show what can be typed here
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

SERVE ?= --serve
demo: $(RUNTIME) ## A year of real listings in .demo, then live on http://localhost:8000 (SERVE= ends there)
	@rm -rf .demo
	@$(BIN)/trading demo --data .demo $(SERVE)

# A process for each core, and each file in one of them, the longest first.
SHARED := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
test: $(DEV) ## Every test but the long ones (make torture), with the coverage gates
	@$(BIN)/python -m pytest $(SHARED) -m "not long" --cov --coverage-gate

quick: $(DEV) ## The unit tests that take no time (under 30 s)
	@$(BIN)/python -m pytest tests/unit -m "not slow and not postgres and not package" -q

check: $(DEV) ## Style, types, layers, spelling, definitions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/codespell
	$(BIN)/trading definitions check
	@$(BIN)/python -m pytest tests/style -q

bench: $(DEV) ## Measure, against the goals
	@$(BIN)/python -m tests.bench

torture: $(DEV) ## The long tests, and the slow proofs at full size: kills, faults, races
	@$(BIN)/python -m tests.torture
	@$(BIN)/python -m pytest -m long

fix: $(DEV) ## Let the tools repair what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

LOCK := $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header
lock: $(DEV) ## Write requirements/*.txt anew from pyproject.toml (LOCKFLAGS=--upgrade for new releases)
	$(LOCK) $(LOCKFLAGS) --python-version 3.11 pyproject.toml -o requirements/runtime.txt
	$(LOCK) $(LOCKFLAGS) --python-version 3.11 requirements/build.in -o requirements/build.txt
	$(LOCK) $(LOCKFLAGS) --python-version 3.11 pyproject.toml --extra postgres --group dev \
	  -c requirements/runtime.txt -c requirements/build.txt -o requirements/dev.txt
	$(LOCK) $(LOCKFLAGS) --python-version 3.12 requirements/verifiers.in -o requirements/verifiers.txt

clean: ## Remove everything that make has made
	rm -rf $(VENV) .demo .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache \
	  .import_linter_cache build dist htmlcov
	find trading tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.created:
	@test -n "$(PYTHON)" || { \
	  echo "No Python 3.11 or newer with the venv module was found on this machine."; \
	  echo "On Debian or Ubuntu: apt-get install python3 python3-venv"; \
	  echo "Elsewhere: make PYTHON=/path/to/python3.11 ..."; exit 2; } >&2
	@echo "== $(VENV): $$($(PYTHON) --version), once"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# The project itself is installed without looking anything up: what it needs is in the lock.
$(RUNTIME): requirements/runtime.txt requirements/build.txt pyproject.toml $(VENV)/.created
	@echo "== packages that the service needs"
	@$(INSTALL) -r requirements/runtime.txt -r requirements/build.txt
	@$(PIP) install --quiet --no-input --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.txt $(RUNTIME)
	@echo "== packages that the tests and checks need"
	@$(INSTALL) -r requirements/dev.txt
	@$(PIP) check
	@touch $@
