# Plain `make` lists what can be done.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check -c requirements.lock
# What shares a server runs in one worker (tests/conftest.py).
WORKERS ?= 2
PYTEST := $(BIN)/pytest -n $(WORKERS)
PRODUCT := $(CURDIR)/shared,$(CURDIR)/training,$(CURDIR)/spaces
DATA ?=
HAS_APT := $(shell command -v apt-get)
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

.DEFAULT_GOAL := help
.PHONY: help run run-tumor run-loan test test-slow ci check coverage train-tumor evaluate-tumor \
	train-loan evaluate-loan bench screenshots figures tree release-rehearsal release-on-the-hub \
	clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' \
		| awk -F'|' '{printf "%-28s%s\n", $$1, $$2}'

run: .venv/ready ## start every Space and print its address; Ctrl-C ends them
	@$(BIN)/python spaces/run.py

run-tumor: .venv/ready ## start the tumor Space on port 7860
	@$(BIN)/python spaces/run.py tumor

run-loan: .venv/ready ## start the loan Space on port 7861
	@$(BIN)/python spaces/run.py loan

test: .venv/ready-for-tests chromium check ## all checks, and all tests but the slow ones
	$(PYTEST) -m "not slow"

test-slow: .venv/ready-for-tests ## the slow tests: a million rows, runs that are killed and go on
	$(PYTEST) -m slow

ci: .venv/ready-for-tests chromium check ## all checks and all tests, the slow ones too
	$(PYTEST)

coverage: .venv/ready-for-tests chromium ## how much of shared, training and spaces all tests run, in percent
	@rm -f .coverage .coverage.*
	COVERAGE_FILE="$(CURDIR)/.coverage" $(BIN)/coverage run --source="$(PRODUCT)" $(PYTEST)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --format=total --precision=1

check: .venv/ready-for-tests ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

train-tumor: .venv/ready-for-tests ## DATA=folder: data to checkpoint, all stages; goes on where it was broken off
	@$(call need_data,train-tumor)
	$(BIN)/python -m training.tumor.run --data "$(DATA)" --out $(RUN) --checkpoint $(CHECKPOINT)

evaluate-tumor: .venv/ready-for-tests ## DATA=folder: measure the checkpoint again with the code that the Space runs
	@$(call need_data,evaluate-tumor)
	$(BIN)/python -m training.tumor.evaluate --data "$(DATA)" --out $(RUN) --checkpoint $(CHECKPOINT)

train-loan: .venv/ready-for-tests ## DATA=folder: the loan models, data to checkpoint; goes on where it was broken off
	@$(call need_data,train-loan)
	$(BIN)/python -m training.loan.run --data "$(DATA)" --out $(RUN) --checkpoint $(CHECKPOINT)

evaluate-loan: .venv/ready-for-tests ## DATA=folder: measure again, fold by fold, how the loan models are made
	@$(call need_data,evaluate-loan)
	$(BIN)/python -m training.loan.run --data "$(DATA)" --out $(RUN) --checkpoint $(CHECKPOINT) \
		--without fit --again evaluate

# Where training works and what it makes; RUN=folder and CHECKPOINT=folder say otherwise.
train-tumor evaluate-tumor: RUN ?= runs/tumor
train-tumor evaluate-tumor: CHECKPOINT ?= spaces/tumor/checkpoint
train-loan evaluate-loan: RUN ?= runs/loan
train-loan evaluate-loan: CHECKPOINT ?= spaces/loan/checkpoint

bench: .venv/ready-for-tests ## speed against the bare network and the Space people usually write
	$(BIN)/python tests/bench/run.py --json docs/bench.json
	$(BIN)/python -m training.figures README.md

figures: .venv/ready-for-tests ## write the recorded figures into README.md
	$(BIN)/python -m training.figures README.md

tree: .venv/ready-for-tests ## write the tree of the modules into README.md
	$(BIN)/python tests/readme_tree.py

release-rehearsal: .venv/ready-for-tests ## a whole release on simulated applicants, against a server of our own
	$(BIN)/python tests/hub/rehearsal.py $(if $(WRITE),--write $(WRITE))

release-on-the-hub: .venv/ready-for-tests ## REPO=owner/name: a release on the real Hub; makes that repository and deletes it
	@[ -n "$(REPO)" ] || { echo "Say where: make release-on-the-hub REPO=owner/name"; exit 2; }
	$(BIN)/python tests/hub/on_the_hub.py "$(REPO)"

screenshots: .venv/ready-for-tests chromium ## write docs/images from the running page
	$(BIN)/python tests/browser/screenshots.py

clean: ## remove the virtual environment and caches
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .coverage .coverage.*

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "The locked versions need Python 3.11 or newer: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python cannot make virtual environments here; on Debian: apt-get install python3-venv"; exit 1; }

.venv/ready: pyproject.toml requirements.lock | .venv/bin/python
	@echo "Installing what the Spaces need: 2 to 4 minutes, once ..."
	$(PIP) -e .
	@touch $@

.venv/ready-for-tests: pyproject.toml requirements.lock | .venv/bin/python
	@echo "Installing what the Spaces, training and tests need: 3 to 5 minutes, once ..."
	$(PIP) -e ".[test]"
	@touch .venv/ready $@

# The browser tests drive Debian's chromium.
.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || { \
		[ -n "$(HAS_APT)" ] || { echo "chromium is missing and there is no apt-get: install it."; exit 1; }; \
		echo "Installing chromium ..."; \
		$(SUDO) apt-get install -y -qq chromium >/dev/null 2>&1 || { \
			$(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq chromium >/dev/null; }; }

need_data = [ -n "$(DATA)" ] || { echo "Say where the data is: make $(1) DATA=folder"; exit 2; }
