# KPI Framework Builder. `make` alone lists the targets.
#
# Needs only make and Python 3.11 or newer with its venv module. Everything else goes into .venv, in
# the versions of the lock files, checked by hash.

PYTHON ?=
HOST   ?= localhost
PORT   ?= 8501

VENV := .venv
BIN  := $(VENV)/bin
PIP  := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
CREATED   := $(VENV)/pyvenv.cfg
RUN_READY := $(VENV)/.installed
DEV_READY := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run dev setup test check format docs bench lock clean

help: ## list the targets
	@echo "usage: make <target> [HOST=localhost] [PORT=8501] [PYTHON=python3.12]"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' Makefile

run: $(RUN_READY) ## start the app (HOST=0.0.0.0 opens it to the network)
	@$(BIN)/python -m streamlit run app.py --server.address $(HOST) --server.port $(PORT)

dev: $(DEV_READY) ## start the app and run it anew whenever a file changes
	@PYTHONPATH="$(CURDIR)" $(BIN)/python -m streamlit run app.py --server.address $(HOST) --server.port $(PORT) \
		--server.fileWatcherType auto --server.runOnSave true

setup: $(DEV_READY) ## install what developing and testing need

test: $(DEV_READY) ## run the tests
	@$(BIN)/python -m pytest

check: $(DEV_READY) ## check format, lint and types, then run the tests
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted: make format mends it."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest

format: $(DEV_READY) ## format the code and mend what the linter can
	@$(BIN)/ruff check --quiet --fix --exit-zero .
	@$(BIN)/ruff format .

docs: $(DEV_READY) ## write the generated parts of docs/ and the JSON Schema
	@$(BIN)/python docs/generate.py

bench: $(DEV_READY) ## measure the speed (benchmarks/*.py)
	@for file in $(wildcard benchmarks/*.py); do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

lock: $(CREATED) ## write requirements*.txt from pyproject.toml (UPGRADE=1 takes newer versions)
	@set -e; tool=$$(mktemp -d); trap 'rm -rf "$$tool"' EXIT; \
	$(BIN)/python -m venv "$$tool"; \
	"$$tool/bin/python" -m pip --disable-pip-version-check -qq install uv; \
	compile="$$tool/bin/uv --no-config --quiet pip compile pyproject.toml --universal \
		--python-version 3.11 --generate-hashes --no-header --no-annotate $(if $(UPGRADE),--upgrade)"; \
	$$compile --extra build --output-file requirements.txt >/dev/null; \
	$$compile --extra build --extra dev --constraint requirements.txt \
		--output-file requirements-dev.txt >/dev/null
	@echo "Wrote requirements.txt and requirements-dev.txt."

clean: ## remove .venv and all caches
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(CREATED):
	@best=; bare=; \
	for python in $(or $(PYTHON),python3.14 python3.13 python3.12 python3.11 python3 python); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then best=$$python; break; fi; \
		bare=$${bare:-$$python}; \
	done; \
	if [ -n "$$best" ]; then \
		echo "Making $(VENV) with $$("$$best" --version)"; \
		"$$best" -m venv --clear $(VENV); \
	elif [ -n "$$bare" ]; then \
		echo "$$bare has no venv module. Install it (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; \
	else \
		echo "Python 3.11 or newer is needed$(if $(PYTHON),; $(PYTHON) is not). Name one:" \
			"make PYTHON=/path/to/python3.12 ..." >&2; exit 1; \
	fi

$(RUN_READY): requirements.txt pyproject.toml $(CREATED)
	@echo "Installing the packages of requirements.txt into $(VENV) (a minute or two, only when they change)"
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_READY): requirements-dev.txt requirements.txt pyproject.toml $(CREATED)
	@echo "Installing the packages of requirements-dev.txt into $(VENV) (a minute or two, only when they change)"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $(RUN_READY) $@
