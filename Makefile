# Every target works on a fresh machine: it first builds $(VENV) from the hashed requirement files when that is
# missing or older than them. `make help` lists the targets.

VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
  "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
PYTEST_ARGS ?=
DEMO_ARGS ?=
LOCK_ARGS ?=

BIN = $(VENV)/bin
TESTDAY = $(BIN)/testday
STAMP = $(VENV)/.stamp
CATALOGUES = shared:shared/web/locale field_app:field_app/locale sync_server:sync_server/locale
# header lines that would differ at every run, or name nobody
PO_NOISE = Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By

.DEFAULT_GOAL := help
.PHONY: help venv demo test kills faults signals check fix bench screenshots words docs lock

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r name text; \
	  do printf '%-12s %s\n' "$$name" "$$text"; done

venv: $(STAMP) ## build the environment; the command is then .venv/bin/testday

$(STAMP): requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and was not found on this machine's PATH." >&2; exit 1; }
	@PYTHON="$(PYTHON)" sh tests/install_system_packages.sh venv
	"$(PYTHON)" -m venv "$(VENV)"
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch "$@"

demo: $(STAMP) ## one county of 21 schools, a whole day in about ten minutes; DEMO_ARGS="--once --json"
	"$(TESTDAY)" demo $(DEMO_ARGS)

test: $(STAMP) ## run every test, the browser's too; PYTEST_ARGS="-k name" narrows it
	@PYTHON="$(PYTHON)" sh tests/install_system_packages.sh
	"$(BIN)/python" -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

kills: $(STAMP) ## kill the laptop 200 times under load, and print what was lost and how long a restart takes
	TESTDAY_KILLS=200 "$(BIN)/python" -m pytest -s tests/e2e/test_sigkill.py

faults: $(STAMP) ## try every kind of fault in short form with its controls; CAMPAIGN=power SEED=7 COUNT=5000 RESULTS=file SUM=1
	"$(BIN)/python" -m tests.faults $(CAMPAIGN) $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT)) \
	  $(if $(RESULTS),--results "$(RESULTS)") $(if $(SUM),--sum)

signals: $(STAMP) ## ring 50 bells in a real browser, and kill the laptop 100 times around its signals
	TESTDAY_BELLS=50 TESTDAY_SIGNAL_KILLS=100 "$(BIN)/python" -m pytest -s \
	  tests/e2e/test_console_sound.py tests/e2e/test_signal_kills.py

check: $(STAMP) ## format, lint, types (of the laptop's code on Windows too), layers; changes nothing
	"$(BIN)/ruff" format --check .
	"$(BIN)/ruff" check .
	"$(BIN)/mypy"
	"$(BIN)/mypy" --platform win32 --no-warn-unreachable --cache-dir .mypy_cache/win32 shared field_app
	"$(BIN)/lint-imports"

fix: $(STAMP) ## format, and mend what the linter can mend
	"$(BIN)/ruff" check --fix-only .
	"$(BIN)/ruff" format .

bench: $(STAMP) ## measure ingest, check-in and signals (nine minutes) against their yardsticks; prints JSON
	"$(TESTDAY)" bench ingest --json
	"$(TESTDAY)" bench checkin --json
	"$(TESTDAY)" bench signals --json

screenshots: $(STAMP) ## take the pictures in docs/ again
	"$(TESTDAY)" bench screenshots

words: $(STAMP) ## refresh the English catalogues from the Chinese in templates and code
	@pot="$$(mktemp)"; trap 'rm -f "$$pot"' EXIT; set -e; \
	for pair in $(CATALOGUES); do \
	  "$(BIN)/pybabel" --quiet extract -F babel.cfg --no-location --sort-output --no-wrap -o "$$pot" "$${pair%%:*}"; \
	  "$(BIN)/pybabel" --quiet update -N --init-missing --ignore-obsolete --ignore-pot-creation-date --no-wrap \
	    -i "$$pot" -l en -d "$${pair##*:}"; \
	  sed -i -E '/^"($(PO_NOISE)): /d' "$${pair##*:}/en/LC_MESSAGES/messages.po"; \
	done

docs: $(STAMP) ## write docs/events.md and docs/cli.md again from the code, and the figures in docs/reliability.md
	"$(BIN)/python" -m bench.documents
	"$(BIN)/python" -m tests.faults --table

lock: ## compile requirements/*.txt again from pyproject.toml; LOCK_ARGS=--upgrade takes newer versions
	PYTHON="$(PYTHON)" LOCK_ARGS="$(LOCK_ARGS)" sh requirements/lock.sh
