# What Plaxe needs: Python 3.11 or newer and make. Everything else is installed into .venv.
.DEFAULT_GOAL := help
.PHONY: help run demo test soak screenshots lint format types requirements messages ci clean

VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11, 3))' 2>/dev/null && echo $$python && break; done)
DRIVER := $(if $(DATABASE_URL)$(DATABASE_URL_FILE),postgres,run)
# Only from the command line: many a shell exports HOST with another meaning.
LISTEN := $(if $(filter command%,$(origin HOST)),--host $(HOST)) $(if $(filter command%,$(origin PORT)),--port $(PORT))

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16
	@echo 'Options: HOST=0.0.0.0 PORT=8000 ARGS="..."'

run: $(VENV)/$(DRIVER).installed  ## start Plaxe
	@exec $(BIN)/python manage.py up $(LISTEN) $(ARGS)

demo: $(VENV)/run.installed  ## start Plaxe beside a small Plex of its own
	@exec $(BIN)/python manage.py demo $(LISTEN) $(ARGS)

test: $(VENV)/dev.installed  ## run all tests
	$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

soak: $(VENV)/dev.installed  ## let the campaigns try everything, which takes long
	$(BIN)/pytest -n 2 --dist loadgroup --soak tests/campaigns $(ARGS)

screenshots: $(VENV)/dev.installed  ## take the pictures of docs/screenshots anew
	$(BIN)/python -m tests.browser.screenshots $(ARGS)

lint: $(VENV)/dev.installed  ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/dev.installed  ## repair style where a machine can
	$(BIN)/ruff check --fix --show-fixes .
	$(BIN)/ruff format .

types: $(VENV)/dev.installed  ## check types
	$(BIN)/mypy

messages: $(VENV)/dev.installed  ## gather the texts of the interface for translation (needs gettext)
	$(BIN)/python manage.py makemessages --locale de --no-location --no-obsolete
	$(BIN)/python manage.py compilemessages --locale de

ci:  ## everything the continuous integration checks
	.ci/run

# Resolved without looking at what was pinned before: make requirements ARGS=--upgrade
COMPILE = $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(ARGS)

requirements: $(VENV)/dev.installed  ## pin the dependencies named in pyproject.toml
	$(COMPILE) --output-file requirements/run.txt pyproject.toml
	$(COMPILE) --constraint requirements/run.txt --extra postgres --output-file requirements/postgres.txt pyproject.toml
	$(COMPILE) --constraint requirements/run.txt --all-extras --output-file requirements/dev.txt pyproject.toml

clean:  ## remove what can be made again, never the data
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage htmlcov

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Plaxe needs Python 3.11.3 or newer." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/%.installed: requirements/%.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@
